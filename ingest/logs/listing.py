"""The files of a pattern: regular ones, and none that only a program's housekeeping needs."""

import glob
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

_HOUSEKEEPING = (".lock", ".lck", ".pid", ".swp", ".tmp", "~")
"""Ends of names. Names that begin with a dot are never listed."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What changes when a file does."""

    size: int
    modified_ns: int
    inode: int
    device: int

    @classmethod
    def of(cls, raw: BinaryIO) -> Self:
        """That of an open file."""
        return cls.made(os.fstat(raw.fileno()))

    @classmethod
    def made(cls, state: os.stat_result) -> Self:
        """From what the system says."""
        return cls(state.st_size, state.st_mtime_ns, state.st_ino, state.st_dev)

    @property
    def modified(self) -> float:
        """Seconds since the epoch."""
        return self.modified_ns / 1e9


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of the pattern."""

    path: str
    signature: Signature


def listed(pattern: str) -> list[Listed]:
    """The files, those written longest ago first; one with two names once."""
    found: dict[tuple[int, int], Listed] = {}
    for path in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 # whole, as text
        if path.endswith(_HOUSEKEEPING):
            continue
        try:
            state = os.stat(path)  # noqa: PTH116 # of many
        except OSError:  # gone again, or a link to nowhere
            continue
        if stat.S_ISREG(state.st_mode):
            found.setdefault((state.st_dev, state.st_ino), Listed(path, Signature.made(state)))
    return sorted(found.values(), key=lambda one: (one.signature.modified_ns, one.path))


def folders(pattern: str) -> set[Path]:
    """The directories in which files of the pattern appear now."""
    parent = os.path.dirname(pattern)  # noqa: PTH120 # a pattern is no path
    found = glob.glob(f"{parent}/", recursive=True)  # noqa: PTH207
    return {Path(path) for path in found if Path(path).is_dir()}
