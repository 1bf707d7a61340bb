//! The OpenAPI document: a change shows in review.

use serde_json::Value;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/openapi.json");

fn document() -> Value {
    serde_json::from_str(&hearth::api::document()).expect("the document is JSON")
}

#[test]
fn the_document_is_as_it_was_reviewed() {
    let now = hearth::api::document();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(SNAPSHOT, &now).expect("the snapshot can be written");
    }
    let reviewed = std::fs::read_to_string(SNAPSHOT).unwrap_or_default();
    assert!(now == reviewed, "the document has changed: see `UPDATE_SNAPSHOTS=1 cargo test openapi` and git diff");
}

#[test]
fn every_endpoint_has_a_summary_a_description_and_an_example() {
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().expect("operations") {
            let name = format!("{method} {path}");
            assert!(operation["summary"].is_string(), "{name} has no summary");
            let schema =
                operation["requestBody"]["content"]["application/json; charset=utf-8"]["schema"]["$ref"].as_str();
            if let Some(schema) = schema {
                let name = schema.rsplit('/').next().expect("a name");
                assert!(document["components"]["schemas"][name]["example"].is_object(), "{name} has no example");
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(!parameter["name"].is_null(), "{name}");
            }
        }
    }
}
