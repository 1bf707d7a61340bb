-- A session's tokens have generations: the newest one made, and when it was first used.
ALTER TABLE sessions ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN used_at INTEGER;
-- When a token that was replaced twice came back and ended the session. Its owner sees the row until it expires.
ALTER TABLE sessions ADD COLUMN ended_at INTEGER;
-- 1: the client that began it can ask for a confirmation; and when its owner last confirmed.
ALTER TABLE sessions ADD COLUMN confirms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN confirmed_at INTEGER;

-- Device tokens of any other revision are void.
ALTER TABLE users ADD COLUMN devices_revision INTEGER NOT NULL DEFAULT 0;
