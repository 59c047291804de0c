-- The list's version that last changed this bit; 0 where none did since this column. What changed
-- since a version is read by it, as long as it accounts for every version since.
ALTER TABLE status_entries ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX status_entries_changed ON status_entries (list, changed) WHERE changed > 0;
