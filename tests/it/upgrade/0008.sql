-- The server that renamed the group keeps what it did in its log, and something follows the log.
INSERT INTO writers (generation, started_at) VALUES (1, 1700000008000);
INSERT INTO commits (writer, n, at, events) VALUES (1, 1, 1700000008001, '[]');
INSERT INTO consumers (name, moved_at) VALUES ('a follower', 1700000008002);
INSERT INTO cursors (consumer, writer, n) VALUES ('a follower', 1, 1);
