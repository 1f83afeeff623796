-- Quotes are rare: where there is any, values are taken out of theirs first.
WITH split AS (
    SELECT line, text, string_split(text, ';') AS p,
           contains(text, '"') OR contains(text, chr(39)) OR contains(text, chr(9)) AS is_quoted
    FROM lines),
parts AS (
    SELECT line, text, is_quoted, coalesce(p[2], '') AS type, coalesce(p[3], '') AS job_name,
           CASE WHEN len(p) > 4 THEN array_to_string(p[4:], ';') ELSE coalesce(p[4], '') END
               AS message
    FROM split),
items AS (
    SELECT line, text, type, job_name, message,
           CASE WHEN type NOT IN ('E', 'R') THEN NULL
                WHEN is_quoted THEN stage.quoted_items(message)
                ELSE string_split(message, ' ') END AS f
    FROM parts),
near AS (SELECT line, text, type, job_name, message, f{near} FROM items),
judged AS (SELECT *, len(f) = {read} AS is_read FROM near),
found AS (SELECT line, text, type, job_name, {items} FROM judged),
fields AS (SELECT line, text, type, job_name, {values} FROM found),
-- What the texts mean.
typed AS (
    SELECT *, stage.pbs_duration_of("resources_used.walltime") AS wall_duration,
           stage.pbs_duration_of("resources_used.cput") AS cpu_duration,
           stage.epoch_of("start") AS start_time, stage.epoch_of("end") AS end_time,
           stage.pbs_kilobytes_of("resources_used.mem") AS memory_real,
           stage.pbs_kilobytes_of("resources_used.vmem") AS memory_virtual,
           CASE WHEN NOT {parallel} THEN NULL
                WHEN lone IS NOT NULL THEN stage.pbs_term(lone)
                ELSE stage.pbs_cores("exec_host") END AS cores,
           CASE WHEN {parallel}
                THEN stage.integer_of(coalesce("resources_used.ncpus", "Resource_List.ncpus"))
           END AS cpus
    FROM (SELECT *, stage.pbs_lone("exec_host") AS lone FROM fields))
SELECT line, text, job_name, "user" AS local_user_id, "group" AS local_user_group, wall_duration,
       cpu_duration, start_time, end_time, queue,
       memory_real, memory_virtual,
       coalesce(cores, cpus, 0) AS processors,
       CASE WHEN cores IS NOT NULL THEN stage.pbs_nodes("exec_host")
            WHEN {parallel} THEN coalesce(stage.integer_of("Resource_List.nodect"), 0)
            ELSE 0 END AS node_count,
       CASE WHEN type = 'R' THEN 'rerun' ELSE 'Exit_status=' || "Exit_status" END AS state,
       jobname AS user_job_name, stage.epoch_of(coalesce(ctime, qtime)) AS submit_time,
       coalesce(TRY_CAST("Resource_List.ngpus" AS DECIMAL(10, 3)),
                stage.pbs_gpus("Resource_List.select"), stage.pbs_gpus("Resource_List.nodes"))
           AS gpu_count,
       CASE WHEN cpu_duration IS NOT NULL THEN 'cput' END AS cpu_source, account,
       CASE WHEN NOT regexp_full_match(type, '[A-Za-z]') OR job_name = ''
            THEN 'SYN STAMP;TYPE;JOB;KEY=VALUE'
            WHEN type NOT IN ('E', 'R') THEN 'ignored ' || stage.pbs_type(type)
            WHEN contains(job_name, '[]') THEN 'ignored array_parent'
            WHEN type = 'R' AND ("resources_used.walltime" IS NULL OR start_time IS NULL
                                 OR end_time IS NULL)
            THEN 'ignored rerun'
            WHEN "start" = '0' THEN 'ignored never_started'
            WHEN start_time IS NULL AND "start" IS NOT NULL
            THEN stage.fault('TIM', 'start', "start")
            WHEN end_time IS NULL AND "end" IS NOT NULL THEN stage.fault('TIM', 'end', "end")
            WHEN wall_duration IS NULL AND "resources_used.walltime" IS NOT NULL
            THEN stage.fault('DUR', 'resources_used.walltime', "resources_used.walltime")
            WHEN cpu_duration IS NULL AND "resources_used.cput" IS NOT NULL
            THEN stage.fault('DUR', 'resources_used.cput', "resources_used.cput")
            WHEN memory_real IS NULL AND "resources_used.mem" IS NOT NULL
            THEN stage.fault('MEM', 'resources_used.mem', "resources_used.mem")
            WHEN memory_virtual IS NULL AND "resources_used.vmem" IS NOT NULL
            THEN stage.fault('MEM', 'resources_used.vmem', "resources_used.vmem")
            WHEN {parallel} AND cores IS NULL AND "exec_host" IS NOT NULL
            THEN stage.fault('HST', 'exec_host', "exec_host")
            WHEN cores IS NULL AND cpus IS NULL AND {parallel}
             AND coalesce("resources_used.ncpus", "Resource_List.ncpus") IS NOT NULL
            THEN stage.fault('INT', 'ncpus', coalesce("resources_used.ncpus", "Resource_List.ncpus"))
       END AS outcome
FROM typed
