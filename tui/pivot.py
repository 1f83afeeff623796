"""A report's answer as the usage table shows it: ordered, narrowed, in words and figures."""

from collections.abc import Sequence
from dataclasses import replace

from appliance.table import Table, Value
from tui.columns import Column, Row
from tui.figures import UNKNOWN, amount, bar, count, decimals, number, percent, plural
from tui.safe import plain, shortened
from tui.view import LABELS, View

BETWEEN = "\x1f"
"""Between the values of a row's key: ASCII's unit separator."""

NOBODY = "(none)"
"""A group without a value."""

LARGEST_FIRST = "core_wall_hours"
"""What groups are ordered by until one asks for another order."""

BRIEF = {"submit_host": "Host"}
"""What a dimension is called where there is little room."""

SHARE = "share"
SHARE_WIDTH = 24


def columns(table: Table, view: View, *, share: bool = False) -> list[Column]:
    """The headings; the one in order carries an arrow.

    Args:
        table: The answer.
        view: What it answers.
        share: Whether there is room to draw each group's part of the whole.
    """
    sort = view.sort or LARGEST_FIRST
    arrow = "▼" if view.descending else "▲"
    found = [
        Column(
            name,
            label(name) + (arrow if name == sort else ""),
            right=name not in view.dimensions,
            least=10 if name in view.dimensions else 0,
        )
        for name in (table.columns or view.columns)
    ]
    return [*found, Column(SHARE, f"Share of {label(LARGEST_FIRST).lower()}")] if share else found


def label(name: str) -> str:
    """What a column is called."""
    return LABELS.get(name, name)


def rows(table: Table, view: View, *, share: bool = False) -> list[Row]:
    """The rows as text, keyed by their group; `share` as in `columns`."""
    places = [decimals(column) for column in zip(*table.rows, strict=True)]
    groups = len(view.dimensions)
    found = []
    for row in table.rows:
        key = BETWEEN.join("" if value is None else str(value) for value in row[:groups])
        cells = tuple(map(written, table.columns, row, places))
        found.append(Row(key, (*cells, part(table, row)) if share else cells))
    return found


def part(table: Table, row: Sequence[Value]) -> str:
    """A group's part of the whole, as a figure and as a bar."""
    at = table.columns.index(LARGEST_FIRST)
    whole = number(table.totals[at]) if table.totals else None
    found = number(row[at])
    if not whole or found is None:
        return UNKNOWN
    return f"{percent(found / whole):>6} {bar(found / whole, SHARE_WIDTH)}"


def written(name: str, value: Value, places: int) -> str:
    """One value as it reads in its column."""
    if name == "efficiency":
        return percent(value)
    if name in ("jobs", "processors"):
        return count(value) if number(value) is not None else plain(value) or NOBODY
    if number(value) is None and name.endswith(("_hours", "_work")):
        return amount(value)
    return amount(value, places) if name.endswith(("_hours", "_work")) else plain(value) or NOBODY


def totals(table: Table, view: View, *, share: bool = False) -> list[str]:
    """The foot of the table: of all groups, whatever is searched."""
    if not table.totals or not table.rows:
        return []
    places = [decimals(column) for column in zip(*table.rows, strict=True)]
    figures = list(map(written, table.columns, table.totals, places))
    groups = len(view.dimensions)
    shares = [""] if share else []
    return [f"All {len(table.rows):,}", *[""] * (groups - 1), *figures[groups:], *shares]


def ordered(table: Table, view: View, search: str) -> Table:
    """The rows whose group has the text, in order; unknown figures come last either way."""
    groups = len(view.dimensions)
    wanted = search.casefold()
    found = [row for row in table.rows if wanted in " ".join(map(str, row[:groups])).casefold()]
    sort = view.sort or LARGEST_FIRST
    if sort in table.columns:
        at = table.columns.index(sort)
        known = [row for row in found if row[at] is not None]
        known.sort(key=lambda row: order(row[at]), reverse=view.descending)
        found = known + [row for row in found if row[at] is None]
    return replace(table, rows=found)


def order(value: Value) -> tuple[float, str]:
    """Figures by size, text by letter."""
    found = number(value)
    return (found, "") if found is not None else (0, str(value).casefold())


def sorted_by(view: View, column: str) -> View:
    """In order of this column: figures largest first, text from A; the same again turns it."""
    if column == (view.sort or LARGEST_FIRST):
        return replace(view, sort=column, descending=not view.descending)
    return replace(view, sort=column, descending=column not in view.dimensions)


def next_column(view: View) -> str:
    """The column after the one in order."""
    names = view.columns
    sort = view.sort or LARGEST_FIRST
    return names[(names.index(sort) + 1) % len(names)] if sort in names else names[0]


def place(view: View, width: int) -> str:
    """The time and the filters, each value as long as all of them allow."""
    for room in (width, 32, 24, 18, 14, 10, 8):
        filters = [
            f"{BRIEF.get(name, label(name))} {shortened(plain(value) or NOBODY, room)}"
            for name, value in view.where
        ]
        found = " › ".join([str(view.span), *filters])
        if len(found) <= width:
            break
    return found


def crumbs(view: View, found: int, shown: int, width: int, search: str = "") -> str:
    """Where one is: pivot, time, filters, and how much of it shows."""
    narrowed = f" · {shown:,} of {plural(found, 'row')} with “{search}”" if search else ""
    pivot = f"Usage by {label(view.by)} · "
    return f"{pivot}{place(view, width - len(pivot) - len(narrowed) - MARGIN)}{narrowed}"


MARGIN = 4
"""Cells of a heading that its margin and its rule take."""


def hint(view: View, search: str) -> str:
    """What to do about an empty table."""
    if search:
        return f"No group with “{plain(search)}”.\nEscape shows all groups again."
    back = "\nEscape goes back one step." if view.where else ""
    if view.span.unit == "all":
        return f"No jobs yet. Load some: acct load FILE…{back}"
    return f"No jobs in {view.span}. ← shows the time before, a all time.{back}"
