-- Bob's text is edited and gets a reaction, and one of Ann's is deleted; a new name; a reply; a mute; a block.
UPDATE messages SET content = 'the kettle is off', edited_at = 1700000001000 WHERE chat_id = 1 AND seq = 4;
UPDATE messages SET content = '', deleted_at = 1700000001001 WHERE chat_id = 2 AND seq = 3;
INSERT INTO reactions (chat_id, seq, emoji, user_id, created_at) VALUES
  (1, 4, '👍', x'01000000000070008000000000000001', 1700000001002);
INSERT INTO revisions (chat_id, revision, seq) VALUES (1, 2, 4), (2, 1, 3);
INSERT INTO messages (chat_id, seq, id, sender_id, content, event, subject_id, detail, reply_to, created_at, edited_at, deleted_at) VALUES
  (1, 7, x'0b000000000040008000000000000107', x'01000000000070008000000000000001', 'Ann renamed the group', 5, NULL, 'Tea time', NULL, 1700000001007, NULL, NULL),
  (1, 8, x'0b000000000040008000000000000108', x'02000000000070008000000000000002', 'and cake', 0, NULL, NULL, 6, 1700000001008, NULL, NULL);
UPDATE chats SET name = 'Tea time', name_folded = 'tea time', last_seq = 8, last_at = 1700000001008, revision = 2 WHERE id = 1;
UPDATE chats SET revision = 1 WHERE id = 2;
UPDATE members SET read_up_to_seq = 8, state = 3, muted_until = 32503680000000 WHERE chat_id = 1 AND user_id = x'02000000000070008000000000000002';
INSERT INTO blocks (user_id, blocked_id, created_at) VALUES
  (x'02000000000070008000000000000002', x'03000000000070008000000000000003', 1700000001009);
