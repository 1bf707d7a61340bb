//! A whole database on the server, where a schema is not enough: an extension belongs to a database.

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

/// An empty database; dropping this deletes it.
pub struct WholeDatabase {
    pub url: String,
    server: String,
    name: String,
}

impl WholeDatabase {
    /// One in which `hearth check` can use the extension `amcheck`. `None` if the engine has no extensions.
    pub async fn with_amcheck() -> Option<Self> {
        let server = std::env::var("TEST_DATABASE_URL").ok()?;
        sqlx::any::install_default_drivers();
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        run(&server, &format!("CREATE DATABASE {name}")).await;
        let (address, parameters) = server.split_once('?').unwrap_or((&server, ""));
        let (address, _) = address.rsplit_once('/').expect("the URL names a database");
        let database = Self { url: format!("{address}/{name}?{parameters}"), server: server.clone(), name };
        run(&database.url, "CREATE EXTENSION amcheck").await;
        Some(database)
    }

    /// Adds a reaction that the table's index does not get.
    pub async fn lose_index_entry(&self) {
        let ready = |is_ready: bool| {
            format!("UPDATE pg_index SET indisready = {is_ready} WHERE indexrelid = 'reactions_pkey'::regclass")
        };
        run(&self.url, &ready(false)).await;
        let add = "INSERT INTO reactions SELECT chat_id, seq, '🫖', user_id, created_at FROM reactions LIMIT 1";
        run(&self.url, add).await;
        run(&self.url, &ready(true)).await;
    }
}

impl Drop for WholeDatabase {
    fn drop(&mut self) {
        let (server, drop_database) = (self.server.clone(), format!("DROP DATABASE {} WITH (FORCE)", self.name));
        let drop_database = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(run(&server, &drop_database));
        };
        std::thread::spawn(drop_database).join().expect("the database can be dropped");
    }
}

async fn run(url: &str, sql: &str) {
    let mut connection = AnyConnection::connect(url).await.expect("the server answers");
    connection.execute(AssertSqlSafe(sql.to_owned())).await.expect("the statement works");
    connection.close().await.expect("the connection closes");
}
