-- Eve writes: 128 bytes for the row, and 8 of the text.
INSERT INTO messages (chat_id, seq, id, sender_id, content, event, subject_id, detail, reply_to, created_at, edited_at, deleted_at) VALUES
  (1, 11, x'0b000000000040008000000000000111', x'06000000000070008000000000000006', 'schema 7', 0, NULL, NULL, NULL, 1700000007011, NULL, NULL);
UPDATE chats SET last_seq = 11, last_at = 1700000007011 WHERE id = 1;
UPDATE members SET read_up_to_seq = 11, wrote = 1, bytes = 136 WHERE chat_id = 1 AND user_id = x'06000000000070008000000000000006';
