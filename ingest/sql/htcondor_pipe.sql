-- Ten values and perhaps a scale, each with a bar after it. An undefined value may have left out its
-- bar too, so that the values after it stand in its place: what cannot be is not taken.
WITH split AS (SELECT line, text, string_split(text, '|') AS f FROM lines),
typed AS (
    SELECT line, text, f, nullif(f[1], '') AS job_name, stage.defined(f[3]) AS wall,
           stage.defined(f[4]) AS user_cpu, stage.defined(f[5]) AS system_cpu,
           stage.defined(f[6]) AS started, stage.defined(f[7]) AS ended, stage.defined(f[8]) AS resident,
           stage.defined(f[9]) AS image, stage.defined(f[10]) AS cpus, stage.defined(f[11]) AS scale,
           stage.whole_of(wall) AS wall_duration, stage.epoch_of(started) AS start_time,
           stage.epoch_of(ended) AS end_time, stage.integer_of(cpus) AS processors,
           TRY_CAST(trunc(TRY_CAST(user_cpu AS DOUBLE) + TRY_CAST(system_cpu AS DOUBLE)) AS BIGINT)
               AS cpu_duration,
           TRY_CAST(scale AS DOUBLE) AS scale_factor
    FROM split)
SELECT line, text, job_name, stage.defined(f[2]) AS local_user_id, wall_duration, cpu_duration,
       start_time, end_time,
       stage.whole_of(resident) AS memory_real, stage.whole_of(image) AS memory_virtual,
       coalesce(processors, 0) AS processors,
       stage.condor_job(job_name) AS job_label, stage.condor_submit(job_name) AS submit_time,
       CASE WHEN cpu_duration IS NOT NULL THEN 'RemoteUserCpu+RemoteSysCpu' END AS cpu_source,
       scale_factor, NULL AS state, NULL AS gpu_count, NULL AS gpu_model, NULL AS host_specs,
       NULL AS account, NULL AS global_user_name, NULL AS fqan, NULL AS vo, NULL AS join_id,
       NULL AS batch_job, NULL AS token_issuer, NULL AS token_subject,
       CASE WHEN len(f) NOT BETWEEN 10 AND 12 OR len(f) = 12 AND f[12] <> ''
            THEN 'COL line ' || len(f)
            WHEN job_name IS NULL THEN 'MAN GlobalJobId'
            WHEN cpus IS NOT NULL AND processors IS NULL
            THEN stage.fault('INT', 'RequestCpus', cpus)
            WHEN wall IS NOT NULL AND wall_duration IS NULL
            THEN stage.fault('INT', 'RemoteWallClockTime', wall)
            WHEN cpu_duration IS NULL AND (user_cpu IS NOT NULL OR system_cpu IS NOT NULL)
            THEN stage.fault('NUM', 'RemoteUserCpu',
                             coalesce(user_cpu, '') || '+' || coalesce(system_cpu, ''))
            WHEN resident IS NOT NULL AND stage.whole_of(resident) IS NULL
            THEN stage.fault('MEM', 'ResidentSetSize_RAW', resident)
            WHEN image IS NOT NULL AND stage.whole_of(image) IS NULL
            THEN stage.fault('MEM', 'ImageSize_RAW', image)
            WHEN scale IS NOT NULL AND NOT coalesce(scale_factor > 0 AND isfinite(scale_factor), false)
            THEN stage.fault('NUM', 'scale', scale)
            WHEN wall_duration = 0 OR started IS NULL OR started = '0'
            THEN 'ignored never_started'
            WHEN NOT coalesce(start_time >= '2000-01-01', false)
            THEN stage.fault('RNG', 'JobStartDate', started)
            WHEN NOT coalesce(end_time >= '2000-01-01', false)
            THEN stage.fault('RNG', 'EnteredCurrentStatus', coalesce(ended, ''))
            WHEN wall_duration > 0 AND cpu_duration > wall_duration::HUGEINT * greatest(processors, 1) * 2
            THEN stage.fault('RNG', 'RemoteUserCpu', cpu_duration::VARCHAR)
       END AS outcome
FROM typed
