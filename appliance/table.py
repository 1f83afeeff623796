"""What a question is answered with: columns, their types and rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Value = str | int | float | bool | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    """An answer. Values are as the store has them; rounding and units are for rendering."""

    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]
    totals: tuple[Value, ...] | None = None
    """One value a column, None where a total means nothing; None: an answer without totals."""
    title: str = ""
    """What the figures are, where that is not what is usual."""
    notes: tuple[str, ...] = ()
    """What they leave out, in sentences for people."""

    def dicts(self) -> Iterator[dict[str, Value]]:
        """The rows by column name."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def only(self, *names: str) -> "Table":
        """The same rows with just these columns, in this order; totals are left out."""
        places = [self.columns.index(name) for name in names]
        return Table(names, [tuple(row[place] for place in places) for row in self.rows])
