-- Raised by each change of a chat's members: a copy of its members is current if it has the same version.
ALTER TABLE chats ADD COLUMN roster_version INTEGER NOT NULL DEFAULT 0;
-- The notices with which a membership began and ended. Who is told late of a message was a member at its seq: from
-- joined_seq on, and before left_seq. NULL with left_at: unknown.
ALTER TABLE members ADD COLUMN joined_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN left_seq INTEGER;

-- As on PostgreSQL, where rows of several servers follow each other.
ALTER TABLE commits ADD COLUMN follows TEXT NOT NULL DEFAULT '[]';
