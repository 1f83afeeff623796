"""What a table has to say, laid out for a width: no widget, so it can be tested line by line."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui.columns import GAP, Column, Row, widths
from tui.safe import fitted, plain, shortened

HINT = 2
"""The line at which the hint of an empty table begins."""

MARGIN = 1
"""Cells left free on either side."""


@dataclass
class Sheet:
    """Columns, rows and totals; the hint is what stands there when there are no rows."""

    columns: Sequence[Column] = ()
    rows: Sequence[Row] = ()
    totals: Sequence[str] = ()
    hint: str = "Asking …"
    fits: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Widths of the columns, worked out once for each width of the terminal."""

    @property
    def fixed(self) -> int:
        """Lines that do not scroll: the heading, and the totals if there are any."""
        return 2 if self.totals else 1

    def fit(self, width: int) -> tuple[int, ...]:
        """The columns' widths."""
        if width not in self.fits:
            labels = tuple(column.label for column in self.columns)
            foot = [self.totals] if self.totals else []
            cells = [labels, *(row.cells for row in self.rows), *foot]
            self.fits[width] = widths(self.columns, cells, width - 2 * MARGIN)
        return self.fits[width]

    def column_at(self, x: int, width: int) -> str:
        """The name of the column there; empty beyond the last."""
        end = MARGIN
        for column, room in zip(self.columns, self.fit(width), strict=True):
            end += room + GAP
            if x < end:
                return column.name
        return ""

    def line(self, cells: Sequence[str], width: int) -> str:
        """The text of one row: here every cell becomes only text."""
        laid = zip(self.columns, cells, self.fit(width), strict=True)
        return " " * MARGIN + (" " * GAP).join(
            fitted(plain(cell), room, right=column.right) for column, cell, room in laid
        )

    def at(self, y: int, top: int, width: int, height: int) -> tuple[str, str, int]:
        """A line on screen: its text, what part it is of, and which row.

        Args:
            y: The line, from 0.
            top: The row that is the first in view.
            width: Cells.
            height: Lines.
        """
        if y == 0:
            return self.line([column.label for column in self.columns], width), "heading", -1
        if not self.rows:
            return self.hint_at(y, width), "hint", -1
        if self.totals and y == min(height - 1, len(self.rows) + 1):
            return self.line(self.totals, width), "total", -1
        row = y - 1 + top
        if row >= len(self.rows) or y > len(self.rows):
            return "", "", -1
        return self.line(self.rows[row].cells, width), "row", row

    def hint_at(self, y: int, width: int) -> str:
        """A line of what to do about an empty table."""
        found = self.hint.splitlines()
        return shortened(" " + found[y - HINT], width) if HINT <= y < len(found) + HINT else ""
