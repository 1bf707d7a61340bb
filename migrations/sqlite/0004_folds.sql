-- Two folds of an e-mail: email_folded is its identity, unique; email_search is what a search looks in. Together with the
-- folded names they are made anew at start when their rule has changed, which is why this file fills in nothing.
ALTER TABLE users ADD COLUMN email_search TEXT NOT NULL DEFAULT '';

-- 1 and 2: another account has this e-mail's identity, so this one has no email_folded and logs in by its exact e-mail.
-- 1 until the operator has read of it, 2 from then on.
ALTER TABLE users ADD COLUMN legacy INTEGER NOT NULL DEFAULT 0;
CREATE INDEX users_legacy ON users (email) WHERE legacy > 0;
