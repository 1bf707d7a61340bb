//! A database of one's own for every test. The one place that knows which engine the tests run on.

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;

use super::line::Line;

/// An empty database; gone when this is dropped.
pub struct TestDatabase {
    pub url: String,
    kind: Kind,
    outage: Option<Outage>,
}

enum Kind {
    Sqlite { _folder: TempDir },
    Postgres { server: String, schema: String },
}

/// How this database is taken away.
enum Outage {
    /// Somebody else holds the only right to write.
    Locked(AnyConnection),
    /// The way to it can be cut.
    Line(Line),
}

impl TestDatabase {
    pub async fn create() -> Self {
        sqlx::any::install_default_drivers();
        match std::env::var("TEST_DATABASE_URL") {
            Ok(server) => {
                let schema = format!("test_{}", uuid::Uuid::new_v4().simple());
                run(&server, &format!("CREATE SCHEMA {schema}")).await;
                let separator = if server.contains('?') { '&' } else { '?' };
                let url = format!("{server}{separator}options=-c%20search_path%3D{schema}");
                Self { url, kind: Kind::Postgres { server, schema }, outage: None }
            }
            Err(_) => {
                let folder = TempDir::new().expect("a temporary folder");
                let url = format!("sqlite://{}", folder.path().join("hearth.db").display());
                Self { url, kind: Kind::Sqlite { _folder: folder }, outage: None }
            }
        }
    }

    /// One that [`Self::gone`] takes away.
    pub async fn create_breakable() -> Self {
        let mut database = Self::create().await;
        if let Kind::Postgres { .. } = database.kind {
            let (line, url) = Line::to(&database.url).await;
            database.url = url;
            database.outage = Some(Outage::Line(line));
        }
        database
    }

    /// From now on nothing can be written (nor read, where the engine is another process), until it is [`Self::back`].
    pub async fn gone(&mut self) {
        match &mut self.outage {
            Some(Outage::Line(line)) => line.cut().await,
            Some(Outage::Locked(_)) => panic!("it is gone already"),
            None => {
                let mut connection = self.connect().await;
                connection.execute("BEGIN IMMEDIATE").await.expect("the lock is free");
                self.outage = Some(Outage::Locked(connection));
            }
        }
    }

    /// As if nothing had happened.
    pub async fn back(&mut self) {
        match self.outage.take() {
            Some(Outage::Line(mut line)) => {
                line.mend();
                self.outage = Some(Outage::Line(line));
            }
            Some(Outage::Locked(mut connection)) => {
                connection.execute("ROLLBACK").await.expect("the lock can be given back");
                connection.close().await.expect("the connection closes");
            }
            None => panic!("it was never gone"),
        }
    }

    /// Whether it answers questions now.
    pub async fn answers(&self) -> bool {
        AnyConnection::connect(&self.url).await.is_ok()
    }

    /// From now on nobody can tell which sessions there are; everything else works.
    pub async fn hide_sessions(&self) {
        self.run("ALTER TABLE sessions RENAME TO hidden_sessions").await;
    }

    /// Undoes [`Self::hide_sessions`].
    pub async fn show_sessions(&self) {
        self.run("ALTER TABLE hidden_sessions RENAME TO sessions").await;
    }

    /// A connection beside the server's.
    pub async fn connect(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.expect("the database answers")
    }

    /// Runs statements beside the server.
    pub async fn run(&self, sql: &str) {
        run(&self.url, sql).await;
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Kind::Postgres { server, schema } = &self.kind {
            let (server, sql) = (server.clone(), format!("DROP SCHEMA {schema} CASCADE"));
            let drop_schema = move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(run(&server, &sql));
            };
            std::thread::spawn(drop_schema).join().expect("the schema can be dropped");
        }
    }
}

async fn run(url: &str, sql: &str) {
    let mut connection = AnyConnection::connect(url).await.expect("the database answers");
    connection.execute(AssertSqlSafe(sql.to_owned())).await.expect("the statement works");
    connection.close().await.expect("the connection closes");
}
