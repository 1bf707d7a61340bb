//! A database of one's own for every test. The one place that knows which engine the tests run on.

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;

/// An empty database; gone when this is dropped.
pub struct TestDatabase {
    pub url: String,
    kind: Kind,
}

enum Kind {
    Sqlite { _folder: TempDir },
    Postgres { server: String, schema: String },
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
                Self { url, kind: Kind::Postgres { server, schema } }
            }
            Err(_) => {
                let folder = TempDir::new().expect("a temporary folder");
                let url = format!("sqlite://{}", folder.path().join("hearth.db").display());
                Self { url, kind: Kind::Sqlite { _folder: folder } }
            }
        }
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
