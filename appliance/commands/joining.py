"""The command about joining."""

import sys
from typing import Annotated, Any

import typer

from appliance.cli import app, note, open_repository, options, print_json
from appliance.commands.answers import AsFormat, Format
from appliance.table import Table, Value


@app.command()
def join(
    everything: Annotated[bool, typer.Option("--all", help="Every event, anew.")] = False,
    unmatched: Annotated[bool, typer.Option("--unmatched", help="List what wants a look.")] = False,
    reason: Annotated[str, typer.Option(help="List those alone: no_gatekeeper, …")] = "",
    limit: Annotated[int, typer.Option(min=0, help="At most so many.")] = 100,
    as_: AsFormat = Format.table,
) -> None:
    """Make jobs of the events of batch logs, and say what became of them.

    The service, acct load and acct benchmark do so by themselves. --unmatched lists events that are
    not the jobs that they should be, latest first, with file and line; --reason unclaimed lists
    lines of gatekeepers that no event claimed.

    Example: acct join --unmatched --reason outside_window
    """
    if unmatched or reason:
        _list(reason, limit, as_)
        return
    with open_repository(write=True) as repository:
        found = repository.join(everything=everything)
    if options.json:
        print_json(found)
    else:
        _tell(found, as_)


def _list(reason: str, limit: int, as_: Format) -> None:
    from reports.render import write

    with open_repository() as repository:
        found = repository.unjoined(reason, limit)
    write(found, "json" if options.json else as_.value, sys.stdout)
    if not found.rows:
        note("there is nothing of the kind")


def _tell(found: dict[str, Any], as_: Format) -> None:
    from reports.joins import REASONS
    from reports.render import write

    note(
        f"{found['events']:,} events looked at; in all {found['grid']:,} grid jobs, "
        f"{found['local']:,} local jobs, {found['none']:,} events that are no jobs"
    )
    odd = found["reasons"] | {"no_benchmark": found["uncovered"], "unclaimed": found["unclaimed"]}
    rows: list[tuple[Value, ...]] = [
        (name, odd[name], *found["months"].get(name, (None, None)), means)
        for name, means in REASONS.items()
        if odd.get(name)
    ]
    if rows:
        write(Table(("reason", "lines", "since", "until", "meaning"), rows), as_.value, sys.stdout)
