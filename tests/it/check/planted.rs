//! Faults to plant into the database of [`super::server`].

/// The SQL of a fault, and the beginning and the problem of the line that reports it. Each comes on top of those before it.
pub const FAULTS: [(&str, &str, &str); 34] = [
    (
        "UPDATE chats SET last_seq = 9 WHERE id = 1",
        "chats id 1",
        "last_seq is not the newest message's: 9 instead of 7",
    ),
    (
        "UPDATE chats SET first_seq = 2 WHERE id = 2",
        "chats id 2",
        "first_seq is not the oldest message's: 2 instead of 1",
    ),
    (
        "UPDATE chats SET last_at = 1 WHERE id = 2",
        "chats id 2",
        "last_at is not the newest message's time: 1 instead of ",
    ),
    ("UPDATE chats SET revision = 1 WHERE id = 1", "chats id 1", "revision is lower than a message's: 1 instead of 3"),
    (
        "UPDATE chats SET member_count = 5 WHERE id = 1",
        "chats id 1",
        "member_count is not the number of members: 5 instead of 2",
    ),
    (
        "UPDATE members SET role = 0 WHERE role = 2",
        "chats id 1",
        "a group has one owner, a dialog none: 0 instead of 1",
    ),
    ("UPDATE chats SET group_id = user_low WHERE id = 2", "chats id 2", "it is neither a group nor a dialog"),
    (
        "DELETE FROM purges; DELETE FROM messages WHERE chat_id = 3; UPDATE messages SET chat_id = 3 WHERE chat_id = 1 AND seq = 1",
        "chats id 3",
        "it was deleted, but messages or members are left and no purge",
    ),
    (
        "DELETE FROM messages WHERE chat_id = 1 AND seq = 3",
        "messages chat_id 1, seq 4",
        "seq does not follow the previous message's: 4 instead of 3",
    ),
    (
        "UPDATE messages SET created_at = 1 WHERE chat_id = 1 AND seq = 6",
        "messages chat_id 1, seq 6",
        "created_at is not later than the previous message's",
    ),
    (
        "UPDATE messages SET content = 'oh' WHERE deleted_at > 0",
        "messages chat_id 1, seq 5",
        "it was deleted, but its text is still there",
    ),
    (
        "UPDATE messages SET reply_to = 9 WHERE reply_to > 0",
        "messages chat_id 1, seq 6",
        "reply_to is not an earlier message: 9",
    ),
    (
        "UPDATE messages SET subject_id = id WHERE seq = 2 AND chat_id = 1",
        "messages chat_id 1, seq 2",
        "the user that the notice is about does not exist: ",
    ),
    (
        "UPDATE messages SET sender_id = id WHERE chat_id = 2 AND seq = 2",
        "messages chat_id 2, sender_id ",
        "its sender was never a member",
    ),
    (
        "UPDATE messages SET chat_id = 99 WHERE chat_id = 2 AND seq = 1",
        "messages chat_id 99",
        "its chat does not exist",
    ),
    (
        "UPDATE members SET wrote = 0 WHERE chat_id = 1",
        "members user_id ",
        "wrote is not set, although there is a message",
    ),
    (
        "UPDATE members SET bytes = 3 WHERE chat_id = 1",
        "members user_id ",
        "bytes are not those of the member's messages: 3 instead of ",
    ),
    (
        "UPDATE members SET bytes = 3 WHERE chat_id = 2",
        "members user_id ",
        "bytes are counted, but there is no message of the member: 3",
    ),
    (
        "DELETE FROM messages WHERE chat_id = 1 AND seq = 4",
        "revisions chat_id 1, revision ",
        "its message does not exist: 4",
    ),
    (
        "UPDATE reactions SET seq = 77",
        "reactions chat_id 1, seq 77, emoji 👍, user_id ",
        "its message does not exist or was deleted",
    ),
    (
        "UPDATE reactions SET user_id = (SELECT id FROM messages WHERE seq = 5)",
        "reactions chat_id 1, seq 77, emoji 👍, user_id ",
        "its user does not exist",
    ),
    (
        "UPDATE members SET read_up_to_seq = 70 WHERE chat_id = 1",
        "members user_id ",
        "read_up_to_seq is not between 0 and the newest message: 70",
    ),
    (
        "UPDATE members SET hidden_up_to_seq = -1 WHERE chat_id = 1",
        "members user_id ",
        "hidden_up_to_seq is not between 0 and the newest message: -1",
    ),
    (
        "UPDATE members SET side = user_id WHERE chat_id = 1",
        "members user_id ",
        "side is not the dialog's other user, or the group: ",
    ),
    (
        "UPDATE chats SET group_id = NULL, user_low = user_high WHERE id = 2",
        "members user_id ",
        "the user is not one of the dialog's two",
    ),
    (
        "UPDATE members SET role = 1 WHERE left_at > 0",
        "members user_id ",
        "role is unknown, or a former member has one: 1",
    ),
    ("UPDATE members SET chat_id = 98 WHERE chat_id = 3", "members user_id ", "its user or its chat does not exist"),
    (
        "UPDATE sessions SET user_id = (SELECT id FROM messages WHERE seq = 5)",
        "sessions id ",
        "its user does not exist or was deleted",
    ),
    (
        "UPDATE users SET deleted_at = 1 WHERE first_name = 'Cy'",
        "users id ",
        "the account was deleted, but its email is still there",
    ),
    (
        "UPDATE blocks SET blocked_id = (SELECT id FROM messages WHERE seq = 5)",
        "blocks user_id ",
        "one of its users does not exist",
    ),
    ("INSERT INTO purges (chat_id, next_seq) VALUES (97, 0)", "purges id ", "its chat does not exist: 97"),
    (
        "UPDATE users SET email = 'bob@x' WHERE first_name = 'Bob'",
        "users id ",
        "email_search is not the text as the present rule folds it",
    ),
    (
        "UPDATE chats SET name_folded = 'x' WHERE id = 1",
        "chats id 1",
        "name_folded is not the text as the present rule folds it",
    ),
    ("DELETE FROM settings WHERE key = 'folds'", "settings key folds", "texts are not folded by the present rule"),
];
