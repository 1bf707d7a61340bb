//! The shapes of successful answers.

use poem_openapi::{
    ApiResponse, Object,
    payload::Json,
    types::{Example, ToJSON},
};

/// 201, with a body.
#[derive(ApiResponse)]
pub(super) enum Created<T: ToJSON> {
    /// Done.
    #[oai(status = 201)]
    Done(Json<T>),
}

/// That it is done.
#[derive(Object)]
#[oai(example)]
pub(super) struct Message {
    /// A text for people.
    pub(super) message: String,
}

impl Message {
    pub(super) fn new(message: &str) -> Self {
        Self { message: message.to_owned() }
    }

    pub(super) fn created(message: &str) -> Created<Self> {
        Created::Done(Json(Self::new(message)))
    }
}

impl Example for Message {
    fn example() -> Self {
        Self::new("User registered!")
    }
}
