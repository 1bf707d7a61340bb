-- Texts are folded by the rule's first version. Eve's email has the identity of Ann's, in other characters.
UPDATE users SET email_search = email_folded WHERE email IS NOT NULL;
UPDATE users SET last_name_folded = 'zoe' WHERE last_name = 'Zoë';
INSERT INTO settings (key, value) VALUES ('folds', x'3120646f6e65');
INSERT INTO users (id, email, email_folded, email_search, legacy, first_name, last_name, first_name_folded, last_name_folded, password_hash, created_at, updated_at, deleted_at, texts_erased) VALUES
  (x'06000000000070008000000000000006', 'ａnn@example.org', NULL, 'ann@example.org', 2, 'Ève', '', 'eve', '', '$argon2id$v=19$m=19456,t=2,p=1$8R8xwD8Egy6UANdBBJWtsw$HMz8QB8/smrtC2YWbaMVWLi2txQik73NG6KZJ9XZOQ4', 1700000004000, 1700000004000, NULL, 0);
