//! Whole tables, read from one database and loaded into another.

use hearth::store::{
    Store,
    tables::{Conflict, Kind, Loader, Snapshot, Table, Value},
};

use crate::support::{Hearth, TestDatabase};

/// Creates the schema, without rows.
async fn create(database: &TestDatabase) {
    Store::open(&database.config()).await.expect("it opens").close().await;
    database.run("DELETE FROM settings").await;
}

/// Copies all rows, some at a time.
async fn copy(from: &TestDatabase, to: &TestDatabase, page: usize) {
    let mut snapshot = Snapshot::open(&from.url).await.expect("it opens");
    let mut loader = Loader::open(&to.url).await.expect("it opens");
    loader.begin().await.expect("it can be written");
    for table in snapshot.tables().to_vec() {
        let mut after = None;
        loop {
            let rows = snapshot.page(&table, after.as_ref(), page).await.expect("rows");
            let Some(last) = rows.last() else { break };
            after = Some(table.key_of(last));
            let rows: Vec<_> = rows.iter().map(|row| table.parse(&Table::line(row)).expect("a row")).collect();
            loader.insert(&table, &rows, Conflict::Fails).await.expect("they are new");
        }
    }
    loader.raise_numbers(&snapshot.numbers().await.expect("numbers")).await.expect("they can be raised");
    loader.commit().await.expect("it commits");
    loader.analyze().await.expect("it measures");
    loader.close().await.expect("it closes");
}

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    let mut described = Vec::new();
    for database in [TestDatabase::create().await, TestDatabase::create_sqlite()] {
        create(&database).await;
        database.run("CREATE TABLE of_another_program (id INTEGER PRIMARY KEY, at DATE)").await;
        described.push(Snapshot::open(&database.url).await.expect("it opens").tables().to_vec());
    }
    assert_eq!(described[0], described[1]);
    let tables = &described[0];
    let place =
        |name| tables.iter().position(|table| table.name == name).unwrap_or_else(|| panic!("{name} is missing"));
    assert!(place("users") < place("chats") && place("chats") < place("members") && place("chats") < place("purges"));
    let own = ["writers", "commits", "_sqlx_migrations", "of_another_program"];
    assert!(!tables.iter().any(|table| own.contains(&table.name.as_str())));

    let messages = &tables[place("messages")];
    let names: Vec<_> = messages.columns.iter().map(|column| Value::Text(column.name.clone())).collect();
    assert_eq!(messages.key_of(&names), ["chat_id", "seq"].map(|name| Value::Text(name.to_owned())));
    let column = |name: &str| messages.columns.iter().find(|column| column.name == name).expect("a column");
    assert_eq!((column("id").kind, column("id").is_nullable), (Kind::Blob, false));
    assert_eq!((column("detail").kind, column("detail").is_nullable), (Kind::Text, true));
    assert!(tables[place("chats")].is_numbered && !messages.is_numbered);
}

#[tokio::test]
async fn a_copy_on_any_engine_equals_its_original_and_can_be_served() {
    let [one, two, three] = [TestDatabase::create().await, TestDatabase::create_sqlite(), TestDatabase::create().await];
    one.fill().await;
    one.run("INSERT INTO purges (chat_id, next_seq) SELECT id, 0 FROM chats").await;
    one.run("DELETE FROM purges").await;
    let original = one.contents().await;
    assert!(original.0["messages"].len() > 1000 && original.0["reactions"].len() > 100);
    for (from, to, page) in [(&one, &two, 7), (&two, &three, 1000)] {
        create(to).await;
        copy(from, to, page).await;
        assert!(to.contents().await == original, "the copy differs");
    }
    // The ids of deleted rows are not given again.
    let highest = original.1["purges"];
    assert!(highest > 10, "{highest}");
    three.run("INSERT INTO purges (chat_id, next_seq) VALUES (1, 1000000)").await;
    assert_eq!(three.contents().await.1["purges"], highest + 1);
    Hearth::with_database(&three.url).serve();
}

#[tokio::test]
async fn rows_are_replaced_and_removed_by_their_keys() {
    let database = TestDatabase::create().await;
    create(&database).await;
    let snapshot = Snapshot::open(&database.url).await.expect("it opens");
    let settings = snapshot.tables().iter().find(|table| table.name == "settings").expect("a table").clone();
    snapshot.close().await.expect("it closes");
    let row = |key: &str, value: u8| vec![Value::Text(key.to_owned()), Value::Blob(vec![value])];
    let mut loader = Loader::open(&database.url).await.expect("it opens");
    loader.insert(&settings, &[row("a", 1), row("é", 2), row("", 3)], Conflict::Fails).await.expect("they are new");
    loader.insert(&settings, &[row("a", 4)], Conflict::Fails).await.expect_err("it is there");
    loader.insert(&settings, &[row("a", 5), row("z", 6)], Conflict::Replaces).await.expect("it replaces");
    loader
        .delete(&settings, &[vec![Value::Text("é".to_owned())], vec![Value::Text("none".to_owned())]])
        .await
        .expect("it deletes");
    assert_eq!(loader.page(&settings, None, 9).await.expect("rows"), [row("", 3), row("a", 5), row("z", 6)]);
    let after = vec![Value::Text(String::new())];
    assert_eq!(loader.page(&settings, Some(&after), 1).await.expect("rows"), [row("a", 5)]);
}
