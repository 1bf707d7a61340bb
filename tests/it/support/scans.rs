//! What the database has read without a key.

use sqlx::{AssertSqlSafe, Row};

use super::{TestDatabase, User, database::Kind};

/// People with 16 bytes of a number as ids, each of whom has a dialog with the next one.
const HISTORIES: &str = "\
    INSERT INTO users (id, email, email_folded, first_name, last_name, first_name_folded, last_name_folded, \
      password_hash, created_at, updated_at) \
    SELECT ID(n), n || '@many.example', n || '@many.example', 'Zoe', '', 'zoe', '', '', 1, 1 \
      FROM generate_series(1, PEOPLE) n; \
    INSERT INTO chats (name, name_folded, user_low, user_high, last_seq, last_at, member_count, created_at) \
    SELECT '', '', ID(n), ID(n + 1), EACH, EACH, 2, 1 FROM generate_series(1, PEOPLE - 1) n; \
    INSERT INTO members (user_id, chat_id, side, role, joined_at, hidden_up_to_seq, read_up_to_seq) \
    SELECT user_low, id, user_high, 0, 1, 0, 0 FROM chats WHERE last_at = EACH \
    UNION ALL SELECT user_high, id, user_low, 0, 1, 0, 0 FROM chats WHERE last_at = EACH; \
    INSERT INTO messages (chat_id, seq, id, sender_id, content, event, created_at) \
    SELECT c.id, seq, ID(seq), c.user_low, 'hello', 0, seq FROM chats c, generate_series(1, EACH) seq \
      WHERE c.last_at = EACH";

impl TestDatabase {
    /// Adds this many people, and dialogs with this many messages each, if the engine plans by the size of tables.
    /// Returns how many messages that are.
    pub async fn add_histories(&self, people: i64, each: i64) -> i64 {
        if let Kind::Sqlite { .. } = self.kind {
            return 0;
        }
        let sql = HISTORIES.replace("PEOPLE", &people.to_string()).replace("EACH", &each.to_string());
        let sql = ["n + 1", "n", "seq"].into_iter().fold(sql, |sql, number| {
            sql.replace(&format!("ID({number})"), &self.bytes_of(&format!("CAST({number} AS BIGINT)")))
        });
        self.run(&sql).await;
        (people - 1) * each
    }

    /// Lets an engine that plans by the size of tables know how small they are.
    pub async fn analyze(&self) {
        if let Kind::Postgres { .. } = self.kind {
            self.run("ANALYZE users, sessions, chats, members, messages, reactions, revisions, blocks").await;
        }
    }

    /// Rows that were read by scans of whole tables until the server stopped, after it has stored this many messages. Zero
    /// on an engine that does not plan by the size of tables.
    pub async fn rows_scanned(&self, messages: i64) -> i64 {
        self.counted("seq_tup_read", messages).await
    }

    /// The same with those that were found by key.
    pub async fn rows_read(&self, messages: i64) -> i64 {
        self.counted("seq_tup_read + idx_tup_fetch", messages).await
    }

    /// Adds this many messages to each group, as [`Self::add_histories`].
    pub async fn lengthen_groups(&self, count: i64) -> i64 {
        if let Kind::Sqlite { .. } = self.kind {
            return 0;
        }
        self.run(&format!(
            "INSERT INTO messages (chat_id, seq, id, sender_id, content, event, created_at) \
             SELECT c.id, c.last_seq + n, {}, m.user_id, 'hello', 0, c.last_at + n FROM chats c, members m, \
               generate_series(1, {count}) n WHERE c.group_id IS NOT NULL AND m.chat_id = c.id AND m.role = 2; \
             UPDATE chats SET last_seq = last_seq + {count}, last_at = last_at + {count} WHERE group_id IS NOT NULL",
            self.bytes_of("CAST(n AS BIGINT)")
        ))
        .await;
        count
    }

    /// Makes a person a member of every chat.
    pub async fn join_all(&self, user: &User) {
        let user = user.id.replace('-', "");
        let id = match self.kind {
            Kind::Sqlite { .. } => format!("unhex('{user}')"),
            Kind::Postgres { .. } => format!("decode('{user}', 'hex')"),
        };
        self.run(&format!(
            "INSERT INTO members (user_id, chat_id, role, joined_at, hidden_up_to_seq, read_up_to_seq) \
             SELECT {id}, id, 0, 1, 0, 0 FROM chats WHERE true ON CONFLICT DO NOTHING"
        ))
        .await;
    }

    /// Connections report what they have done when they end: the last one may still be ending.
    async fn counted(&self, rows: &str, messages: i64) -> i64 {
        if let Kind::Sqlite { .. } = self.kind {
            return 0;
        }
        let question = format!(
            "SELECT CAST(SUM({rows}) AS BIGINT) AS counted FROM pg_stat_user_tables \
             WHERE schemaname = current_schema() \
             HAVING SUM(n_tup_ins) FILTER (WHERE relname = 'messages') >= {messages}"
        );
        let mut connection = self.connect().await;
        loop {
            let counted = sqlx::query(AssertSqlSafe(question.clone())).fetch_optional(&mut connection).await;
            if let Some(row) = counted.expect("the database answers") {
                return row.get("counted");
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}
