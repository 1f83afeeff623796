"""Log files: what is new of them, cut into pieces of whole lines.

with looked_at(path, known) as file:
    for piece in pieces(file, like): …
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

from appliance.repository import LogPiece
from ingest.logs import lines, packed
from ingest.logs.catalogue import by_name
from ingest.logs.format import LogFormat, after_any_line
from ingest.logs.known import LogFile
from ingest.logs.reach import WINDOW, Walker

PIECE_BYTES = 32 * 1024 * 1024
"""Of a piece, at most: 1 M lines took 0.9 s of two cores in pieces of 32 MB, 1.2 s of 16 MB."""
_EVEN_BYTES = 8 * 1024 * 1024
"""Above, a file is cut into an even number of equal pieces: none of two workers waits long."""
_SPARE = 1 << 16
"""Of a piece: what the ones before it left over, so that no small one comes last."""
_LONGEST_PIECES = 4
"""What has no end in so many pieces is cut after any line, or anywhere."""


def pieces(
    file: LogFile,
    like: LogPiece,
    *,
    loose_too: bool = True,
    replaces: str = "",
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[LogPiece]:
    """What of a file is not known yet, in order; nothing is read twice but what is compressed.

    Args:
        file: While it is open.
        like: How to read it: format, site, machine and so on; the rest is filled in.
        loose_too: Also what stands behind the last whole line: nothing more is to come.
        replaces: The mark of what the first piece takes the place of.
        progress: Told how many bytes of the file have been read.
    """
    if file.is_read:
        return
    made, at = by_name(like.format), file.known
    walker = Walker(file.name, file.start, replaces=replaces)
    if at is not None:
        walker.offset, walker.lines, walker.window = at.bytes, at.lines, file.window
        walker.layout = at.layout
    taken = at.loose if at else 0
    size = PIECE_BYTES if file.is_packed else _size(file.size - walker.offset)
    for body, loose in _cut(_reader(file, walker.offset, progress), size, made, loose_too, taken):
        if walker.layout is None:
            walker.layout = made.layout(lines.head(body))
            walker.start = body[:WINDOW]  # it may have been truncated since it was looked at
        first = walker.lines + 1
        reach, replaced = walker.step(body, loose)
        yield replace(
            like, name=file.name, body=body, received_at=file.modified, first_line=first,
            layout=walker.layout, reach=reach, replaces=replaced,
        )  # fmt: skip


def _reader(file: LogFile, at: int, progress: Callable[[int], None]) -> Callable[[int], bytes]:
    """Reads on from an offset, to where the file ended when it was opened."""
    content = packed.content(file.raw)
    if file.is_packed:
        packed.skip(content, at)
    else:
        content.seek(at)
    left = file.size - at

    def read(size: int) -> bytes:
        nonlocal left
        more = content.read(size if file.is_packed else min(size, left))
        left -= len(more)
        progress(file.raw.tell())
        if not file.is_packed and os.fstat(file.raw.fileno()).st_size < file.raw.tell():
            return b""  # cut short meanwhile: who knows what this is
        return more

    return read


def _cut(
    read: Callable[[int], bytes], size: int, made: LogFormat, loose_too: bool, taken: int
) -> Iterator[tuple[bytes, int]]:
    """Pieces of a size, each with how much of its end may be written on.

    `taken`: how much was taken of what stands first though it might not be whole.
    """
    held = b""
    while more := read(max(size - len(held), 1) if len(held) < size else size):
        held += more
        if len(held) < size:
            continue
        end = made.boundary(held)
        if not end and len(held) >= _LONGEST_PIECES * size:
            end = after_any_line(held) or len(held)
        if end:
            yield held[:end], 0
            held, taken = held[end:], 0
    whole = (after_any_line if made.complete else made.boundary)(held)
    loose = len(held) - whole
    if loose_too and held and (whole or loose != taken):
        yield held, loose
    elif whole:
        yield held[:whole], 0


def _size(left: int) -> int:
    """How many bytes of a file make a piece, if so many are left."""
    if left <= _EVEN_BYTES:
        return PIECE_BYTES
    return min(left // (2 * -(-left // (2 * PIECE_BYTES))) + _SPARE, PIECE_BYTES)
