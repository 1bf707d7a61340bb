//! Passwords, tokens, live sessions, and the rate limits of logins.

mod attempts;
mod backoff;
mod device;
mod hashers;
mod password;
mod rates;
mod rotation;
mod session_clock;
mod sessions;
mod token;
mod turns;

use jsonwebtoken::{DecodingKey, EncodingKey};

pub use attempts::{Attempts, LogInAttempt};
pub use device::{Device, Devices};
pub use password::{NOBODYS, Passwords, Verdict};
pub use rotation::{GRACE_MILLIS, Rotation};
pub use session_clock::SessionClock;
pub use sessions::{Check, Sessions, TRUSTED_FOR};
pub use token::{Claims, Grant, Tokens};
pub use turns::Source;

/// The keys that sign and verify with this secret, which must not be empty.
fn keys(secret: &[u8]) -> (EncodingKey, DecodingKey) {
    let keys = EncodingKey::from_secret(secret).and_then(|key| Ok((key, DecodingKey::from_secret(secret)?)));
    keys.expect("only an empty secret is rejected, and an empty setting means a generated secret")
}
