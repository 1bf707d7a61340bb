//! What the codes of refusals mean.

use std::time::Duration;

use serde_json::{Value, json};

use super::{catalogue::PROTOCOLS, samples::Conversation};
use crate::error::{Budget, Error, Refusal, StorageBound};

/// Every code and message of the samples, with its meaning. Of `invalid`, whose messages differ, one is enough.
pub(super) fn section() -> Value {
    let mut codes: Vec<Value> = Vec::new();
    let samples = PROTOCOLS.into_iter().flat_map(|protocol| Conversation::of(protocol).samples);
    for frame in samples.filter(|sample| sample.form() == "refusal").map(|sample| sample.frame) {
        let (code, message) = (&frame["code"], &frame["message"]);
        if !codes.iter().any(|row| row["code"] == *code && (row["message"] == *message || code == "invalid")) {
            codes.push(json!({ "code": code, "message": message, "description": about(code, message) }));
        }
    }
    codes.sort_by(|one, other| one["code"].as_str().cmp(&other["code"].as_str()));
    json!({
        "description": "The code is for programs and stays the same; the message is for people. The requests show which of \
            them can occur.",
        "codes": codes,
    })
}

fn about(code: &Value, message: &Value) -> &'static str {
    let refusals = Refusal::ALL.iter().map(|refusal| (Error::from(*refusal), refusal.about()));
    let general = [
        (
            Error::Invalid(Vec::new()),
            "A param is missing, malformed or out of bounds; the message names all such params.",
        ),
        (Error::NoSuchType, "The frame names an unknown type."),
        (Error::GroupFull(0), "The group has as many members as the operator allows."),
        (
            Error::TooMany(Duration::ZERO),
            "You sent more requests, messages or changes than the operator allows. Nothing was done: retry after the time \
             in the message.",
        ),
        (
            Error::OverBudget { budget: Budget::Adds, limit: 0, wait: Duration::ZERO },
            "Within an hour you have added as many people to groups as the operator allows.",
        ),
        (
            Error::StorageFull(StorageBound::Person, 0),
            "Your messages, or everyone's together, use as much storage as the operator allows. Nothing was stored. You \
             can still retry messages that were stored before; they are acknowledged.",
        ),
        (Error::Unavailable(""), "The database does not respond. Retry to learn whether a message was stored."),
        (Error::DiskFull, "The server's disk is full. Nothing was stored, and nothing will be until there is room."),
        (
            Error::ReadOnly,
            "The server's disk is almost full, so the server stores nothing more until there is room: `serverNotice` says \
             when. Nothing was stored. Reading, deleting, leaving and blocking still work, and retries of messages that were \
             stored before are acknowledged.",
        ),
        (Error::Internal("".into()), "A defect of the server; its log has the cause."),
    ];
    let all: Vec<_> = refusals.chain(general).filter(|(error, _)| code == error.code()).collect();
    // Messages with numbers or fields in them differ from sample to sample.
    let exact = all.iter().find(|(error, _)| *message == error.to_string());
    exact.or(all.last()).map_or("", |(_, about)| about)
}
