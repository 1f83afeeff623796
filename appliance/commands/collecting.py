"""Commands that ask a batch system: collect."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from appliance.cli import app
from appliance.commands.intake import tell
from appliance.errors import UsageError

if TYPE_CHECKING:
    from ingest.logs.collecting import Program

collect = typer.Typer(
    name="collect", no_args_is_help=True, rich_markup_mode=None,
    help="Ask a batch system for its finished jobs, from where the last time ended.",
)  # fmt: skip
app.add_typer(collect)

From = Annotated[str, typer.Option("--from", help="UTC; default: an hour before the last end.")]
To = Annotated[str, typer.Option("--to", help="UTC; default: now.")]
Site = Annotated[str, typer.Option(help="Whose jobs; default: site.name.")]
Machine = Annotated[str, typer.Option(help="The batch host; default: site.machine_name.")]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds that the program may take.")]


@collect.command("slurm")
def collect_slurm(
    since: From = "", until: To = "",
    cluster: Annotated[str, typer.Option(help="Names, or all; default: sacct's own.")] = "",
    sacct: Annotated[str, typer.Option(help="The program.")] = "sacct",
    site: Site = "", machine_name: Machine = "", timeout: Timeout = 3600.0,
) -> None:  # fmt: skip
    """Ask sacct, a day at a time.

    Jobs that were told of before change nothing, so that it can be run as often as wanted. When
    sacct fails, the exit status is 1, and next time begins where this one did.

    Example: acct collect slurm --from 2026-01-01
    """
    from ingest.logs import programs

    _collect(programs.sacct(sacct, cluster), site, machine_name, since, until, timeout)


@collect.command("htcondor")
def collect_htcondor(
    since: From = "",
    schedd: Annotated[str, typer.Option(help="Its name; default: that of this host.")] = "",
    condor_history: Annotated[str, typer.Option(help="The program.")] = "condor_history",
    site: Site = "", machine_name: Machine = "", timeout: Timeout = 3600.0,
) -> None:  # fmt: skip
    """Ask condor_history; the first time for all that it has.

    Example: acct collect htcondor
    """
    from ingest.logs import programs

    _collect(
        programs.condor_history(condor_history, schedd), site, machine_name, since, "", timeout
    )


def _collect(
    program: "Program", site: str, machine_name: str, since: str, until: str, timeout_s: float
) -> None:
    from appliance.collect import collect
    from appliance.loadlogs import at_home
    from appliance.repository import LogPiece
    from ingest.logs.catalogue import by_name

    by_name(program.format)
    like = at_home(LogPiece("", b"", 0.0, program.format, site, machine_name))
    spans = _time(since, "--from"), _time(until, "--to")
    tell(collect(program, like, *spans, timeout_s), lines=True)


def _time(text: str, option: str) -> datetime | None:
    """A time as the store keeps it: UTC, without a zone."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}", hint="a time such as 2026-01-01T12:00") from None
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
