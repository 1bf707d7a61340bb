//! Where the server keeps its data, as far as a measurement must know: an SQLite file, or PostgreSQL.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Result, ensure};

/// The server's database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Database {
    /// The file.
    Sqlite(PathBuf),
    /// The URL.
    Postgres(String),
}

impl FromStr for Database {
    type Err = anyhow::Error;

    /// `sqlite://FILE` or `postgres://…`, as the server reads them.
    fn from_str(url: &str) -> Result<Self> {
        if let Some(file) = url.strip_prefix("sqlite://") {
            let file = file.split('?').next().unwrap_or_default();
            ensure!(!file.is_empty(), "{url} names no file");
            return Ok(Self::Sqlite(file.into()));
        }
        ensure!(url.starts_with("postgres://") || url.starts_with("postgresql://"), "not sqlite:// or postgres://");
        Ok(Self::Postgres(url.to_owned()))
    }
}

impl Database {
    /// An unknown database: an SQLite file in the working directory.
    pub(crate) fn beside() -> Self {
        Self::Sqlite("hearth.db".into())
    }

    /// The name of the engine.
    pub(crate) fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// As the server reads it.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("sqlite://{}", file.display()),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// A folder on the disk of an SQLite file; the working directory for PostgreSQL, whose disk is not known.
    pub(crate) fn folder(&self) -> &Path {
        let folder = match self {
            Self::Sqlite(file) => file.parent(),
            Self::Postgres(_) => None,
        };
        folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_a_file_or_postgresql() {
        let file: Database = "sqlite:///tmp/x/hearth.db?mode=rwc".parse().unwrap();
        assert_eq!(file.folder(), Path::new("/tmp/x"));
        assert_eq!("sqlite://hearth.db".parse::<Database>().unwrap().folder(), Path::new("."));
        assert!("postgres://localhost/test".parse::<Database>().is_ok());
        assert!("mysql://localhost/test".parse::<Database>().is_err() && "sqlite://".parse::<Database>().is_err());
    }
}
