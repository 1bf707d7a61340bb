-- What changes of a membership besides its place: reads, hiding, mute, role, block. Clients compare it when they return.
ALTER TABLE members ADD COLUMN state INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN muted_until INTEGER;

-- What a notice says besides its subject: a group's new name, a member's new role.
ALTER TABLE messages ADD COLUMN detail TEXT;

-- The last change of every message that was changed, by the chat's revision that it made.
CREATE TABLE revisions (
    chat_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (chat_id, revision),
    UNIQUE (chat_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE reactions (
    chat_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    user_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, seq, emoji, user_id)
) STRICT, WITHOUT ROWID;

-- user_id takes nothing from blocked_id.
CREATE TABLE blocks (
    user_id BLOB NOT NULL REFERENCES users (id),
    blocked_id BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, blocked_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_blocked ON blocks (blocked_id);
