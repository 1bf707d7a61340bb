//! The limits that no operator changes and that clients learn from `hello` and the documentation.

/// Bytes of the longest message that is read from a socket.
pub const MAX_FRAME: usize = 64 * 1024;
/// Requests of one connection that may be in flight; then nothing more is read from its socket.
pub const IN_FLIGHT: usize = 64;
/// Different reactions to one message.
pub const MAX_REACTIONS: usize = 20;
/// Changes that `getChanges` returns one by one. A client that is further behind starts again from the history.
pub const MAX_CHANGES: i64 = 10_000;
/// Members of a group up to which its members see each other's read receipts, typing and presence.
pub const RECEIPTS_UP_TO: i64 = 100;
/// Seconds between two pings to a connection.
pub const HEARTBEAT_SECONDS: u64 = 30;
