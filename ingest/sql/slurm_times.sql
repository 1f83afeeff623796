SELECT *, CASE WHEN reading < 2 THEN started_first ELSE started_again END AS start_time,
       CASE WHEN reading % 2 = 0 THEN ended_first ELSE ended_again END AS end_time,
       submitted_first AS submit_time
FROM (SELECT *, CASE WHEN epoch(ended_first) - epoch(started_first) = wall_duration THEN 0
                     WHEN epoch(ended_again) - epoch(started_first) = wall_duration THEN 1
                     WHEN epoch(ended_first) - epoch(started_again) = wall_duration THEN 2
                     WHEN epoch(ended_again) - epoch(started_again) = wall_duration THEN 3
                     ELSE 0 END AS reading
      FROM (SELECT *, {readings} FROM typed))
