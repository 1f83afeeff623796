"""The words in which a subject of reports is declared: what can be asked of it, and how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from appliance.repository import Question


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure. Sums first, ratios last: an efficiency of a total is never a mean of efficiencies.

    Args:
        sql: An aggregate over the columns of the subject's source.
        doc: What it means.
        needs: The metric that says what this one leaves out: it is not shown without.
        in_benchmark: Its unit is a benchmark's: two benchmarks are never added up.
        level: It is of a moment: months and years of it are not added up.
        leads: Rows come in its order, the largest first, if it is the first of such.
    """

    sql: str
    doc: str
    needs: str = ""
    in_benchmark: bool = False
    level: bool = False
    leads: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """The rows that figures are taken from: a SELECT, and its parameters."""

    sql: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """What reports can be about."""

    dimensions: Mapping[str, str]
    """Dimension by name, with its explanation: columns of the source."""
    metrics: Mapping[str, Metric]
    standard: tuple[str, ...]
    """The metrics of a question that names none."""
    source: Callable[[Question], Source]
    """What answers a question: its times are kept already, its `where` not yet.

    Raises `UsageError` where the question cannot be answered."""
    units: tuple[str, ...] = ()
    """What its figures can be expressed in."""
    heading: Callable[[str, str], str] = lambda metric, _unit: metric
    """The column of a metric in a unit."""
    remarks: Mapping[str, str] = field(default_factory=dict)
    """Metrics that count what is amiss, and what is said where they are not zero. Rows of the
    source that have a false `counts` are for these alone."""
