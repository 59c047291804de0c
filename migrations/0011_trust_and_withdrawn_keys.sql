-- When a key that leaked was withdrawn: nothing that it signed is to be believed.
ALTER TABLE signing_keys ADD COLUMN withdrawn_at BIGINT;

-- The issuers that a recognizer trusts: whole lists, the newest in use. An older one stays, so that
-- what was decided by it can be looked up under its digest.
CREATE TABLE trusted_issuers (
    recognizer TEXT NOT NULL,
    -- 1, 2, … in the order of publishing.
    number BIGINT NOT NULL,
    digest TEXT NOT NULL,
    -- Canonical JSON.
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (recognizer, number)
);
CREATE INDEX trusted_issuers_digest ON trusted_issuers (recognizer, digest);

-- The issuers of the lists in use, so that whoever trusts one is found without reading all lists.
CREATE TABLE trusted_now (
    recognizer TEXT NOT NULL,
    issuer TEXT NOT NULL,
    PRIMARY KEY (recognizer, issuer)
);
