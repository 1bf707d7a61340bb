-- The other side of the chat, as its member names it: the partner of a dialog, the id of a group. A page of somebody's chats
-- is one range of this index.
ALTER TABLE members ADD COLUMN side BLOB NOT NULL DEFAULT x'';
UPDATE members SET side = (
    SELECT COALESCE(c.group_id, CASE c.user_low WHEN members.user_id THEN c.user_high ELSE c.user_low END)
    FROM chats c WHERE c.id = members.chat_id);
CREATE INDEX members_side ON members (user_id, side) WHERE left_at IS NULL;

-- The name that a group had when somebody left it is found without a search through its messages.
CREATE INDEX messages_renames ON messages (chat_id, seq) WHERE event = 5;

-- What the member's messages and notices take up: the bytes of their texts, and 128 for each row.
ALTER TABLE members ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE members SET bytes = w.bytes FROM (
    SELECT chat_id, sender_id, SUM(octet_length(content) + 128) AS bytes FROM messages GROUP BY chat_id, sender_id) w
WHERE w.chat_id = members.chat_id AND w.sender_id = members.user_id;
