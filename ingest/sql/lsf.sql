-- A line between its quotes, `raw`: texts stand at even places, what is between texts at odd ones.
WITH split AS (
    SELECT line, text, starts_with(text, '"JOB_FINISH"') AS is_end, string_split(text, '"') AS raw
    FROM lines),
-- Each step stands alone: what is used twice would be computed twice.
asked AS (SELECT *, CASE WHEN is_end THEN stage.lsf_asked(raw) END AS raw_asked FROM split),
hosted AS (SELECT *, stage.lsf_hosts(raw, raw_asked) AS raw_hosts FROM asked),
behind AS (
    SELECT *, 28 + 2 * raw_asked AS raw_first, 2 * (raw_asked + raw_hosts) AS raw_more FROM hosted),
-- Quotes in the command leave nothing between texts: what follows stands so many places further on.
commanded AS (
    SELECT *, CASE WHEN raw[31 + raw_more] <> '' THEN 0 WHEN raw[33 + raw_more] <> '' THEN 2
                   WHEN raw[35 + raw_more] <> '' THEN 4
                   ELSE stage.lsf_quotes(raw[31 + raw_more:-:2]) END AS further
    FROM behind),
parts AS (
    SELECT *, string_split(raw[5], ' ') AS raw_job, string_split(raw[27 + raw_more], ' ') AS raw_end,
           string_split(left(raw[31 + raw_more + further], 32), ' ') AS raw_used,
           string_split(raw[39 + raw_more + further], ' ') AS raw_last,
           raw[raw_first] AS raw_host,
           CASE WHEN raw_hosts > 1
                THEN array_to_string(raw[raw_first:26 + raw_more], '"') END AS raw_list
    FROM commanded),
-- Most jobs with several slots have them on one host.
alike AS (
    SELECT *, CASE WHEN strlen(raw_list) = raw_hosts * (strlen(raw_host) + 3) - 3
                   THEN raw_list = repeat(raw_host || '" "', raw_hosts - 1) || raw_host
                   ELSE false END AS is_alike
    FROM parts),
-- Whether a line is read as it stands: no other text of those before what is asked for has a quote,
-- and no gap there is wider than a blank. chr(2) means something to `tidy`.
judged AS (
    SELECT *, is_end AND len(raw) % 2 = 1
              AND raw[3] <> '' AND raw[5] <> '' AND raw[7] <> '' AND raw[9] <> '' AND raw[11] <> ''
              AND raw[13] <> '' AND raw[15] <> '' AND raw[17] <> '' AND raw[19] <> ''
              AND raw[21] <> '' AND raw[23] <> '' AND raw[25] <> ''
              AND CASE WHEN raw_more < 4 OR raw_asked = 0 AND is_alike THEN true
                       ELSE NOT list_contains(raw[29:25 + raw_more:2], '') END
              AND raw[29 + raw_more] <> '' AND raw[33 + raw_more + further] <> ''
              AND raw[35 + raw_more + further] <> '' AND raw[37 + raw_more + further] <> ''
              AND NOT contains(raw[5], '  ') AND raw_end[-2] <> '' AND raw_end[-3] <> ''
              AND len(raw_used) > 3 AND raw_used[2] <> '' AND raw_used[3] <> ''
              AND raw_last[2] <> '' AND raw_last[3] <> '' AND raw_last[4] <> ''
              AND NOT contains(text, chr(9)) AND NOT contains(text, chr(12))
              AND NOT contains(text, chr(13)) AND NOT contains(text, chr(2)) AS is_plain
    FROM alike),
-- All others are written anew first. A CASE of lists would copy them: their elements are chosen one
-- by one.
quoted AS (
    SELECT *, coalesce(is_plain, false) AS is_clean, len(raw) % 2 = 0 AS is_open,
           CASE WHEN is_end AND NOT is_clean THEN stage.lsf_tidied(text, raw) END AS tidy,
           stage.lsf_asked(tidy) AS tidy_asked
    FROM judged),
reached AS (SELECT *, stage.lsf_hosts(tidy, tidy_asked) AS tidy_hosts FROM quoted),
placed AS (
    SELECT *, CASE WHEN is_clean THEN raw_hosts ELSE tidy_hosts END AS hosts,
           CASE WHEN is_clean THEN raw_first ELSE 28 + 2 * tidy_asked END AS first_host,
           CASE WHEN is_clean THEN raw_more ELSE 2 * (tidy_asked + tidy_hosts) END AS more,
           CASE WHEN is_clean THEN raw_more + further ELSE more END AS last_more,
           string_split(tidy[5], ' ') AS tidy_job, string_split(tidy[27 + more], ' ') AS tidy_end,
           string_split(tidy[31 + more], ' ') AS tidy_used,
           string_split(tidy[39 + more], ' ') AS tidy_last
    FROM reached),
found AS (
    SELECT line, text, raw, is_end, is_open, hosts,
           stage.lsf_at(2, raw_job, tidy_job, is_clean) AS ended,
           stage.lsf_at(3, raw_job, tidy_job, is_clean) AS id,
           stage.lsf_at(7, raw_job, tidy_job, is_clean) AS submitted,
           stage.lsf_at(10, raw_job, tidy_job, is_clean) AS started,
           stage.lsf_at(6, raw, tidy, is_clean) AS user_name,
           stage.lsf_at(8, raw, tidy, is_clean) AS queue_name,
           stage.lsf_at(first_host, raw, tidy, is_clean) AS first_host,
           CASE WHEN hosts < 2 OR is_clean AND is_alike THEN NULL
                WHEN is_clean THEN raw[first_host:26 + more:2]
                ELSE tidy[first_host:26 + more:2] END AS host_list,
           stage.lsf_at(-3, raw_end, tidy_end, is_clean) AS status_text,
           stage.lsf_at(-2, raw_end, tidy_end, is_clean) AS factor_text,
           stage.lsf_at(28 + more, raw, tidy, is_clean) AS name,
           nullif(stage.lsf_at(2, raw_used, tidy_used, is_clean), '') AS user_text,
           nullif(stage.lsf_at(3, raw_used, tidy_used, is_clean), '') AS system_text,
           stage.lsf_at(34 + last_more, raw, tidy, is_clean) AS project,
           stage.lsf_at(2, raw_last, tidy_last, is_clean) AS task_text,
           stage.lsf_at(3, raw_last, tidy_last, is_clean) AS resident,
           stage.lsf_at(4, raw_last, tidy_last, is_clean) AS swapped
    FROM placed),
-- What the texts mean.
typed AS (
    SELECT *, stage.integer_of(id) AS job_id,
           stage.epoch_of(started) AS start_time, stage.epoch_of(ended) AS end_time,
           TRY_CAST(user_text AS DOUBLE) AS user_s, TRY_CAST(system_text AS DOUBLE) AS system_s,
           stage.lsf_small(task_text) AS task, TRY_CAST(factor_text AS DOUBLE) AS factor,
           stage.lsf_small(status_text) AS status,
           CASE WHEN NOT {parallel} OR hosts IS NULL THEN NULL WHEN hosts = 0 THEN ''
                WHEN host_list IS NULL THEN first_host
                ELSE array_to_string(host_list, ' ') END AS host_text
    FROM found)
SELECT line, text, CASE WHEN task > 0 THEN job_id || '[' || task || ']' ELSE job_id::VARCHAR END
           AS job_name,
       stage.lsf_text(user_name) AS local_user_id,
       epoch(end_time)::BIGINT - epoch(start_time)::BIGINT AS wall_duration,
       CASE WHEN user_s >= 0 OR system_s >= 0
            THEN TRY_CAST(round_even(greatest(user_s, 0) + greatest(system_s, 0), 0) AS BIGINT)
       END AS cpu_duration,
       start_time, end_time, stage.lsf_text(queue_name) AS queue,
       stage.lsf_memory(resident) AS memory_real, stage.lsf_memory(swapped) AS memory_virtual,
       CASE WHEN host_text IS NULL THEN 0 WHEN NOT contains(host_text, '*') THEN hosts
            WHEN host_list IS NULL THEN hosts * stage.lsf_slots(host_text)
            ELSE list_sum(list_transform(host_list, lambda host: stage.lsf_slots(host)))::BIGINT
       END AS processors,
       CASE WHEN host_text IS NULL THEN 0 WHEN hosts < 2 THEN hosts
            WHEN host_list IS NULL THEN 1
            WHEN NOT contains(host_text, '*') THEN list_unique(host_list)::BIGINT
            ELSE len(list_distinct(list_transform(host_list, lambda host:
                     stage.lsf_host(host)))) END AS node_count,
       CASE WHEN status & 64 > 0 THEN 'DONE' WHEN status & 32 > 0 THEN 'EXIT'
            ELSE status::VARCHAR END AS state,
       stage.lsf_text(name) AS user_job_name, stage.epoch_of(submitted) AS submit_time,
       CASE WHEN cpu_duration IS NOT NULL THEN 'user+system' END AS cpu_source,
       CASE WHEN factor > 0 AND isfinite(factor) THEN factor END AS scale_factor,
       stage.lsf_text(project) AS account,
       CASE WHEN task > 0 THEN job_id::VARCHAR END AS join_id,
       CASE WHEN NOT is_end AND regexp_full_match(text, '"[A-Z][A-Z0-9_]*" .*')
            THEN 'ignored other_event'
            WHEN NOT is_end OR is_open THEN 'SYN "JOB_FINISH"'
            WHEN hosts IS NULL OR system_text IS NULL THEN 'COL line ' || len(stage.lsf_tidied(text, raw))
            WHEN job_id IS NULL THEN stage.fault('INT', 'jobId', coalesce(id, ''))
            WHEN started = '0' THEN 'ignored never_started'
            WHEN start_time IS NULL THEN stage.fault('TIM', 'startTime', coalesce(started, ''))
            WHEN end_time IS NULL THEN stage.fault('TIM', 'Event Time', coalesce(ended, ''))
            WHEN user_s IS NULL OR system_s IS NULL OR NOT abs(user_s + system_s) < 9e18
            THEN stage.fault('NUM', 'ru_utime', user_text || ' ' || system_text)
            WHEN end_time < start_time THEN 'ORD EndTime'
            WHEN task IS NULL AND task_text <> '' THEN stage.fault('INT', 'idx', task_text)
       END AS outcome
FROM typed
