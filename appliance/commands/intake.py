"""Commands that take in: run, load, summarise, rejects."""

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from appliance.cli import app, configuration, note, open_repository, options, print_json
from appliance.commands.answers import AsFormat, Format, day, show_message
from appliance.errors import UsageError
from appliance.printable import printable
from appliance.repository import Delivery, Loaded, LogPiece
from appliance.table import Table

rejects = typer.Typer(
    name="rejects", no_args_is_help=True, rich_markup_mode=None,
    help="What was refused: kept whole, to be read, mended and taken in again.",
)  # fmt: skip
app.add_typer(rejects)


@app.command()
def run(
    once: Annotated[bool, typer.Option("--once", help="Take in what waits, and end.")] = False,
    log: Annotated[str, typer.Option(help="Log lines: plain or json.")] = "",
) -> None:
    """Run the service: take in messages as they come, answer the other commands.

    In the foreground, for systemd; SIGTERM and Ctrl-C stop it with nothing half done. With --once
    the exit status is 1 if anything was refused or could not be taken in.
    """
    from appliance.logs import log_to_stderr
    from appliance.service import Service

    config = configuration()
    form = log or config.service.log
    if form not in ("plain", "json"):
        raise UsageError(f"--log {form}", hint="plain or json")
    log_to_stderr("json" if form == "json" else "plain", verbose=options.verbose)
    service = Service(config)
    if not once:
        service.run()
    elif not service.once():
        raise typer.Exit(1)


@app.command()
def load(
    paths: Annotated[list[Path], typer.Argument(help="Files, or directories of files.")],
    signer: Annotated[str, typer.Option(help="The DN that you vouch for, if unsigned.")] = "",
    as_: Annotated[str, typer.Option("--as", help="Logs of this format: slurm, sge, …")] = "",
    site: Annotated[str, typer.Option(help="Of logs; default: site.name.")] = "",
    machine_name: Annotated[str, typer.Option(help="Of logs; default: site.machine_name.")] = "",
    parallel: Annotated[
        bool, typer.Option("--parallel/--serial", help="Of logs: record processors and nodes.")
    ] = True,
    timezone: Annotated[str, typer.Option(help="Of times in logs that carry none.")] = "UTC",
    as_apel: Annotated[
        str, typer.Option("--as-apel", help="Of logs: APEL's faults to repeat, a,b: see README.")
    ] = "",
) -> None:
    """Take files in now: the command ends when their rows are durable.

    A message that is refused, or a line of a log, is kept (acct rejects list), and the exit status
    is 1. Messages say what they are; logs, plain or compressed, are named by --as.

    Example: acct load messages/

    Example: acct load --as slurm --timezone Europe/London /var/log/apel/
    """
    if as_:
        from appliance.loadlogs import load_logs

        like = LogPiece("", b"", 0.0, as_, site, machine_name, 1, parallel, timezone)
        like = replace(like, as_apel=as_apel)
        tell(load_logs(list(_files(paths)), like), lines=True)
        return
    from appliance.ahead import Ahead, are_much

    files = list(_files(paths))
    bulk, needed = are_much(files), partial(import_module, "ingest.pipeline")
    with (
        closing(Ahead(files, signer)) as ahead,
        open_repository(write=True, bulk=bulk, meanwhile=needed) as repository,
    ):
        loaded = repository.load(_shown(ahead, len(files)))
    tell(loaded)


def tell(loaded: Loaded, *, lines: bool = False) -> None:
    """Say what became of messages, or of the lines of logs; status 1 if any was refused."""
    names: tuple[str, ...] = ("messages", "accepted", "rejected", "records", "ignored")
    if lines:
        names += ("lines", "lines_ignored", "lines_failed", "replaced")
    if options.json:
        print_json({name: getattr(loaded, name) for name in names})
    elif lines:
        _tell_of_lines(loaded)
    else:
        known = f", {loaded.ignored} known already" if loaded.ignored else ""
        note(
            f"{loaded.messages} messages: {loaded.accepted} accepted with {loaded.records} "
            f"records, {loaded.rejected} rejected{known}"
        )
    for problem in loaded.problems:
        note(printable(f"rejected: {problem}"))
    if loaded.rejected:
        raise typer.Exit(1)


def _tell_of_lines(loaded: Loaded) -> None:
    known = f"; {loaded.ignored} pieces of files known already" if loaded.ignored else ""
    changed = f" ({loaded.replaced} in the place of others)" if loaded.replaced else ""
    note(
        f"{loaded.lines} lines: {loaded.records} records{changed}, {loaded.lines_ignored} "
        f"ignored, {loaded.lines_failed} failed{known}"
    )


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and p.name[0] != ".")
        elif path.is_file():
            yield path
        else:
            raise UsageError(f"no file {path}")


def _shown(deliveries: Iterator[Delivery], files: int) -> Iterator[Delivery]:
    """The same; a person sees how many were read."""
    shown = sys.stderr.isatty()
    for number, delivery in enumerate(deliveries, 1):
        yield delivery
        if shown:
            end = "\n" if number == files else ""
            print(f"\r{number} of {files} files", end=end, file=sys.stderr, flush=True)


@app.command()
def summarise(
    month: Annotated[list[str], typer.Option(help="YYYY-MM; again for more.")] = [],  # noqa: B006
    everything: Annotated[bool, typer.Option("--all", help="Every month, from the jobs.")] = False,
) -> None:
    """Bring the summaries up to date now; the service does it by itself."""
    days = [found for text in month if (found := day(text, "--month"))]
    with open_repository(write=True) as repository:
        done = repository.summarise([(d.year, d.month) for d in days], everything=everything)
    if options.json:
        print_json({"summarised": done})
    else:
        note(f"{done} months of sites summarised")


@rejects.command("list")
def list_rejects(
    limit: Annotated[int, typer.Option(min=0, help="At most so many.")] = 50,
    as_: AsFormat = Format.table,
) -> None:
    """List what was refused, latest first, with the reason.

    Lines of logs are counted by piece of a file and reason; the other commands take them together.
    """
    from reports.render import write

    names = ("message_id", "received_at", "source_name", "signer", "bytes", "error")
    with open_repository() as repository:
        whole = repository.messages("rejected", limit).only(*names)
        lines = repository.rejected_lines(limit)
    rows = [(*row, None) for row in whole.rows] + lines.rows
    shown = Table((*names, "lines"), rows) if lines.rows else whole
    write(shown, "json" if options.json else as_.value, sys.stdout)
    if not shown.rows:
        note("no rejects")


@rejects.command("show")
def show_reject(
    message_id: int,
    raw: Annotated[bool, typer.Option("--raw", help="Exactly the bytes that came.")] = False,
) -> None:
    """Show a reject: the reason, where it came from, and what it says."""
    with open_repository() as repository:
        if raw:
            sys.stdout.buffer.write(repository.raw(message_id))
        else:
            show_message(repository.message(message_id))


@rejects.command("retry")
def retry_rejects(
    message_ids: Annotated[list[int] | None, typer.Argument(help="None: all.")] = None,
) -> None:
    """Judge rejects again, by today's lists and this program."""
    with open_repository(write=True) as repository:
        tell(repository.retry(message_ids or []))


@rejects.command("drop")
def drop_rejects(
    message_ids: Annotated[list[int] | None, typer.Argument(help="Their numbers.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Forget rejects for good, with their text."""
    if bool(message_ids) == everything:
        raise UsageError("say which rejects", hint="their numbers, or --all")
    with open_repository(write=True) as repository:
        dropped = repository.drop(message_ids or [])
    note(f"{dropped} rejects dropped")
