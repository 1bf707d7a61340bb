//! The OpenAPI document: changes show in review.

use serde_json::Value;

use crate::support::snapshot;

#[test]
fn the_document_is_as_it_was_reviewed() {
    snapshot("openapi", &hearth::api::document());
}

#[test]
fn every_endpoint_has_a_summary_a_description_and_an_example() {
    let document: Value = serde_json::from_str(&hearth::api::document()).expect("the document is JSON");
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
