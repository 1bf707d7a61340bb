-- A session whose token was renewed, and one that has ended.
INSERT INTO sessions (id, user_id, user_agent, created_at, last_seen_at, expires_at, generation, used_at, ended_at, confirms, confirmed_at) VALUES
  (x'05000000000070008000000000000002', x'02000000000070008000000000000002', 'a laptop', 1700000005000, 1700000005001, 32503680000000, 3, 1700000005001, NULL, 1, 1700000005000),
  (x'05000000000070008000000000000003', x'02000000000070008000000000000002', 'a lost phone', 1700000005000, 1700000005001, 32503680000000, 1, NULL, 1700000005002, 0, NULL);
UPDATE users SET devices_revision = 2 WHERE email = 'ann@example.org';
