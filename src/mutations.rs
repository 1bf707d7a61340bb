//! Mistakes that a server could make, for the crash suite: each must be detected. `HEARTH_MUTATION` names the one that
//! this process makes. Exists only with the feature `mutations`, and never in a release profile.

use std::{sync::LazyLock, time::Duration};

use tokio::sync::{Mutex, MutexGuard};

#[cfg(not(debug_assertions))]
compile_error!("the feature `mutations` breaks the server on purpose: a release profile cannot have it");

/// The variable that names the mistake.
pub const VARIABLE: &str = "HEARTH_MUTATION";
/// How late a commit is that was acknowledged before: longer than its answer takes to reach a client.
const LATE: Duration = Duration::from_millis(20);

/// A mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// Answers a request, then commits it.
    AckBeforeCommit,
    /// Delivers the events of a batch in reverse order.
    PublishOutOfOrder,
    /// Does not check whether a message is already stored.
    SkipRetryCheck,
    /// Does not update the cached members of a group.
    ForgetRosterChange,
    /// Treats a commit as failed because its answer was lost.
    LoseAmbiguousCommit,
    /// Returns a connection to the pool although its transaction failed.
    KeepPoisonedConnection,
    /// Does not wait for the disk.
    SyncOff,
}

const NAMES: [(&str, Mutation); 7] = [
    ("ack_before_commit", Mutation::AckBeforeCommit),
    ("publish_out_of_order", Mutation::PublishOutOfOrder),
    ("skip_retry_check", Mutation::SkipRetryCheck),
    ("forget_roster_change", Mutation::ForgetRosterChange),
    ("lose_ambiguous_commit", Mutation::LoseAmbiguousCommit),
    ("keep_poisoned_connection", Mutation::KeepPoisonedConnection),
    ("sync_off", Mutation::SyncOff),
];

static TURN: Mutex<()> = Mutex::const_new(());

static CHOSEN: LazyLock<Option<Mutation>> = LazyLock::new(|| {
    let name = std::env::var(VARIABLE).ok()?;
    let known = NAMES.iter().find(|(known, _)| *known == name);
    let (_, mutation) = known.unwrap_or_else(|| panic!("{VARIABLE}: there is no mutation {name}"));
    tracing::warn!(name, "this server makes a mistake on purpose");
    Some(*mutation)
});

/// Whether this process makes this mistake.
pub fn makes(mutation: Mutation) -> bool {
    *CHOSEN == Some(mutation)
}

/// Waits until the work of all calls of [`late`] is done.
pub async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

/// Does this too late, and lets the next [`turn`] begin only then.
pub async fn late(turn: MutexGuard<'static, ()>, work: impl Future) {
    tokio::time::sleep(LATE).await;
    work.await;
    drop(turn);
}
