//! The bodies of successful responses.

use poem_openapi::{
    ApiResponse, Object,
    payload::Json,
    types::{Example, ToJSON},
};

/// 201 with a body.
#[derive(ApiResponse)]
pub(super) enum Created<T: ToJSON> {
    /// Done.
    #[oai(status = 201)]
    Done(Json<T>),
}

macro_rules! messages {
    ($($name:ident: $text:literal;)*) => {$(
        /// Confirms the request.
        #[derive(Object)]
        #[oai(example)]
        pub(super) struct $name {
            /// A text for users.
            message: String,
        }

        impl Example for $name {
            fn example() -> Self {
                Self { message: $text.to_owned() }
            }
        }

        impl $name {
            /// The value as a JSON body.
            pub(super) fn json() -> Json<Self> {
                Json(Self::example())
            }
        }
    )*};
}

messages! {
    SignedUp: "User registered!";
    ProfileUpdated: "User updated.";
    LoggedOut: "Logged out";
    SessionEnded: "Session ended";
    SessionsEnded: "Sessions ended";
    AccountDeleted: "User deleted successfully.";
    DialogHidden: "User's messages have been deleted";
}
