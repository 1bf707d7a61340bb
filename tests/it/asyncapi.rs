//! The AsyncAPI document: changes show in review, and every frame has a sample that is played against the server.

use std::collections::BTreeSet;

use hearth::error::{Error, Refusal};
use serde_json::Value;

use crate::support::snapshot;

/// Errors that only REST and the handshake return.
const REST_ONLY: &[&str] = &[
    "confirm_required",
    "email_taken",
    "group_id_taken",
    "link_not_found",
    "origin_not_allowed",
    "session_not_found",
    "wrong_credentials",
    "wrong_password",
];

fn document() -> Value {
    serde_json::from_str(&hearth::asyncapi::document()).expect("the document is JSON")
}

#[test]
fn the_document_is_as_it_was_reviewed() {
    snapshot("asyncapi", &hearth::asyncapi::document());
}

#[test]
fn every_request_answer_broadcast_and_error_has_a_sample() {
    let document = document();
    for (name, message) in document["components"]["messages"].as_object().expect("messages") {
        let examples = message["examples"].as_array().expect("examples");
        assert!(!examples.is_empty(), "{name}: tests/samples has no frame of this kind");
    }
}

#[test]
fn every_frame_is_a_type_with_a_name() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for (key, message) in document["components"]["messages"].as_object().expect("messages") {
        let reference = message["payload"]["$ref"].as_str().unwrap_or_else(|| panic!("{key}: a schema without a name"));
        let name = reference.strip_prefix("#/components/schemas/").expect("a schema of this document");
        assert!(schemas[name]["properties"]["type"].is_object(), "{key}: {name} is a frame");
    }
    for name in schemas.keys() {
        assert!(name.chars().all(|letter| letter.is_ascii_alphanumeric()), "{name}: not what code calls a type");
    }
}

#[test]
fn every_error_code_has_a_sample() {
    let document = document();
    let messages = document["components"]["messages"].as_object().expect("messages");
    let refusals = messages.iter().filter(|(name, _)| name.ends_with(".refusal"));
    let shown: BTreeSet<_> = refusals
        .flat_map(|(_, message)| message["examples"].as_array().expect("examples"))
        .map(|example| (example["payload"]["code"].as_str(), example["payload"]["message"].as_str()))
        .collect();
    for error in Refusal::ALL.iter().map(|refusal| Error::from(*refusal)) {
        let (code, message) = (error.code(), error.to_string());
        let is_shown = shown.contains(&(Some(code), Some(&*message)));
        assert!(is_shown != REST_ONLY.contains(&code), "{code}, {message}: must have a sample, or only occur in REST");
    }
    let others = ["invalid", "unknown_type", "group_full", "unavailable", "disk_full", "internal"];
    for code in others.into_iter().chain(["too_many_requests", "too_many_adds", "storage_full"]) {
        assert!(shown.iter().any(|(shown, _)| *shown == Some(code)), "{code}");
    }
}

#[test]
fn everything_is_described() {
    let document = document();
    for (name, operation) in document["operations"].as_object().expect("operations") {
        for key in ["summary", "description"] {
            assert!(operation[key].as_str().is_some_and(|text| !text.is_empty()), "{name}: {key}");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        for (key, value) in schema["properties"].as_object().into_iter().flatten() {
            let told = value["description"].is_string() || value["const"] != Value::Null || value["$ref"].is_string();
            assert!(told, "{name}.{key} has no description");
        }
    }
}
