"""What reports can be asked: dimensions, metrics, and questions that have a name.

Metrics are sums first, ratios last: an efficiency of a total is never a mean of efficiencies.
"""

from appliance.errors import UsageError
from appliance.repository import Question

DIMENSIONS = {
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
}
"""Dimension by name, with its explanation. They are columns of `usage`, in either source."""

METRICS = {
    "jobs": ("sum(jobs)", "Jobs that ended."),
    "wall_hours": ("sum(wall) / 3600", "Elapsed hours."),
    "core_wall_hours": ("sum(core_wall) / 3600", "Elapsed hours × cores, at least one."),
    "cpu_hours": ("sum(cpu) / 3600", "CPU hours of all cores."),
    "wall_work": ("sum(wall_score) / 3600", "Core-wall hours × benchmark."),
    "cpu_work": ("sum(cpu_score) / 3600", "CPU hours × benchmark."),
    "uncovered_jobs": (
        "sum(CASE WHEN wall_score IS NULL OR cpu_score IS NULL THEN jobs ELSE 0 END)",
        "Jobs without a value of the benchmark: their work is not in the figures.",
    ),
    "efficiency": ("sum(cpu) / nullif(sum(core_wall), 0)", "CPU time by core-wall time, 0 to 1."),
}
"""Metric by name: SQL over `usage`, and its explanation. Work is in benchmark·hours."""

WORK = frozenset({"wall_work", "cpu_work"})
"""Metrics that carry a benchmark's unit: two benchmarks are never added up."""

STANDARD = ("jobs", "wall_hours", "core_wall_hours", "cpu_hours", "efficiency", "wall_work")

UNITS = ("HEPscore23", "HEPSPEC", "si2k")
"""What work can be expressed in."""

NAMED = {
    "usage": Question(by=("vo",)),
    "sites": Question(by=("site",)),
    "users": Question(by=("vo", "user")),
    "months": Question(by=("month",)),
    "hosts": Question(by=("submit_host",)),
    "queues": Question(by=("queue",)),
    "benchmarks": Question(by=("benchmark",)),
    "efficiency": Question(by=("vo",), metrics=("efficiency", "cpu_hours", "core_wall_hours")),
}
"""Reports by name; flags change what they ask."""


def check(question: Question) -> None:
    """Refuse a question that names what there is not.

    Raises:
        UsageError: An unknown dimension, metric or unit, or times that hold no day.
    """
    if not isinstance(question, Question) or not question.by:
        raise UsageError("the question names nothing to group by", hint="--by vo")
    _known("--by", question.by, DIMENSIONS)
    _known("--where", [name for name, _ in question.where], DIMENSIONS)
    _known("--metric", question.metrics, METRICS)
    _known("--unit", [question.unit] if question.unit else [], UNITS)
    if question.since and question.until and question.until <= question.since:
        raise UsageError(
            f"no time from {question.since} to {question.until}",
            hint="put --from before --to, which is not included",
        )


def _known(flag: str, given: "tuple[str, ...] | list[str]", known: object) -> None:
    names = list(known)  # type: ignore[call-overload]
    for name in given:
        if name not in names:
            raise UsageError(f"{flag} {name}: there is none", hint=f"one of {', '.join(names)}")
    if len(set(given)) < len(given) and flag != "--where":
        raise UsageError(f"{flag} {','.join(given)} names one twice")
