-- Groups of a gatekeeper's log. A regular line is split at its quotes; another is tidied first.
WITH split AS (
    SELECT line, text, string_split(text, '"') AS f,
           starts_with(text, '"') AND ends_with(text, '"') AND len(f) % 2 = 1
           AND (strlen(text) - strlen(replace(text, '" "', ''))) // 3 = len(f) // 2 - 1
           AND NOT contains(text, '\"') AND {regular} AS regular
    FROM lines),
tidied AS (SELECT *, CASE WHEN NOT regular THEN stage.tidy_blah(text) END AS tidy FROM split),
said AS (SELECT line, text, regular OR tidy IS NOT NULL AS is_blah, {values} FROM tidied),
valued AS (
    SELECT line, text, is_blah, "lrmsID" = '' AS never_submitted,
           stage.defined("timestamp") AS stamp, stage.utc_time_of("timestamp") AS time_stamp,
           stage.defined("userDN") AS global_user_name, stage.defined("userFQAN") AS fqan,
           stage.defined("ceID") AS ce, stage.defined("jobID") AS global_job_id,
           stage.defined("lrmsID") AS lrms_id, stage.defined("localUser") AS local_user,
           stage.defined("clientID") AS client_id
    FROM said)
SELECT line, text, time_stamp, global_user_name, fqan, ce, global_job_id, lrms_id,
       time_stamp - INTERVAL 1 DAY AS valid_from, time_stamp + INTERVAL 28 DAY AS valid_until,
       local_user, client_id, NULL AS vo, NULL AS vo_group, NULL AS vo_role,
       CASE WHEN NOT is_blah THEN 'SYN "key=value"'
            WHEN never_submitted THEN 'ignored never_submitted'
            WHEN lrms_id IS NULL THEN 'MAN lrmsID'
            WHEN time_stamp IS NULL AND stamp IS NOT NULL
            THEN stage.fault('TIM', 'timestamp', stamp)
       END AS outcome
FROM valued
