-- The entries of the map that speak of the accounts and tokens that events have.
INSERT INTO stage.join_accounts
SELECT a.local_user, a.local_group, a.token_issuer, a.token_subject, m.number, m.since, m.until
FROM (SELECT DISTINCT coalesce(e.local_user_id, '') AS local_user,
                      coalesce(e.local_user_group, '') AS local_group,
                      coalesce(p.token_issuer, e.token_issuer, '') AS token_issuer,
                      coalesce(p.token_subject, e.token_subject, '') AS token_subject
      FROM stage.join_here() AS e
      LEFT JOIN stage.join_pairs AS p
        ON p.message_id = e.message_id AND p.line = e.line AND p.is_best) AS a
JOIN stage.join_map AS m
  ON (m.local_user = '' OR a.local_user GLOB m.local_user)
 AND (m.local_group = '' OR a.local_group GLOB m.local_group)
 AND (m.token_issuer = '' OR a.token_issuer <> '' AND a.token_issuer GLOB m.token_issuer)
 AND (m.token_subject = '' OR a.token_subject <> '' AND a.token_subject GLOB m.token_subject)
