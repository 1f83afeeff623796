-- Nothing keeps a colon out of a job's name or its options, so that what follows stands further on:
-- where numbers stand tells how many fields. Widths that are known need no look: 43 columns before
-- advance reservations, 45 with them, 52 of Univa.
WITH split AS (SELECT line, text, string_split(text, ':') AS f FROM lines),
shifted AS (
    SELECT *, CASE WHEN len(f) IN (43, 45, 52) THEN 0 WHEN stage.engine_is_job(f, 0) THEN 0
                   ELSE coalesce(list_filter(range(1, 10), lambda extra:
                                     stage.engine_is_job(f, extra))[1], 0) END AS shift
    FROM split),
placed AS (
    SELECT *, CASE WHEN len(f) IN (43, 45, 52) THEN 0 WHEN stage.engine_is_memory(f, shift) THEN 0
                   ELSE coalesce(list_filter(range(1, 10), lambda extra:
                                     stage.engine_is_memory(f, shift + extra))[1], 0) END
                  + shift AS late
    FROM shifted),
fields AS (
    SELECT line, text, f, late, len(f) AS width, len(f) - late >= 52 AS is_univa,
           f[1] AS queue, f[2] AS host, f[3] AS local_user_group, f[4] AS local_user_id,
           CASE WHEN shift = 0 THEN f[5] ELSE array_to_string(f[5:5 + shift], ':') END
               AS user_job_name,
           f[6 + shift] AS number, f[7 + shift] AS account, f[9 + shift] AS submitted,
           f[10 + shift] AS started, f[11 + shift] AS ended, f[12 + shift] AS failed,
           f[13 + shift] AS exit_status, f[14 + shift] AS wallclock, f[35 + shift] AS slots,
           f[36 + shift] AS task, f[37 + shift] AS cpu, f[38 + shift] AS integral,
           CASE WHEN late = shift THEN f[40 + shift]
                ELSE array_to_string(f[40 + shift:40 + late], ':') END AS category,
           f[42 + late] AS part, f[43 + late] AS maxvmem
    FROM placed),
typed AS (
    SELECT *, stage.integer_of(number) AS number_value,
           CASE WHEN task IN ('0', 'undefined', 'NONE', '') THEN NULL ELSE task END AS task_number,
           stage.integer_of(submitted) AS submit_count, stage.integer_of(started) AS start_count,
           stage.integer_of(ended) AS end_count,
           stage.rounded(wallclock) AS wall_duration, stage.rounded(cpu) AS cpu_duration,
           stage.integer_of(slots) AS processors,
           stage.engine_virtual(maxvmem) AS memory_virtual,
           stage.engine_memory(f[48 + late], is_univa, integral) AS memory_real
    FROM fields),
timed AS (
    SELECT *, stage.engine_time(submit_count) AS submit_time,
           stage.engine_time(start_count) AS start_time, stage.engine_time(end_count) AS end_time
    FROM typed)
SELECT line, text,
       CASE WHEN task_number IS NULL THEN number ELSE number || '.' || task_number END AS job_name,
       stage.said(local_user_id) AS local_user_id, stage.said(local_user_group) AS local_user_group,
       wall_duration, cpu_duration, start_time, end_time, stage.said(queue) AS queue,
       stage.said(host) AS execution_host,
       memory_real, memory_virtual, {processors},
       CASE WHEN failed = '0' AND exit_status = '0' THEN 'exit 0'
            WHEN failed <> '0' THEN 'failed ' || failed ELSE 'exit ' || exit_status END AS state,
       stage.said(user_job_name) AS user_job_name, submit_time,
       CASE WHEN contains(category, 'gpu=') THEN stage.engine_gpus_of(category) END AS gpu_count,
       'cpu' AS cpu_source, stage.said(account) AS account,
       CASE WHEN task_number IS NOT NULL THEN number END AS join_id,
       CASE WHEN part <> 'NONE' THEN part END AS job_label,
       CASE WHEN part = 'NONE' AND number_value IS NOT NULL AND wall_duration IS NOT NULL
             AND cpu_duration IS NOT NULL AND processors IS NOT NULL
             AND start_time > TIMESTAMP '1970-01-02' AND end_time > TIMESTAMP '1970-01-02'
             AND memory_virtual IS NOT NULL THEN NULL
            WHEN starts_with(text, '#') THEN 'ignored comment'
            WHEN width < 43 THEN 'COL line ' || width
            WHEN number_value IS NULL THEN stage.fault('INT', 'job_number', number)
            WHEN start_time IS NULL THEN stage.fault('TIM', 'start_time', started)
            WHEN end_time IS NULL THEN stage.fault('TIM', 'end_time', ended)
            WHEN wall_duration IS NULL THEN stage.fault('NUM', 'ru_wallclock', wallclock)
            WHEN cpu_duration IS NULL THEN stage.fault('NUM', 'cpu', cpu)
            WHEN memory_virtual IS NULL THEN stage.fault('NUM', 'maxvmem', maxvmem)
            WHEN start_time <= TIMESTAMP '1970-01-02' THEN 'ignored never_started'
            WHEN end_time <= TIMESTAMP '1970-01-02' THEN stage.fault('TIM', 'end_time', ended)
            WHEN part NOT IN ('NONE', '') THEN 'ignored step'
            WHEN processors IS NULL THEN stage.fault('INT', 'slots', slots) END AS outcome
FROM timed
