"""What is inside a file, whatever compressed it."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, cast

import zstandard

from ingest.logs.reach import WINDOW

_READ_BYTES = 1 << 20
_ZSTANDARD_BYTES = 1 << 14
"""At once: they may stand for a thousand times as many."""

DAMAGE = (OSError, EOFError, lzma.LZMAError, zstandard.ZstdError)
"""What reading a file raises that is damaged, or not ours to read."""


class _Zstandard(io.RawIOBase):
    """Zstandard, frame after frame. The library's own reader is silent about a missing end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._given = self._made = b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._made:
            given = self._given or self._file.read(_ZSTANDARD_BYTES)
            if not given:
                break
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._made = self._frame.decompress(given)
            self._given = self._frame.unused_data
        else:
            size = min(len(into), len(self._made))
            into[:size], self._made = self._made[:size], self._made[size:]
            return size
        if not self._frame.eof:
            raise EOFError("it ends too soon")
        return 0


_OPENERS: dict[bytes, Callable[[BinaryIO], io.IOBase]] = {  # by the first bytes of the content
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": lambda file: io.BufferedReader(_Zstandard(file)),
}


def content(raw: BinaryIO) -> BinaryIO:
    """What a file holds, from its start: the file itself where nothing compressed it."""
    raw.seek(0)
    start = raw.read(6)
    raw.seek(0)
    opener = next((how for magic, how in _OPENERS.items() if start.startswith(magic)), None)
    return raw if opener is None else cast("BinaryIO", opener(raw))


def windows(raw: BinaryIO, size: int, offsets: Iterable[int]) -> dict[int, bytes]:
    """What stands before these offsets, in a file that can be sought in."""
    found = {}
    for offset in offsets:
        if offset <= size:
            raw.seek(max(offset - WINDOW, 0))
            found[offset] = raw.read(min(offset, WINDOW))
    return found


def windows_inside(packed: BinaryIO, offsets: Iterable[int]) -> dict[int, bytes]:
    """The same in one way through a compressed content: all of it, so that damage is noticed."""
    wanted = sorted(offsets)
    found = {}
    passed, before = 0, b""
    while more := packed.read(_READ_BYTES):
        held = before + more
        start = passed - len(before)
        passed += len(more)
        while wanted and wanted[0] <= passed:
            offset = wanted.pop(0)
            found[offset] = held[max(offset - WINDOW - start, 0) : offset - start]
        before = held[-WINDOW:]
    return found


def skip(packed: BinaryIO, size: int) -> None:
    """Go past what is read already."""
    while size > 0 and (more := packed.read(min(size, _READ_BYTES))):
        size -= len(more)
