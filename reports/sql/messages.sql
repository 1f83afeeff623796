-- Messages, latest first. $state, $search: VARCHAR, empty for any; $before: BIGINT or NULL;
-- $limit: BIGINT.
SELECT *
FROM messages
WHERE ($state = '' OR state = $state)
  AND ($before::BIGINT IS NULL OR message_id < $before)
  AND ($search = '' OR contains(lower(concat_ws(' ', source, source_name, signer, kind, error)),
                                lower($search)))
ORDER BY message_id DESC
LIMIT $limit
