-- A version of a policy could change the exclusive group once; no new one can. What was used up by
-- an older version is used up in the group of the newest as well. Where the newest counted it again
-- before this, both claims stay as they are.
INSERT INTO claim_uses (recognizer, exclusive_group, use_key, claim)
    SELECT used.recognizer, COALESCE((newest.body::json -> 'exclusive' ->> 'group'), newest.id),
        used.use_key, used.claim
    FROM claim_uses AS used
    JOIN claims ON claims.id = used.claim
    JOIN policies AS newest ON newest.recognizer = claims.recognizer AND newest.id = claims.policy
    WHERE newest.number = (SELECT MAX(number) FROM policies AS any_of
            WHERE any_of.recognizer = newest.recognizer AND any_of.id = newest.id)
        AND used.exclusive_group <> COALESCE((newest.body::json -> 'exclusive' ->> 'group'), newest.id)
    ORDER BY claims.created_at, claims.id
    ON CONFLICT DO NOTHING;
