//! Returns free memory from the allocator to the system.

use std::{hint::black_box, thread, time::Duration};

/// mimalloc keeps freed memory for ten seconds.
const EVERY: Duration = Duration::from_secs(15);

/// Starts and ends a thread periodically while it is polled: when a thread ends, mimalloc returns memory that has been
/// free for long enough. An idle server ends no threads, and would keep the memory that rendering the documentation or
/// hashing a password used.
pub(super) async fn give_back() {
    loop {
        tokio::time::sleep(EVERY).await;
        // A thread counts only if it has allocated something. If none can be started now, the next round tries again.
        drop(thread::Builder::new().spawn(|| drop(black_box(Box::new(0)))));
    }
}
