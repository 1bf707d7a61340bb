-- The log of commits: what each transaction changed, as a JSON array of events without texts. Everything that happens
-- because of a change, and must survive a crash, follows it.
ALTER TABLE commits ADD COLUMN events TEXT COLLATE "C" NOT NULL DEFAULT '[]';

-- Who follows the log, and up to which row of each writer.
CREATE TABLE consumers (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    moved_at BIGINT NOT NULL
);
CREATE TABLE cursors (
    consumer TEXT COLLATE "C" NOT NULL REFERENCES consumers (name) ON DELETE CASCADE,
    writer BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (consumer, writer)
);

-- Rows of commits are inserted with the COMMIT, so a transaction begins without one. The function with three parameters
-- remains for servers of the version before.
CREATE FUNCTION begin_write(mine BIGINT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    PERFORM begin_write(mine, NULL::BIGINT, NULL::BIGINT);
END
$$;
