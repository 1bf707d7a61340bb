-- Cy has left the group with its fifth message; everybody else's membership is as the version before knew it.
UPDATE chats SET roster_version = 1 WHERE id = 1;
UPDATE members SET joined_seq = 3, left_seq = 5 WHERE chat_id = 1 AND user_id = x'03000000000070008000000000000003';
