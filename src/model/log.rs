//! Places in the log of commits.

/// A place in the log: a row of one writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The generation of the process.
    pub writer: i64,
    /// Its row.
    pub n: i64,
}

/// The row of a committed transaction of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its number among those of this process.
    pub n: i64,
    /// Rows of other servers that were committed before it: at least those that it depends on.
    pub follows: Vec<Cursor>,
}
