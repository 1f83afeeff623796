"""What a batch system's own program prints, as pieces of a log, window after window.

A program that fails, or says that something went wrong, ends the collecting: nothing of that window
is taken or noted, and next time begins where this one did. Lines that come again change nothing.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from appliance.errors import UsageError
from appliance.repository import Collected, LogPiece
from ingest.logs import files, lines
from ingest.logs.catalogue import by_name
from ingest.logs.repeats import Cut, Repeats
from ingest.logs.running import Run, environment

OVERLAP = timedelta(hours=1)
"""Asked for again: the batch system's database may lag behind. Source: sacct 25.11; 5-10 % of the
jobs were missed without."""
_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Program:
    """A program that prints finished jobs."""

    format: str
    path: str
    command: Callable[[datetime | None, datetime], Sequence[str]]
    """Its arguments for the jobs of a window, UTC; None: from the beginning."""
    cut: Cut
    """Of what it prints."""
    layout: str = ""
    """What its output is, where that does not say it."""
    environment: tuple[tuple[str, str], ...] = ()
    inherited: tuple[str, ...] = ()
    """What else it sees of our environment: patterns of names."""
    longest: timedelta | None = None
    """Of a window; None: any length in one go."""
    cluster: str = ""

    def run(self, window: "Window", folder: Path | None = None) -> Run:
        """Itself on a window, not started yet."""
        seen = environment(os.environ, self.inherited, dict(self.environment))
        return Run([self.path, *self.command(window.since, window.until)], seen, folder)

    def asked(self, like: LogPiece) -> str:
        """What tells one batch system that is asked from another."""
        return json.dumps([like.format, like.site, like.machine_name, self.cluster])


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time that is asked for at once, UTC."""

    since: datetime | None
    until: datetime

    def __str__(self) -> str:
        begun = f"{self.since:%Y-%m-%dT%H:%M:%S}" if self.since else ""
        return f"{begun}..{self.until:%Y-%m-%dT%H:%M:%S}"


def windows(since: datetime | None, until: datetime, longest: timedelta | None) -> Iterator[Window]:
    """A span in pieces that are not too long.

    Raises:
        UsageError: There is no such span, or nothing says where to begin.
    """
    if since is None and longest:
        hint = "--from 2026-01-01, or from in [[collect]], says where to begin"
        raise UsageError("nothing was collected yet", hint=hint)
    if since is not None and since >= until:
        raise UsageError(f"no time from {since} to {until}", hint="put --from before --to")
    return _cut(since, until, longest)


def _cut(since: datetime | None, until: datetime, longest: timedelta | None) -> Iterator[Window]:
    while longest and since and since + longest < until:
        yield Window(since, since + longest)
        since += longest
    yield Window(since, until)


def pieces(
    program: Program, window: Window, like: LogPiece, printed: IO[bytes], repeats: Repeats
) -> Iterator[LogPiece]:
    """What is new of what the program printed of a window; the last piece notes that it is known.

    Args:
        program: It has ended well.
        window: What it was asked for.
        like: Whose jobs they are.
        printed: At its start.
        repeats: What it printed before; the caller settles it with the pieces.
    """
    like = replace(
        like, format=program.format, name=f"{Path(program.path).name} {window}",
        received_at=time.time(), layout=program.layout,
    )  # fmt: skip
    note = Collected(program.asked(like), window.until)
    last: LogPiece | None = None
    for whole in _bodies(printed, program.format):
        if body := repeats.left_out(whole, program.cut):
            if last is not None:
                yield last
            last = _piece(like, body)
            like = replace(like, first_line=like.first_line + body.count(b"\n"))
    if last is not None:
        yield replace(last, collected=note)


def _bodies(printed: IO[bytes], form: str) -> Iterator[bytes]:
    """All of it, in bytes of whole records."""
    made, held = by_name(form), b""
    while more := printed.read(_READ_BYTES):
        held += more
        end = made.boundary("").end(held) if len(held) >= files.PIECE_BYTES else 0
        if end:
            yield held[:end]
            held = held[end:]
    yield held


def _piece(like: LogPiece, body: bytes) -> LogPiece:
    layout = like.layout or by_name(like.format).layout(lines.head(body))
    return replace(like, body=body, layout=layout)
