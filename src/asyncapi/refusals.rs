//! What the codes of refusals mean.

use std::time::Duration;

use crate::error::{Budget, Error, Refusal, StorageBound};

/// When a refusal is given.
pub(super) fn about(code: &str, message: &str) -> &'static str {
    let mut refusals = Refusal::ALL.iter().map(|refusal| (Error::from(*refusal), refusal.about()));
    let general = [
        (Error::Invalid(Vec::new()), "A param is missing, malformed or out of bounds; the message names all of them."),
        (Error::NoSuchType, "The frame names a type that there is not."),
        (Error::GroupFull(0), "The group is as large as the operator allows."),
        (
            Error::TooMany(Duration::ZERO),
            "More requests, messages or changes than the operator allows. Nothing was done: send the same request again \
             after the time that the message says.",
        ),
        (
            Error::OverBudget { budget: Budget::Adds, limit: 0, wait: Duration::ZERO },
            "The caller has added as many people to groups in an hour as the operator allows.",
        ),
        (
            Error::StorageFull(StorageBound::Person, 0),
            "The caller's messages, or those of all people, take up as much storage as the operator allows. Nothing was \
             stored. What was stored before can still be sent again, and is acknowledged.",
        ),
        (
            Error::Unavailable(""),
            "The database does not answer. Whether a message was stored shows when it is sent again.",
        ),
        (
            Error::DiskFull,
            "The disk of the server is full: nothing was stored, and nothing will be until there is room.",
        ),
        (Error::Internal("".into()), "A defect of the server; its log tells more."),
    ];
    refusals
        .find(|(error, _)| error.code() == code && error.to_string() == message)
        .or_else(|| general.into_iter().find(|(error, _)| error.code() == code))
        .map_or("", |(_, about)| about)
}
