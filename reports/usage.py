"""The usage report: one statement, put together from the catalogue, over months or jobs."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from duckdb import DuckDBPyConnection

from appliance.repository import Question
from appliance.resources import text
from appliance.table import Table, Value
from reports.catalogue import METRICS, STANDARD, WORK, check
from reports.units import in_unit, own_unit


def usage(cursor: DuckDBPyConnection, question: Question) -> Table:
    """The figures that a question asks for, with totals.

    Args:
        cursor: A connection of the caller's own.
        question: Times that are whole months are answered from the months' usage, jobs and received
            summaries alike; others from the jobs alone, for a summary knows no days.

    Returns:
        One row a group: the dimensions, `benchmark` where work is asked in no one unit, the
        metrics, `uncovered_jobs` where work is asked in one unit. The largest first; by month or
        year, the earliest first. Hours and work are 64-bit floats of exact sums. Totals of work
        over several benchmarks are None.

    Raises:
        UsageError: The question names what there is not.
    """
    check(question)
    metrics = _metrics(question)
    by = dimensions(question)
    figures = [f"{METRICS[name][0]} AS {name}" for name in metrics]
    conditions, values = condition(question)
    source, levelled = _source(question), in_unit(question.unit) if question.unit else own_unit()
    rows = cursor.execute(
        f"SELECT {', '.join([*by, *figures])}, count(DISTINCT benchmark) AS benchmarks, "
        f"grouping({by[0]}) AS is_total FROM (SELECT *, {levelled} FROM ({source})) "
        f"WHERE {conditions} GROUP BY GROUPING SETS (({', '.join(by)}), ()) "
        f"ORDER BY {_order(by, metrics)}",
        values,
    ).fetchall()
    columns = (*by, *metrics)
    found = [row[:-2] for row in rows if not row[-1]]
    totals = next((_totals(row, columns) for row in rows if row[-1]), None)
    return Table(columns, found, totals if found else None)


def _metrics(question: Question) -> tuple[str, ...]:
    """The figures asked for; work in one unit does not go without what it leaves out."""
    metrics = question.metrics or STANDARD
    partial = question.unit and WORK & set(metrics) and "uncovered_jobs" not in metrics
    return (*metrics, "uncovered_jobs") if partial else metrics


def dimensions(question: Question) -> tuple[str, ...]:
    """What the rows are grouped by: as asked, and by benchmark where work would mix them."""
    metrics = question.metrics or STANDARD
    mixed = WORK & set(metrics) and not question.unit and "benchmark" not in question.by
    return (*question.by, "benchmark") if mixed else question.by


def condition(
    question: Question, columns: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, dict[str, object]]:
    """The WHERE of a question over `usage`, and its values.

    `columns`: SQL for dimensions and `day` where the table has other columns than `usage`.
    """
    parts, values = ["true"], dict[str, object]()
    for number, (name, allowed) in enumerate(question.where):
        column = columns.get(name, name)
        shown = f"coalesce(({column})::VARCHAR, '')"  # nothing is asked for by an empty value
        parts.append(f"{shown} IN (SELECT unnest($where{number}::VARCHAR[]))")
        values[f"where{number}"] = list(allowed)
    for name, day, sign in (("since", question.since, ">="), ("until", question.until, "<")):
        if day:
            parts.append(f"{columns.get('day', 'day')} {sign} ${name}")
            values[name] = day
    return " AND ".join(parts), values


def _source(question: Question) -> str:
    whole = all(day is None or day.day == 1 for day in (question.since, question.until))
    return text("reports", "sql/usage_of_months.sql" if whole else "sql/usage_of_jobs.sql")


def _order(by: tuple[str, ...], metrics: tuple[str, ...]) -> str:
    names = [f"{name} NULLS LAST" for name in by]
    if by[0] in ("month", "year"):
        return ", ".join(names)
    largest = next((m for m in metrics if m not in ("jobs", "efficiency")), metrics[0])
    return ", ".join([f"{largest} DESC NULLS LAST", *names])


def _totals(row: tuple[Value, ...], columns: tuple[str, ...]) -> tuple[Value, ...]:
    benchmarks = row[-2]
    return tuple(
        None if name in WORK and isinstance(benchmarks, int) and benchmarks > 1 else value
        for name, value in zip(columns, row, strict=False)
    )


def whole_year(day: date) -> tuple[date, date]:
    """The year of a day: its first day, and that of the next."""
    return date(day.year, 1, 1), date(day.year + 1, 1, 1)
