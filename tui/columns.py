"""Columns of a table, and how wide each may be so that a row fits the terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tui.safe import plain

GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, how it reads."""

    name: str
    label: str
    right: bool = False
    """Figures stand to the right, under their last digit."""
    least: int = 0
    """Cells it keeps when there is no room for all; 0: it never gives way, as no figure does."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a key that stays the same from one answer to the next, and its text."""

    key: str
    cells: tuple[str, ...]


def widths(columns: Sequence[Column], rows: Iterable[Sequence[str]], room: int) -> tuple[int, ...]:
    """The width of each column: what it needs, while flexible ones give up what is too much.

    Args:
        columns: The columns.
        rows: Their text, headings and totals included.
        room: Cells a row may take, with `GAP` between columns.
    """
    needed = [
        max(map(cell_len, map(plain, set(cells))), default=0) for cells in zip(*rows, strict=True)
    ] or [cell_len(column.label) for column in columns]
    spare = [
        width - column.least if column.least else 0
        for column, width in zip(columns, needed, strict=True)
    ]
    excess = sum(needed) + GAP * (len(needed) - 1) - room
    return tuple(map(int.__sub__, needed, taken(spare, excess)))


def taken(spare: Sequence[int], excess: int) -> list[int]:
    """Cells to take from each column: from the one that can best spare it, one by one."""
    left = list(spare)
    for _ in range(max(excess, 0)):
        most = max(range(len(left)), key=left.__getitem__)
        if left[most] <= 0:
            break
        left[most] -= 1
    return list(map(int.__sub__, spare, left))
