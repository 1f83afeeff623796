"""Log files, plain or compressed by whatever program, cut into pieces of whole lines."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from appliance.errors import AcctError
from appliance.repository import LogPiece
from ingest.logs.format import LogFormat

PIECE_BYTES = 32 * 1024 * 1024
"""Of a piece: 1 M lines took 0.9 s of two cores in pieces of 32 MB, 1.2 s of 16 MB."""
_LONGEST_BYTES = 4 * PIECE_BYTES
"""A piece without an end in so much is cut after any line, or anywhere."""
_READ_BYTES = 1 << 20
_ZSTANDARD_BYTES = 1 << 14
"""At once: they may stand for a thousand times as many."""
_HEAD_BYTES, _HEAD_LINES = 1 << 16, 20
"""What of a file is shown to its format."""

_DAMAGE = (OSError, EOFError, lzma.LZMAError, zstandard.ZstdError)


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


class UnreadableFileError(AcctError):
    """A file that cannot be read to its end: none of it is loaded."""


def pieces(
    path: Path, made: LogFormat, like: LogPiece, progress: Callable[[int], None] = lambda _: None
) -> Iterator[LogPiece]:
    """The pieces of a file, in order; nothing is read twice but what is compressed.

    Args:
        path: The file. What compressed it is seen from its first bytes.
        made: Its format.
        like: How to read it: site, machine and so on; the rest is filled in.
        progress: Told how many bytes of the file have been read.

    Raises:
        UnreadableFileError: It is damaged, or not ours to read: said before the first piece.
    """
    try:
        at = path.stat().st_mtime
        with path.open("rb") as raw:
            if (checked := _content(raw)) is not raw:  # a damaged end would be noticed too late
                while checked.read(_READ_BYTES):
                    pass
            raw.seek(0)
            first, layout = 1, None
            for body in _cut(_content(raw), made.boundary, lambda: progress(raw.tell())):
                layout = made.layout(_head(body)) if layout is None else layout
                yield replace(like, name=str(path), body=body, received_at=at, first_line=first,
                              layout=layout)  # fmt: skip
                first += body.count(b"\n")
    except _DAMAGE as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UnreadableFileError(f"{path} cannot be read: {reason}") from None


def _content(raw: BinaryIO) -> BinaryIO:
    """What a file holds, uncompressed."""
    start = raw.read(6)
    raw.seek(0)
    opener = next((how for magic, how in _OPENERS.items() if start.startswith(magic)), None)
    return raw if opener is None else cast("BinaryIO", opener(raw))


def _cut(
    content: BinaryIO, boundary: Callable[[bytes], int], progress: Callable[[], None]
) -> Iterator[bytes]:
    held = b""
    while more := content.read(PIECE_BYTES - len(held) if len(held) < PIECE_BYTES else PIECE_BYTES):
        held += more
        progress()
        if len(held) < PIECE_BYTES:
            continue
        end = boundary(held)
        if not end and len(held) >= _LONGEST_BYTES:
            end = held.rfind(b"\n") + 1 or len(held)
        if end:
            yield held[:end]
            held = held[end:]
    if held:
        yield held


def _head(body: bytes) -> list[str]:
    """The first lines, for the format to look at."""
    return body[:_HEAD_BYTES].decode(errors="replace").split("\n")[:_HEAD_LINES]
