"""Commands that set up: init, demo."""

from pathlib import Path
from typing import Annotated

import typer

from appliance.cli import app, configuration, note, options
from appliance.printable import printable


@app.command()
def init(
    site: Annotated[str, typer.Option(help="The site's name in GOCDB.")] = "",
    from_apel: Annotated[
        Path | None, typer.Option(help="Take over parser.cfg, client.cfg and sender.cfg of here.")
    ] = None,
) -> None:
    """Make the data directory: an explained acct.toml, spools, the store; nothing overwritten.

    Example: acct init --from-apel /etc/apel
    """
    from appliance.setup import set_up

    config = configuration()
    for line in set_up(config.data, site, from_apel):
        note(printable(line))


@app.command()
def demo(
    keep: Annotated[Path | None, typer.Option(help="Make it here, and leave it.")] = None,
    no_tui: Annotated[bool, typer.Option("--no-tui", help="Only the report.")] = False,
) -> None:
    """Make a realistic site in a temporary directory, take it in, and show it."""
    from appliance.demo import show

    show(keep, tui=not no_tui, as_json=options.json)
