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
         THEN TRY_CAST(left(v, -9) AS BIGINT) * 86400 + stage.clock(right(v, 8))
         WHEN regexp_full_match(v, '(\d{1,9}-)?(\d{1,9}:)?\d{1,9}:\d{1,9}(\.\d{1,9})?')
         THEN coalesce(TRY_CAST(CASE WHEN contains(v, '-') THEN split_part(v, '-', 1) END AS BIGINT), 0)
              * 86400
              + coalesce(TRY_CAST(split_part(split_part(v, '-', -1), ':', -3) AS BIGINT), 0) * 3600
              + TRY_CAST(split_part(split_part(v, '-', -1), ':', -2) AS BIGINT) * 60
              + round_even(TRY_CAST(split_part(v, ':', -1) AS DOUBLE), 0)::BIGINT END;

-- Memory in kB: a number with a suffix K to P (powers of 1024), or bytes.
CREATE MACRO stage.kilobytes_of(v) AS
    CASE WHEN regexp_full_match(v, '\d+(\.\d+)?[KMGTP]?')
         THEN TRY_CAST(trunc(TRY_CAST(CASE WHEN right(v, 1) > '9' THEN left(v, -1) ELSE v END AS DOUBLE)
                             * pow(1024, instr('KMGTP', right(v, 1)) - 1)) AS BIGINT) END;

-- APEL wants a suffix.
CREATE MACRO stage.kilobytes_of_as_apel(v) AS
    CASE WHEN regexp_full_match(v, '.*[KMGTP]') THEN stage.kilobytes_of(v) END;

-- Slurm: a time as sacct prints it: by the clock on the wall, YYYY-MM-DDTHH:MM:SS, or as seconds
-- since the epoch. Where the first T stands is found in half the time that the letter there takes.
CREATE MACRO stage.slurm_time_of(v) AS
    CASE WHEN strlen(v) = 19
         THEN CASE WHEN instr(v, 'T') = 11 THEN TRY_CAST(v AS TIMESTAMP)
                   WHEN v[11] = 'T' THEN TRY_CAST(v AS TIMESTAMP) END
         WHEN strlen(v) BETWEEN 9 AND 11 AND stage.integer_of(v) > 0
         THEN make_timestamp(TRY_CAST(v AS BIGINT) * 1000000) END;

-- Slurm: the first word of a state; a `+` stands for what did not fit.
CREATE MACRO stage.state_of(v) AS
    CASE WHEN v = 'COMPLETED' THEN v
         WHEN contains(v, ' ') OR contains(v, '+') THEN regexp_extract(v, '^[A-Z_]+') ELSE v END;

-- Slurm: whether a state is one of a job that has used what it will use; NULL: no state at all.
-- Patterns, since the database makes a join of a long IN, and a CASE of 28 is long to plan.
CREATE MACRO stage.has_ended(word) AS
    CASE WHEN word = 'COMPLETED' THEN true
         WHEN regexp_full_match(word, 'CANCELLED|FAILED|TIMEOUT|OUT_OF_MEMORY|NODE_FAIL|PREEMPTED'
                                      '|DEADLINE|BOOT_FAIL|REVOKED') THEN true
         WHEN regexp_full_match(word, 'RUNNING|PENDING|SUSPENDED|RESIZING|COMPLETING|CONFIGURING'
                                      '|REQUEUED|REQUEUE_FED|REQUEUE_HOLD|RESV_DEL_HOLD|SIGNALING'
                                      '|SPECIAL_EXIT|STAGE_OUT|STOPPED|LAUNCH_FAILED|RECONFIG_FAIL'
                                      '|POWER_UP_NODE|UPDATE_DB') THEN false END;
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

-- Grid Engine: whether numbers stand so many fields further on than those of a job should: its own
-- and its three times; or its memory and its reservation.
CREATE MACRO stage.engine_is_job(f, extra) AS
    regexp_full_match(f[6 + extra] || ':' || f[9 + extra] || ':' || f[10 + extra] || ':'
                      || f[11 + extra], '(\d+(\.\d+)?:){3}\d+(\.\d+)?');
CREATE MACRO stage.engine_is_memory(f, extra) AS
    regexp_full_match(f[43 + extra] || ':' || f[44 + extra] || ':' || f[45 + extra],
                      '(\d+(\.\d+)?:){2}\d+(\.\d+)?');

-- Grid Engine: seconds since the epoch, or milliseconds (Univa): no second of an age is so great.
CREATE MACRO stage.engine_time(count) AS
    CASE WHEN count BETWEEN 0 AND 100000000000 THEN make_timestamp(count * 1000000)
         WHEN count BETWEEN 0 AND 100000000000000
         THEN make_timestamp(round_even(count / 1000, 0)::BIGINT * 1000000) END;

-- Grid Engine: memory in kB: the largest virtual, the largest resident, which only Univa says. APEL
-- takes bytes and GB times seconds for it.
CREATE MACRO stage.engine_amount(v, factor) AS TRY_CAST(trunc(TRY_CAST(v AS DOUBLE) * factor) AS BIGINT);
CREATE MACRO stage.engine_virtual(bytes) AS stage.engine_amount(bytes, 1 / 1024);
CREATE MACRO stage.engine_virtual_as_apel(bytes) AS stage.engine_amount(bytes, 1);
CREATE MACRO stage.engine_memory(bytes, is_univa, integral) AS
    CASE WHEN is_univa THEN stage.engine_amount(bytes, 1 / 1024) END;
CREATE MACRO stage.engine_memory_as_apel(bytes, is_univa, integral) AS
    stage.engine_amount(integral, 1048576);

-- Grid Engine: GPUs that a job's options insist on, `-l h_vmem=4G,gpu=2`. NULL: none are known of;
-- what stands behind `-soft` was a wish.
CREATE MACRO stage.engine_gpus_of(category) AS
    TRY_CAST(nullif(regexp_extract(regexp_replace(category, '(^| )-soft( .*)?$', ''),
                                   '(?:^| )-l (?:[^ ]*,)?gpu=(\d+)(?:[, ]|$)', 1), '')
             AS DECIMAL(10, 3));

-- A number of seconds, rounded; halves to the even one.
CREATE MACRO stage.rounded(v) AS
    CASE WHEN abs(TRY_CAST(v AS DOUBLE)) < 1e15 THEN TRY_CAST(v AS DOUBLE)::BIGINT END;

-- A text, if it says anything.
CREATE MACRO stage.said(v) AS CASE WHEN NOT stage.is_null(v) THEN v END;

-- The same of what ClassAds may have written: `undefined` is what they say for nothing.
CREATE MACRO stage.defined(v) AS
    CASE WHEN v = '' OR strlen(v) <= 9 AND lower(v) IN ('undefined', 'none', 'null') THEN NULL
         ELSE v END;

-- A time in UTC, or with a zone's offset: YYYY-MM-DD HH:MM[:SS[.fraction]][Z|±HH:MM], or with a T.
CREATE MACRO stage.utc_time_of(v) AS
    CASE WHEN strlen(v) = 19 AND regexp_full_match(v, '\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d')
         THEN TRY_CAST(v AS TIMESTAMP)
         WHEN regexp_full_match(v, '\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|UTC|GMT)?')
         THEN date_trunc('second', TRY_CAST(regexp_extract(v, '^[^A-SU-Z]*\d') AS TIMESTAMP))
         WHEN regexp_full_match(v, '\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?[+-]\d\d:?\d\d')
         THEN make_timestamp(epoch_us(date_trunc('second', TRY_CAST(v AS TIMESTAMPTZ)))) END;

-- BLAH: groups of whatever spacing, each after a line feed; NULL: there are none. A quote that an
-- escape precedes ends a group too, if a blank and the next group follow: no value ends so.
CREATE MACRO stage.tidy_blah(v) AS
    CASE WHEN regexp_full_match(v, '\s*"[A-Za-z]\w*=.*"\s*')
         THEN chr(10) || regexp_replace(regexp_extract(v, '^\s*"(.*)"\s*$', 1),
                                        '"\s+"([A-Za-z]\w*=)', chr(10) || '\1', 'g') END;
CREATE MACRO stage.blah_value(tidy, name) AS
    CASE WHEN contains(tidy, chr(10) || name || '=')
         THEN replace(split_part(split_part(tidy, chr(10) || name || '=', 2), chr(10), 1),
                      '\"', '"') END;

-- A time as whole seconds since the epoch, from 1 second after it to the year 9999.
CREATE MACRO stage.epoch_of(v) AS
    CASE WHEN stage.integer_of(v) BETWEEN 1 AND 253402300799
         THEN make_timestamp(TRY_CAST(v AS BIGINT) * 1000000) END;

-- PBS: seconds, with or without a fraction, or [[D:]H:]M:S of any size. What prints as it was
-- written is HH:MM:SS of however many hours: an interval with a blank or a fraction ends otherwise.
CREATE MACRO stage.pbs_duration_of(v) AS
    CASE WHEN TRY_CAST(v AS INTERVAL)::VARCHAR = v AND v LIKE '%:__' AND v >= '0' AND strlen(v) <= 12
         THEN epoch(TRY_CAST(v AS INTERVAL))::BIGINT
         WHEN strlen(v) BETWEEN 7 AND 12 AND regexp_full_match(v, '\d+:\d\d:\d\d')
         THEN TRY_CAST(v[:-7] AS BIGINT) * 3600 + TRY_CAST(v[-5:-4] AS BIGINT) * 60
              + TRY_CAST(v[-2:] AS BIGINT)
         WHEN NOT contains(v, ':') THEN CASE WHEN contains(v, '.') AND regexp_full_match(v, '-?\d+\.\d*')
                                             THEN stage.rounded(v) ELSE stage.integer_of(v) END
         WHEN regexp_full_match(v, '(\d{1,12}:){1,3}\d{1,12}(\.\d*)?')
         THEN coalesce(TRY_CAST(regexp_extract(v, '(\d+):\d+:\d+:[^:]+$', 1) AS BIGINT), 0) * 86400
              + coalesce(TRY_CAST(regexp_extract(v, '(\d+):\d+:[^:]+$', 1) AS BIGINT), 0) * 3600
              + TRY_CAST(regexp_extract(v, '(\d+):[^:]+$', 1) AS BIGINT) * 60
              + stage.rounded(regexp_extract(v, '([^:]+)$', 1)) END;

-- PBS: memory in kB from bytes or words of 8 bytes, and powers of 1024 of them, in any case.
CREATE MACRO stage.pbs_unit(v) AS
    CASE v WHEN '' THEN 0 WHEN 'k' THEN 1 WHEN 'm' THEN 2 WHEN 'g' THEN 3 WHEN 't' THEN 4 ELSE 5 END;
CREATE MACRO stage.pbs_kilobytes_of(v) AS
    CASE WHEN stage.integer_of(substr(v, 1, strlen(v) - 2)) >= 0 AND ends_with(v, 'kb')
         THEN stage.integer_of(substr(v, 1, strlen(v) - 2))
         WHEN regexp_full_match(lower(v), '\d+(\.\d+)?[kmgtp]?[bw]?')
         THEN TRY_CAST(floor(TRY_CAST(regexp_extract(v, '^[\d.]+') AS DOUBLE)
                       * CASE WHEN lower(v[-1]) = 'w' THEN 8 ELSE 1 END
                       * pow(1024, stage.pbs_unit(regexp_extract(lower(v), '[kmgtp]')) - 1))
              AS BIGINT) END;

-- PBS: cores of `host/0-3,5+host/7` or of chunks `host/0*8`: one for each index, or as the chunk
-- says. NULL: it is no list of hosts.
CREATE MACRO stage.positive(v) AS CASE WHEN v >= 0 THEN v::BIGINT END;
CREATE MACRO stage.pbs_range(v) AS
    CASE WHEN NOT contains(v, '-') THEN 1
         WHEN split_part(v, '-', 2)::BIGINT < split_part(v, '-', 1)::BIGINT THEN -100000000000000000
         ELSE split_part(v, '-', 2)::BIGINT - split_part(v, '-', 1)::BIGINT + 1 END;
CREATE MACRO stage.pbs_term(v) AS
    CASE WHEN contains(v, ',')
         THEN CASE WHEN regexp_full_match(v, '(?:\d{1,9}(?:-\d{1,9})?,)*\d{1,9}(?:-\d{1,9})?')
                   THEN stage.positive(list_sum(list_transform(string_split(v, ','),
                                                lambda one: stage.pbs_range(one)))) END
         WHEN contains(v, '*')
         THEN CASE WHEN regexp_full_match(v, '\d{1,9}\*\d{1,9}')
                   THEN split_part(v, '*', 2)::BIGINT END
         WHEN contains(v, '-')
         THEN CASE WHEN regexp_full_match(v, '\d{1,9}-\d{1,9}')
                   THEN TRY_CAST(split_part(v, '-', 2)::BIGINT - split_part(v, '-', 1)::BIGINT
                                 AS UINTEGER)::BIGINT + 1 END
         WHEN v = '' OR regexp_full_match(v, '\d+') THEN 1 END;
-- Of a list of one host.
CREATE MACRO stage.pbs_lone(v) AS
    CASE WHEN contains(v, '+') OR starts_with(v, '/') OR ends_with(v, '/') OR v = '' THEN NULL
         WHEN NOT contains(v, '/') THEN ''
         WHEN NOT contains(substr(v, instr(v, '/') + 1), '/') THEN substr(v, instr(v, '/') + 1) END;
-- Of several.
CREATE MACRO stage.pbs_cores(v) AS
    CASE WHEN NOT contains(v, '+') THEN NULL
         WHEN regexp_full_match(v, '[^/+]+(?:/\d+)?(?:\+[^/+]+(?:/\d+)?)*')
         THEN strlen(v) - strlen(replace(v, '+', '')) + 1
         WHEN regexp_full_match(v, '[^/+]+(?:/[-\d,*]+)?(?:\+[^/+]+(?:/[-\d,*]+)?)*')
         THEN stage.positive(list_sum(list_transform(string_split(v, '+'), lambda term:
                  coalesce(stage.pbs_term(split_part(term, '/', 2)), -100000000000000000)))) END;
-- APEL cuts off two letters, and takes the rest for kB; it does not see what chunks say.
CREATE MACRO stage.pbs_kilobytes_of_as_apel(v) AS stage.integer_of(v[:-3]);
CREATE MACRO stage.pbs_lone_as_apel(v) AS stage.pbs_lone(regexp_replace(v, '\*\d+', '', 'g'));
CREATE MACRO stage.pbs_cores_as_apel(v) AS
    stage.pbs_cores(regexp_replace(v, '\*\d+', '', 'g'));
CREATE MACRO stage.pbs_nodes(v) AS
    CASE WHEN NOT contains(v, '+') THEN 1
         WHEN contains(v, '/')
          AND NOT contains(replace(v, '+' || left(v, instr(v, '/')), ''), '+') THEN 1
         ELSE len(list_distinct(list_transform(string_split(v, '+'),
                                               lambda term: split_part(term, '/', 1)))) END;

-- PBS: GPUs of `2:ppn=4:gpus=1+1:ppn=2` or `2:ncpus=8:ngpus=1`: each chunk as often as it says.
CREATE MACRO stage.pbs_gpus(v) AS
    CASE WHEN contains(v, 'gpus=')
         THEN TRY_CAST(list_sum(list_transform(string_split(v, '+'), lambda chunk:
                  coalesce(TRY_CAST(regexp_extract(chunk, '^(\d{1,9})(:|$)', 1) AS BIGINT), 1)
                  * coalesce(TRY_CAST(regexp_extract(chunk, ':n?gpus=(\d{1,9})', 1) AS BIGINT), 0)))
              AS DECIMAL(10, 3)) END;

-- PBS: items of a message that quotes some of its values, without these quotes.
CREATE MACRO stage.unquoted(v) AS
    CASE WHEN strlen(v) < 2 THEN v
         WHEN starts_with(v, '"') AND ends_with(v, '"')
         THEN replace(substr(v, 2, length(v) - 2), '\"', '"')
         WHEN starts_with(v, '''') AND ends_with(v, '''') THEN substr(v, 2, length(v) - 2)
         ELSE v END;
CREATE MACRO stage.quoted_items(v) AS
    list_transform(
        regexp_extract_all(v, '[^\s=]+=(?:"(?:[^"\\]|\\.)*"|''[^'']*''|\S*)'),
        lambda item: substr(item, 1, instr(item, '='))
                     || stage.unquoted(substr(item, instr(item, '=') + 1)));

-- PBS: why a type of record is no end of a job.
CREATE MACRO stage.pbs_type(v) AS
    CASE v WHEN 'Q' THEN 'queued' WHEN 'S' THEN 'started' WHEN 'D' THEN 'deleted'
           WHEN 'A' THEN 'aborted' WHEN 'C' THEN 'checkpointed' WHEN 'T' THEN 'restarted'
           WHEN 'L' THEN 'licence' WHEN 'B' THEN 'reservation' WHEN 'K' THEN 'reservation'
           WHEN 'U' THEN 'reservation' WHEN 'Y' THEN 'reservation' WHEN 'F' THEN 'reservation'
           ELSE 'other_type' END;

-- LSF: a line, split at its quotes, with one blank between what stands in it, and chr(1) for a
-- quote in a text: two quotes, and nothing where numbers would stand.
CREATE MACRO stage.lsf_marked(pieces) AS
    replace(array_to_string(pieces, '"'), '"' || chr(2) || '"', chr(1));
CREATE MACRO stage.lsf_tidy(pieces) AS
    stage.lsf_marked(list_transform(pieces, lambda piece, place:
        CASE WHEN place % 2 = 0 OR place = 1 OR place = len(pieces) THEN piece
             WHEN piece = '' THEN chr(2)
             WHEN contains(piece, '  ') OR contains(piece, chr(9))
             THEN regexp_replace(piece, '\s+', ' ', 'g')
             ELSE piece END));
-- The same of a line whose gaps are no wider.
CREATE MACRO stage.lsf_quoted(pieces) AS
    stage.lsf_marked(list_transform(pieces, lambda piece, place:
        CASE WHEN piece = '' AND place % 2 = 1 AND place > 1 AND place < len(pieces) THEN chr(2)
             ELSE piece END));
-- The same of any line: most need none of it.
CREATE MACRO stage.lsf_tidied(v, pieces) AS
    string_split(CASE WHEN contains(v, '  ') OR contains(v, chr(9)) THEN stage.lsf_tidy(pieces)
                      WHEN len(pieces) % 2 = 0 OR list_contains(pieces[3:len(pieces) - 2:2], '')
                      THEN stage.lsf_quoted(pieces)
                      ELSE v END, '"');
-- How many places the quotes take up that stand in a text before these numbers.
CREATE MACRO stage.lsf_quotes(numbers) AS
    2 * (list_position(list_transform(numbers, lambda one: one <> ''), true) - 1);
-- An element of one of two lists.
CREATE MACRO stage.lsf_at(place, raw, tidy, is_clean) AS
    CASE WHEN is_clean THEN raw[place] ELSE tidy[place] END;
CREATE MACRO stage.lsf_text(v) AS
    CASE WHEN v = '' THEN NULL WHEN contains(v, chr(1)) THEN replace(v, chr(1), '"') ELSE v END;

-- LSF: a host without its slots.
CREATE MACRO stage.lsf_host(v) AS regexp_replace(v, '^\d+\*', '');
CREATE MACRO stage.lsf_host_as_apel(v) AS v;

-- LSF: how many hosts follow; were asked for; there were.
CREATE MACRO stage.lsf_count(v) AS
    CASE WHEN regexp_full_match(v, '\d{1,6}') THEN v::BIGINT END;
CREATE MACRO stage.lsf_asked(pieces) AS
    CASE WHEN starts_with(pieces[27], ' 0 ') THEN 0
         ELSE stage.lsf_count(split_part(pieces[27], ' ', 2)) END;
CREATE MACRO stage.lsf_hosts(pieces, asked) AS
    stage.lsf_count(CASE WHEN asked = 0 THEN split_part(pieces[27], ' ', 3)
                         ELSE split_part(pieces[27 + 2 * asked], ' ', 2) END);
-- An integer that mostly is one of these.
CREATE MACRO stage.lsf_small(v) AS
    CASE v WHEN '0' THEN 0 WHEN '64' THEN 64 WHEN '32' THEN 32 ELSE stage.integer_of(v) END;
-- Memory in kB: there is none below 1.
CREATE MACRO stage.lsf_memory(v) AS CASE WHEN stage.integer_of(v) > 0 THEN stage.integer_of(v) END;
CREATE MACRO stage.lsf_slots(v) AS
    coalesce(TRY_CAST(nullif(regexp_extract(v, '^(\d{1,9})\*', 1), '') AS BIGINT), 1);

CREATE MACRO stage.lsf_slots_as_apel(v) AS 1;

-- HTCondor: whether a job's end counts. APEL's script leaves out what was removed.
CREATE MACRO stage.condor_counts(completed) AS true;
CREATE MACRO stage.condor_counts_as_apel(completed) AS stage.epoch_of(completed) IS NOT NULL;

-- HTCondor: a count, perhaps written as a real; NULL for an expression.
CREATE MACRO stage.count_of(v) AS CASE WHEN stage.whole_of(v) >= 0 THEN stage.whole_of(v) END;

-- HTCondor: CPU time in seconds. What is beyond 63 years, and 1000 times what its slot could have
-- given, is garbage that some versions wrote (gratia-probe 2.8.4). NULL: it is no number.
CREATE MACRO stage.condor_cpu(v, slot_time) AS
    CASE WHEN TRY_CAST(v AS DOUBLE) >= 2e9 AND TRY_CAST(v AS DOUBLE) > 1000 * slot_time THEN 0
         WHEN isfinite(TRY_CAST(v AS DOUBLE)) THEN TRY_CAST(v AS DOUBLE) END;

-- HTCondor: the first of a token's groups, if it reads as an FQAN does.
CREATE MACRO stage.first_group(v) AS
    CASE WHEN starts_with(v, '/') THEN split_part(v, ',', 1) END;

-- HTCondor: what a global id says, `schedd#cluster.process#submitted`.
CREATE MACRO stage.condor_job(v) AS nullif(split_part(v, '#', 2), '');
CREATE MACRO stage.condor_submit(v) AS stage.epoch_of(split_part(v, '#', 3));
-- The job that a CE's ad names: `batch slurm HOST slurm/20250602/4401`, `condor SCHEDD POOL 128.0`.
CREATE MACRO stage.condor_batch_job(v) AS
    CASE WHEN starts_with(v, 'batch ') THEN nullif(regexp_extract(v, '([^\s/]+)$', 1), '')
         WHEN starts_with(v, 'condor ')
         THEN split_part(v, ' ', 2) || '#' || regexp_extract(v, '(\S+)$', 1) END;

-- Slurm: whether an id is that of a step; to APEL a job is a job.
CREATE MACRO stage.is_step(id) AS contains(id, '.');
CREATE MACRO stage.is_step_as_apel(id) AS false;

-- Slurm: the states that count to APEL, letter for letter; all others are ignored.
CREATE MACRO stage.state_of_as_apel(v) AS v;
CREATE MACRO stage.has_ended_as_apel(word) AS
    coalesce(word IN ('CANCELLED', 'COMPLETED', 'FAILED', 'NODE_FAIL', 'PREEMPTED', 'TIMEOUT'),
             false);

-- What a job's own row says, or what its steps do where it says nothing, or nothing of note.
CREATE MACRO stage.or_of_steps(own, of_steps) AS
    CASE WHEN coalesce(own, 0) = 0 THEN coalesce(of_steps, own) ELSE own END;

-- The CPU time of steps together; NULL beyond 64 bits. What ran outside of the job does not count.
CREATE MACRO stage.cpu_of_steps(cpu, step) AS
    TRY_CAST(sum(cpu) FILTER (NOT ends_with(step, '.extern')) AS BIGINT);
