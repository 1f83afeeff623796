-- Ads of CEs that stand for jobs of a batch system with a log of its own. Of those that are here
-- already, acct rebuild reads it.

ALTER TABLE IF EXISTS store.events ADD COLUMN IF NOT EXISTS batch_job VARCHAR;

-- The CE's ad that says whose job it was.
ALTER TABLE store.joins ADD COLUMN ce_message_id BIGINT;
ALTER TABLE store.joins ADD COLUMN ce_line BIGINT;
