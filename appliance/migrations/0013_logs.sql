-- Ads of CEs that stand for jobs of a batch system with a log of its own, and the tokens that jobs
-- came with. Of events that are here already, acct rebuild reads them.
ALTER TABLE IF EXISTS store.events ADD COLUMN IF NOT EXISTS batch_job VARCHAR;
ALTER TABLE IF EXISTS store.events ADD COLUMN IF NOT EXISTS token_issuer VARCHAR;
ALTER TABLE IF EXISTS store.events ADD COLUMN IF NOT EXISTS token_subject VARCHAR;

-- The CE's ad that says whose job it was.
ALTER TABLE store.joins ADD COLUMN ce_message_id BIGINT;
ALTER TABLE store.joins ADD COLUMN ce_line BIGINT;

-- When it was noted how far a file was read, UTC: those of files long gone are forgotten.
ALTER TABLE store.log_reaches ADD COLUMN noted_at TIMESTAMP;
