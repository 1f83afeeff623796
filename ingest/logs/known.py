"""Log files that are open, known again by their content."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from appliance.errors import AcctError
from appliance.repository import Reach
from ingest.logs import packed
from ingest.logs.listing import Signature
from ingest.logs.reach import WINDOW, farthest, heads, tail

Known = Callable[[Sequence[str]], Sequence[Reach]]
"""How far files with these heads were read before."""


class UnreadableFileError(AcctError):
    """A file that cannot be read to its end: none of it is loaded."""

    damaged = False
    """It can be read, but its end is missing or makes no sense."""


@dataclass(slots=True)
class LogFile:
    """A file that is open, and what is known of its content."""

    path: Path
    raw: BinaryIO
    signature: Signature
    """When it was opened: what is appended later is for later."""
    is_packed: bool
    start: bytes
    """Of its content, as much as tells it from others."""
    alike: Sequence[Reach]
    """Files that begin as it does."""
    known: Reach | None
    """How far its content was read before; None: never."""
    whole: Reach | None
    """Of a compressed file: what says that all of it is read."""
    window: bytes = b""
    """What stands before the end of what is known."""

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self.signature.size

    @property
    def modified(self) -> float:
        """Seconds since the epoch."""
        return self.signature.modified

    @property
    def is_read(self) -> bool:
        """Whether this very file, compressed, was read to its end."""
        return self.whole is not None and self.whole == self.known

    @property
    def name(self) -> str:
        """Its path as text, whatever bytes are in it."""
        return shown(self.path)


def shown(path: Path) -> str:
    """A path as text, whatever bytes are in it."""
    return os.fsencode(path).decode(errors="backslashreplace")


def nothing_known(_: Sequence[str]) -> Sequence[Reach]:
    """Of any file."""
    return ()


@contextmanager
def looked_at(path: Path, known: Known = nothing_known) -> Iterator[LogFile]:
    """Open a file, and find out how much of it was read before.

    Raises:
        UnreadableFileError: It is damaged, or not ours to read; also while it is being read.
    """
    try:
        with path.open("rb") as raw:
            yield _looked_at(path, raw, known)
    except packed.DAMAGE as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        failed = UnreadableFileError(f"{shown(path)} cannot be read: {reason}")
        failed.damaged = not isinstance(error, OSError) or error.errno is None
        raise failed from None


def _looked_at(path: Path, raw: BinaryIO, known: Known) -> LogFile:
    state = Signature.of(raw)
    content = packed.content(raw)
    inside = content is not raw
    whole = _itself(path, raw, state.size) if inside else None
    if whole and any(replace(r, path=whole.path) == whole for r in known([whole.head])):
        return LogFile(path, raw, state, inside, b"", (), whole, whole)
    start = packed.content(raw).read(WINDOW)
    alike = [r for r in known(heads(start)) if not r.packed] if start else []
    offsets = {at for r in alike for at in (r.bytes, r.bytes + r.loose)}
    if inside:
        windows = packed.windows_inside(packed.content(raw), offsets)
    else:
        windows = packed.windows(raw, state.size, offsets)
    found = farthest(alike, windows)
    before = windows[found.bytes] if found else b""
    return LogFile(path, raw, state, inside, start, alike, found, whole, before)


def _itself(path: Path, raw: BinaryIO, size: int) -> Reach:
    """What stands for a compressed file, as it lies there."""
    raw.seek(0)
    start = raw.read(WINDOW)
    ends = packed.windows(raw, size, [size])
    return Reach(shown(path), heads(start)[-1], tail(ends[size]), size, 0, packed=True)


def holds(known: Reach) -> bool:
    """Whether a file is still where it was, under its old name."""
    try:
        with Path(known.path).open("rb") as raw:
            size = Signature.of(raw).size
            return (
                farthest([known], packed.windows(raw, size, [known.bytes + known.loose]))
                is not None
            )
    except OSError:
        return False
