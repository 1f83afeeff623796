"""Joining: from events, gatekeepers' records and benchmarks to jobs.

    due.is_due(store)   whether anything came since the last time, or the settings are others now
    joiner.Joiner       `join` makes the jobs of what is due, pass after pass

A job that is joined stands in `store.jobs` beside those that were received, with the event's
message (so that it can be followed to the raw line) and `joined_at`, which received jobs do not
have. It has the event's key, and no event ever goes; so joining an event again replaces its job,
changes nothing, or takes it away, and leaves no stale row. What became of each event, and which
line of a gatekeeper it belongs to, is in `store.joins`, counted by month in `store.join_counts`. An
event that no gatekeeper knows and that is no job has no row: 1 M of them took 0.4 s to write.
All of that is derived from what came in and from the settings alone: in whichever order lines and
benchmarks come, the jobs are the same.

**Of a job that is received too** (equal site, machine, local job id and end), the received one
stands, whichever came first: it is what somebody signed for.

**What is due** is noted in the transaction that brings it: lines of logs in `store.logs_due`
(`ingest.logs.intake`), benchmarks in `store.join_due` (`ingest.benchmarks.timeline`), settings by
their digest. The transaction that writes the jobs takes the notes out, and makes the months due to
be summarised whose jobs have changed.

**Of a job that a CE's ad tells of, and the batch system's own log too**, the log has the usage and
the ad the identity: see `join_pairs.sql`. The ad is then no job, by the reason `batch_log`.

**Whose job it is**: a gatekeeper's line with its id (exact text, of its site), within the window,
whose gatekeeper submits to its batch host; else what a CE's ad of the same job says, or the log
itself; else the first entry of [[join.map]] for its account. Else it is a local job, or none.
"""
