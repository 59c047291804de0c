-- Which of a claim's names is a license number, which nobody shares: two of them are two claimants'.
-- Of older claims it is not known.
ALTER TABLE claim_claimants ADD COLUMN license_number BIGINT NOT NULL DEFAULT 0;
