//! Device tokens: proof of an earlier login to an account on a device. They let the owner try a password while others'
//! failed attempts use up the account's logins. They are not sessions and grant no access.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::keys;
use crate::{
    error::{Error, Result},
    model::{Timestamp, UserId},
};

/// Keeps device tokens and session tokens apart: neither is accepted in place of the other.
const PURPOSE: &[u8] = b"hearth device token";
/// How long a device is known after its last login: a year.
const LIFETIME_MILLIS: i64 = 365 * 24 * 3_600_000;

/// The claims of a device token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The device's id; the same at every login to this account.
    #[serde(rename = "did")]
    pub id: Uuid,
    #[serde(rename = "uid")]
    user: Uuid,
    /// Changes with the password, which revokes older tokens.
    #[serde(rename = "rev")]
    revision: i64,
}

impl Device {
    /// A device on which this user logs in for the first time.
    pub fn new(user: UserId, revision: i64) -> Self {
        Self { id: Uuid::now_v7(), user: user.0, revision }
    }

    /// The user who logged in.
    pub fn user(&self) -> UserId {
        UserId(self.user)
    }

    /// Whether the token belongs to this user and was not revoked.
    pub fn belongs_to(&self, user: UserId, revision: i64) -> bool {
        (self.user, self.revision) == (user.0, revision)
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    #[serde(flatten)]
    device: Device,
    /// Seconds since 1970.
    exp: i64,
}

/// Signs and verifies device tokens.
pub struct Devices {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Devices {
    /// Derives the key from the server's secret.
    pub fn new(secret: &[u8]) -> Self {
        let key = Sha256::new().chain_update(PURPOSE).chain_update(secret).finalize();
        let (encoding, decoding) = keys(&key);
        Self { encoding, decoding, validation: Validation::new(Algorithm::HS256) }
    }

    /// A token for a device on which the user has just logged in.
    pub fn sign(&self, device: Device, now: Timestamp) -> Result<String> {
        let claims = Claims { device, exp: now.plus_millis(LIFETIME_MILLIS).0 / 1000 };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| Error::Internal(error.into()))
    }

    /// The claims of a token, if this server signed it and it has not expired.
    pub fn verify(&self, token: &str) -> Option<Device> {
        Some(jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims.device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        auth::{Grant, Tokens},
        model::{Person, SessionId},
    };

    const SECRET: [u8; 32] = [7; 32];

    #[test]
    fn a_token_proves_one_device_of_one_account_for_a_year() {
        let (devices, now) = (Devices::new(&SECRET), Timestamp::now());
        let device = Device::new(UserId(Uuid::now_v7()), 3);
        assert_eq!(devices.verify(&devices.sign(device, now).unwrap()), Some(device));
        assert!(device.belongs_to(device.user(), 3) && !device.belongs_to(device.user(), 4));
        assert!(!device.belongs_to(UserId(Uuid::now_v7()), 3));
        let long_ago = now.plus_millis(-LIFETIME_MILLIS - 3_600_000);
        assert_eq!(devices.verify(&devices.sign(device, long_ago).unwrap()), None);
        assert_eq!(Devices::new(&[8; 32]).verify(&devices.sign(device, now).unwrap()), None);
    }

    #[test]
    fn neither_kind_of_token_is_accepted_as_the_other() {
        let (devices, tokens, now) = (Devices::new(&SECRET), Tokens::new(&SECRET, 24), Timestamp::now());
        let person = Person { id: UserId(Uuid::now_v7()), first_name: "Ada".into(), last_name: String::new() };
        let device = devices.sign(Device::new(person.id, 0), now).unwrap();
        assert!(tokens.verify_signature(&device).is_none());
        let session_ends_at = now.plus_millis(3_600_000);
        let grant = Grant { session: SessionId(Uuid::now_v7()), generation: 0, now, session_ends_at };
        assert_eq!(devices.verify(&tokens.sign(&person, "ada@example.org", grant).unwrap()), None);
    }
}
