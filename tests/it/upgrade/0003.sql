-- A message of a server with this schema.
INSERT INTO messages (chat_id, seq, id, sender_id, content, event, subject_id, detail, reply_to, created_at, edited_at, deleted_at) VALUES
  (1, 9, x'0b000000000040008000000000000109', x'01000000000070008000000000000001', 'schema 3', 0, NULL, NULL, NULL, 1700000003009, NULL, NULL);
UPDATE chats SET last_seq = 9, last_at = 1700000003009 WHERE id = 1;
UPDATE members SET read_up_to_seq = 9 WHERE chat_id = 1 AND user_id = x'01000000000070008000000000000001';
