"""Commands that care for the appliance: status, check, rebuild, tui."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from appliance.cli import app, configuration, note, open_repository, options, print_json
from appliance.printable import printable
from appliance.repository import Rebuilt


@app.command()
def status() -> None:
    """Show how the service fares; exit status 3 when none runs."""
    from appliance.client import RemoteRepository

    found = RemoteRepository.reach(configuration().socket).status()
    if options.json:
        print_json(found)
    else:
        _show(found)


@app.command()
def check() -> None:
    """Look for what is wrong, and say how to mend it; exit status 1 if anything is."""
    from appliance.doctor import findings

    found = findings(configuration())
    if options.json:
        print_json(found)
    for finding in [] if options.json else found:
        print(printable(finding))
    if not found:
        note("nothing is wrong")
    raise typer.Exit(1 if found else 0)


@app.command()
def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Only compare; change nothing.")] = False,
    reject: Annotated[
        bool, typer.Option("--reject", help="Messages that are refused now become rejects.")
    ] = False,
) -> None:
    """Make records and summaries again from the kept texts of the messages, and compare.

    The messages themselves stay as they are. With --check the exit status is 1 if any dataset
    differs. A message that was accepted once and that this program refuses is told, with status 1:
    then nothing is changed, unless --reject moves it to the rejects.

    Example: acct rebuild --check
    """
    from appliance.local import LocalRepository
    from reports.render import write

    with open_repository(write=True) as repository:
        if isinstance(repository, LocalRepository) and sys.stderr.isatty():
            repository.progress = _show_progress
        found = repository.rebuild(check=check, reject=reject)
    write(found.datasets, "json" if options.json else "table", sys.stdout)
    _tell(found, check=check)
    differs = check and bool(found.examples)
    raise typer.Exit(1 if differs or found.refused else 0)


def _tell(found: Rebuilt, *, check: bool) -> None:
    for line in found.examples:
        note(printable(f"differs: {line}"))
    for line in found.refused:
        note(printable(f"refused now: {line}"))
    if found.changed:
        note("what differed is as rebuilt now")
    elif found.refused and not check:
        note("nothing was changed; with --reject these messages become rejects")
    elif not found.examples:
        note("all is as it follows from the messages")


def _show_progress(done: int, of: int) -> None:
    end = "\n" if done == of else ""
    print(f"\r{done:,} of {of:,} messages", end=end, file=sys.stderr, flush=True)


@app.command()
def tui() -> None:
    """Open the terminal UI: of the service if it runs, else with everything in this process."""
    from appliance.screen import open_screen

    open_screen(configuration())


def _show(found: dict[str, Any]) -> None:
    messages = found["messages"]
    since = datetime.fromtimestamp(found["started_at"], UTC)
    lines = [
        f"acct {found['version']} on {found['data']}, up since {since:%Y-%m-%d %H:%M:%S} UTC",
        f"messages   {messages['accepted']:,} accepted, {messages['rejected']:,} rejected, "
        f"{messages['duplicate']:,} known already",
        f"records    {found['records']:,} taken in, {found['jobs']:,} jobs kept",
        f"summaries  {_due(found['unsummarised'])}",
        f"events     {_joined(found['joined'])}",
        f"file       {found['store_bytes'] / 1e6:,.1f} MB, memory "
        f"{found['memory_bytes'] / 1e6:,.0f} MB",
    ]
    for part in found["parts"]:
        restarted = f", restarted {part['restarts']} times" if part["restarts"] else ""
        detail = f": {part['detail']}" if part["detail"] else ""
        lines.append(f"{part['name']:10} {part['state']}{restarted}{detail}")
    lines += [f"source     {s['name']}: {s['waiting']} waiting, {s['state']}"
              for s in found["sources"]]  # fmt: skip
    if sender := found["sender"]:
        lines.append(
            f"sender     {sender['to']}: {sender['waiting']} waiting, {sender['sent']} sent"
        )
        lines += [f"           {problem}" for problem in sender["problems"]]
    lines += [f"warning    {warning}" for warning in found["warnings"]]
    for line in lines:
        print(printable(line))


def _joined(found: dict[str, Any]) -> str:
    return (
        f"{found['grid']:,} grid jobs, {found['local']:,} local jobs, {found['none']:,} no jobs; "
        f"{found['uncovered']:,} without a benchmark"
    )


def _due(months: int) -> str:
    return f"{months} months of sites to be made again" if months else "up to date"
