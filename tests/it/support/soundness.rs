//! Checks that the rows of a database agree with each other.

use hearth::store::Inspection;
use sqlx::Row;

use super::TestDatabase;

/// Stricter than `hearth check`: while messages are kept for ever, `wrote` is not set without one.
const WROTE: &str = "SELECT COUNT(*) FROM members p JOIN chats c ON c.id = p.chat_id AND c.dropped_at IS NULL \
     WHERE p.wrote = 1 AND NOT EXISTS (SELECT 1 FROM messages m \
       WHERE m.chat_id = p.chat_id AND m.sender_id = p.user_id AND m.event = 0)";

/// Asserts that `hearth check` finds nothing, and that members who count as having written have.
pub async fn is_sound(database: &TestDatabase) {
    assert_eq!(faults(database).await, Vec::<String>::new());
    let row = sqlx::query(WROTE).fetch_one(&mut database.connect().await).await.expect("the database answers");
    assert_eq!(row.get::<i64, _>(0), 0, "a member has written if there is a message");
}

/// What `hearth check` prints of each row that breaks a rule.
pub async fn faults(database: &TestDatabase) -> Vec<String> {
    let inspection = Inspection::open(&database.url).await.expect("the database can be checked");
    let checked = inspection.run(|_| {}).await.expect("the database answers");
    checked.findings.iter().map(ToString::to_string).collect()
}
