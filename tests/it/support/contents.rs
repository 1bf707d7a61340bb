//! Everything in a database.

use std::collections::BTreeMap;

use hearth::{
    config::Database,
    demo::{self, Language, Start},
    model::Timestamp,
    store::{
        ServingGuard, Store,
        tables::{Row, Snapshot},
    },
};

use sqlx::{Executor, Row as _};

use super::TestDatabase;

/// The rows of each table, and the highest number of each numbered one.
pub type Contents = (BTreeMap<String, Vec<Row>>, BTreeMap<String, i64>);

impl TestDatabase {
    /// Its configuration.
    pub fn config(&self) -> Database {
        Database { url: self.url.clone(), ..Database::default() }
    }

    /// Everything in it.
    pub async fn contents(&self) -> Contents {
        let mut snapshot = Snapshot::open(&self.url).await.expect("it opens");
        let mut rows = BTreeMap::new();
        for table in snapshot.tables().to_vec() {
            let all = snapshot.page(&table, None, usize::MAX >> 1).await.expect("rows");
            assert_eq!(i64::try_from(all.len()).expect("few"), snapshot.count(&table).await.expect("a number"));
            rows.insert(table.name, all);
        }
        let numbers = snapshot.numbers().await.expect("numbers");
        snapshot.close().await.expect("it closes");
        (rows, numbers)
    }

    /// The id of the move that this database is part of.
    pub async fn move_id(&self) -> String {
        let row = self.connect().await.fetch_one("SELECT value FROM moving WHERE key = 'id'").await;
        row.expect("it is part of one").get("value")
    }

    /// Fills it with a demo.
    pub async fn fill(&self) {
        let guard = ServingGuard::take(&self.url).await.expect("nobody serves");
        let store = Store::open_to_write(&self.config(), &guard).await.expect("it opens");
        let start = Start { now: Timestamp(1_800_000_000_000), seed: 7 };
        demo::fill(&store, Language::Russian, start).await.expect("it can be filled");
        store.close().await;
        guard.release().await;
    }
}
