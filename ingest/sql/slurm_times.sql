SELECT *, CASE WHEN reading < 2 THEN started_first ELSE started_again END AS start_time,
       CASE WHEN reading % 2 = 0 THEN ended_first ELSE ended_again END AS end_time,
       submitted_first AS submit_time
FROM (SELECT *, CASE WHEN ended_first - started_first = to_seconds(wall_duration) THEN 0
                     WHEN ended_again - started_first = to_seconds(wall_duration) THEN 1
                     WHEN ended_first - started_again = to_seconds(wall_duration) THEN 2
                     WHEN ended_again - started_again = to_seconds(wall_duration) THEN 3
                     ELSE 0 END AS reading
      FROM (SELECT *, {readings} FROM typed))
