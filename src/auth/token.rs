//! Tokens: JWT with HS256 only, with an expiry and the session that they belong to.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys;
use crate::{
    error::{Error, Result},
    model::{Person, SessionId, Timestamp, UserId},
};

/// Milliseconds by which a clock may have been ahead when it signed a token.
const CLOCK_TOLERANCE: i64 = 24 * 3_600_000;

/// The claims of a token. The names in it are from the login and are never shown to others.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    id: Uuid,
    email: String,
    first_name: String,
    last_name: String,
    /// The session.
    sid: Uuid,
    /// Which of the session's tokens it is: each renewal adds one. Tokens of older versions have none.
    #[serde(default, rename = "gen")]
    generation: i64,
    /// Seconds since 1970.
    iat: i64,
    /// Seconds since 1970.
    exp: i64,
}

impl Claims {
    /// The user whom the token belongs to.
    pub fn user(&self) -> UserId {
        UserId(self.id)
    }

    /// The session that the token belongs to.
    pub fn session(&self) -> SessionId {
        SessionId(self.sid)
    }

    /// Which of the session's tokens it is.
    pub fn generation(&self) -> i64 {
        self.generation
    }

    /// When it expires.
    pub fn expires_at(&self) -> Timestamp {
        Timestamp(self.exp.saturating_mul(1000))
    }
}

/// The parameters of a new token.
#[derive(Debug, Clone, Copy)]
pub struct Grant {
    /// The session.
    pub session: SessionId,
    /// Which of the session's tokens it is.
    pub generation: i64,
    /// The time of signing.
    pub now: Timestamp,
    /// When the session ends; its tokens expire with it.
    pub session_ends_at: Timestamp,
}

/// Signs and verifies tokens with one secret.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    lifetime_seconds: i64,
}

impl Tokens {
    /// Uses this secret and lifetime.
    pub fn new(secret: &[u8], hours: u32) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Checked here: the library accepts a token for the whole second in which it expires.
        validation.validate_exp = false;
        validation.validate_nbf = true;
        validation.leeway = 0;
        let (encoding, decoding) = keys(secret);
        Self { encoding, decoding, validation, lifetime_seconds: i64::from(hours) * 3600 }
    }

    /// When a token signed now expires: a whole second.
    pub fn expiry(&self, now: Timestamp) -> Timestamp {
        Timestamp((now.0 / 1000 + self.lifetime_seconds) * 1000)
    }

    /// When a token of this grant expires: a whole second.
    pub fn end_of(&self, grant: Grant) -> Timestamp {
        let session_ends_at = Timestamp(grant.session_ends_at.0 / 1000 * 1000);
        self.expiry(grant.now).min(session_ends_at)
    }

    /// Signs a token of a session.
    pub fn sign(&self, person: &Person, email: &str, grant: Grant) -> Result<String> {
        let claims = Claims {
            id: person.id.0,
            email: email.to_owned(),
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            sid: grant.session.0,
            generation: grant.generation,
            iat: grant.now.0 / 1000,
            exp: self.end_of(grant).0 / 1000,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| Error::Internal(error.into()))
    }

    /// The claims of a token, if this secret signed it and it has not expired. One that was signed while the clock was
    /// ahead is valid if it expires at most a day later than one signed now.
    pub fn verify(&self, token: &str) -> Option<Claims> {
        let now = Timestamp::now();
        let latest = self.expiry(now).plus_millis(CLOCK_TOLERANCE);
        self.verify_signature(token).filter(|claims| claims.expires_at() > now && claims.expires_at() <= latest)
    }

    /// The claims of a token, if this secret signed it, even if it has expired.
    pub fn verify_signature(&self, token: &str) -> Option<Claims> {
        Some(jsonwebtoken::decode(token, &self.decoding, &self.validation).ok()?.claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Person {
        Person { id: UserId(Uuid::now_v7()), first_name: "Ada".into(), last_name: String::new() }
    }

    fn sign(tokens: &Tokens, at: Timestamp) -> String {
        let session_ends_at = at.plus_millis(90 * 24 * 3_600_000);
        let grant = Grant { session: SessionId(Uuid::now_v7()), generation: 0, now: at, session_ends_at };
        tokens.sign(&ada(), "ada@example.org", grant).unwrap()
    }

    #[test]
    fn a_token_can_be_sent_as_a_subprotocol() {
        let token = sign(&Tokens::new(&[7; 32], 24), Timestamp::now());
        assert!(token.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)));
    }

    #[test]
    fn a_token_ends_with_its_session() {
        let (tokens, now) = (Tokens::new(&[7; 32], 24), Timestamp(1_000_000));
        let grant =
            Grant { session: SessionId(Uuid::now_v7()), generation: 3, now, session_ends_at: Timestamp(61_234_567) };
        assert_eq!(tokens.end_of(grant), Timestamp(61_234_000));
        assert_eq!(tokens.end_of(Grant { session_ends_at: Timestamp::MAX, ..grant }), tokens.expiry(now));
    }

    #[test]
    fn another_secret_or_a_past_expiry_is_rejected() {
        let tokens = Tokens::new(&[7; 32], 1);
        assert!(tokens.verify(&sign(&tokens, Timestamp::now())).is_some());
        assert!(Tokens::new(&[8; 32], 1).verify(&sign(&tokens, Timestamp::now())).is_none());
        assert!(tokens.verify(&sign(&tokens, Timestamp::now().plus_millis(-3_601_000))).is_none());
    }

    #[test]
    fn a_token_of_a_clock_that_was_ahead_is_valid_for_a_day_more() {
        let tokens = Tokens::new(&[7; 32], 24);
        let ahead = |hours: i64| sign(&tokens, Timestamp::now().plus_millis(hours * 3_600_000));
        assert!(tokens.verify(&ahead(23)).is_some());
        assert!(tokens.verify(&ahead(25)).is_none());
        assert!(tokens.verify(&ahead(24 * 365 * 10)).is_none());
        assert!(tokens.verify_signature(&ahead(24 * 365 * 10)).is_some());
    }

    #[test]
    fn a_token_whose_nbf_is_in_the_future_is_rejected() {
        let tokens = Tokens::new(&[7; 32], 1);
        let claims = tokens.verify(&sign(&tokens, Timestamp::now())).unwrap();
        let from = |seconds: i64| {
            let mut claims = serde_json::to_value(&claims).unwrap();
            claims["nbf"] = (Timestamp::now().0 / 1000 + seconds).into();
            jsonwebtoken::encode(&Header::default(), &claims, &tokens.encoding).unwrap()
        };
        assert!(tokens.verify(&from(-1)).is_some());
        assert!(tokens.verify(&from(30)).is_none() && tokens.verify_signature(&from(3600)).is_none());
    }

    #[test]
    fn other_algorithms_and_tokens_without_expiry_are_rejected() {
        let tokens = Tokens::new(&[7; 32], 1);
        let claims = tokens.verify(&sign(&tokens, Timestamp::now())).unwrap();
        let longer = jsonwebtoken::encode(&Header::new(Algorithm::HS512), &claims, &tokens.encoding).unwrap();
        assert!(tokens.verify(&longer).is_none());

        let mut eternal = serde_json::to_value(&claims).unwrap();
        eternal.as_object_mut().unwrap().remove("exp");
        let eternal = jsonwebtoken::encode(&Header::default(), &eternal, &tokens.encoding).unwrap();
        assert!(tokens.verify(&eternal).is_none());
    }
}
