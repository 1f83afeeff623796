"""What the three layouts have in common, so that one source can read and write any of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ingest.spool.oddities import Oddities

OVERSIZE = "oversize"
"""The folder inside a spool for what is larger than we read: no reader looks into it."""


class UnfitError(Exception):
    """Something in the spool that cannot be read as a message; it stays where it is."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a look into the spool found."""

    names: list[str]
    """What may be taken now, oldest first."""
    young: int = 0
    """How many are too young to be taken."""
    again_s: float | None = None
    """Seconds until the first of them is old enough; None: none is waiting for that."""


@dataclass(frozen=True, slots=True)
class Element:
    """A message in the spool, locked by us."""

    name: str
    body: bytes
    """All of it, or its first `most + 1` bytes."""
    size: int
    received_at: float
    """Seconds since the epoch, UTC: the file's own time."""
    signer: str = ""
    empaid: str = ""
    identity: tuple[int, ...] = ()
    """What the file was when it was read, for layouts in which a name can be used again."""

    @property
    def whole(self) -> bool:
        """Whether `body` is all of it."""
        return len(self.body) == self.size


class Layout(Protocol):
    """A queue on disk. Its reader is alone among ours (`SoleReader`); others may be foreign.

    All raise `OSError` when the disk or the queue as a whole fails.
    """

    path: Path
    oddities: Oddities

    def waiting(self) -> Listing:
        """The names that may be taken, oldest first; some may be locked by others."""

    def count(self) -> int:
        """How many elements there are, whatever their state: names are listed, nothing else."""

    def take(self, name: str, most: int) -> Element | None:
        """Lock and read it, at most `most + 1` bytes; None: gone, taken, or not finished.

        Raises:
            UnfitError: It is no readable message; it is left unlocked.
        """

    def keep(self, element: Element) -> None:
        """Tell others that our lock is alive: they break one that looks 600 s old."""

    def give_back(self, element: Element) -> None:
        """Unlock it."""

    def finish(self, element: Element) -> None:
        """Move it to the archive if there is one; else remove it."""

    def remove(self, element: Element) -> None:
        """Remove it, whether there is an archive or not."""

    def set_aside(self, element: Element) -> Path:
        """Move it, whole, to the folder `oversize`; returns where it is now."""

    def purge(self) -> None:
        """Remove what crashed readers and writers left, and folders that are not needed."""

    def add(self, body: bytes, signer: str = "", empaid: str = "") -> str:
        """Append a message, durably; returns its name. Layouts without fields drop the two."""

    def folders(self) -> Sequence[Path]:
        """Where new elements will appear, for watching; the spool itself comes first."""

    def noticed(self, name: str, *, moved_in: bool) -> float | None:
        """Something of this name appeared: seconds until it can be taken; None: not for us."""
