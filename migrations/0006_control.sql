-- What earners decide about their credentials. Neither table refers to credentials by a key of its
-- own: a mint would then look here for each new id, and credentials are never deleted.

-- No row: nothing was decided.
CREATE TABLE control (
    credential TEXT PRIMARY KEY,
    hidden BIGINT NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)),
    robots BIGINT NOT NULL DEFAULT 0 CHECK (robots IN (0, 1)),
    -- Numbers the manage links; only the newest leads anywhere, unless it was ended.
    generation BIGINT NOT NULL DEFAULT 1,
    ended BIGINT NOT NULL DEFAULT 0 CHECK (ended IN (0, 1)),
    forgotten_at BIGINT,
    -- Of what a forgotten credential said, by which a kept copy is known again.
    digest TEXT
);

CREATE TABLE share_links (
    token TEXT PRIMARY KEY,
    credential TEXT NOT NULL,
    -- Of the form that made it: sent twice, it makes one link.
    form TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The positions of the evidence that it shows, with spaces between them.
    evidence TEXT NOT NULL,
    -- The last day on which it leads anywhere, as in 2026-06-30.
    last_day TEXT,
    views BIGINT NOT NULL DEFAULT 0,
    made_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE UNIQUE INDEX share_links_of_form ON share_links (credential, form);
CREATE UNIQUE INDEX share_links_of_name ON share_links (credential, name)
    WHERE withdrawn_at IS NULL;
