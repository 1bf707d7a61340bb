-- What only the server knows: the signing secret.
CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- A deleted account keeps its row, without e-mail, hash and name, for those who have its messages.
CREATE TABLE users (
    id BLOB NOT NULL PRIMARY KEY,
    email TEXT,
    email_folded TEXT UNIQUE,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    first_name_folded TEXT NOT NULL,
    last_name_folded TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    -- 1: the texts this person wrote are to be shown to nobody.
    texts_erased INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- A dialog has two users (the lower id first, twice the same with oneself), a group has an id that its creator made.
CREATE TABLE chats (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    group_id BLOB UNIQUE,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    user_low BLOB REFERENCES users (id),
    user_high BLOB REFERENCES users (id),
    last_seq INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0,
    member_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    dropped_at INTEGER,
    UNIQUE (user_low, user_high)
) STRICT;

-- Who leaves keeps the row with left_at: export and erasure find a person's chats by it.
CREATE TABLE members (
    user_id BLOB NOT NULL REFERENCES users (id),
    chat_id INTEGER NOT NULL REFERENCES chats (id),
    role INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    left_at INTEGER,
    hidden_up_to_seq INTEGER NOT NULL,
    read_up_to_seq INTEGER NOT NULL,
    PRIMARY KEY (user_id, chat_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_chat ON members (chat_id, joined_at, user_id) WHERE left_at IS NULL;

-- Clustered by chat and seq: a page of history is one range scan.
CREATE TABLE messages (
    chat_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    id BLOB NOT NULL,
    sender_id BLOB NOT NULL,
    content TEXT NOT NULL,
    event INTEGER NOT NULL,
    subject_id BLOB,
    reply_to INTEGER,
    created_at INTEGER NOT NULL,
    edited_at INTEGER,
    deleted_at INTEGER,
    PRIMARY KEY (chat_id, seq),
    UNIQUE (chat_id, id)
) STRICT, WITHOUT ROWID;

-- What is still to be removed for good: a whole chat, or one person's texts in it, from next_seq on.
CREATE TABLE purges (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL REFERENCES chats (id),
    user_id BLOB,
    next_seq INTEGER NOT NULL
) STRICT;
