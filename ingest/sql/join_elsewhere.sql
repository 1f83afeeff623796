-- Gatekeepers and batch hosts that do not belong together: the gatekeeper has entries, but none
-- for this host.
INSERT INTO stage.join_elsewhere
SELECT gates.ce, there.machine_name
FROM (SELECT DISTINCT ce FROM store.gatekeeper_records) AS gates,
     (SELECT DISTINCT e.machine_name FROM stage.join_here() AS e) AS there
WHERE EXISTS (SELECT 1 FROM stage.join_hosts AS h WHERE gates.ce GLOB h.ce)
  AND NOT EXISTS (SELECT 1 FROM stage.join_hosts AS h
                  WHERE gates.ce GLOB h.ce AND h.machine_name = there.machine_name)
