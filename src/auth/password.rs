//! Argon2id with OWASP's parameters (19 MiB, two passes, one lane), off the runtime and bounded in number, so that
//! log-ins never starve messages.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Passwords that may wait for their turn: some ten seconds' worth. More are turned away.
const WAITING: usize = 512;

/// A hash of the parameters that [`hash`] uses, of no password at all: an unknown e-mail costs as much time as a wrong
/// password.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$aGVhcnRoLW5vYm9keXM$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

const BUSY: &str = "Too many people are logging in: try again later";

/// Hashes and verifies passwords. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Default for Passwords {
    /// Half of the cores hash, the other half serve.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { turns: Arc::new(Semaphore::new((cores / 2).max(1))), queue: Arc::new(Semaphore::new(WAITING)) }
    }
}

impl Passwords {
    /// The PHC string to keep; some 15 ms of one core.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.compute(move || hash(password.as_bytes())).await?
    }

    /// Whether this is the password; as long for nobody's hash as for somebody's.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS.to_owned());
        let right = self.compute(move || verify(password.as_bytes(), &hash)).await??;
        Ok(right && known)
    }

    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let Ok(place) = self.queue.clone().try_acquire_owned() else { return Err(Error::Unavailable(BUSY)) };
        let turn = self.turns.clone().acquire_owned().await.map_err(|error| Error::Internal(error.into()))?;
        // Both are held until the work is done, also when nobody waits for it any more.
        let work = move || {
            let (_place, _turn) = (place, turn);
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.into()))
    }
}

fn hash(password: &[u8]) -> Result<String> {
    let hash = Argon2::default().hash_password(password);
    Ok(hash.map_err(|error| Error::Internal(error.to_string().into()))?.to_string())
}

fn verify(password: &[u8], hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|error| Error::Internal(error.to_string().into()))?;
    Ok(Argon2::default().verify_password(password, &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_hash_costs_what_a_real_one_does() {
        let parameters = |hash: &str| hash.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(parameters(NOBODYS), parameters(&hash(b"correct horse").unwrap()));
        assert!(!verify(b"", NOBODYS).unwrap());
    }
}
