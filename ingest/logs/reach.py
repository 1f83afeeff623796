"""What tells one log file from another: the first bytes of its content, and those read last.

Both are of a fixed size, so that to know a file again costs the same whatever its size.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from appliance.repository import Reach

WINDOW = 1 << 12
"""Bytes at either end. Two logs that agree in their first jobs are the same log."""


def heads(start: bytes) -> list[str]:
    """What stands for the beginning of a file, for every power of two up to `WINDOW`.

    A file that is shorter than that when it is read first is known again when it has grown.
    """
    sizes = [1 << n for n in range(WINDOW.bit_length()) if 1 << n <= len(start)]
    return [f"{size}:{_hash(start[:size])}" for size in sizes]


def tail(window: bytes) -> str:
    """What stands for the last bytes before an offset: of `window` the last `WINDOW`."""
    return _hash(window[-WINDOW:])


def _hash(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def farthest(found: Iterable[Reach], windows: dict[int, bytes]) -> Reach | None:
    """The reach that goes farthest of those that a file's content agrees with.

    Args:
        found: Reaches that have its head.
        windows: By offset, what stands before it in the file; none where it is shorter.
    """
    ends = {r: r.bytes + r.loose for r in found}
    agreed = [r for r, end in ends.items() if end in windows and tail(windows[end]) == r.tail]
    return max(agreed, key=lambda r: (r.bytes, r.loose), default=None)


@dataclass(slots=True)
class Walker:
    """Goes through a file with its pieces, and says how far each of them reaches."""

    path: str
    start: bytes
    """The first `WINDOW` bytes of the content, or as many as there are."""
    offset: int = 0
    lines: int = 0
    window: bytes = b""
    """The last bytes before the offset."""
    layout: str | None = None
    """None: no line was seen yet."""
    replaces: str = ""

    def step(self, body: bytes, loose: int = 0) -> tuple[Reach, str]:
        """One piece farther.

        Args:
            body: What is taken.
            loose: How much of its end may be written on.

        Returns:
            How far the file is read with it, and the mark of the reach that this replaces.
        """
        whole = body[: len(body) - loose]
        self.offset += len(whole)
        self.lines += whole.count(b"\n")
        ending = tail(self.window + body[-WINDOW:])
        self.window = (self.window + whole[-WINDOW:])[-WINDOW:]
        known = heads(self.start[: self.offset + loose])
        reach = Reach(
            self.path, known[-1], ending, self.offset, self.lines, loose, self.layout or ""
        )
        replaced, self.replaces = self.replaces, reach.mark
        return reach, replaced
