-- The server that may write. The next one replaces the row, and every later transaction of the one before fails.
CREATE TABLE writers (
    generation BIGINT NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    started_at BIGINT NOT NULL
);

-- One row per batch of a server's writer, from the batch's own transaction: if the answer to a COMMIT is lost, this row
-- tells whether it took effect.
CREATE TABLE commits (
    writer BIGINT NOT NULL,
    n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (writer, n)
);

-- The first step of every transaction that writes; batch is NULL outside of the writer. A server that takes over holds
-- the lock exclusively, so it waits for transactions that have passed this step and stops all others here.
CREATE FUNCTION begin_write(mine BIGINT, batch BIGINT, now BIGINT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('hearth writes ' || current_schema(), 0));
    -- A statement of its own: its snapshot is newer than the lock.
    IF NOT EXISTS (SELECT 1 FROM writers WHERE generation = mine) THEN
        RAISE EXCEPTION 'another Hearth has taken over the database' USING ERRCODE = '57H01';
    END IF;
    IF batch IS NOT NULL THEN
        INSERT INTO commits (writer, n, at) VALUES (mine, batch, now);
    END IF;
END
$$;
