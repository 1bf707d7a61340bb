-- Raised by each change of a chat's members: a copy of its members is current if it has the same version.
ALTER TABLE chats ADD COLUMN roster_version BIGINT NOT NULL DEFAULT 0;
-- The notices with which a membership began and ended. Who is told late of a message was a member at its seq: from
-- joined_seq on, and before left_seq. NULL with left_at: unknown.
ALTER TABLE members ADD COLUMN joined_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN left_seq BIGINT;

-- Several servers may write at once: when each was last seen, by the clock of the database, and its version.
ALTER TABLE writers ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE writers ADD COLUMN version TEXT COLLATE "C" NOT NULL DEFAULT '';
-- The rows of other writers that a row follows, as a JSON array of [writer, n]: they were committed before it.
ALTER TABLE commits ADD COLUMN follows TEXT COLLATE "C" NOT NULL DEFAULT '[]';

-- Work that one server does for all: which one, and until when, by the clock of the database.
CREATE TABLE leases (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder BIGINT NOT NULL,
    until BIGINT NOT NULL
);

-- The first step of a transaction of such work: fails if another server has taken it over, and keeps it from taking over
-- until the transaction ends.
CREATE FUNCTION begin_leased(mine BIGINT, work TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    PERFORM begin_write(mine);
    PERFORM 1 FROM leases WHERE name = work AND holder = mine FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another Hearth has taken over this work' USING ERRCODE = '40H01';
    END IF;
END
$$;
