-- What fields of logs mean: one macro a kind of value. NULL: it means nothing.

-- A failure: code, field and the value to blame.
CREATE MACRO stage.fault(code, field, v) AS code || ' ' || field || ' ' || v;

-- HH:MM:SS of less than a day, in seconds.
CREATE MACRO stage.clock(v) AS epoch(TRY_CAST(v AS TIME))::BIGINT;

-- A duration of Slurm in seconds: [D-]HH:MM:SS, MM:SS.mmm (halves are rounded to the even second)
-- or whole seconds. The forms in the order of how often they are seen. No more digits than fit.
CREATE MACRO stage.duration_of(v) AS
    CASE WHEN v LIKE '__:__:__' THEN stage.clock(v)
         WHEN NOT contains(v, ':') THEN stage.integer_of(v)
         WHEN regexp_full_match(v, '\d{1,9}-\d\d:\d\d:\d\d')
         THEN TRY_CAST(v[:-10] AS BIGINT) * 86400 + stage.clock(v[-8:])
         WHEN regexp_full_match(v, '(\d{1,9}-)?(\d{1,9}:)?\d{1,9}:\d{1,9}(\.\d{1,9})?')
         THEN coalesce(TRY_CAST(nullif(regexp_extract(v, '^(\d+)-', 1), '') AS BIGINT), 0) * 86400
              + coalesce(TRY_CAST(nullif(regexp_extract(v, '(\d+):\d+:', 1), '') AS BIGINT), 0) * 3600
              + TRY_CAST(regexp_extract(v, '(\d+):[\d.]+$', 1) AS BIGINT) * 60
              + round_even(TRY_CAST(regexp_extract(v, ':([\d.]+)$', 1) AS DOUBLE), 0)::BIGINT END;

-- Memory in kB: a number with a suffix K to P (powers of 1024), or bytes.
CREATE MACRO stage.kilobytes_of(v) AS
    TRY_CAST(trunc(CASE v[-1] WHEN 'K' THEN stage.amount_of(v[:-2])
                              WHEN 'M' THEN stage.amount_of(v[:-2]) * 1024
                              WHEN 'G' THEN stage.amount_of(v[:-2]) * 1048576
                              WHEN 'T' THEN stage.amount_of(v[:-2]) * 1073741824
                              WHEN 'P' THEN stage.amount_of(v[:-2]) * 1099511627776
                              ELSE stage.amount_of(v) / 1024 END) AS BIGINT);
CREATE MACRO stage.amount_of(v) AS
    CASE WHEN regexp_full_match(v, '\d+(\.\d+)?') THEN TRY_CAST(v AS DOUBLE) END;

-- A local or UTC time without zone, YYYY-MM-DDTHH:MM:SS.
CREATE MACRO stage.plain_time_of(v) AS
    CASE WHEN strlen(v) = 19 AND v[11] = 'T' THEN TRY_CAST(v AS TIMESTAMP) END;

-- Slurm: a time as sacct prints it, by the clock on the wall or as seconds since the epoch.
CREATE MACRO stage.slurm_time_of(v) AS
    CASE WHEN strlen(v) = 19 THEN stage.plain_time_of(v)
         WHEN strlen(v) BETWEEN 9 AND 11 AND stage.integer_of(v) > 0
         THEN make_timestamp(stage.integer_of(v) * 1000000) END;

-- Slurm: the first word of a state; a `+` stands for what did not fit.
CREATE MACRO stage.state_of(v) AS
    CASE WHEN contains(v, ' ') OR contains(v, '+') THEN regexp_extract(v, '^[A-Z_]+') ELSE v END;

-- Slurm: whether a state is one of a job that has used what it will use; NULL: no state at all. A
-- CASE, since the database makes a join of a long IN.
CREATE MACRO stage.has_ended(word) AS
    CASE word WHEN 'COMPLETED' THEN true WHEN 'FAILED' THEN true WHEN 'CANCELLED' THEN true
              WHEN 'TIMEOUT' THEN true WHEN 'NODE_FAIL' THEN true WHEN 'PREEMPTED' THEN true
              WHEN 'OUT_OF_MEMORY' THEN true WHEN 'DEADLINE' THEN true WHEN 'BOOT_FAIL' THEN true
              WHEN 'REVOKED' THEN true WHEN 'RUNNING' THEN false WHEN 'PENDING' THEN false
              WHEN 'SUSPENDED' THEN false WHEN 'RESIZING' THEN false WHEN 'COMPLETING' THEN false
              WHEN 'CONFIGURING' THEN false WHEN 'REQUEUED' THEN false
              WHEN 'REQUEUE_FED' THEN false WHEN 'REQUEUE_HOLD' THEN false
              WHEN 'RESV_DEL_HOLD' THEN false WHEN 'SIGNALING' THEN false
              WHEN 'SPECIAL_EXIT' THEN false WHEN 'STAGE_OUT' THEN false WHEN 'STOPPED' THEN false
              WHEN 'LAUNCH_FAILED' THEN false WHEN 'RECONFIG_FAIL' THEN false
              WHEN 'POWER_UP_NODE' THEN false WHEN 'UPDATE_DB' THEN false END;
CREATE MACRO stage.is_state(v) AS stage.has_ended(stage.state_of(v)) IS NOT NULL;

-- Slurm: GPUs of a list `cpu=4,gres/gpu:a100=2,gres/gpu=2`: the untyped count has the typed in it.
CREATE MACRO stage.gpus_of(v) AS
    CASE WHEN contains(v, 'gres/gpu')
         THEN coalesce(
             TRY_CAST(nullif(regexp_extract(v, '(?:^|,)gres/gpu=(\d+)', 1), '') AS DECIMAL(10, 3)),
             list_sum(list_transform(regexp_extract_all(v, '(?:^|,)gres/gpu:[^=,]+=(\d+)', 1),
                                     lambda n: TRY_CAST(n AS DECIMAL(10, 3))))) END;
CREATE MACRO stage.gpu_models_of(v) AS
    CASE WHEN contains(v, 'gres/gpu:')
         THEN array_to_string(list_sort(list_distinct(
             regexp_extract_all(v, '(?:^|,)gres/gpu:([^=,]+)=', 1))), ',') END;

-- Grid Engine: seconds since the epoch, or milliseconds (Univa): no second of an age is so great.
CREATE MACRO stage.engine_time_of(v) AS
    CASE WHEN stage.integer_of(v) BETWEEN 0 AND 100000000000
         THEN make_timestamp(stage.integer_of(v) * 1000000)
         WHEN stage.integer_of(v) BETWEEN 0 AND 100000000000000
         THEN make_timestamp(round_even(stage.integer_of(v) / 1000, 0)::BIGINT * 1000000) END;

-- A number of seconds, rounded; halves to the even one.
CREATE MACRO stage.rounded(v) AS
    CASE WHEN isfinite(TRY_CAST(v AS DOUBLE)) AND abs(TRY_CAST(v AS DOUBLE)) < 1e15
         THEN round_even(TRY_CAST(v AS DOUBLE), 0)::BIGINT END;

-- A text, if it says anything.
CREATE MACRO stage.said(v) AS CASE WHEN NOT stage.is_null(v) THEN v END;
