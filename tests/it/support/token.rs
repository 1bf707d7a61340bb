//! Tokens made by hand, for servers whose configured secret is [`SECRET`].

use jsonwebtoken::{Algorithm, EncodingKey, Header, dangerous::insecure_decode_claims};
use serde_json::Value;

/// The value of `auth.secret`.
pub const SECRET: &str = "a secret that only these tests know";

/// The claims of a token, signed by anyone.
pub fn claims(token: &str) -> Value {
    insecure_decode_claims(token).expect("a token has claims")
}

/// The claims of a real token, with one changed; `null` removes it.
pub fn altered(token: &str, claim: &str, value: Value) -> Value {
    let mut claims = claims(token);
    let object = claims.as_object_mut().expect("claims are an object");
    match value {
        Value::Null => drop(object.remove(claim).expect("the claim is there")),
        value => drop(object.insert(claim.to_owned(), value)),
    }
    claims
}

/// Signs as the server does.
pub fn sign(claims: &Value) -> String {
    sign_with(claims, Algorithm::HS256, SECRET)
}

/// Signs with another algorithm or secret.
pub fn sign_with(claims: &Value, algorithm: Algorithm, secret: &str) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes()).expect("a secret");
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).expect("claims can be signed")
}

/// A real token's claims under `{"alg":"none","typ":"JWT"}`, without a signature.
pub fn unsigned(token: &str) -> String {
    let claims = token.split('.').nth(1).expect("a token has three parts");
    format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")
}

/// The current time in seconds, as in `exp`.
pub fn now() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().expect("it is later than 1970");
    i64::try_from(since.as_secs()).expect("and not that late")
}
