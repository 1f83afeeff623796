"""Commands that answer: report, export, query, messages."""

import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from appliance.cli import (
    app,
    binary_output,
    note,
    open_repository,
    options,
    print_json,
    text_output,
)
from appliance.errors import UsageError
from appliance.printable import printable
from appliance.repository import Question, Repository


class Format(StrEnum):
    """Forms of a table."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"


AsFormat = Annotated[Format, typer.Option("--format", help="How to write it.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="A file; default: here.")]
AsApel = Annotated[
    bool, typer.Option("--as-apel", help="As APEL 2.5.0 would have it, faults and all.")
]


_FOR_PEOPLE = ("message_id", "received_at", "source_name", "signer", "kind", "records", "state",
               "error")  # fmt: skip
"""Columns of `messages` that fit a terminal."""


def _form(chosen: Format) -> str:
    return "json" if options.json else chosen.value


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="usage, sites, storage, cloud, …")] = "usage",
    by: Annotated[str, typer.Option(help="Group by: site,vo,vo_group,vo_role,user,…")] = "",
    since: Annotated[str, typer.Option("--from", help="From this day or month (YYYY-MM).")] = "",
    until: Annotated[str, typer.Option("--to", help="Up to, not including, this one.")] = "",
    where: Annotated[list[str], typer.Option(help="Only F=V; again for more.")] = [],  # noqa: B006
    metric: Annotated[str, typer.Option(help="Figures: jobs,wall_hours,cpu_work,…")] = "",
    unit: Annotated[
        str, typer.Option(help="Work in this benchmark only; storage in TB, TiB, …")
    ] = "",
    as_: AsFormat = Format.table,
    output: Output = None,
    as_apel: AsApel = False,
) -> None:
    """Show who used what; without more, by VO for this year.

    Months are those in which jobs ended, UTC. Work in several benchmarks is never added up.
    Storage is weighted by time: a TB held all month is one TB-month.

    Example: acct report --by vo,month --from 2026-01 --to 2026-07 --format csv
    """
    from dataclasses import replace

    from reports.catalogue import NAMED, check
    from reports.render import write
    from reports.times import whole_year

    if name not in NAMED:
        raise UsageError(f"there is no report {name}", hint=f"one of {', '.join(NAMED)}")
    first, last = day(since, "--from"), day(until, "--to")
    if first is None and last is None:
        first, last = whole_year(_today())
    question = replace(NAMED[name], since=first, until=last, where=conditions(where), unit=unit)
    question = replace(question, by=_names(by) or question.by, as_apel=as_apel)
    question = replace(question, metrics=_names(metric) or question.metrics)
    check(question)
    with open_repository() as repository:
        found = repository.report(question)
        if not found.rows:
            note(_nothing(repository, question))
    with text_output(output) as out:
        write(found, _form(as_), out)
    for said in found.notes:
        note(said)


@app.command()
def export(
    dataset: Annotated[str, typer.Argument(help="jobs, super_summaries, messages, …")],
    as_: Annotated[str, typer.Option("--format", help="csv, json or parquet.")] = "csv",
    month: Annotated[str, typer.Option(help="Only this month, YYYY-MM.")] = "",
    output: Output = None,
    as_apel: AsApel = False,
) -> None:
    """Write a whole dataset.

    Example: acct export jobs --month 2026-05 --format parquet -o may.parquet
    """
    first = day(month, "--month")
    chosen = (first.year, first.month) if first else None
    form = "json" if options.json else as_
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError("Parquet is not for a terminal", hint="-o names a file")
    with open_repository() as repository:
        pieces = repository.export(dataset, form, chosen, as_apel=as_apel)
        with binary_output(output) as out:
            for piece in pieces:
                out.write(piece)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT over the datasets; - reads it here.")],
    as_: AsFormat = Format.table,
    output: Output = None,
) -> None:
    """Answer one SQL question over the datasets: it can read nothing else and change nothing.

    Example: acct query "SELECT vo, count(*) FROM jobs GROUP BY vo" --format csv
    """
    from reports.render import write

    with open_repository() as repository:
        found = repository.query(sys.stdin.read() if sql == "-" else sql)
    with text_output(output) as out:
        write(found, _form(as_), out)


@app.command()
def messages(
    message_id: Annotated[int | None, typer.Argument(help="Show this one, with its text.")] = None,
    state: Annotated[str, typer.Option(help="accepted, rejected or duplicate.")] = "",
    search: Annotated[str, typer.Option(help="Only those that mention this.")] = "",
    limit: Annotated[int, typer.Option(min=0, help="At most so many.")] = 50,
    raw: Annotated[bool, typer.Option("--raw", help="Its bytes, with the number.")] = False,
    as_: AsFormat = Format.table,
) -> None:
    """List what came in, latest first, or show one message."""
    from reports.render import write

    if state not in ("", "accepted", "rejected", "duplicate"):
        raise UsageError(f"--state {state}", hint="one of accepted, rejected, duplicate")
    with open_repository() as repository:
        if message_id is not None:
            if raw:
                sys.stdout.buffer.write(repository.raw(message_id))
            else:
                show_message(repository.message(message_id))
            return
        found = repository.messages(state, limit, None, search)
    form = _form(as_)
    write(found.only(*_FOR_PEOPLE) if form == "table" else found, form, sys.stdout)


def show_message(found: dict[str, Any]) -> None:
    """A message for people: what is known of it, then its text."""
    if options.json:
        print_json(found)
        return
    text = found.pop("text")
    found.pop("problems")
    for name, value in found.items():
        if value is not None:
            print(f"{name:14}{printable(str(value))}")
    print()
    for line in text.split("\n"):
        print(printable(line))


def day(text: str, flag: str) -> date | None:
    """A day from YYYY, YYYY-MM or YYYY-MM-DD: the first of what it names."""
    if not text:
        return None
    parts = text.split("-")
    try:
        if len(parts[0]) != 4 or len(parts) > 3:  # noqa: PLR2004 # year, month, day
            raise ValueError
        return date(*[int(part) for part in [*parts, "1", "1"][:3]])
    except ValueError:
        raise UsageError(f"{flag} {text} is no day", hint="2026-05 or 2026-05-17") from None


def conditions(where: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`F=V` texts as conditions; values of the same field are alternatives."""
    found: dict[str, list[str]] = {}
    for text in where:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--where {text} is not F=V", hint="--where vo=atlas")
        found.setdefault(name, []).append(value)
    return tuple((name, tuple(values)) for name, values in found.items())


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _today() -> date:
    from appliance.store import now

    return now().date()


_SPANS = {
    "jobs": "SELECT min(earliest_end_time), max(latest_end_time) FROM super_summaries",
    "storage": "SELECT min(start_time), max(end_time) FROM storage_records",
    "cloud": "SELECT min(make_date(year, month, 1)), max(make_date(year, month, 1)) "
    "FROM cloud_summaries WHERE month BETWEEN 1 AND 12 AND year BETWEEN 1 AND 9999",
}
"""When there is something of a subject."""


def _nothing(repository: Repository, question: Question) -> str:
    """Why a report is empty, and when there would be something."""
    [(earliest, latest)] = repository.query(_SPANS[question.subject]).rows
    what, are = {"cloud": ("machines", "are"), "jobs": ("jobs", "are")}.get(
        question.subject, (question.subject, "is")
    )
    if earliest is None:
        return f"no {what} yet; acct load FILE… takes some in"
    span = f"from {question.since or 'the beginning'} to {question.until or 'now'}"
    return f"no such {what} {span}; there {are} {what} from {earliest:%Y-%m} to {latest:%Y-%m}"
