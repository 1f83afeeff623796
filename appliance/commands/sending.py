"""The command that sends: send."""

import logging
from typing import Annotated

import typer

from appliance.cli import app, note, open_repository, options, print_json
from appliance.printable import printable


@app.command()
def send(
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds without success after which to give up.")
    ] = 30.0,
) -> None:
    """Send what waits in the outgoing queue, now; the service does it by itself.

    Only where publish.via is mqtt or ams. Exit status 1 if anything is left.

    Example: acct send --patience 300
    """
    # What goes wrong is said at the end; a log line would say it twice.
    logging.getLogger("reports.sending").addHandler(logging.NullHandler())
    with open_repository() as repository:
        done = repository.send(patience)
    if options.json:
        print_json({"sent": done.sent, "waiting": done.waiting, "problems": list(done.problems)})
    else:
        note(f"{done.sent} messages sent, {done.waiting} wait")
        for problem in done.problems:
            note(printable(problem))
    if done.waiting or done.problems:
        raise typer.Exit(1)
