"""Log files: what is new of them, cut into pieces of whole lines.

with looked_at(path, known) as file:
    for piece in pieces(file, like): …
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from appliance.repository import LogPiece
from ingest.logs import lines, packed
from ingest.logs.catalogue import by_name
from ingest.logs.cutting import Cutter
from ingest.logs.format import LogFormat, after_any_line
from ingest.logs.known import LogFile
from ingest.logs.reach import WINDOW, Walker

PIECE_BYTES = 32 * 1024 * 1024
"""Of a piece, at most: 1 M lines took 0.9 s of two cores in pieces of 32 MB, 1.2 s of 16 MB."""
_EVEN_BYTES = 8 * 1024 * 1024
"""Above, a file is cut into an even number of equal pieces: none of two workers waits long."""
_SPARE = 1 << 16
"""Of a piece: what the ones before it left over, so that no small one comes last."""


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
    layout = _layout(file, made) if walker.layout is None else walker.layout
    boundary = made.boundary(layout)
    last = after_any_line if made.complete else boundary.end
    cutter = Cutter(file, size, boundary, last, progress)
    for body, loose in cutter.pieces(walker.offset, loose_too=loose_too, taken=taken):
        if walker.layout is None:
            walker.layout = made.layout(lines.head(body))
            walker.start = body[:WINDOW]  # it may have been truncated since it was looked at
        first = walker.lines + 1
        reach, replaced = walker.step(body, loose)
        yield replace(
            like, name=file.name, body=body, received_at=file.modified, first_line=first,
            layout=walker.layout, reach=reach, replaces=replaced,
        )  # fmt: skip


def _layout(file: LogFile, made: LogFormat) -> str:
    """What the head of a file says of its lines."""
    head = packed.content(file.raw).read(lines.HEAD_BYTES)
    return made.layout(lines.head(head))


def _size(left: int) -> int:
    """How many bytes of a file make a piece, if so many are left."""
    if left <= _EVEN_BYTES:
        return PIECE_BYTES
    return min(left // (2 * -(-left // (2 * PIECE_BYTES))) + _SPARE, PIECE_BYTES)
