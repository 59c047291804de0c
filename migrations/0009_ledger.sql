-- Every name that a claim gives its claimant, as keyed hashes. Claims that stand and share one are
-- one claimant's, so that a second name gives no second limit.
CREATE TABLE claim_claimants (
    claim TEXT NOT NULL REFERENCES claims (id),
    recognizer TEXT NOT NULL,
    claimant TEXT NOT NULL,
    PRIMARY KEY (claim, claimant)
);
CREATE INDEX claim_claimants_claimant ON claim_claimants (recognizer, claimant);
-- Of older claims one name is known.
INSERT INTO claim_claimants (claim, recognizer, claimant)
    SELECT id, recognizer, claimant FROM claims;

-- The validity of the license that it was decided by, as FROM/UNTIL, where the policy goes by one.
ALTER TABLE claims ADD COLUMN license TEXT;

-- Hashes of requests are keyed from now on: by the old ones names could be tried.
UPDATE claims SET request_hash = '';

-- What a recognizer gave a holder to sign, once, until it expires.
CREATE TABLE claim_challenges (
    challenge TEXT PRIMARY KEY,
    recognizer TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX claim_challenges_expiry ON claim_challenges (expires_at);
