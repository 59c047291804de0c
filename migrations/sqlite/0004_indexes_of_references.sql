-- While a reference is outstanding that is checked at the commit, SQLite looks for each new
-- credential's id in all columns that may refer to it. Without these it read both tables whole.
CREATE INDEX idempotency_of_credential ON idempotency (credential);
CREATE INDEX credentials_superseded_by ON credentials (superseded_by)
    WHERE superseded_by IS NOT NULL;
