"""A document in the pieces that expat is given, with a shortcut past it between records."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeAlias

_BLOCK = 1 << 16
"""Characters that expat is given at once."""
LONGEST_TRAIL = 256
"""Elements of a record that others may be like. CAR and StAR need 30."""
_LONGEST_RECORD = 1 << 14
"""Characters of one: a pattern takes some ten times as much memory as its markup."""

Trail: TypeAlias = Sequence[tuple[str, dict[str, str]]]
"""The start tags of a record as expat saw them: qualified name, attributes."""


class Shortcut(Protocol):
    """A quicker way to read records that are like one that expat has read."""

    def learn(self, record: str, trail: Trail) -> None:
        """A record that was read just now: its text, and what expat saw of it."""

    def skip(self, text: str, at: int) -> int:
        """Take the records from here on; where the first begins that expat has to read."""

    def forget(self) -> None:
        """Another place of the document: the same markup may mean something else."""


def pieces(
    text: str, record: str, closed: Callable[[], int], trail: Trail, shortcut: Shortcut
) -> Iterator[str]:
    """A document in pieces, without the records that the shortcut takes.

    It is asked only where a piece ended with the end tag of a record, as expat saw it: so neither
    in a comment nor anywhere but between records.
    """
    at = fed = 0
    if found := re.search(rf"</([^\s<>/]*:)?{record}\s*>", text):
        end, begin = found[0], f"<{found[1] or ''}{record}"
        while (stop := text.find(end, at) + len(end)) >= len(end):
            for piece in _blocks(text, at, stop):
                yield piece
                fed += len(piece.encode())
            begun, at = max(text.rfind(begin, at, stop), at), stop
            if closed() == fed - len(end.encode()) and text.find(end, at) >= 0:
                if stop - begun <= _LONGEST_RECORD and len(trail) < LONGEST_TRAIL:
                    shortcut.learn(text[begun:stop], trail)
                at = shortcut.skip(text, at)
    yield from _blocks(text, at, len(text))


def _blocks(text: str, at: int, stop: int) -> Iterator[str]:
    for start in range(at, stop, _BLOCK):
        yield text[start : min(start + _BLOCK, stop)]
