//! Rules of chats: their shape, their counters, their members.

use super::Rule;

/// For a range of chats.
pub(in crate::store::check) const CHATS: &[Rule] = &[
    Rule {
        table: "chats",
        problem: "it is neither a group nor a dialog whose lower user comes first",
        sql: "SELECT id FROM chats WHERE id > $1 AND id <= $2 AND CASE \
                WHEN group_id IS NOT NULL THEN user_low IS NOT NULL OR user_high IS NOT NULL \
                ELSE user_low IS NULL OR user_high IS NULL OR user_low > user_high END",
    },
    Rule {
        table: "chats",
        problem: "last_seq is not the newest message's",
        sql: "SELECT id, last_seq AS found, newest AS expected FROM (\
                SELECT c.id, c.last_seq, (SELECT MAX(m.seq) FROM messages m WHERE m.chat_id = c.id) AS newest \
                FROM chats c WHERE c.id > $1 AND c.id <= $2 AND c.dropped_at IS NULL) q \
              WHERE last_seq <> COALESCE(newest, 0)",
    },
    // Expiry keeps the newest message, so a chat without messages never had any.
    Rule {
        table: "chats",
        problem: "first_seq is not the oldest message's",
        sql: "SELECT id, first_seq AS found, oldest AS expected FROM (\
                SELECT c.id, c.first_seq, \
                  COALESCE((SELECT MIN(m.seq) FROM messages m WHERE m.chat_id = c.id), 1) AS oldest \
                FROM chats c WHERE c.id > $1 AND c.id <= $2 AND c.dropped_at IS NULL) q \
              WHERE first_seq <> oldest",
    },
    Rule {
        table: "chats",
        problem: "last_at is not the newest message's time",
        sql: "SELECT c.id, c.last_at AS found, m.created_at AS expected FROM chats c \
              JOIN messages m ON m.chat_id = c.id AND m.seq = c.last_seq \
              WHERE c.id > $1 AND c.id <= $2 AND c.dropped_at IS NULL AND c.last_at <> m.created_at",
    },
    Rule {
        table: "chats",
        problem: "revision is lower than a message's",
        sql: "SELECT c.id, c.revision AS found, MAX(r.revision) AS expected FROM chats c \
              JOIN revisions r ON r.chat_id = c.id WHERE c.id > $1 AND c.id <= $2 \
              GROUP BY c.id, c.revision HAVING MAX(r.revision) > c.revision",
    },
    Rule {
        table: "chats",
        problem: "member_count is not the number of members",
        sql: "SELECT c.id, c.member_count AS found, COUNT(m.user_id) AS expected FROM chats c \
              LEFT JOIN members m ON m.chat_id = c.id AND m.left_at IS NULL \
              WHERE c.id > $1 AND c.id <= $2 AND c.dropped_at IS NULL \
              GROUP BY c.id, c.member_count HAVING COUNT(m.user_id) <> c.member_count",
    },
    Rule {
        table: "chats",
        problem: "a group has one owner, a dialog none",
        sql: "SELECT id, owners AS found, expected FROM (\
                SELECT c.id, COUNT(m.user_id) AS owners, CASE WHEN c.group_id IS NULL THEN 0 ELSE 1 END AS expected \
                FROM chats c LEFT JOIN members m ON m.chat_id = c.id AND m.left_at IS NULL AND m.role = 2 \
                WHERE c.id > $1 AND c.id <= $2 AND c.dropped_at IS NULL GROUP BY c.id, c.group_id) q \
              WHERE owners <> expected",
    },
    Rule {
        table: "chats",
        problem: "it was deleted, but messages or members are left and no purge",
        sql: "SELECT c.id FROM chats c WHERE c.id > $1 AND c.id <= $2 AND c.dropped_at IS NOT NULL \
                AND NOT EXISTS (SELECT 1 FROM purges p WHERE p.chat_id = c.id AND p.user_id IS NULL) \
                AND (EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = c.id) \
                  OR EXISTS (SELECT 1 FROM members m WHERE m.chat_id = c.id AND m.left_at IS NULL))",
    },
];
