"""Commands about benchmarks: set, list, import."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from appliance.cli import app, configuration, note, open_repository, options, print_json
from appliance.commands.answers import AsFormat, Format
from appliance.errors import AcctError, UsageError
from appliance.printable import printable
from appliance.repository import Benchmark

benchmark = typer.Typer(
    name="benchmark", no_args_is_help=True, rich_markup_mode=None,
    help="What a core of each submit host (or batch host) is worth, and since when.",
)  # fmt: skip
app.add_typer(benchmark)

Site = Annotated[str, typer.Option(help="Its site; default: site.name of acct.toml.")]
From = Annotated[str, typer.Option("--from", help="From this day, month or time on, UTC.")]
Also = Annotated[bool, typer.Option("--also", help="Beside other types, not in their place.")]


@benchmark.command("set")
def set_one(
    host: Annotated[str, typer.Argument(help="The submit host as jobs name it, or batch host.")],
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="HEPscore23, HEPSPEC or si2k.")],
    value: Annotated[str, typer.Argument(help="Per core.")],
    since: From = "",
    also: Also = False,
    site: Site = "",
) -> None:
    """Set the benchmark of a host; what was set for a later time stays.

    Without --from it holds from now on, and the first value of a host from the beginning. It takes
    the place of other types, unless --also.

    Example: acct benchmark set ce1.example.org:9619/ce1-condor HEPscore23 14.2 --from 2026-04
    """
    from appliance.moments import moment
    from appliance.records.benchmarks import canonical, level_of

    at = moment(since) if since else None
    wanted = Benchmark(host, canonical(kind), level_of(value), at, also, site)
    _apply([wanted])


@benchmark.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Lines HOST,TYPE,VALUE[,FROM], or LDIF of a BDII.")],
    since: From = "",
    also: Also = False,
    site: Site = "",
) -> None:
    """Set the benchmarks of a file: all of them, or none if a line is bad.

    Lines are as APEL's manual_spec has them. LDIF is what ldapsearch prints of a BDII, GLUE 1.3.

    Example: acct benchmark import specs.csv
    """
    from appliance.moments import moment
    from ingest.benchmarks.files import read_benchmarks

    at = moment(since) if since else None
    site = site or configuration().site.name
    found = read_benchmarks(_text(file), site)
    for line in found.notes:
        note(printable(line))
    for line in found.problems:
        note(printable(f"{file}: {line}"))
    if found.problems:
        raise AcctError(f"nothing of {file} is applied: {len(found.problems)} bad lines")
    _apply([replace(b, since=b.since or at, also=b.also or also, site=site)
            for b in found.benchmarks])  # fmt: skip


@benchmark.command("list")
def list_all(
    host: Annotated[str, typer.Option(help="Of this host alone.")] = "",
    as_: AsFormat = Format.table,
) -> None:
    """List what holds when: from valid_from up to, not including, valid_until."""
    from reports.render import write

    with open_repository() as repository:
        found = repository.benchmarks(host)
    write(found, "json" if options.json else as_.value, sys.stdout)
    if not found.rows:
        note("no benchmarks; acct benchmark set HOST TYPE VALUE sets one")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8: {error.reason} at byte {error.start}") from None


def _apply(wanted: list[Benchmark]) -> None:
    with open_repository(write=True) as repository:
        changed = repository.set_benchmarks(wanted)
    if options.json:
        print_json({"benchmarks": len(wanted), "changed": changed})
    else:
        note(f"{changed} of {len(wanted)} benchmarks set{'' if changed else ': it was so already'}")
