//! The schema's versions, embedded; `migrations/sqlite` and `migrations/postgres` hold the same file names.

mod oldest;

use anyhow::{bail, ensure};
use sqlx::{
    AnyConnection, AssertSqlSafe, SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::{DatabaseResult, engine::Engine, tables::analyze};
use oldest::Oldest;

/// What older binaries can do with the schema after a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Older {
    /// Those that know the schema before it work with it: it only adds what they need not write or read.
    Work,
    /// They do not start. This Hearth is the first that works with it.
    Need(&'static str),
}

/// What a migration does to stored rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// It only adds: tables, indexes, columns with a default value.
    Stay,
    /// It changes them: a backup is made before it.
    Change,
}

/// What is known of each version of the schema, apart from its text.
struct Version {
    number: i64,
    older: Older,
    rows: Rows,
}

const VERSIONS: &[Version] = &[
    Version { number: 1, older: Older::Need("0.1.0"), rows: Rows::Stay },
    Version { number: 2, older: Older::Need("0.1.0"), rows: Rows::Stay },
    Version { number: 3, older: Older::Need("0.1.0"), rows: Rows::Stay },
    Version { number: 4, older: Older::Need("0.1.0"), rows: Rows::Change },
    Version { number: 5, older: Older::Need("0.1.0"), rows: Rows::Stay },
    Version { number: 6, older: Older::Need("0.1.0"), rows: Rows::Change },
    Version { number: 7, older: Older::Need("0.1.0"), rows: Rows::Change },
    Version { number: 8, older: Older::Work, rows: Rows::Stay },
    // They cannot read the notice of a group's limit.
    Version { number: 9, older: Older::Need("0.1.0"), rows: Rows::Stay },
    Version { number: 10, older: Older::Work, rows: Rows::Stay },
];

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
            (9, "retention", include_str!(concat!("../../migrations/", $folder, "/0009_retention.sql"))),
            (10, "cluster", include_str!(concat!("../../migrations/", $folder, "/0010_cluster.sql"))),
        ]
    };
}

const SQLITE: &[(i64, &str, &str)] = migrations!("sqlite");
const POSTGRES: &[(i64, &str, &str)] = migrations!("postgres");

/// Migrates the schema to this binary's version. On SQLite the caller holds the lock file. A newer schema stays as it is;
/// fails if this binary does not work with it.
pub(super) async fn run(engine: Engine, connection: &mut AnyConnection) -> anyhow::Result<()> {
    let before = version(engine, connection).await?;
    run_to(engine, connection, i64::MAX).await?;
    // SQLite would read whole tables while the server starts.
    if engine == Engine::Postgres && before > 0 && before < newest() {
        analyze(engine, connection).await?;
    }
    Ok(())
}

/// Migrates the schema to this version, or this binary's if that is older: a backup is loaded into the schema that it
/// was made with.
pub(super) async fn run_to(engine: Engine, connection: &mut AnyConnection, version: i64) -> anyhow::Result<()> {
    let texts: Vec<_> = texts(engine).iter().copied().filter(|(number, ..)| *number <= version).collect();
    let mut migrator = migrator(engine, VERSIONS, &texts);
    migrator.set_ignore_missing(newer(engine, connection).await?.is_some());
    match migrator.run(&mut *connection).await {
        // A newer Hearth has migrated it since.
        Err(MigrateError::VersionMissing(_)) if newer(engine, connection).await?.is_some() => Ok(()),
        done => Ok(done?),
    }
}

/// Fails unless the schema has this binary's version, or a newer one with which it works.
pub(super) async fn require(engine: Engine, connection: &mut AnyConnection) -> anyhow::Result<()> {
    let version = version(engine, connection).await?;
    ensure!(version > 0, "it is not a database of Hearth");
    ensure!(
        version >= newest(),
        "its schema has version {version}, this Hearth needs {}: start Hearth, or run `hearth migrate`",
        newest()
    );
    newer(engine, connection).await.map(|_| ())
}

/// The version of a database's schema; 0 if it is not one of Hearth.
pub(super) async fn version(engine: Engine, connection: &mut AnyConnection) -> DatabaseResult<i64> {
    let migrated = AssertSqlSafe(engine.find_table("_sqlx_migrations"));
    if sqlx::query(migrated).fetch_optional(&mut *connection).await?.is_none() {
        return Ok(0);
    }
    let newest = sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations");
    newest.fetch_one(connection).await
}

/// The statements that drop all tables and functions that migrations create on PostgreSQL, if they exist in a schema of
/// the search path.
pub(super) fn drop_everything() -> String {
    let created = |begin: &'static str, end| {
        let rests = POSTGRES.iter().flat_map(move |(_, _, text)| text.split(begin).skip(1));
        rests.filter_map(move |rest| rest.split_once(end).map(|(created, _)| created))
    };
    let tables = created("CREATE TABLE ", " (").map(|name| format!("DROP TABLE IF EXISTS {name} CASCADE; "));
    let functions = created("CREATE FUNCTION ", ")").map(|name| format!("DROP FUNCTION IF EXISTS {name}); "));
    tables.chain(functions).collect::<String>() + "DROP TABLE IF EXISTS _sqlx_migrations; "
}

/// Whether a migration after this version changes stored rows.
pub(super) fn changes_data(after: i64) -> bool {
    VERSIONS.iter().any(|version| version.number > after && version.rows == Rows::Change)
}

/// The version of the schema that this binary knows.
pub(super) fn newest() -> i64 {
    VERSIONS.last().map_or(0, |version| version.number)
}

/// The version of a schema that is newer than this binary's, but with which it works. `None` if it is not newer.
async fn newer(engine: Engine, connection: &mut AnyConnection) -> anyhow::Result<Option<i64>> {
    let version = version(engine, connection).await?;
    if version <= newest() {
        return Ok(None);
    }
    match Oldest::kept(connection).await? {
        Some(oldest) if oldest.schema <= newest() => {
            tracing::info!(
                schema = version,
                known = newest(),
                "a newer Hearth has migrated the database; this one works with it"
            );
            Ok(Some(version))
        }
        oldest => bail!(
            "the database was written by a newer Hearth (its schema has version {version}, this one knows {}): it needs \
             {}. Install that, or restore a backup from before the upgrade",
            newest(),
            oldest.map_or_else(|| "that version".to_owned(), |oldest| format!("Hearth {} or newer", oldest.hearth))
        ),
    }
}

/// Each migration is one transaction, which also records the version and the oldest binary that works with it.
fn migrator(engine: Engine, versions: &[Version], texts: &[(i64, &'static str, &'static str)]) -> Migrator {
    let migration = |&(number, name, sql): &(i64, &'static str, &'static str)| {
        let mut migration = Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false);
        // Not part of the migration's checksum.
        if let Some(oldest) = Oldest::of(versions, number) {
            migration.sql = AssertSqlSafe(format!("{sql};\n{}", oldest.record(engine))).into_sql_str();
        }
        migration
    };
    let mut migrator = Migrator::with_migrations(texts.iter().map(migration).collect());
    // SQLite has no advisory locks: the caller holds the lock file instead.
    migrator.set_locking(engine == Engine::Postgres);
    migrator
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
    use sqlx::{Connection, Executor, any::install_default_drivers};

    use super::*;

    /// Statements that remove what an older binary may use.
    const TAKES_AWAY: [&str; 5] = ["DROP ", "RENAME ", "ALTER COLUMN", "SET NOT NULL", "TRUNCATE"];

    #[test]
    fn both_engines_have_the_same_versions_and_each_says_which_binaries_work() {
        let names = |texts: &[(i64, &'static str, &str)]| -> Vec<(i64, &str)> {
            texts.iter().map(|&(number, name, _)| (number, name)).collect()
        };
        assert_eq!(names(SQLITE), names(POSTGRES));
        assert!(SQLITE.iter().map(|(number, ..)| *number).eq(1..=newest()), "there are no gaps");
        assert!(VERSIONS.iter().map(|version| version.number).eq(1..=newest()), "each says it once");
    }

    #[test]
    fn a_migration_that_takes_something_away_stops_older_binaries() {
        for (number, name, sql) in SQLITE.iter().chain(POSTGRES) {
            let sql =
                sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<String>().to_uppercase();
            let version = VERSIONS.iter().find(|version| version.number == *number).unwrap();
            let takes_away = TAKES_AWAY.iter().find(|word| sql.contains(*word));
            assert!(takes_away.is_none() || version.older != Older::Work, "{name}: {takes_away:?}");
        }
    }

    async fn database() -> AnyConnection {
        install_default_drivers();
        let mut connection = AnyConnection::connect("sqlite::memory:").await.unwrap();
        run(Engine::Sqlite, &mut connection).await.unwrap();
        connection
    }

    /// Migrates as a later binary does, with one more migration.
    async fn migrate_later(connection: &mut AnyConnection, older: Older) {
        let number = newest() + 1;
        let mut versions: Vec<_> = VERSIONS.iter().map(|version| Version { ..*version }).collect();
        versions.push(Version { number, older, rows: Rows::Stay });
        let texts = [SQLITE, &[(number, "later", "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;\n")]].concat();
        migrator(Engine::Sqlite, &versions, &texts).run(connection).await.unwrap();
    }

    #[tokio::test]
    async fn a_newer_schema_that_only_adds_is_used_and_left_as_it_is() {
        let mut connection = database().await;
        migrate_later(&mut connection, Older::Work).await;
        run(Engine::Sqlite, &mut connection).await.unwrap();
        require(Engine::Sqlite, &mut connection).await.unwrap();
        assert_eq!(version(Engine::Sqlite, &mut connection).await.unwrap(), newest() + 1);
        connection.execute("SELECT id FROM later").await.unwrap();
    }

    #[tokio::test]
    async fn a_newer_schema_that_needs_a_newer_binary_is_refused_with_its_version() {
        let mut connection = database().await;
        migrate_later(&mut connection, Older::Need("7.6.5")).await;
        let error = run(Engine::Sqlite, &mut connection).await.unwrap_err().to_string();
        assert!(error.contains("it needs Hearth 7.6.5 or newer"), "{error}");
        assert!(require(Engine::Sqlite, &mut connection).await.is_err());
    }

    #[tokio::test]
    async fn a_newer_schema_that_says_nothing_is_refused() {
        let mut connection = database().await;
        migrate_later(&mut connection, Older::Work).await;
        connection.execute("DELETE FROM settings WHERE key = 'oldest_binary'").await.unwrap();
        let error = run(Engine::Sqlite, &mut connection).await.unwrap_err().to_string();
        assert!(error.contains("it needs that version"), "{error}");
    }

    #[tokio::test]
    async fn the_oldest_binary_stays_while_migrations_only_add() {
        let mut connection = database().await;
        let before = Oldest::kept(&mut connection).await.unwrap().unwrap();
        assert_eq!(Some(before.schema), VERSIONS.iter().filter(|v| v.older != Older::Work).map(|v| v.number).max());
        migrate_later(&mut connection, Older::Work).await;
        assert_eq!(Oldest::kept(&mut connection).await.unwrap().unwrap(), before);
    }
}
