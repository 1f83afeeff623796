"""What the usage table shows: a pivot, a time, filters, an order; and the question it asks."""

from dataclasses import dataclass, replace

from appliance.repository import Question
from tui.span import Span, named

LABELS = {
    "vo": "VO",
    "site": "Site",
    "user": "User",
    "submit_host": "Submit host",
    "month": "Month",
    "year": "Year",
    "vo_group": "VO group",
    "vo_role": "VO role",
    "queue": "Queue",
    "infrastructure": "Infrastructure",
    "processors": "Processors",
    "benchmark": "Benchmark",
    "jobs": "Jobs",
    "wall_hours": "Wall h",
    "core_wall_hours": "Core-wall h",
    "cpu_hours": "CPU h",
    "wall_work": "Wall work",
    "cpu_work": "CPU work",
    "efficiency": "CPU eff",
}
"""What the dimensions and metrics of the catalogue are called in a heading."""

DIMENSIONS = tuple(LABELS)[:12]
DRILL = ("vo", "site", "user", "submit_host", "month")
"""The way down from a group to its jobs."""

HOURS = ("jobs", "wall_hours", "core_wall_hours", "cpu_hours", "efficiency")
WORK = ("jobs", "core_wall_hours", "wall_work", "cpu_work", "efficiency")


@dataclass(frozen=True, slots=True)
class View:
    """One state of the usage table; each step down makes another, each step up returns to one."""

    span: Span
    by: str = "vo"
    where: tuple[tuple[str, str], ...] = ()
    """(dimension, value), in the order in which they were chosen."""
    work: bool = False
    """Work in units of a benchmark instead of hours: a row a benchmark."""
    sort: str = ""
    """The column in order; none: as the repository answers, largest first."""
    descending: bool = True

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The columns that tell groups apart."""
        return (self.by, "benchmark") if self.work and self.by != "benchmark" else (self.by,)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, as a report answers them."""
        return self.dimensions + (WORK if self.work else HOURS)

    def question(self) -> Question:
        """What the repository is asked."""
        return Question(
            by=(self.by,),
            metrics=WORK if self.work else HOURS,
            since=self.span.since,
            until=self.span.until,
            where=tuple((name, (value,)) for name, value in self.where),
        )

    def pivoted(self, by: str) -> "View":
        """Other groups of the same jobs; months of one month would be one row, so of its year."""
        wider = {"month": "year", "year": "all"}.get(by)
        units = ["month", "year", "all"]
        widen = wider is not None and units.index(self.span.unit) < units.index(wider)
        span = self.span.of(wider) if widen else self.span  # type: ignore[arg-type]
        return replace(self, by=by, span=span, sort=by if wider else "", descending=not wider)

    def within(self, group: tuple[str, ...]) -> "View":
        """Only one group: its values become filters, a month or a year becomes the time."""
        found = self
        for name, value in zip(self.dimensions, group, strict=True):
            span = named(value) if name in ("month", "year") else None
            kept = tuple(item for item in found.where if item[0] != name)
            found = (
                replace(found, span=span) if span else replace(found, where=(*kept, (name, value)))
            )
        return found

    def next_dimension(self) -> str:
        """What to show one step down; empty: the jobs."""
        used = {self.by, *(name for name, _ in self.where)}
        left = [name for name in DRILL if name not in used]
        if self.span.unit == "month":
            left = [name for name in left if name != "month"]
        return left[0] if left else ""
