//! Who is who: passwords, tokens, live sessions, and how often one may try.

mod attempts;
mod backoff;
mod password;
mod sessions;
mod token;

pub use attempts::{Attempts, LogInAttempt};
pub use password::{NOBODYS, Passwords, Verdict};
pub use sessions::{Check, Sessions};
pub use token::{Claims, Tokens};
