-- 1: the member has written a message there, not only caused notices. Presence and typing are shown among those who have.
ALTER TABLE members ADD COLUMN wrote BIGINT NOT NULL DEFAULT 0;
UPDATE members SET wrote = 1 WHERE (chat_id, user_id) IN (SELECT chat_id, sender_id FROM messages WHERE event = 0);

-- 0: nobody sees when the person is there, or how far the person has read, and the person does not see it of others.
ALTER TABLE users ADD COLUMN shows_presence BIGINT NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN sends_receipts BIGINT NOT NULL DEFAULT 1;
