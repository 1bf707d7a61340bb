//! Checks the columns of `members` that are derived from other tables.

use sqlx::{AssertSqlSafe, Row};

use super::TestDatabase;

/// Each rule with the rows that break it.
const RULES: [(&str, &str); 3] = [
    (
        "a member has written if there is a message",
        "members p JOIN chats c ON c.id = p.chat_id AND c.dropped_at IS NULL WHERE p.wrote <> CASE WHEN EXISTS (SELECT 1 FROM messages m \
           WHERE m.chat_id = p.chat_id AND m.sender_id = p.user_id AND m.event = 0) THEN 1 ELSE 0 END",
    ),
    (
        "bytes count what was written",
        "members p JOIN chats c ON c.id = p.chat_id AND c.dropped_at IS NULL \
         JOIN users u ON u.id = p.user_id AND u.texts_erased = 0 \
         WHERE p.bytes <> (SELECT COALESCE(SUM(octet_length(m.content) + 128), 0) FROM messages m \
           WHERE m.chat_id = p.chat_id AND m.sender_id = p.user_id)",
    ),
    (
        "the side is the dialog's partner, or the group",
        "members p JOIN chats c ON c.id = p.chat_id \
         WHERE p.side <> COALESCE(c.group_id, CASE c.user_low WHEN p.user_id THEN c.user_high ELSE c.user_low END)",
    ),
];

/// Asserts that every membership agrees with its chat.
pub async fn memberships_are_sound(database: &TestDatabase) {
    let mut connection = database.connect().await;
    for (rule, broken) in RULES {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {broken}"));
        let row = sqlx::query(sql).fetch_one(&mut connection).await.expect("the database answers");
        assert_eq!(row.get::<i64, _>(0), 0, "{rule}");
    }
}
