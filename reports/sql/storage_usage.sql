-- Storage in pieces of time: what each thing that is sampled held, when. $since, $until: BIGINT,
-- seconds since the epoch or NULL; $period: month, year or empty, the times at whose ends capacity
-- is asked for.
--
-- A thing is all that names it: site, system, share, medium, class, path, owner, group. A record
-- says what a thing held from its start to its end. Where several records of one thing cover a
-- moment, the one that ends first speaks for it (it was measured nearest to it); of equal ends the
-- one made last. Time between a thing's records that none covers is a gap and holds nothing; after
-- more than a year the thing counts as gone. A record without a time, of more than a year, or of
-- less than nothing is odd: it is counted, and its capacity is not.
WITH records AS (
    SELECT coalesce(site, 'None') AS site, storage_system AS system,
           coalesce(storage_share, 'None') AS share, coalesce(storage_media, 'None') AS media,
           coalesce(storage_class, 'None') AS class, coalesce(directory_path, 'None') AS path,
           coalesce("group", 'None') AS vo, coalesce(sub_group, 'None') AS vo_group,
           coalesce(role, 'None') AS vo_role, coalesce(user_identity, 'None') AS user_identity,
           coalesce(local_user, 'None') AS local_user, coalesce(local_group, 'None') AS local_group,
           record_id, create_time,
           epoch(start_time)::BIGINT AS begins, epoch(end_time)::BIGINT AS ends,
           resource_capacity_used AS used, logical_capacity_used AS logical,
           resource_capacity_allocated AS allocated, file_count AS files
    FROM store.storage_records
),
things AS (
    SELECT row_number() OVER () AS thing, *
    FROM (SELECT DISTINCT site, system, share, media, class, path, vo, vo_group, vo_role,
                          user_identity, local_user, local_group
          FROM records)
),
judged AS (
    SELECT t.thing, r.record_id, r.create_time, r.begins, r.ends,
           r.used, r.logical, r.allocated, r.files,
           r.ends <= r.begins OR r.ends - r.begins > 31622400 OR r.used < 0
               OR coalesce(r.logical, 0) < 0 OR coalesce(r.allocated, 0) < 0
               OR coalesce(r.files, 0) < 0 AS odd
    FROM records AS r
    JOIN things AS t USING (site, system, share, media, class, path, vo, vo_group, vo_role,
                            user_identity, local_user, local_group)
),
-- In order of their ends: `known` is what earlier ones cover up to, `soonest` where a later one begins.
samples AS (
    SELECT *, row_number() OVER ends_first AS place,
           max(ends) OVER (PARTITION BY thing ORDER BY ends, create_time DESC, record_id DESC
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS known,
           min(begins) OVER (PARTITION BY thing ORDER BY ends, create_time DESC, record_id DESC
                             ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS soonest
    FROM judged
    WHERE NOT odd
    WINDOW ends_first AS (PARTITION BY thing ORDER BY ends, create_time DESC, record_id DESC)
),
-- Time before a record that a later, longer one covers.
holes AS (
    SELECT thing, place, greatest(coalesce(known, soonest), soonest) AS since, begins AS until
    FROM samples
    WHERE soonest < begins AND (known IS NULL OR known < begins)
),
held AS (
    SELECT thing, place, greatest(begins, coalesce(known, begins)) AS since, ends AS until
    FROM samples
    UNION ALL
    SELECT h.thing, s.place, greatest(s.begins, h.since),
           least(h.until, coalesce(min(s.begins) OVER (
               PARTITION BY h.thing, h.place ORDER BY s.place
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), h.until))
    FROM holes AS h
    JOIN samples AS s ON s.thing = h.thing AND s.place > h.place AND s.begins < h.until
),
pieces AS (
    SELECT h.thing, h.since, h.until, s.used, s.logical, s.allocated, s.files,
           s.ends - s.begins AS lasted, true AS sampled
    FROM held AS h JOIN samples AS s ON s.thing = h.thing AND s.place = h.place
    WHERE h.since < h.until
    UNION ALL
    SELECT thing, known, least(begins, coalesce(soonest, begins)), NULL, NULL, NULL, NULL, 0, false
    FROM samples
    WHERE known < least(begins, coalesce(soonest, begins))
      AND least(begins, coalesce(soonest, begins)) - known <= 31622400
),
asked AS (
    SELECT * REPLACE (greatest(since, coalesce($since::BIGINT, since)) AS since,
                      least(until, coalesce($until::BIGINT, until)) AS until)
    FROM pieces
    WHERE until > coalesce($since::BIGINT, since) AND since < coalesce($until::BIGINT, until)
),
-- A piece of at most a year lies in at most 14 months.
months AS (
    SELECT * REPLACE (greatest(since, epoch(begun)::BIGINT) AS since,
                      least(until, epoch(begun + INTERVAL 1 MONTH)::BIGINT) AS until)
    FROM (SELECT a.*, date_trunc('month', make_timestamp(a.since * 1000000))
                          + n.later * INTERVAL 1 MONTH AS begun
          FROM asked AS a
          CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12),
                             (13)) AS n(later))
    WHERE epoch(begun)::BIGINT < until
),
-- What a thing held last in a period is what it held at its end, if its system was not sampled for
-- longer after it than the record lasted, or a day.
periods AS (
    SELECT t.*, m.* EXCLUDE (thing),
           CASE $period WHEN 'month' THEN begun::DATE
                        WHEN 'year' THEN date_trunc('year', begun)::DATE END AS period
    FROM months AS m JOIN things AS t USING (thing)
),
ended AS (
    SELECT *, sampled
              AND row_number() OVER (PARTITION BY thing, period, sampled ORDER BY until DESC) = 1
              AND max(CASE WHEN sampled THEN until END)
                      OVER (PARTITION BY site, system, period) - until
                  <= greatest(lasted, 86400) AS at_end
    FROM periods
)
SELECT site, system, share, media, class, path, vo, vo_group, vo_role, user_identity AS user,
       local_user, local_group, strftime(begun, '%Y-%m') AS month, year(begun) AS year,
       CASE WHEN sampled THEN until - since ELSE 0 END AS sampled_s,
       CASE WHEN sampled THEN 0 ELSE until - since END AS gap_s,
       -- Shares of a month, in 377,580ths: the least number that 28 to 31 days divide. So sums are
       -- exact.
       ((until - since) * (377580 // day(begun + INTERVAL 1 MONTH - INTERVAL 1 DAY)))::DECIMAL(13, 0)
           AS month_parts,
       used::DECIMAL(19, 0) AS used, logical::DECIMAL(19, 0) AS logical,
       allocated::DECIMAL(19, 0) AS allocated,
       CASE WHEN at_end THEN used END AS used_at_end,
       CASE WHEN at_end THEN logical END AS logical_at_end,
       CASE WHEN at_end THEN allocated END AS allocated_at_end,
       CASE WHEN at_end THEN files END AS files_at_end,
       0 AS odd, true AS counts
FROM ended
UNION ALL
SELECT t.site, t.system, t.share, t.media, t.class, t.path, t.vo, t.vo_group, t.vo_role,
       t.user_identity, t.local_user, t.local_group, strftime(make_timestamp(j.ends * 1000000), '%Y-%m'),
       year(make_timestamp(j.ends * 1000000)), 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       1, false
FROM judged AS j JOIN things AS t USING (thing)
WHERE j.odd AND j.ends >= coalesce($since::BIGINT, j.ends)
  AND j.ends < coalesce($until::BIGINT, j.ends + 1)
