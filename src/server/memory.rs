//! Returns to the system what the allocator keeps for later.

use std::{hint::black_box, thread, time::Duration};

/// mimalloc keeps what was freed for ten seconds.
const EVERY: Duration = Duration::from_secs(15);

/// Ends a thread again and again, for as long as it is polled: when a thread ends, mimalloc returns to the system what
/// has been free for long enough. In a server that has nothing to do no thread ends, and it would keep what rendering
/// the documentation or hashing a password took.
pub(super) async fn give_back() {
    loop {
        tokio::time::sleep(EVERY).await;
        // A thread counts if it has allocated something. If none can be started now, the next round does it.
        drop(thread::Builder::new().spawn(|| drop(black_box(Box::new(0)))));
    }
}
