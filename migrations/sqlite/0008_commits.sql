-- Each start of a server; its generation names it in the log.
CREATE TABLE writers (
    generation INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL
) STRICT;

-- The log of commits: what each transaction changed, as a JSON array of events without texts. Everything that happens
-- because of a change, and must survive a crash, follows it.
CREATE TABLE commits (
    writer INTEGER NOT NULL,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    events TEXT NOT NULL,
    PRIMARY KEY (writer, n)
) STRICT, WITHOUT ROWID;

-- Who follows the log, and up to which row of each writer.
CREATE TABLE consumers (
    name TEXT NOT NULL PRIMARY KEY,
    moved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE cursors (
    consumer TEXT NOT NULL REFERENCES consumers (name) ON DELETE CASCADE,
    writer INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (consumer, writer)
) STRICT, WITHOUT ROWID;
