"""A report: one statement, put together from what its subject declares."""

from collections.abc import Mapping
from types import MappingProxyType

from duckdb import DuckDBPyConnection

from appliance.folding import fold
from appliance.repository import Question
from appliance.table import Table, Value
from reports import apel
from reports.catalogue import check
from reports.subject import Subject

Row = tuple[Value, ...]


def report(cursor: DuckDBPyConnection, question: Question) -> Table:
    """The figures that a question asks for, with totals.

    Returns:
        One row a group: the dimensions, `benchmark` where work is asked in no one unit, the
        metrics, and what they need beside them. The largest first; by month or year, the earliest
        first. Hours and work are 64-bit floats of exact sums. Totals of work over several
        benchmarks are None.

    Raises:
        UsageError: The question names what there is not, or what its subject cannot answer.
    """
    subject = check(question)
    metrics, by = _metrics(subject, question), _dimensions(subject, question)
    source = subject.source(question)
    conditions, values = condition(question)
    names = [*by, *metrics]
    rows = cursor.execute(
        f"SELECT {', '.join([*by, *_figures(subject, by, metrics)])} FROM ({source.sql}) "
        f"WHERE {conditions} GROUP BY GROUPING SETS (({', '.join(by)}), ()) "
        f"{_counting(subject, by)} ORDER BY {_order(subject, by, metrics)}",
        {**source.values, **values},
    ).fetchall()
    found = [row[: len(names)] for row in rows if not row[-1]]
    [whole] = [row for row in rows if row[-1]] or [()]
    headings = tuple(subject.heading(name, question.unit) for name in names)
    totals = _totals(subject, names, whole) if found else None
    title = apel.TITLE if question.as_apel else ""
    return Table(headings, found, totals, title, _remarks(subject, whole))


def _metrics(subject: Subject, question: Question) -> tuple[str, ...]:
    """The figures asked for; none goes without what it leaves out."""
    metrics = question.metrics or subject.standard
    chosen = [subject.metrics[name] for name in metrics]
    needed = [m.needs for m in chosen if m.needs and (question.unit or not m.in_benchmark)]
    return tuple(dict.fromkeys([*metrics, *needed]))


def _dimensions(subject: Subject, question: Question) -> tuple[str, ...]:
    """What the rows are grouped by: as asked, and by benchmark where work would mix them."""
    metrics = question.metrics or subject.standard
    work = any(subject.metrics[name].in_benchmark for name in metrics)
    mixed = work and not question.unit and "benchmark" not in question.by
    return (*question.by, "benchmark") if mixed else question.by


def condition(
    question: Question, columns: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, dict[str, object]]:
    """The `where` of a question as SQL over the columns of its source, and its values.

    `columns`: SQL for dimensions where a table has other columns than the source.
    """
    parts, values = ["true"], dict[str, object]()
    for number, (name, allowed) in enumerate(question.where):
        column = columns.get(name, name)
        shown = f"coalesce(({column})::VARCHAR, '')"  # nothing is asked for by an empty value
        same = fold if question.as_apel else str
        asked = f"SELECT {same('v')} FROM (SELECT unnest($where{number}::VARCHAR[]) AS v)"
        parts.append(f"{same(shown)} IN ({asked})")
        values[f"where{number}"] = list(allowed)
    return " AND ".join(parts), values


def _figures(subject: Subject, by: tuple[str, ...], metrics: tuple[str, ...]) -> list[str]:
    """The metrics, then what totals and remarks are made of."""
    shown = [f"{subject.metrics[name].sql} AS {name}" for name in metrics]
    mixed = any(subject.metrics[name].in_benchmark for name in metrics)
    beside = [subject.metrics[name].sql for name in subject.remarks]
    benchmarks = "count(DISTINCT benchmark)" if mixed else "1"
    return [*shown, benchmarks, *beside, f"grouping({by[0]}) AS is_total"]


def _counting(subject: Subject, by: tuple[str, ...]) -> str:
    """Groups of nothing but what does not count are no rows."""
    if not subject.remarks:
        return ""
    return f"HAVING grouping({by[0]}) = 1 OR sum(CASE WHEN counts THEN 1 ELSE 0 END) > 0"


def _order(subject: Subject, by: tuple[str, ...], metrics: tuple[str, ...]) -> str:
    names = [f"{name} NULLS LAST" for name in by]
    if by[0] in ("month", "year"):
        return ", ".join(names)
    largest = next((name for name in metrics if subject.metrics[name].leads), metrics[0])
    return ", ".join([f"{largest} DESC NULLS LAST", *names])


def _totals(subject: Subject, names: list[str], whole: Row) -> Row:
    """None for what cannot be added up: work in two benchmarks, what was held in two months."""
    benchmarks = whole[len(names)]
    mixed = isinstance(benchmarks, int) and benchmarks > 1
    moments = "month" in names or "year" in names

    def added(name: str) -> bool:
        metric = subject.metrics.get(name)
        return not metric or not ((mixed and metric.in_benchmark) or (moments and metric.level))

    return tuple(value if added(name) else None for name, value in zip(names, whole, strict=False))


def _remarks(subject: Subject, whole: Row) -> tuple[str, ...]:
    """What is said of figures that leave something out."""
    counted = whole[-1 - len(subject.remarks) : -1] if whole else ()
    return tuple(
        said.format(n=f"{n:,}")
        for said, n in zip(subject.remarks.values(), counted, strict=False)
        if n
    )
