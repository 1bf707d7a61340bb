-- Bob hides his presence. Eve joins and has not written.
UPDATE users SET shows_presence = 0 WHERE first_name = 'Bob';
INSERT INTO members (user_id, chat_id, role, joined_at, left_at, hidden_up_to_seq, read_up_to_seq, state, muted_until, wrote) VALUES
  (x'06000000000070008000000000000006', 1, 0, 1700000006010, NULL, 0, 10, 0, NULL, 0);
INSERT INTO messages (chat_id, seq, id, sender_id, content, event, subject_id, detail, reply_to, created_at, edited_at, deleted_at) VALUES
  (1, 10, x'0b000000000040008000000000000110', x'01000000000070008000000000000001', 'Ann added Ève', 2, x'06000000000070008000000000000006', NULL, NULL, 1700000006010, NULL, NULL);
UPDATE chats SET last_seq = 10, last_at = 1700000006010, member_count = 3 WHERE id = 1;
UPDATE members SET read_up_to_seq = 10 WHERE chat_id = 1 AND user_id = x'01000000000070008000000000000001';
