"""What a batch system's own program prints, as pieces of a log, window after window.

A program that fails, or says that something went wrong, ends the collecting: nothing is noted then,
and next time begins where this one did. Lines that come again change nothing.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

from appliance.errors import AcctError
from appliance.repository import LogPiece
from ingest.logs import files
from ingest.logs.catalogue import by_name

OVERLAP = timedelta(hours=1)
"""Asked for again: the batch system's database may lag behind. Source: sacct 25.11; 5-10 % of the
jobs were missed without."""
_READ_BYTES = 1 << 20
_SAID_LINES = 5
"""Of a program's complaint."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program that prints finished jobs."""

    format: str
    path: str
    command: Callable[[datetime | None, datetime], Sequence[str]]
    """Its arguments for the jobs of a window, UTC; None: from the beginning."""
    layout: str = ""
    """What its output is, where that does not say it."""
    environment: tuple[tuple[str, str], ...] = ()
    longest: timedelta | None = None
    """Of a window; None: any length in one go."""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time that is asked for at once, UTC."""

    since: datetime | None
    until: datetime

    def __str__(self) -> str:
        begun = f"{self.since:%Y-%m-%dT%H:%M:%S}" if self.since else ""
        return f"{begun}..{self.until:%Y-%m-%dT%H:%M:%S}"


def windows(since: datetime | None, until: datetime, longest: timedelta | None) -> Iterator[Window]:
    """A span in pieces that are not too long."""
    while longest and since and since + longest < until:
        yield Window(since, since + longest)
        since += longest
    yield Window(since, until)


def pieces(
    program: Program, window: Window, like: LogPiece, timeout_s: float
) -> Iterator[LogPiece]:
    """What the program prints of a window.

    Raises:
        AcctError: It is not there, fails, complains, or takes too long.
    """
    made = by_name(program.format)
    like = replace(
        like, format=program.format, name=f"{Path(program.path).name} {window}",
        received_at=time.time(), layout=program.layout,
    )  # fmt: skip
    held, first = b"", 1
    with _running(program, window, timeout_s) as out:
        while more := out.read(_READ_BYTES):
            held += more
            end = made.boundary(held) if len(held) >= files.PIECE_BYTES else 0
            if end:
                yield _piece(like, held[:end], first)
                first += held.count(b"\n", 0, end)
                held = held[end:]
    if held.strip(b"[] \t\r\n"):  # only now is it known to be all
        yield _piece(like, held, first)


def _piece(like: LogPiece, body: bytes, first: int) -> LogPiece:
    head = body[: 1 << 16].decode(errors="replace").split("\n")[:20]
    layout = like.layout or by_name(like.format).layout(head)
    return replace(like, body=body, first_line=first, layout=layout)


@contextmanager
def _running(program: Program, window: Window, timeout_s: float) -> Iterator[IO[bytes]]:
    """The program's output; that it went well is certain only at the end."""
    name = Path(program.path).name
    with TemporaryFile() as complaints:
        process = _start(program, window, complaints)
        late = threading.Event()
        timer = threading.Timer(timeout_s, _end, [process, late])
        timer.start()
        try:
            with cast("IO[bytes]", process.stdout) as out:
                yield out
            status = process.wait()
        finally:
            timer.cancel()
            _end(process)
            process.wait()
        complaints.seek(0)
        _judge(name, status, _said(complaints.read(1 << 16)), timeout_s if late.is_set() else 0)


def _start(program: Program, window: Window, complaints: IO[bytes]) -> "subprocess.Popen[bytes]":
    command = [program.path, *program.command(window.since, window.until)]
    try:
        return subprocess.Popen(  # noqa: S603 # the administrator's own word, and no shell
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints,
            env=os.environ | dict(program.environment), start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise AcctError(
            f"cannot run {program.path}: {error.strerror}",
            hint=f"--{Path(program.path).name.replace('_', '-')} says where it is",
        ) from None


def _end(process: "subprocess.Popen[bytes]", late: threading.Event | None = None) -> None:
    """End a program and what it started, if it still runs."""
    if process.poll() is None:
        if late is not None:
            late.set()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _said(complaints: bytes) -> list[str]:
    return [line for line in complaints.decode(errors="backslashreplace").splitlines() if line]


def _judge(name: str, status: int, said: list[str], timeout_s: float) -> None:
    """Whether it went well.

    Raises:
        AcctError: It did not; what it said of that.
    """
    why = "; ".join(said[:_SAID_LINES])
    hint = "nothing was noted: next time begins where this one did"
    if timeout_s:
        raise AcctError(f"{name} took more than {timeout_s:g} s", hint=hint)
    if status:
        raise AcctError(f"{name} failed ({status}): {why or 'it does not say why'}", hint=hint)
    if any("error:" in line for line in said):  # slurmdbd is down, and the status says nothing
        raise AcctError(f"{name} complained: {why}", hint=hint)
