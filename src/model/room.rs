//! How much room the disk of the database has.

/// How much room the disk of the database has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Room {
    /// Enough, or unknown.
    #[default]
    Enough,
    /// So little that the operator should make room.
    Low,
    /// So little that nothing more is stored.
    Spent,
}
