//! Databases with the schema of older versions: the migrations of each version, and the rows in `tests/it/upgrade` that a
//! server of that version wrote. And of a later version.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sqlx::Row;

use super::TestDatabase;

const SQLITE_VERSIONS: &str = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
     installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, \
     execution_time BIGINT NOT NULL)";
const POSTGRES_VERSIONS: &str = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
     installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, \
     execution_time BIGINT NOT NULL)";

/// Goes past the numbers that the rows have: a server would have taken them from the sequence.
const NUMBER_ON: &str = "DO $$ DECLARE t RECORD; BEGIN \
     FOR t IN SELECT table_name::text AS name, column_name::text AS key FROM information_schema.columns \
       WHERE table_schema = current_schema() AND is_identity = 'YES' LOOP \
       EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), GREATEST((SELECT MAX(%I) FROM %I), 1))', \
         t.name, t.key, t.key, t.name); \
     END LOOP; END $$";

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The file names of all migrations, in their order.
pub fn migrations() -> Vec<String> {
    let files = fs::read_dir(folder("migrations/sqlite")).expect("a folder");
    let name = |file: fs::DirEntry| file.file_name().into_string().expect("a text");
    let mut names: Vec<_> = files.map(|file| name(file.expect("an entry"))).collect();
    names.sort();
    names
}

impl TestDatabase {
    /// Marks it as migrated by a later version, which says that binaries with this schema are the oldest that work.
    pub async fn migrate_later(&self, oldest: &str) {
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
            SELECT 9999, 'later', success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1";
        self.run(newer).await;
        let oldest = sqlx::query("UPDATE settings SET value = $1 WHERE key = 'oldest_binary'").bind(oldest.as_bytes());
        let kept = oldest.execute(&mut self.connect().await).await.expect("the database answers");
        assert_eq!(kept.rows_affected(), 1, "the schema says which binary is the oldest that works with it");
    }

    /// A database that has been used by every version up to this one.
    pub async fn of_version(version: usize) -> Self {
        let database = Self::create().await;
        let engine = database.engine();
        let is_sqlite = engine == "sqlite";
        if is_sqlite {
            let url = format!("{}?mode=rwc", database.url);
            super::database::run(&url, "PRAGMA journal_mode = WAL").await;
        }
        database.run(if is_sqlite { SQLITE_VERSIONS } else { POSTGRES_VERSIONS }).await;
        let checksums = read(&folder("tests/it/upgrade/migrations.sha384"));
        for (number, name) in migrations().into_iter().enumerate().take(version) {
            let file = format!("{engine}/{name}");
            database.run(&read(&folder("migrations").join(&file))).await;
            let checksum = checksums.lines().find_map(|line| line.strip_suffix(&file)).map(str::trim);
            let checksum = checksum.unwrap_or_else(|| panic!("no checksum of {file}: see CONTRIBUTING.md"));
            let row = format!(
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES ({}, '{}', TRUE, x'{checksum}', 1)",
                number + 1,
                &name[5..name.len() - 4]
            );
            let rows = read(&folder(&format!("tests/it/upgrade/{}.sql", &name[..4])));
            for sql in [row, rows] {
                database.run(&if is_sqlite { sql } else { on_postgres(&sql) }).await;
            }
            if !is_sqlite {
                database.run(NUMBER_ON).await;
            }
        }
        database
    }

    /// How many rows a query counts.
    pub async fn count(&self, query: &'static str) -> i64 {
        let row = sqlx::query(query).fetch_one(&mut self.connect().await).await;
        row.expect("the question can be answered").get(0)
    }
}

/// The rows are written for SQLite.
fn on_postgres(sql: &str) -> String {
    sql.replace("x'", "'\\x").replace(") VALUES", ") OVERRIDING SYSTEM VALUE VALUES")
}
