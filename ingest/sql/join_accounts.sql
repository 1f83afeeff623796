-- The entries of the map that speak of the accounts that events have.
INSERT INTO stage.join_accounts
SELECT a.local_user, a.local_group, m.number, m.since, m.until
FROM (SELECT DISTINCT coalesce(e.local_user_id, '') AS local_user,
                      coalesce(e.local_user_group, '') AS local_group
      FROM store.events AS e JOIN stage.join_events USING (message_id, line)) AS a
JOIN stage.join_map AS m
  ON (m.local_user = '' OR a.local_user GLOB m.local_user)
 AND (m.local_group = '' OR a.local_group GLOB m.local_group)
