"""Files cut into pieces: each as large as it may be, and ending where its format lets it end."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.logs import packed
from ingest.logs.format import Boundary, after_any_line
from ingest.logs.known import LogFile

_LONGEST_PIECES = 4
"""What has no end in so many pieces is cut after any line, or anywhere."""
_WINDOW = 1 << 20
"""Bytes before the largest possible end in which the end is sought."""


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts what is left of a file."""

    file: LogFile
    size: int
    """Bytes of a piece, at most."""
    boundary: Boundary
    """Where a piece may end."""
    last: Callable[[bytes], int]
    """Where the last one may, if the file grows: as `Boundary.end`."""
    progress: Callable[[int], None]
    """Told how many bytes of the file have been read."""

    def pieces(self, at: int, *, loose_too: bool, taken: int) -> Iterator[tuple[bytes, int]]:
        """All of them, each with how much of its end may be written on.

        Args:
            at: Where to begin.
            loose_too: Also what stands behind the last whole line.
            taken: How much was taken of what stands first though it might not be whole.
        """
        for body in self._found(at):
            yield body, 0
            at, taken = at + len(body), 0
        yield from self._cut(self._reader(at), loose_too, taken)

    def _found(self, at: int) -> Iterator[bytes]:
        """Pieces whose end is found before they are read: so none of their bytes is copied.

        To read first and cut then took 1 M lines of 107 bytes 0.1 s longer, most of it for memory.
        """
        raw = self.file.raw
        if self.file.is_packed or not self.boundary.is_near:
            return
        while self.file.size - at > self.size:
            window = min(_WINDOW, self.size)
            raw.seek(at + self.size - window)
            end = self.boundary.end(raw.read(window))
            if not end:
                return
            raw.seek(at)
            body = raw.read(self.size - window + end)
            if len(body) < self.size - window + end or self._is_cut_short():
                return
            self.progress(raw.tell())
            yield body
            at += len(body)

    def _cut(
        self, read: Callable[[int], bytes], loose_too: bool, taken: int
    ) -> Iterator[tuple[bytes, int]]:
        """The rest, or what can be read but once."""
        held = b""
        while more := read(max(self.size - len(held), 1) if len(held) < self.size else self.size):
            held += more
            if len(held) < self.size:
                continue
            end = self.boundary.end(held)
            if not end and len(held) >= _LONGEST_PIECES * self.size:
                end = after_any_line(held) or len(held)
            if end:
                yield held[:end], 0
                held, taken = held[end:], 0
        whole = self.last(held)
        loose = len(held) - whole
        if loose_too and held and (whole or loose != taken):
            yield held, loose
        elif whole:
            yield held[:whole], 0

    def _reader(self, at: int) -> Callable[[int], bytes]:
        """Reads on from an offset, to where the file ended when it was opened."""
        file, content = self.file, packed.content(self.file.raw)
        if file.is_packed:
            packed.skip(content, at)
        else:
            content.seek(at)
        left = file.size - at

        def read(size: int) -> bytes:
            nonlocal left
            more = content.read(size if file.is_packed else min(size, left))
            left -= len(more)
            self.progress(file.raw.tell())
            return b"" if not file.is_packed and self._is_cut_short() else more

        return read

    def _is_cut_short(self) -> bool:
        """Whether the file became shorter than what was read of it: who knows what this is."""
        return os.fstat(self.file.raw.fileno()).st_size < self.file.raw.tell()
