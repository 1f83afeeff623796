"""`acct collect`: asks a batch system for its finished jobs, from where the last time ended."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from appliance.cli import note, open_repository
from appliance.errors import UsageError
from appliance.repository import Loaded, LogPiece, Repository
from appliance.store import now

if TYPE_CHECKING:
    from ingest.logs.collecting import Program, Window


def collect(
    program: "Program", like: LogPiece, since: datetime | None, until: datetime | None,
    timeout_s: float,
) -> Loaded:  # fmt: skip
    """Ask for a span of time, and take in what comes; each window is noted once it is in the store.

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

    asked = json.dumps([like.format, like.site, like.machine_name, program.cluster])
    loaded = Loaded()
    with open_repository(write=True) as repository:
        for window in _windows(program, repository, asked, since, until):
            note(f"asking for {window}")
            loaded += repository.load_logs(pieces(program, window, like, timeout_s))
            repository.note_collected(asked, window.until)
    return loaded


def _windows(
    program: "Program", repository: Repository, asked: str,
    since: datetime | None, until: datetime | None,
) -> "Iterator[Window]":  # fmt: skip
    """What to ask for."""
    from ingest.logs.collecting import OVERLAP, windows

    end = min(until or now(), now())
    if since is None:
        last = repository.collected(asked)
        since = last and last - OVERLAP
    if since is None and program.longest:
        raise UsageError("nothing was collected yet", hint="--from 2026-01-01 says where to begin")
    if since is not None and since >= end:
        raise UsageError(f"no time from {since} to {end}", hint="put --from before --to")
    return windows(since, end, program.longest)
