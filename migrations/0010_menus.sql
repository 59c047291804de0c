-- What recognizers accept, published by name. A published version never changes.
CREATE TABLE menus (
    recognizer TEXT NOT NULL,
    name TEXT NOT NULL,
    -- 1, 2, … in the order of publishing.
    number BIGINT NOT NULL,
    -- Of what was asked for, with the version of the policy.
    digest TEXT NOT NULL,
    -- JSON, as anyone reads it.
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (recognizer, name, number)
);

-- What stands on the newest version of each menu, with the id of the credential that endorses it.
CREATE TABLE menu_entries (
    recognizer TEXT NOT NULL,
    name TEXT NOT NULL,
    achievement TEXT NOT NULL,
    -- The menu's.
    title TEXT NOT NULL,
    -- What the endorsement says.
    comment TEXT NOT NULL,
    endorsement TEXT NOT NULL,
    PRIMARY KEY (recognizer, name, achievement)
);
CREATE INDEX menu_entries_of_achievement ON menu_entries (achievement, recognizer);
