//! The schema's versions, embedded; `migrations/sqlite` and `migrations/postgres` hold the same file names.

use anyhow::bail;
use sqlx::{
    AnyConnection, SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::engine::Engine;

macro_rules! migrations {
    ($folder:literal) => {
        &[
            (1, "first", include_str!(concat!("../../migrations/", $folder, "/0001_first.sql"))),
            (2, "living", include_str!(concat!("../../migrations/", $folder, "/0002_living.sql"))),
            (3, "writers", include_str!(concat!("../../migrations/", $folder, "/0003_writers.sql"))),
            (4, "folds", include_str!(concat!("../../migrations/", $folder, "/0004_folds.sql"))),
            (5, "sessions", include_str!(concat!("../../migrations/", $folder, "/0005_sessions.sql"))),
            (6, "privacy", include_str!(concat!("../../migrations/", $folder, "/0006_privacy.sql"))),
            (7, "bounds", include_str!(concat!("../../migrations/", $folder, "/0007_bounds.sql"))),
            (8, "commits", include_str!(concat!("../../migrations/", $folder, "/0008_commits.sql"))),
        ]
    };
}

const SQLITE: &[(i64, &str, &str)] = migrations!("sqlite");
const POSTGRES: &[(i64, &str, &str)] = migrations!("postgres");

/// Migrates the schema to this binary's version. On SQLite the caller holds the lock file.
pub(super) async fn run(engine: Engine, connection: &mut AnyConnection) -> anyhow::Result<()> {
    run_to(engine, connection, i64::MAX).await
}

/// Migrates the schema to this version, or this binary's if that is older: a backup is loaded into the schema that it
/// was made with.
pub(super) async fn run_to(engine: Engine, connection: &mut AnyConnection, version: i64) -> anyhow::Result<()> {
    let texts = texts(engine);
    let migration = |&(version, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    let texts_to_run = texts.iter().filter(|(number, ..)| *number <= version);
    let mut migrator = Migrator::with_migrations(texts_to_run.map(migration).collect());
    // SQLite has no advisory locks: the caller holds the lock file instead.
    migrator.set_locking(engine == Engine::Postgres);
    match migrator.run(connection).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(version)) => bail!(
            "the database was written by a newer Hearth (its schema has version {version}, this one knows {}): \
             start that version, or restore a backup from before the upgrade",
            texts.len()
        ),
        Err(error) => Err(error.into()),
    }
}

/// Whether a migration creates a table with this name.
pub(super) fn create_table(name: &str) -> bool {
    let statement = format!("CREATE TABLE {name} (");
    [SQLITE, POSTGRES].into_iter().flatten().any(|(_, _, text)| text.contains(&statement))
}

fn texts(engine: Engine) -> &'static [(i64, &'static str, &'static str)] {
    match engine {
        Engine::Sqlite => SQLITE,
        Engine::Postgres => POSTGRES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_have_the_same_versions() {
        let names = |texts: &[(i64, &'static str, &str)]| -> Vec<(i64, &str)> {
            texts.iter().map(|&(version, name, _)| (version, name)).collect()
        };
        assert_eq!(names(SQLITE), names(POSTGRES));
    }
}
