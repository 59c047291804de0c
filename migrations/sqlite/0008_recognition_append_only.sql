CREATE TRIGGER policies_refuse_update BEFORE UPDATE ON policies
BEGIN
    SELECT RAISE(ABORT, 'published policies never change');
END;

CREATE TRIGGER policies_refuse_delete BEFORE DELETE ON policies
BEGIN
    SELECT RAISE(ABORT, 'published policies never change');
END;

CREATE TRIGGER claim_events_refuse_update BEFORE UPDATE ON claim_events
BEGIN
    SELECT RAISE(ABORT, 'events of claims are append-only');
END;

CREATE TRIGGER claim_events_refuse_delete BEFORE DELETE ON claim_events
BEGIN
    SELECT RAISE(ABORT, 'events of claims are append-only');
END;
