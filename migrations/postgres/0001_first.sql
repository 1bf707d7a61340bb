-- What only the server knows: the signing secret.
CREATE TABLE settings (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

-- A deleted account keeps its row, without e-mail, hash and name, for those who have its messages.
CREATE TABLE users (
    id BYTEA NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C",
    email_folded TEXT COLLATE "C" UNIQUE,
    first_name TEXT COLLATE "C" NOT NULL,
    last_name TEXT COLLATE "C" NOT NULL,
    first_name_folded TEXT COLLATE "C" NOT NULL,
    last_name_folded TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    -- 1: the texts this person wrote are to be shown to nobody.
    texts_erased BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE sessions (
    id BYTEA NOT NULL PRIMARY KEY,
    user_id BYTEA NOT NULL REFERENCES users (id),
    user_agent TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- A dialog has two users (the lower id first, twice the same with oneself), a group has an id that its creator made.
CREATE TABLE chats (
    id BIGINT NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    group_id BYTEA UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    user_low BYTEA REFERENCES users (id),
    user_high BYTEA REFERENCES users (id),
    last_seq BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    revision BIGINT NOT NULL DEFAULT 0,
    member_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    dropped_at BIGINT,
    UNIQUE (user_low, user_high)
);

-- Who leaves keeps the row with left_at: export and erasure find a person's chats by it.
CREATE TABLE members (
    user_id BYTEA NOT NULL REFERENCES users (id),
    chat_id BIGINT NOT NULL REFERENCES chats (id),
    role BIGINT NOT NULL,
    joined_at BIGINT NOT NULL,
    left_at BIGINT,
    hidden_up_to_seq BIGINT NOT NULL,
    read_up_to_seq BIGINT NOT NULL,
    PRIMARY KEY (user_id, chat_id)
);
CREATE INDEX members_chat ON members (chat_id, joined_at, user_id) WHERE left_at IS NULL;

CREATE TABLE messages (
    chat_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    id BYTEA NOT NULL,
    sender_id BYTEA NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    event BIGINT NOT NULL,
    subject_id BYTEA,
    reply_to BIGINT,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    deleted_at BIGINT,
    PRIMARY KEY (chat_id, seq),
    UNIQUE (chat_id, id)
);

-- What is still to be removed for good: a whole chat, or one person's texts in it, from next_seq on.
CREATE TABLE purges (
    id BIGINT NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    chat_id BIGINT NOT NULL REFERENCES chats (id),
    user_id BYTEA,
    next_seq BIGINT NOT NULL
);
