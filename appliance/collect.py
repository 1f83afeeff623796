"""`acct collect`: asks a batch system for its finished jobs, from where the last time ended."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from appliance.cli import note, open_repository
from appliance.repository import Loaded, LogPiece, Repository
from appliance.store import now

if TYPE_CHECKING:
    from ingest.logs.collecting import Program, Window


def collect(
    program: "Program", like: LogPiece, since: datetime | None, until: datetime | None,
    timeout_s: float,
) -> Loaded:  # fmt: skip
    """Ask for a span of time, and take in what comes; each window is noted with its last rows.

    Args:
        program: What to ask.
        like: Whose jobs they are: format, site, machine.
        since: UTC; None: an hour before the last time's end.
        until: UTC; None: now.
        timeout_s: Of a window.

    Raises:
        UsageError: It is the first time, and nothing says where to begin.
        AcctError: The program failed: the windows before are in the store, and noted.
    """
    from ingest.logs.collecting import pieces
    from ingest.logs.repeats import Repeats

    asked, repeats = program.asked(like), Repeats()
    loaded = Loaded()
    with open_repository(write=True) as repository:
        for window in _windows(program, repository, asked, since, until):
            note(f"asking for {window}")
            with program.run(window).printed(timeout_s) as printed:
                came = repository.load_logs(pieces(program, window, like, printed, repeats))
            repeats.settle()
            if not came.messages:
                repository.note_collected(asked, window.until)
            loaded += came
    return loaded


def _windows(
    program: "Program", repository: Repository, asked: str,
    since: datetime | None, until: datetime | None,
) -> "Iterator[Window]":  # fmt: skip
    """What to ask for."""
    from ingest.logs.collecting import OVERLAP, windows

    if since is None:
        last = repository.collected(asked)
        since = last and last - OVERLAP
    return windows(since, min(until or now(), now()), program.longest)
