"""Jobs and received summaries of jobs: who used how much of the processors."""

from dataclasses import replace

from appliance.repository import Question
from appliance.resources import text
from reports.apel import with_tables
from reports.subject import Metric, Source, Subject
from reports.times import since_until, whole_months
from reports.units import UNITS, as_apel, in_unit, own_unit

_UNCOVERED = "sum(CASE WHEN wall_score IS NULL OR cpu_score IS NULL THEN jobs ELSE 0 END)"


def source(question: Question) -> Source:
    """Usage with its work in the unit that is asked for, or each in its own.

    Times that are whole months are answered from the months' usage, jobs and received summaries
    alike; others from the jobs alone, for a summary knows no days.
    """
    name = "usage_of_months" if whole_months(question) else "usage_of_jobs"
    scores = in_unit(question.unit) if question.unit else own_unit()
    kept, values = since_until(question)
    rows = text("reports", f"sql/{name}.sql")
    return Source(f"SELECT *, {scores} FROM ({rows}) WHERE {kept}", values)


def source_as_apel(question: Question) -> Source:
    """The same from what the reference would hold, with the work that it knows: not times cores."""
    name = "usage_of_months" if whole_months(question) else "usage_of_jobs"
    kept, values = since_until(question)
    rows = with_tables(text("reports", f"sql/{name}_as_apel.sql"), question.since, question.until)
    return Source(f"SELECT *, {as_apel(question.unit)} FROM ({rows}) WHERE {kept}", values)


USAGE = Subject(
    dimensions={
        "site": "The site's name.",
        "vo": "The virtual organisation.",
        "vo_group": "The group within the VO.",
        "vo_role": "The role within the group.",
        "user": "The user's DN or token subject.",
        "submit_host": "The gatekeeper and queue.",
        "month": "YYYY-MM of the job's end, UTC.",
        "year": "The year of the job's end, UTC.",
        "queue": "The batch queue; None of received summaries.",
        "infrastructure": "grid or local.",
        "benchmark": "HEPscore23 or HEPSPEC, by custom; si2k counts as HEPSPEC, 250 to one.",
        "processors": "Cores of the job; 0: not said.",
    },
    metrics={
        "jobs": Metric("sum(jobs)", "Jobs that ended.", leads=False),
        "wall_hours": Metric("sum(wall) / 3600", "Elapsed hours."),
        "core_wall_hours": Metric("sum(core_wall) / 3600", "Elapsed hours × cores, at least one."),
        "cpu_hours": Metric("sum(cpu) / 3600", "CPU hours of all cores."),
        "wall_work": Metric(
            "sum(wall_score) / 3600",
            "Core-wall hours × benchmark.",
            needs="uncovered_jobs",
            in_benchmark=True,
        ),
        "cpu_work": Metric(
            "sum(cpu_score) / 3600",
            "CPU hours × benchmark.",
            needs="uncovered_jobs",
            in_benchmark=True,
        ),
        "uncovered_jobs": Metric(
            _UNCOVERED, "Jobs without a value of the benchmark: their work is not in the figures."
        ),
        "efficiency": Metric(
            "sum(cpu) / nullif(sum(core_wall), 0)",
            "CPU time by core-wall time, 0 to 1.",
            leads=False,
        ),
    },
    standard=("jobs", "wall_hours", "core_wall_hours", "cpu_hours", "efficiency", "wall_work"),
    source=source,
    units=UNITS,
)
"""Work is in benchmark·hours."""

USAGE_AS_APEL = replace(
    USAGE,
    source=source_as_apel,
    metrics={
        **USAGE.metrics,
        "jobs_replaced": Metric("max(lost)", "Jobs that one of another machine replaces."),
        "names_folded": Metric("max(respelled)", "Spellings that count as another."),
        "groups_kept": Metric("sum(stale)", "Groups of which no job is left."),
        "custom_jobs": Metric("sum(custom)", "Jobs without a benchmark, of level 1."),
    },
    remarks={
        "jobs_replaced": "{n} jobs share site, number and end with a job of another machine: "
        "the one loaded last counts",
        "names_folded": "{n} spellings of names count as others that differ in case, accents or "
        "blanks at their end",
        "groups_kept": "{n} groups of which no job is left count as they were last",
        "custom_jobs": "{n} jobs without a benchmark count with level 1",
    },
)
"""Work is wall or CPU time × benchmark: the reference does not multiply by cores."""
