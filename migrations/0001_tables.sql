-- Times are Unix milliseconds. Flags are 0 or 1, since the two databases
-- share no boolean that the driver can carry.

CREATE TABLE instance (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Issuers and recognizers.
CREATE TABLE parties (
    kind TEXT NOT NULL CHECK (kind IN ('issuer', 'recognizer')),
    name TEXT NOT NULL,
    profile TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE signing_keys (
    owner_kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    public_jwk TEXT NOT NULL,
    sealed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'retired')),
    created_at BIGINT NOT NULL,
    retired_at BIGINT,
    PRIMARY KEY (owner_kind, owner, id)
);
CREATE UNIQUE INDEX signing_keys_one_active
    ON signing_keys (owner_kind, owner, algorithm) WHERE state = 'active';

-- A key without an issuer speaks for the whole service.
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    issuer TEXT,
    client TEXT NOT NULL,
    scopes TEXT NOT NULL,
    mints_per_hour BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE usage_by_hour (
    api_key TEXT NOT NULL,
    hour BIGINT NOT NULL,
    minted BIGINT NOT NULL,
    PRIMARY KEY (api_key, hour)
);

CREATE TABLE achievements (
    issuer TEXT NOT NULL,
    slug TEXT NOT NULL,
    latest BIGINT NOT NULL,
    PRIMARY KEY (issuer, slug)
);

CREATE TABLE achievement_versions (
    issuer TEXT NOT NULL,
    slug TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, slug, version),
    FOREIGN KEY (issuer, slug) REFERENCES achievements (issuer, slug)
);

-- `lookup` is a keyed hash: the table alone names nobody.
CREATE TABLE earners (
    issuer TEXT NOT NULL,
    lookup TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    PRIMARY KEY (issuer, lookup)
);

CREATE TABLE credentials (
    id TEXT PRIMARY KEY,
    issuer TEXT NOT NULL,
    achievement_slug TEXT NOT NULL,
    achievement_version BIGINT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_lookup TEXT NOT NULL,
    embedded TEXT NOT NULL,
    jwt TEXT NOT NULL,
    -- The VC-JOSE form, signed when first asked for.
    vc_jose TEXT,
    awarded_at BIGINT,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL DEFAULT 'good'
        CHECK (state IN ('good', 'revoked', 'suspended', 'superseded')),
    state_reason TEXT,
    state_at BIGINT,
    superseded_by TEXT REFERENCES credentials (id) DEFERRABLE INITIALLY DEFERRED,
    -- Counts the changes of state; numbers the audit rows of this credential.
    changes BIGINT NOT NULL DEFAULT 0,
    FOREIGN KEY (issuer, achievement_slug, achievement_version)
        REFERENCES achievement_versions (issuer, slug, version)
);
CREATE INDEX credentials_newest ON credentials (issuer, created_at, id);
CREATE INDEX credentials_of_subject ON credentials (issuer, subject_lookup);

CREATE TABLE status_lists (
    id TEXT PRIMARY KEY,
    issuer TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('revocation', 'suspension')),
    length BIGINT NOT NULL,
    allocated BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    version BIGINT NOT NULL DEFAULT 1,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX status_lists_one_open
    ON status_lists (issuer, purpose) WHERE state = 'open';

CREATE TABLE status_entries (
    list TEXT NOT NULL REFERENCES status_lists (id),
    entry BIGINT NOT NULL,
    credential TEXT NOT NULL REFERENCES credentials (id) DEFERRABLE INITIALLY DEFERRED,
    bit BIGINT NOT NULL DEFAULT 0 CHECK (bit IN (0, 1)),
    PRIMARY KEY (list, entry)
);
CREATE INDEX status_entries_of_credential ON status_entries (credential);
CREATE INDEX status_entries_set ON status_entries (list, entry) WHERE bit = 1;

CREATE TABLE evidence (
    token TEXT PRIMARY KEY,
    credential TEXT NOT NULL REFERENCES credentials (id),
    position BIGINT NOT NULL,
    url TEXT NOT NULL,
    opened BIGINT NOT NULL CHECK (opened IN (0, 1))
);
CREATE INDEX evidence_of_credential ON evidence (credential, position);

-- `kind` is the operation: a key used for one is not free for another.
CREATE TABLE idempotency (
    issuer TEXT NOT NULL,
    client TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    credential TEXT REFERENCES credentials (id) DEFERRABLE INITIALLY DEFERRED,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, client, idempotency_key)
);

-- Append-only: triggers refuse UPDATE and DELETE. No personal data in `detail`.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    issuer TEXT,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_of_issuer ON audit (issuer, id);
