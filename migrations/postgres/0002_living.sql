-- What changes of a membership besides its place: reads, hiding, mute, role, block. Clients compare it when they return.
ALTER TABLE members ADD COLUMN state BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN muted_until BIGINT;

-- What a notice says besides its subject: a group's new name, a member's new role.
ALTER TABLE messages ADD COLUMN detail TEXT COLLATE "C";

-- The last change of every message that was changed, by the chat's revision that it made.
CREATE TABLE revisions (
    chat_id BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (chat_id, revision),
    UNIQUE (chat_id, seq)
);

CREATE TABLE reactions (
    chat_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    emoji TEXT COLLATE "C" NOT NULL,
    user_id BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (chat_id, seq, emoji, user_id)
);

-- user_id takes nothing from blocked_id.
CREATE TABLE blocks (
    user_id BYTEA NOT NULL REFERENCES users (id),
    blocked_id BYTEA NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, blocked_id)
);
CREATE INDEX blocks_blocked ON blocks (blocked_id);
