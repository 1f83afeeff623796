"""The command that sends on: publish."""

import sys
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from appliance.cli import app, configuration, note, open_repository, options, print_json
from appliance.commands.answers import day
from appliance.errors import UsageError
from appliance.printable import printable
from appliance.publishing import MonthTotals, Published, PublishedDataset, PublishRequest
from appliance.table import Table


def _switch(name: str, what: str) -> Any:
    """An option of three states: yes, no, and what acct.toml says."""
    return typer.Option(f"--{name}/--no-{name}", help=what, show_default=False)


Names = Annotated[list[str] | None, typer.Option("--dataset", help="jobs, …; again for more.")]
Interval = Annotated[str, typer.Option(help="latest, gap or all.", show_default=False)]
From = Annotated[str, typer.Option("--from", help="Of a gap: from this day or month.")]
To = Annotated[str, typer.Option("--to", help="Up to and with this day or month.")]
Style = Annotated[str, typer.Option(help="v0.3, v0.4 or ur (XML).", show_default=False)]
Include = Annotated[list[str] | None, typer.Option(help="Only this VO; again for more.")]
Exclude = Annotated[list[str] | None, typer.Option(help="Not this VO; again for more.")]
Local = Annotated[bool | None, _switch("local", "What did not come through the grid, too.")]
Withhold = Annotated[bool | None, _switch("withhold-dns", "Say no users' names.")]
Decimal = Annotated[bool | None, _switch("decimal-cpu-count", "Fractions of machines' cores.")]
Description = Annotated[bool | None, _switch("description", "Infrastructure's, in summaries.")]
Sync = Annotated[bool | None, _switch("sync", "Say how many jobs the months have.")]
Records = Annotated[int | None, typer.Option(help="Of a message, 1 to 5000.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be written, no more.")]
Force = Annotated[bool, typer.Option("--force", help="Months that have shrunk, too.")]
AsApel = Annotated[bool, typer.Option("--as-apel", help="Rows and figures as APEL has them.")]


@app.command()
def publish(
    dataset: Names = None,
    interval: Interval = "",
    since: From = "",
    until: To = "",
    style: Style = "",
    include_vo: Include = None,
    exclude_vo: Exclude = None,
    local: Local = None,
    withhold_dns: Withhold = None,
    records: Records = None,
    decimal_cpu_count: Decimal = None,
    description: Description = None,
    sync: Sync = None,
    dry_run: DryRun = False,
    force: Force = False,
    as_apel: AsApel = False,
) -> None:
    """Write messages for a parent repository into the outgoing queue.

    Of each dataset, what was loaded or summarised since it was last published. What no flag says,
    [publish] in acct.toml says. A month that has shrunk since is not published without --force.

    Example: acct publish --dataset super_summaries --dry-run
    """
    first, last = day(since, "--from"), _after(until)
    chosen: dict[str, Any] = {
        "datasets": tuple(dataset or ()) or None,
        "interval": interval or ("gap" if first or last else None),
        "style": style or None,
        "include_vos": _listed(include_vo),
        "exclude_vos": _listed(exclude_vo),
        "local_jobs": local,
        "withhold_dns": withhold_dns,
        "records_per_message": records,
        "decimal_cpu_count": decimal_cpu_count,
        "infrastructure_description": description,
        "sync": sync,
    }
    request = replace(
        PublishRequest.configured(configuration().publish),
        since=first,
        until=last,
        dry_run=dry_run,
        force=force,
        as_apel=as_apel,
        **{name: value for name, value in chosen.items() if value is not None},
    )
    with open_repository(write=not dry_run) as repository:
        _tell(repository.publish(request))


def _listed(values: list[str] | None) -> tuple[str, ...] | None:
    return tuple(values) if values else None


def _after(text: str) -> date | None:
    """The first day after the day, month or year that is named: `--to` is included."""
    first = day(text, "--to")
    if first is None:
        return None
    if first.year == date.max.year:
        raise UsageError(f"--to {text} has no day after it", hint="leave it out for no end")
    given = text.count("-")
    if given == 0:
        return date(first.year + 1, 1, 1)
    return first + timedelta(days=1) if given > 1 else _next_month(first)


def _next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _tell(published: Published) -> None:
    """Say what was written; status 1 if a dataset was refused."""
    if options.json:
        print_json(asdict(published) | {"messages": published.messages})
    else:
        _show(published)
    for part in published.datasets:
        _note_oddities(part)
    if refusals := list(published.refusals()):
        for refusal in refusals:
            note(printable(f"{refusal}; --force does it all the same"))
        raise typer.Exit(1)
    if not published.messages:
        note("nothing to publish")


def _show(published: Published) -> None:
    for part in published.datasets:
        if not part.refused:
            print(printable(_line(part, dry_run=published.dry_run)))
        if published.dry_run and part.months:
            _show_months(part.months)


def _note_oddities(part: PublishedDataset) -> None:
    for skipped in part.skipped:
        what = f"{part.dataset}: {skipped.records} records skipped: {skipped.reason}"
        note(printable(f"{what}; such as {skipped.example}"))
    for text in part.notes:
        note(printable(f"{part.dataset}: {text}"))


def _line(part: PublishedDataset, *, dry_run: bool) -> str:
    would = "would be written" if dry_run else "written"
    return f"{part.dataset}: {part.messages} messages, {part.records} records {would} ({part.form})"


def _show_months(months: tuple[MonthTotals, ...]) -> None:
    from reports.render import write

    columns = ("site", "month", "figure", "published", "then", "difference")
    rows = [
        (
            m.site,
            f"{m.year:04}-{m.month:02}",
            m.figure,
            m.before,
            m.after,
            m.after - (m.before or 0),
        )
        for m in months
    ]
    write(Table(columns, list(rows)), "table", sys.stdout)
