-- Most lines are cut at their blanks once. Where the first three semicolons stand before the second
-- blank, `head` has what stands between them; others (`is_plain` is not true) are cut at them.
WITH cut AS (
    SELECT line, text, string_split(text, ' ') AS f, string_split(f[2], ';') AS head,
           contains(text, '"') OR contains(text, chr(39)) OR contains(text, chr(9)) AS is_quoted
    FROM lines),
plain AS (
    SELECT line, text, f, head, is_quoted, len(head) = 4 AND NOT contains(f[1], ';') AS is_plain
    FROM cut),
-- A line has the layout's keys, all of them and no others, each at its place: `variant`. What is
-- known of others (NULL) is searched for: they are `sought`, if they tell a job's end.
placed AS (SELECT *, {variant} AS variant FROM plain),
parts AS (
    SELECT *, CASE WHEN variant IS NOT NULL OR is_plain AND head[2] NOT IN ('E', 'R') THEN NULL
                   ELSE string_split(text, ';') END AS p
    FROM placed),
named AS (
    SELECT line, text, f, head, is_quoted, variant, p,
           CASE WHEN is_plain THEN head[2] ELSE coalesce(p[2], '') END AS type,
           CASE WHEN is_plain THEN head[3] ELSE coalesce(p[3], '') END AS job_name,
           type IN ('E', 'R') AND variant IS NULL AS is_sought
    FROM parts),
told AS (
    SELECT line, text, f, head, is_quoted, variant, type, job_name, is_sought,
           CASE WHEN NOT is_sought THEN NULL
                WHEN len(p) > 4 THEN array_to_string(p[4:], ';')
                ELSE coalesce(p[4], '') END AS message
    FROM named),
-- Quotes are rare: where there is any, values are taken out of theirs first.
items AS (
    SELECT line, text, f, head, variant, type, job_name, is_sought, message{by},
           CASE WHEN NOT is_sought THEN NULL
                WHEN is_quoted THEN stage.quoted_items(message)
                ELSE string_split(message, ' ') END AS g
    FROM told),
near AS (SELECT *{near} FROM items),
judged AS (SELECT *, CASE WHEN is_sought THEN len(g) = {read} END AS is_read FROM near),
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
            WHEN {parallel} THEN coalesce(stage.integer_of(substr("Resource_List.nodect", 22)), 0)
            ELSE 0 END AS node_count,
       CASE WHEN type = 'R' THEN 'rerun' ELSE "Exit_status" END AS state,
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
