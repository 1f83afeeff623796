"""What dirq's two layouts share: elements in intermediate directories."""

import contextlib
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from ingest.spool.insertion import intermediate
from ingest.spool.layout import Listing
from ingest.spool.names import ELEMENT, FOLDER
from ingest.spool.oddities import Oddities


class Elements(ABC):
    """A queue that can be listed; a name is `8hex/14hex`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.oddities = Oddities(path)

    def waiting(self) -> Listing:
        """All elements: whether one is locked shows when it is taken."""
        names = sorted(self._names())
        self.oddities.keep_only(names)
        return Listing(names)

    def count(self) -> int:
        """How many elements there are, locked ones too."""
        return sum(1 for _ in self._names())

    def folders(self) -> list[Path]:
        """The queue, for new intermediate directories, and the last of these."""
        return [self.path, *(self.path / name for name in intermediate(self.path)[-1:])]

    def noticed(self, name: str, *, moved_in: bool) -> float | None:  # noqa: ARG002
        """An element is complete when it appears."""
        return 0.0 if ELEMENT(name) or FOLDER(name) else None

    @abstractmethod
    def _is_element(self, entry: os.DirEntry[str]) -> bool: ...

    def _names(self) -> Iterator[str]:
        for folder in intermediate(self.path):
            with contextlib.suppress(FileNotFoundError):  # purged since it was listed
                yield from self._names_in(folder)

    def _names_in(self, folder: str) -> Iterator[str]:
        with os.scandir(self.path / folder) as entries:
            for entry in entries:
                if self._is_element(entry):
                    yield f"{folder}/{entry.name}"
