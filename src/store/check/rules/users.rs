//! Rules of users and of their memberships, and of rows that belong to no range.

use super::Rule;

/// For a range of users.
pub(in crate::store::check) const USERS: &[Rule] = &[
    Rule {
        table: "users",
        problem: "the account was deleted, but its email is still there",
        sql: "SELECT id FROM users WHERE id > $1 AND id <= $2 AND deleted_at IS NOT NULL \
                AND (email IS NOT NULL OR email_folded IS NOT NULL OR email_search <> '')",
    },
    Rule {
        table: "sessions",
        problem: "its user does not exist or was deleted",
        sql: "SELECT s.id, s.user_id FROM sessions s LEFT JOIN users u ON u.id = s.user_id \
              WHERE s.user_id > $1 AND s.user_id <= $2 AND (u.id IS NULL OR u.deleted_at IS NOT NULL)",
    },
    Rule {
        table: "blocks",
        problem: "one of its users does not exist",
        sql: "SELECT b.user_id, b.blocked_id FROM blocks b LEFT JOIN users u ON u.id = b.user_id \
              LEFT JOIN users o ON o.id = b.blocked_id \
              WHERE b.user_id > $1 AND b.user_id <= $2 AND (u.id IS NULL OR o.id IS NULL)",
    },
];

/// For a range of users.
pub(in crate::store::check) const MEMBERS: &[Rule] = &[
    Rule {
        table: "members",
        problem: "its user or its chat does not exist",
        sql: "SELECT m.user_id, m.chat_id FROM members m LEFT JOIN users u ON u.id = m.user_id \
              LEFT JOIN chats c ON c.id = m.chat_id \
              WHERE m.user_id > $1 AND m.user_id <= $2 AND (u.id IS NULL OR c.id IS NULL)",
    },
    Rule {
        table: "members",
        problem: "read_up_to_seq is not between 0 and the newest message",
        sql: "SELECT m.user_id, m.chat_id, m.read_up_to_seq AS found FROM members m JOIN chats c ON c.id = m.chat_id \
              WHERE m.user_id > $1 AND m.user_id <= $2 AND (m.read_up_to_seq < 0 OR m.read_up_to_seq > c.last_seq)",
    },
    Rule {
        table: "members",
        problem: "hidden_up_to_seq is not between 0 and the newest message",
        sql: "SELECT m.user_id, m.chat_id, m.hidden_up_to_seq AS found FROM members m \
              JOIN chats c ON c.id = m.chat_id WHERE m.user_id > $1 AND m.user_id <= $2 \
                AND (m.hidden_up_to_seq < 0 OR m.hidden_up_to_seq > c.last_seq)",
    },
    Rule {
        table: "members",
        problem: "the user is not one of the dialog's two",
        sql: "SELECT m.user_id, m.chat_id FROM members m JOIN chats c ON c.id = m.chat_id \
              WHERE m.user_id > $1 AND m.user_id <= $2 AND m.user_id <> c.user_low AND m.user_id <> c.user_high",
    },
    Rule {
        table: "members",
        problem: "side is not the dialog's other user, or the group",
        sql: "SELECT m.user_id, m.chat_id, m.side AS found, \
                COALESCE(c.group_id, CASE c.user_low WHEN m.user_id THEN c.user_high ELSE c.user_low END) AS expected \
              FROM members m JOIN chats c ON c.id = m.chat_id WHERE m.user_id > $1 AND m.user_id <= $2 \
                AND m.side <> COALESCE(c.group_id, CASE c.user_low WHEN m.user_id THEN c.user_high ELSE c.user_low END)",
    },
    Rule {
        table: "members",
        problem: "role is unknown, or a former member has one",
        sql: "SELECT user_id, chat_id, role AS found FROM members WHERE user_id > $1 AND user_id <= $2 \
                AND (role NOT IN (0, 1, 2) OR left_at IS NOT NULL AND role <> 0)",
    },
];

/// For the whole database; of small tables.
pub(in crate::store::check) const OTHERS: &[Rule] = &[Rule {
    table: "purges",
    problem: "its chat does not exist",
    sql: "SELECT p.id, p.chat_id AS found FROM purges p LEFT JOIN chats c ON c.id = p.chat_id WHERE c.id IS NULL",
}];
