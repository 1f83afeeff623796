-- A line between its quotes, q: texts stand at even places, the numbers between texts at odd ones.
-- A line that quotes quotes, or has wider gaps, is written anew first, a mark for each inner quote.
WITH judged AS (
    SELECT line, text, starts_with(text, '"JOB_FINISH"') AS is_end, string_split(text, '"') AS raw,
           is_end AND len(raw) % 2 = 1 AND NOT contains(text, '  ') AND NOT contains(text, chr(9))
           AND NOT list_contains(raw[3:len(raw) - 2:2], '') AS is_clean
    FROM lines),
-- A CASE of lists would copy them: their elements are chosen one by one.
quoted AS (
    SELECT line, text, is_end, is_clean, raw, len(raw) % 2 = 0 AS is_open,
           CASE WHEN is_end AND NOT is_clean THEN string_split(stage.lsf_tidy(raw), '"') END AS tidy
    FROM judged),
-- Each step stands alone: what is used twice would be computed twice.
asked AS (
    SELECT *, string_split(stage.lsf_at(5, raw, tidy, is_clean), ' ') AS job,
           string_split(stage.lsf_at(27, raw, tidy, is_clean), ' ') AS asked
    FROM quoted),
counted AS (SELECT *, stage.lsf_count(asked[2]) AS asked_hosts FROM asked),
reached AS (
    SELECT *, CASE WHEN asked_hosts = 0 THEN asked[3]
                   ELSE split_part(
                       stage.lsf_at(27 + 2 * asked_hosts, raw, tidy, is_clean), ' ', 2)
              END AS hosts_text
    FROM counted),
hosted AS (
    SELECT *, stage.lsf_count(hosts_text) AS hosts, 28 + 2 * asked_hosts AS first_host,
           2 * (asked_hosts + hosts) AS more
    FROM reached),
found AS (
    SELECT line, text, is_end, is_open, CASE WHEN is_clean THEN len(raw) ELSE len(tidy) END AS width,
           job, hosts, stage.lsf_at(first_host, raw, tidy, is_clean) AS first_host,
           CASE WHEN hosts < 2 THEN NULL
                WHEN is_clean THEN raw[first_host:26 + more:2]
                ELSE tidy[first_host:26 + more:2] END AS host_list,
           stage.lsf_at(6, raw, tidy, is_clean) AS user_name,
           stage.lsf_at(8, raw, tidy, is_clean) AS queue_name,
           string_split(stage.lsf_at(27 + more, raw, tidy, is_clean), ' ') AS ended,
           stage.lsf_at(28 + more, raw, tidy, is_clean) AS name,
           stage.lsf_at(31 + more, raw, tidy, is_clean) AS used,
           stage.lsf_at(34 + more, raw, tidy, is_clean) AS project,
           string_split(stage.lsf_at(39 + more, raw, tidy, is_clean), ' ') AS last
    FROM hosted),
-- What the texts mean.
typed AS (
    SELECT *, stage.integer_of(job[3]) AS job_id, job[10] AS started,
           stage.epoch_of(job[10]) AS start_time, stage.epoch_of(job[2]) AS end_time,
           nullif(split_part(used, ' ', 2), '') AS user_text,
           nullif(split_part(used, ' ', 3), '') AS system_text,
           TRY_CAST(user_text AS DOUBLE) AS user_s, TRY_CAST(system_text AS DOUBLE) AS system_s,
           stage.integer_of(last[2]) AS task, TRY_CAST(ended[-2] AS DOUBLE) AS factor,
           stage.integer_of(ended[-3]) AS status,
           CASE WHEN NOT {parallel} THEN NULL WHEN hosts = 0 THEN ''
                WHEN hosts = 1 THEN first_host
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
       stage.lsf_memory(last[3]) AS memory_real, stage.lsf_memory(last[4]) AS memory_virtual,
       CASE WHEN host_text IS NULL THEN 0 WHEN NOT contains(host_text, '*') THEN hosts
            WHEN hosts = 1 THEN stage.lsf_slots(host_text)
            ELSE list_sum(list_transform(host_list, lambda host: stage.lsf_slots(host)))::BIGINT
       END AS processors,
       CASE WHEN host_text IS NULL THEN 0 WHEN hosts < 2 THEN hosts
            WHEN NOT contains(host_text, '*') THEN list_unique(host_list)::BIGINT
            ELSE len(list_distinct(list_transform(host_list, lambda host:
                     stage.lsf_host(host)))) END AS node_count,
       CASE WHEN status & 64 > 0 THEN 'DONE' WHEN status & 32 > 0 THEN 'EXIT'
            ELSE status::VARCHAR END AS state,
       stage.lsf_text(name) AS user_job_name, stage.epoch_of(job[7]) AS submit_time,
       CASE WHEN cpu_duration IS NOT NULL THEN 'user+system' END AS cpu_source,
       CASE WHEN factor > 0 AND isfinite(factor) THEN factor END AS scale_factor,
       stage.lsf_text(project) AS account,
       CASE WHEN task > 0 THEN job_id::VARCHAR END AS join_id,
       CASE WHEN NOT is_end AND regexp_full_match(text, '"[A-Z][A-Z0-9_]*" .*')
            THEN 'ignored other_event'
            WHEN NOT is_end OR is_open THEN 'SYN "JOB_FINISH"'
            WHEN hosts IS NULL OR system_text IS NULL THEN 'COL line ' || coalesce(width, 0)
            WHEN job_id IS NULL THEN stage.fault('INT', 'jobId', coalesce(job[3], ''))
            WHEN started = '0' THEN 'ignored never_started'
            WHEN start_time IS NULL THEN stage.fault('TIM', 'startTime', coalesce(started, ''))
            WHEN end_time IS NULL THEN stage.fault('TIM', 'Event Time', coalesce(job[2], ''))
            WHEN user_s IS NULL OR system_s IS NULL OR NOT abs(user_s + system_s) < 9e18
            THEN stage.fault('NUM', 'ru_utime', user_text || ' ' || system_text)
            WHEN end_time < start_time THEN 'ORD EndTime'
            WHEN task IS NULL AND last[2] <> '' THEN stage.fault('INT', 'idx', last[2])
       END AS outcome
FROM typed
