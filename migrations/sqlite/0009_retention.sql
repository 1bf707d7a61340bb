-- After how many days a group's messages expire; NULL: only the server's own limit holds.
ALTER TABLE chats ADD COLUMN retention_days INTEGER;
CREATE INDEX chats_retention ON chats (id) WHERE retention_days IS NOT NULL;
-- The oldest seq that has not expired: everything before it is deleted.
ALTER TABLE chats ADD COLUMN first_seq INTEGER NOT NULL DEFAULT 1;

-- One-time links to an export, by the SHA-256 of their secret.
CREATE TABLE export_links (
    hash BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    session_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX export_links_user ON export_links (user_id, created_at);
CREATE INDEX export_links_age ON export_links (created_at);
