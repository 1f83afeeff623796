"""Commands that care for the appliance: status, check, tui."""

from datetime import UTC, datetime
from typing import Any

import typer

from appliance.cli import app, configuration, note, options, print_json
from appliance.printable import printable


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
