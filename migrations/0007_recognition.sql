-- What recognizers publish and record.
--
-- Where a recognizer owns rows of a table that issuers share (achievements, credentials, status
-- lists, API keys, audit), its name there is 'recognizer:NAME', which is no issuer's.

-- A published version never changes: triggers refuse UPDATE and DELETE.
CREATE TABLE policies (
    recognizer TEXT NOT NULL,
    id TEXT NOT NULL,
    -- 1, 2, … in the order of publishing.
    number BIGINT NOT NULL,
    -- As its author calls it.
    version TEXT NOT NULL,
    digest TEXT NOT NULL,
    -- Canonical JSON.
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (recognizer, id, number)
);
CREATE UNIQUE INDEX policies_version ON policies (recognizer, id, version);

-- `claimant` is a keyed hash: the table alone names nobody. `claims` counts what was recorded, so
-- that two claims that were decided on the same past cannot both be recorded.
CREATE TABLE claimants (
    recognizer TEXT NOT NULL,
    claimant TEXT NOT NULL,
    claims BIGINT NOT NULL,
    PRIMARY KEY (recognizer, claimant)
);

-- What stays when a claimant's personal data is redacted.
CREATE TABLE claims (
    id TEXT PRIMARY KEY,
    recognizer TEXT NOT NULL,
    policy TEXT NOT NULL,
    policy_number BIGINT NOT NULL,
    claimant TEXT NOT NULL,
    decision TEXT NOT NULL,
    -- What of it counts against limits of later claims.
    filed_on TEXT NOT NULL,
    total TEXT NOT NULL,
    credentials BIGINT NOT NULL,
    hours TEXT NOT NULL,
    -- The id of the credential that is its receipt.
    receipt TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'recorded'
        CHECK (state IN ('recorded', 'withdrawn', 'corrected')),
    corrects TEXT REFERENCES claims (id),
    flag TEXT,
    flagged_at BIGINT,
    appealed_at BIGINT,
    redacted_at BIGINT,
    client TEXT NOT NULL,
    idempotency_key TEXT,
    request_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- How many events it has.
    events BIGINT NOT NULL DEFAULT 1,
    FOREIGN KEY (recognizer, policy, policy_number) REFERENCES policies (recognizer, id, number)
);
CREATE UNIQUE INDEX claims_idempotency ON claims (recognizer, client, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX claims_newest ON claims (recognizer, created_at, id);
CREATE INDEX claims_of_claimant ON claims (recognizer, claimant, policy);
CREATE INDEX claims_corrects ON claims (corrects) WHERE corrects IS NOT NULL;

-- Personal data: deleted when it is redacted.
CREATE TABLE claim_details (
    claim TEXT PRIMARY KEY REFERENCES claims (id),
    -- JSON: who claims, for what, and what was known when it was decided.
    details TEXT NOT NULL
);

-- The credentials that were counted.
CREATE TABLE claim_credentials (
    claim TEXT NOT NULL REFERENCES claims (id),
    position BIGINT NOT NULL,
    -- The id of a credential that is kept here.
    own TEXT,
    PRIMARY KEY (claim, position)
);
CREATE INDEX claim_credentials_own ON claim_credentials (own) WHERE own IS NOT NULL;

-- What is used up, as keyed hashes: a credential, and an achievement by a claimant in a period.
-- The primary key is what keeps anything from being counted twice.
CREATE TABLE claim_uses (
    recognizer TEXT NOT NULL,
    exclusive_group TEXT NOT NULL,
    use_key TEXT NOT NULL,
    claim TEXT NOT NULL REFERENCES claims (id),
    PRIMARY KEY (recognizer, exclusive_group, use_key)
);
CREATE INDEX claim_uses_of_claim ON claim_uses (claim);

-- Append-only: triggers refuse UPDATE and DELETE. No personal data in `detail`.
CREATE TABLE claim_events (
    claim TEXT NOT NULL REFERENCES claims (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (claim, number)
);

-- Why, in free text: deleted when it is redacted.
CREATE TABLE claim_reasons (
    claim TEXT NOT NULL,
    number BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (claim, number),
    FOREIGN KEY (claim, number) REFERENCES claim_events (claim, number)
);
