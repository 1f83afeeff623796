-- What the text of a field means: one macro a kind of value.

-- Empty, none and null, in any case, stand for nothing.
CREATE MACRO stage.is_null(v) AS
    v IS NULL OR v = '' OR (strlen(v) = 4 AND lower(v) IN ('none', 'null'));

-- An integer: sign and digits. The first branch is the common case: what prints as it was written
-- needs no closer look. The reference also takes underscores between digits, and any script's
-- digits: texts with such are read record by record, which makes them plain (looks_integer).
CREATE MACRO stage.looks_integer(v) AS regexp_full_match(v, '[+-]?\p{Nd}+(_\p{Nd}+)*');
CREATE MACRO stage.integer_of(v) AS
    CASE WHEN TRY_CAST(v AS BIGINT)::VARCHAR = v THEN TRY_CAST(v AS BIGINT)
         WHEN regexp_full_match(v, '[+-]?\d+') THEN TRY_CAST(v AS BIGINT) END;

-- A decimal: the shortest text of the 64-bit float, rounded half away from zero at three places.
-- Up to 15 digits a decimal text and its float's shortest text are the same. DuckDB 2.0 takes `+-3`
-- for a float, and an exponent carries a decimal past its range or has a point after it.
CREATE MACRO stage.looks_decimal(v) AS
    coalesce(isfinite(TRY_CAST(v AS DOUBLE)) AND NOT starts_with(v, '+-'), false);
CREATE MACRO stage.decimal_of(v) AS
    CASE WHEN length(v) <= 15 AND NOT contains(v, 'e') AND NOT contains(v, 'E')
         THEN TRY_CAST(v AS DECIMAL(10, 3))
         WHEN stage.looks_decimal(v) AND abs(TRY_CAST(v AS DOUBLE)) < 10000000
         THEN TRY_CAST(TRY_CAST(v AS DOUBLE)::VARCHAR AS DECIMAL(10, 3)) END;

-- A time: seconds since the epoch, or ISO with Z, UTC or GMT; a 60th second rolls over.
-- From year 1 to year 9999.
CREATE MACRO stage.iso_time_of(v) AS
    try_strptime(v[:17], '%Y-%m-%dT%H:%M:') + to_seconds(v[18:19]::INTEGER);
CREATE MACRO stage.time_of(v) AS
    CASE WHEN stage.integer_of(v) BETWEEN -62135596800 AND 253402300799
         THEN make_timestamp(TRY_CAST(v AS BIGINT) * 1000000)
         WHEN regexp_full_match(v, '\d{4}-\d\d-\d\dT\d\d:\d\d:([0-5]\d|6[01])(Z|UTC|GMT)')
          AND stage.iso_time_of(v) BETWEEN '0001-01-01' AND '9999-12-31 23:59:59'
         THEN stage.iso_time_of(v) END;

-- An associative array of benchmarks, {type: number, …}: its pairs; NULL where one is malformed.
-- Braces are in effect optional. Types in lower case, the later of two that differ in case wins.
CREATE MACRO stage.array_pairs(v) AS
    list_transform(string_split(trim(v, '{}'), ','), lambda part: string_split(part, ':'));
CREATE MACRO stage.array_types(v) AS
    list_transform(stage.array_pairs(v), lambda pair: trim(pair[1]));
CREATE MACRO stage.is_array(v) AS
    len(list_filter(stage.array_pairs(v),
                    lambda pair: len(pair) = 2 AND stage.looks_decimal(trim(pair[2]))))
        = len(stage.array_pairs(v))
    AND len(list_distinct(stage.array_types(v))) = len(stage.array_types(v));
CREATE MACRO stage.array_value(v, benchmark) AS
    trim(list_last(list_filter(stage.array_pairs(v),
                               lambda pair: lower(trim(pair[1])) = benchmark))[2]);

-- The same for arrays as nearly everybody writes them, `{type: number, type: number}`: what stands
-- between the braces, in lower case and with a comma before it; a benchmark's number in it; how
-- many pairs it has. NULL for others.
CREATE MACRO stage.tidy_array(v) AS
    CASE WHEN starts_with(v, '{') AND ends_with(v, '}')
         THEN ', ' || lower(substr(v, 2, strlen(v) - 2)) END;
CREATE MACRO stage.tidy_value(tidy, benchmark) AS
    nullif(split_part(split_part(tidy, ', ' || benchmark || ': ', 2), ',', 1), '');
CREATE MACRO stage.commas(tidy) AS strlen(tidy) - strlen(replace(tidy, ',', ''));

-- An array's number as an integer: through a 64-bit float, cut towards zero.
CREATE MACRO stage.whole_of(v) AS TRY_CAST(trunc(TRY_CAST(v AS DOUBLE)) AS BIGINT);
