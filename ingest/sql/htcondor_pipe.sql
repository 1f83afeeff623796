-- Ten values and perhaps a scale, each with a bar after it. An undefined value may have left out its
-- bar too, so that the values after it stand in its place: what cannot be is not taken.
WITH split AS (SELECT line, text, string_split(text, '|') AS f FROM lines),
identified AS (SELECT *, string_split(f[1], '#') AS id FROM split),
typed AS (
    SELECT line, text, f, id, stage.whole_of(f[3]) AS wall_duration,
           TRY_CAST(trunc(TRY_CAST(f[4] AS DOUBLE) + TRY_CAST(f[5] AS DOUBLE)) AS BIGINT)
               AS cpu_duration,
           stage.epoch_of(f[6]) AS start_time, stage.epoch_of(f[7]) AS end_time,
           stage.whole_of(f[8]) AS memory_real, stage.whole_of(f[9]) AS memory_virtual,
           stage.integer_of(f[10]) AS processors, TRY_CAST(f[11] AS DOUBLE) AS scale_factor
    FROM identified),
-- What the values say, where not every one is as it should be. What says nothing is no number: so
-- no number was asked whether it says anything.
judged AS (
    SELECT *, CASE WHEN len(f) BETWEEN 11 AND 12 AND coalesce(f[12], '') = '' AND f[1] <> ''
                    AND processors > 0 AND wall_duration > 0
                    AND cpu_duration / wall_duration <= processors
                    AND (memory_real IS NOT NULL OR f[8] = 'undefined')
                    AND (memory_virtual IS NOT NULL OR f[9] = 'undefined')
                    AND (f[11] = '' OR scale_factor > 0 AND isfinite(scale_factor))
                    AND start_time >= '2000-01-01' AND end_time >= '2000-01-01' THEN NULL
                   ELSE list_transform(f, lambda v: stage.defined(v)) END AS said
    FROM typed)
SELECT line, text, nullif(f[1], '') AS job_name, stage.defined(f[2]) AS local_user_id,
       wall_duration, cpu_duration, start_time, end_time, memory_real, memory_virtual,
       coalesce(processors, 0) AS processors,
       nullif(id[2], '') AS job_label, stage.epoch_of(id[3]) AS submit_time,
       CASE WHEN cpu_duration IS NOT NULL THEN 'RemoteUserCpu+RemoteSysCpu' END AS cpu_source,
       scale_factor,
       CASE WHEN said IS NULL THEN NULL
            WHEN len(f) NOT BETWEEN 10 AND 12 OR len(f) = 12 AND f[12] <> ''
            THEN 'COL line ' || len(f)
            WHEN f[1] = '' THEN 'MAN GlobalJobId'
            WHEN said[10] IS NOT NULL AND processors IS NULL
            THEN stage.fault('INT', 'RequestCpus', said[10])
            WHEN said[3] IS NOT NULL AND wall_duration IS NULL
            THEN stage.fault('INT', 'RemoteWallClockTime', said[3])
            WHEN cpu_duration IS NULL AND (said[4] IS NOT NULL OR said[5] IS NOT NULL)
            THEN stage.fault('NUM', 'RemoteUserCpu',
                             coalesce(said[4], '') || '+' || coalesce(said[5], ''))
            WHEN said[8] IS NOT NULL AND memory_real IS NULL
            THEN stage.fault('MEM', 'ResidentSetSize_RAW', said[8])
            WHEN said[9] IS NOT NULL AND memory_virtual IS NULL
            THEN stage.fault('MEM', 'ImageSize_RAW', said[9])
            WHEN said[11] IS NOT NULL
             AND NOT coalesce(scale_factor > 0 AND isfinite(scale_factor), false)
            THEN stage.fault('NUM', 'scale', said[11])
            WHEN wall_duration = 0 OR said[6] IS NULL OR said[6] = '0'
            THEN 'ignored never_started'
            WHEN NOT coalesce(start_time >= '2000-01-01', false)
            THEN stage.fault('RNG', 'JobStartDate', said[6])
            WHEN NOT coalesce(end_time >= '2000-01-01', false)
            THEN stage.fault('RNG', 'EnteredCurrentStatus', coalesce(said[7], ''))
            WHEN wall_duration > 0
             AND cpu_duration > wall_duration::HUGEINT * greatest(processors, 1) * 2
            THEN stage.fault('RNG', 'RemoteUserCpu', cpu_duration::VARCHAR)
       END AS outcome
FROM judged
