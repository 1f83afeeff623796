"""Commands that take over what other programs have gathered: import."""

from pathlib import Path
from typing import Annotated

import typer

from appliance.cli import app, configuration, note, open_repository, options, print_json
from appliance.printable import printable

imports = typer.Typer(
    name="import", no_args_is_help=True, rich_markup_mode=None,
    help="Take over what other programs have gathered.",
)  # fmt: skip
app.add_typer(imports)


@imports.command()
def arc(
    file: Annotated[Path, typer.Argument(help="ARC's accounting.db; it may be in use.")],
    site: Annotated[str, typer.Option(help="Default: site.name of acct.toml.")] = "",
    machine_name: Annotated[
        str, typer.Option(help="The batch host; default: site.machine_name, else the CE's host.")
    ] = "",
) -> None:
    """Take in the finished jobs of an ARC CE (6.4 or later); a second time only what is new.

    Jobs for which ARC has no benchmark take that of acct benchmark.

    Example: acct import arc /var/spool/arc/jobstatus/accounting/accounting.db
    """
    from ingest.arc.importing import import_arc

    ours = configuration().site
    with open_repository(write=True) as repository:
        found = import_arc(repository, file, site or ours.name, machine_name or ours.machine_name)
    counted = {
        "jobs": found.loaded.records,
        "known": found.known,
        "unfinished": found.unfinished,
        "rejected": found.loaded.rejected,
        "without_benchmark": found.without_benchmark,
    }
    if options.json:
        print_json(counted)
    else:
        note(", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counted.items()))
    for problem in found.loaded.problems:
        note(printable(f"rejected: {problem}"))
    if found.without_benchmark:
        note("set benchmarks (acct benchmark set HOST TYPE VALUE) and import again")
    if found.loaded.rejected:
        raise typer.Exit(1)
