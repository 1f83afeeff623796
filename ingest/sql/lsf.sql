-- A line between its quotes, q: texts stand at even places, the numbers between texts at odd ones.
-- A line that quotes quotes, or has wider gaps, is written anew first, a mark for each inner quote.
WITH judged AS (
    SELECT line, text, starts_with(text, '"JOB_FINISH"') AS is_end, string_split(text, '"') AS raw,
           is_end AND len(raw) % 2 = 1 AND NOT contains(text, '  ') AND NOT contains(text, chr(9))
           AND NOT list_contains(raw[3:len(raw) - 2:2], '') AS is_clean
    FROM lines),
quoted AS (
    SELECT line, text, is_end, len(raw) % 2 = 0 AS is_open,
           CASE WHEN is_clean THEN raw
                WHEN is_end THEN string_split(stage.lsf_tidy(raw), '"') END AS q
    FROM judged),
-- Each step stands alone: what is used twice would be computed twice.
asked AS (
    SELECT *, string_split(q[5], ' ') AS job, string_split(q[27], ' ') AS asked FROM quoted),
counted AS (SELECT *, stage.lsf_count(asked[2]) AS asked_hosts FROM asked),
reached AS (
    SELECT *, CASE WHEN asked_hosts = 0 THEN asked[3]
                   ELSE string_split(q[27 + 2 * asked_hosts], ' ')[2] END AS hosts_text
    FROM counted),
hosted AS (
    SELECT *, stage.lsf_count(hosts_text) AS hosts, 2 * (asked_hosts + hosts) AS more FROM reached),
found AS (
    SELECT *, q[28 + 2 * asked_hosts:26 + more:2] AS host_list,
           string_split(q[27 + more], ' ') AS ended, q[31 + more] AS used,
           string_split(q[39 + more], ' ') AS last
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
           CASE WHEN {parallel} THEN array_to_string(host_list, ' ') END AS host_text
    FROM found)
SELECT line, text, CASE WHEN task > 0 THEN job_id || '[' || task || ']' ELSE job_id::VARCHAR END
           AS job_name,
       stage.lsf_text(q[6]) AS local_user_id,
       epoch(end_time)::BIGINT - epoch(start_time)::BIGINT AS wall_duration,
       CASE WHEN user_s >= 0 OR system_s >= 0
            THEN TRY_CAST(round_even(greatest(user_s, 0) + greatest(system_s, 0), 0) AS BIGINT)
       END AS cpu_duration,
       start_time, end_time, stage.lsf_text(q[8]) AS queue,
       stage.lsf_memory(last[3]) AS memory_real, stage.lsf_memory(last[4]) AS memory_virtual,
       CASE WHEN host_text IS NULL THEN 0 WHEN NOT contains(host_text, '*') THEN hosts
            ELSE list_sum(list_transform(host_list, lambda host: stage.lsf_slots(host)))::BIGINT
       END AS processors,
       CASE WHEN host_text IS NULL THEN 0 WHEN hosts < 2 THEN hosts
            ELSE len(list_distinct(list_transform(host_list, lambda host:
                     stage.lsf_host(host)))) END AS node_count,
       CASE WHEN status & 64 > 0 THEN 'DONE' WHEN status & 32 > 0 THEN 'EXIT'
            ELSE status::VARCHAR END AS state,
       stage.lsf_text(q[28 + more]) AS user_job_name, stage.epoch_of(job[7]) AS submit_time,
       CASE WHEN cpu_duration IS NOT NULL THEN 'user+system' END AS cpu_source,
       CASE WHEN factor > 0 AND isfinite(factor) THEN factor END AS scale_factor,
       stage.lsf_text(q[34 + more]) AS account,
       CASE WHEN task > 0 THEN job_id::VARCHAR END AS join_id,
       CASE WHEN NOT is_end AND regexp_full_match(text, '"[A-Z][A-Z0-9_]*" .*')
            THEN 'ignored other_event'
            WHEN NOT is_end OR is_open THEN 'SYN "JOB_FINISH"'
            WHEN hosts IS NULL OR system_text IS NULL THEN 'COL line ' || coalesce(len(q), 0)
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
