//! Argon2id with OWASP's parameters (19 MiB, two passes, one lane), outside the async runtime and bounded in number, so
//! that logins never delay messages. Also verifies bcrypt hashes, which come from imports.

use std::{net::IpAddr, sync::Arc};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use super::{
    hashers::Hashers,
    turns::{Source, Turns},
};
use crate::{
    error::{Error, Result},
    text,
};

/// A hash with the parameters of [`Passwords::hash`] that matches no password: verifying an unknown email takes as long
/// as a wrong password. Accounts that nobody may log in to also have it.
pub const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$aGVhcnRoLW5vYm9keXM$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

/// Like [`NOBODYS`], for bcrypt with the cost of the reference server.
const NOBODYS_BCRYPT: &str = "$2b$05$hearthnobodysabcdefghutVqVCReJHIILqMANYbtPz/cdPBZxwDy";

/// About a second of one core. Each step doubles the time: logins with a cost of 31 would block all others for days.
const BCRYPT_MAX_COST: u32 = 14;
/// bcrypt ignores the rest of a password.
const BCRYPT_BYTES: usize = 72;

/// The result of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The password is wrong.
    Wrong,
    /// The password is right.
    Right,
    /// The password is right, but its hash is of an older kind and should be replaced.
    Outdated,
}

/// Hashes and verifies passwords. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Turns>,
    hashers: Hashers,
}

impl Passwords {
    /// Starts the threads that hash: one password per core at a time.
    pub fn start() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { turns: Arc::new(Turns::new(cores)), hashers: Hashers::start(cores) }
    }

    /// Hashes a password in NFC to a PHC string; takes about 15 ms of one core.
    pub async fn hash(&self, password: String, source: Source) -> Result<String> {
        self.compute(source, move || hash(text::password(&password).as_bytes())).await?
    }

    /// Whether this is a bcrypt hash of an acceptable cost.
    pub fn is_bcrypt(hash: &str) -> bool {
        is_bcrypt(hash) && hash.parse::<bcrypt::HashParts>().is_ok_and(|parts| parts.get_cost() <= BCRYPT_MAX_COST)
    }

    /// Whether the password is right.
    pub async fn verify(&self, password: String, hash: Option<String>, source: Source) -> Result<bool> {
        Ok(self.compare(password, hash, source).await? != Verdict::Wrong)
    }

    /// Compares a password in every spelling that may have been hashed. Takes as long without a hash as with one.
    pub async fn compare(&self, password: String, hash: Option<String>, source: Source) -> Result<Verdict> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS.to_owned());
        let verdict = self.compute(source, move || compare(&password, &hash)).await??;
        Ok(if known { verdict } else { Verdict::Wrong })
    }

    /// Records a login from this address.
    pub fn remember(&self, address: IpAddr) {
        self.turns.remember(address);
    }

    async fn compute<T: Send + 'static>(&self, source: Source, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = self.turns.take(source).await?;
        // Held until the work is done, even if the request was cancelled.
        let work = move || {
            let _turn = turn;
            work()
        };
        self.hashers.run(work).await
    }
}

fn hash(password: &[u8]) -> Result<String> {
    let hash = Argon2::default().hash_password(password);
    Ok(hash.map_err(|error| Error::Internal(error.to_string().into()))?.to_string())
}

/// Hashes every spelling, even after a match: the time must depend only on the given password.
fn compare(password: &str, hash: &str) -> Result<Verdict> {
    let mut verdict = Verdict::Wrong;
    for (place, spelling) in text::spellings(password).into_iter().enumerate() {
        if verify(spelling.as_bytes(), hash)? && verdict == Verdict::Wrong {
            verdict = if place == 0 && !is_bcrypt(hash) { Verdict::Right } else { Verdict::Outdated };
        }
    }
    Ok(verdict)
}

/// Runs both algorithms for any hash, so that the time does not reveal where an account came from.
fn verify(password: &[u8], hash: &str) -> Result<bool> {
    let (argon2, bcrypt) = if is_bcrypt(hash) { (NOBODYS, hash) } else { (hash, NOBODYS_BCRYPT) };
    let is_argon2s = argon2_verify(password, argon2)?;
    let is_bcrypts = bcrypt::verify(&password[..password.len().min(BCRYPT_BYTES)], bcrypt);
    let is_bcrypts = is_bcrypts.map_err(|error| Error::Internal(error.into()))?;
    Ok(if is_bcrypt(hash) { is_bcrypts } else { is_argon2s })
}

fn argon2_verify(password: &[u8], hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|error| Error::Internal(error.to_string().into()))?;
    Ok(Argon2::default().verify_password(password, &hash).is_ok())
}

fn is_bcrypt(hash: &str) -> bool {
    hash.starts_with("$2")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_hash_costs_as_much_as_a_real_one() {
        let parameters = |hash: &str| hash.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(parameters(NOBODYS), parameters(&hash(b"correct horse").unwrap()));
        assert!(!verify(b"", NOBODYS).unwrap() && !verify(b"", NOBODYS_BCRYPT).unwrap());
    }

    #[test]
    fn bcrypt_hashes_of_every_version_are_verified_up_to_a_cost_of_14() {
        let long = "correct horse battery staple ".repeat(4);
        for version in [bcrypt::Version::TwoA, bcrypt::Version::TwoB, bcrypt::Version::TwoY] {
            let hash = bcrypt::hash_with_salt(&long.as_bytes()[..72], 5, [7; 16]).unwrap().format_for_version(version);
            assert!(Passwords::is_bcrypt(&hash) && verify(long.as_bytes(), &hash).unwrap());
            assert!(!verify(b"correct horse", &hash).unwrap());
        }
        let costing = |cost: u32| NOBODYS_BCRYPT.replace("$05$", &format!("${cost}$"));
        assert!(Passwords::is_bcrypt(&costing(14)) && !Passwords::is_bcrypt(&costing(15)));
        assert!(!Passwords::is_bcrypt("$2b$05$tooshort") && !Passwords::is_bcrypt(NOBODYS));
    }
}
