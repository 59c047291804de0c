-- What was decided on the last appeal: upheld or dismissed.
ALTER TABLE claims ADD COLUMN appeal_decision TEXT
    CHECK (appeal_decision IN ('upheld', 'dismissed'));
ALTER TABLE claims ADD COLUMN appeal_decided_at BIGINT;

-- How often a claim was looked at and its flag found as it was, which is no event.
ALTER TABLE claims ADD COLUMN looks BIGINT NOT NULL DEFAULT 0;

-- The person who decided, where an event was somebody's to decide.
ALTER TABLE claim_reasons ADD COLUMN person TEXT;
