//! Rules of messages, and of what belongs to them.

use super::Rule;

/// For a range of chats. Retention removes the oldest messages, so a chat's first seq may be any.
pub(in crate::store::check) const MESSAGES: &[Rule] = &[
    Rule {
        table: "messages",
        problem: "its chat does not exist",
        sql: "SELECT chat_id FROM (SELECT DISTINCT chat_id FROM messages WHERE chat_id > $1 AND chat_id <= $2) q \
              WHERE NOT EXISTS (SELECT 1 FROM chats c WHERE c.id = q.chat_id)",
    },
    Rule {
        table: "messages",
        problem: "seq does not follow the previous message's",
        sql: "SELECT chat_id, seq, seq AS found, earlier + 1 AS expected FROM (\
                SELECT chat_id, seq, LAG(seq) OVER (PARTITION BY chat_id ORDER BY seq) AS earlier \
                FROM messages WHERE chat_id > $1 AND chat_id <= $2) q \
              WHERE earlier IS NOT NULL AND seq <> earlier + 1",
    },
    Rule {
        table: "messages",
        problem: "created_at is not later than the previous message's",
        sql: "SELECT chat_id, seq FROM (\
                SELECT chat_id, seq, created_at, \
                  LAG(created_at) OVER (PARTITION BY chat_id ORDER BY seq) AS earlier \
                FROM messages WHERE chat_id > $1 AND chat_id <= $2) q \
              WHERE earlier IS NOT NULL AND created_at <= earlier",
    },
    Rule {
        table: "messages",
        problem: "it was deleted, but its text is still there",
        sql: "SELECT chat_id, seq FROM messages \
              WHERE chat_id > $1 AND chat_id <= $2 AND deleted_at IS NOT NULL AND content <> ''",
    },
    Rule {
        table: "messages",
        problem: "reply_to is not an earlier message",
        sql: "SELECT chat_id, seq, reply_to AS found FROM messages \
              WHERE chat_id > $1 AND chat_id <= $2 AND (reply_to < 1 OR reply_to >= seq)",
    },
    Rule {
        table: "messages",
        problem: "the user that the notice is about does not exist",
        sql: "SELECT m.chat_id, m.seq, m.subject_id AS found FROM messages m LEFT JOIN users u ON u.id = m.subject_id \
              WHERE m.chat_id > $1 AND m.chat_id <= $2 AND m.subject_id IS NOT NULL AND u.id IS NULL",
    },
    Rule {
        table: "messages",
        problem: "its sender was never a member",
        sql: "SELECT q.chat_id, q.sender_id FROM (\
                SELECT DISTINCT chat_id, sender_id FROM messages WHERE chat_id > $1 AND chat_id <= $2) q \
              LEFT JOIN members m ON m.user_id = q.sender_id AND m.chat_id = q.chat_id WHERE m.user_id IS NULL",
    },
    Rule {
        table: "members",
        problem: "wrote is not set, although there is a message",
        sql: "SELECT m.user_id, m.chat_id FROM (\
                SELECT DISTINCT chat_id, sender_id FROM messages WHERE chat_id > $1 AND chat_id <= $2 AND event = 0) q \
              JOIN members m ON m.user_id = q.sender_id AND m.chat_id = q.chat_id \
              JOIN chats c ON c.id = q.chat_id WHERE m.wrote <> 1 AND c.dropped_at IS NULL",
    },
    // The texts of a person who erased the account may not have been counted down.
    Rule {
        table: "members",
        problem: "bytes are not those of the member's messages",
        sql: "SELECT m.user_id, m.chat_id, m.bytes AS found, q.bytes AS expected FROM (\
                SELECT chat_id, sender_id, CAST(SUM(octet_length(content) + 128) AS BIGINT) AS bytes FROM messages \
                WHERE chat_id > $1 AND chat_id <= $2 GROUP BY chat_id, sender_id) q \
              JOIN members m ON m.user_id = q.sender_id AND m.chat_id = q.chat_id \
              JOIN users u ON u.id = m.user_id JOIN chats c ON c.id = m.chat_id \
              WHERE m.bytes <> q.bytes AND u.texts_erased = 0 AND c.dropped_at IS NULL",
    },
    // Only of present members: former ones without messages cannot be found by their chat.
    Rule {
        table: "members",
        problem: "bytes are counted, but there is no message of the member",
        sql: "SELECT m.user_id, m.chat_id, m.bytes AS found FROM members m \
              JOIN users u ON u.id = m.user_id JOIN chats c ON c.id = m.chat_id \
              LEFT JOIN (SELECT DISTINCT chat_id, sender_id FROM messages WHERE chat_id > $1 AND chat_id <= $2) q \
                ON q.chat_id = m.chat_id AND q.sender_id = m.user_id \
              WHERE m.chat_id > $1 AND m.chat_id <= $2 AND m.left_at IS NULL AND m.bytes <> 0 AND q.chat_id IS NULL \
                AND u.texts_erased = 0 AND c.dropped_at IS NULL",
    },
    Rule {
        table: "revisions",
        problem: "its message does not exist",
        sql: "SELECT r.chat_id, r.revision, r.seq AS found FROM revisions r \
              LEFT JOIN messages m ON m.chat_id = r.chat_id AND m.seq = r.seq \
              WHERE r.chat_id > $1 AND r.chat_id <= $2 AND m.seq IS NULL",
    },
    Rule {
        table: "reactions",
        problem: "its message does not exist or was deleted",
        sql: "SELECT r.chat_id, r.seq, r.emoji, r.user_id FROM reactions r \
              LEFT JOIN messages m ON m.chat_id = r.chat_id AND m.seq = r.seq \
              WHERE r.chat_id > $1 AND r.chat_id <= $2 AND (m.seq IS NULL OR m.deleted_at IS NOT NULL)",
    },
    Rule {
        table: "reactions",
        problem: "its user does not exist",
        sql: "SELECT r.chat_id, r.seq, r.emoji, r.user_id FROM reactions r LEFT JOIN users u ON u.id = r.user_id \
              WHERE r.chat_id > $1 AND r.chat_id <= $2 AND u.id IS NULL",
    },
];
