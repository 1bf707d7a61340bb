//! Which exports are running: few at once, one per person, none while the server stops.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

use crate::{
    error::{Error, Result},
    model::UserId,
};

/// Exports at once: each takes up to half of a core and a few ten MB.
const AT_ONCE: usize = 4;

const OWN: &str = "Another export of your data is running: wait until it has ended, or cancel it";
const FULL: &str = "Other people are exporting their data: try again in a few minutes";

/// The running exports.
#[derive(Default)]
pub struct Exports {
    people: Mutex<HashSet<UserId>>,
    stopping: CancellationToken,
}

/// The place of a running export, until it is dropped.
pub(super) struct Place {
    exports: Arc<Exports>,
    user: UserId,
}

impl Exports {
    /// Fails if this person could not begin an export now.
    pub(super) fn check(&self, user: UserId) -> Result<()> {
        room(&self.people(), user)
    }

    /// Takes a place for an export of this person.
    pub(super) fn enter(self: &Arc<Self>, user: UserId) -> Result<Place> {
        let mut people = self.people();
        room(&people, user)?;
        people.insert(user);
        Ok(Place { exports: self.clone(), user })
    }

    /// Ends all exports, for a server that stops. Their clients notice that the archive is not complete.
    pub fn stop(&self) {
        self.stopping.cancel();
    }

    fn people(&self) -> MutexGuard<'_, HashSet<UserId>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Returns when the server stops.
    pub(super) async fn stopped(&self) {
        self.exports.stopping.cancelled().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.exports.people().remove(&self.user);
    }
}

fn room(people: &HashSet<UserId>, user: UserId) -> Result<()> {
    match people {
        _ if people.contains(&user) => Err(Error::Unavailable(OWN)),
        _ if people.len() >= AT_ONCE => Err(Error::Unavailable(FULL)),
        _ => Ok(()),
    }
}
