-- The id that the issuer of a credential gave it, where it was composed elsewhere and signed here.
-- Such a credential names no achievement of ours: its slug is '', which is nobody's.
ALTER TABLE credentials ADD COLUMN external_id TEXT;
CREATE UNIQUE INDEX credentials_external ON credentials (issuer, external_id)
    WHERE external_id IS NOT NULL;

-- The key, as a Multikey, in whose did:key a list speaks; '' where it is the issuer's own DID.
ALTER TABLE status_lists ADD COLUMN signed_as TEXT NOT NULL DEFAULT '';
DROP INDEX status_lists_one_open;
CREATE UNIQUE INDEX status_lists_one_open ON status_lists (issuer, purpose, signed_as)
    WHERE state = 'open';
