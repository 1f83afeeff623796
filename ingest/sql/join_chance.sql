-- Whether any of the events may be more than one that no gatekeeper knows: a gatekeeper told of jobs
-- in their time, or what they say themselves makes them a job, or keeps them from being one. Most
-- sites load years of batch logs before the first line of a gatekeeper. $first, $last: TIMESTAMP, of
-- the ends; $near: INTERVAL.
SELECT EXISTS (FROM store.gatekeeper_records
               WHERE time_stamp > $first::TIMESTAMP - $near::INTERVAL
                 AND time_stamp <= $last::TIMESTAMP + $near::INTERVAL)
    OR EXISTS (FROM stage.join_pairs)
    OR EXISTS (FROM stage.join_here()
               WHERE coalesce(global_user_name, fqan, vo) IS NOT NULL
                  OR stage.is_implausible(wall_duration, cpu_duration, processors, node_count))
