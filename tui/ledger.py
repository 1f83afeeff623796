"""A table whose heading and totals stay while its rows scroll.

Not Textual's DataTable: only the lines in view are drawn, so that ten thousand users refresh as
cheaply as ten; a totals line belongs to it; and every cell passes `safe.plain` (in `Sheet`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from appliance.resources import text
from tui.columns import Column, Row
from tui.safe import fitted
from tui.sheet import Sheet


class Ledger(ScrollView, can_focus=True, inherit_bindings=False):
    """Columns, rows, a cursor on one row, totals at the foot, and a hint when it is empty."""

    DEFAULT_CSS = text("tui", "ledger.tcss")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "ledger--cursor",
        "ledger--heading",
        "ledger--hint",
        "ledger--total",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Row up", show=False),
        Binding("down", "move(1)", "Row down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move(-1_000_000_000)", "First row", show=False),
        Binding("end", "move(1_000_000_000)", "Last row", show=False),
        Binding("enter", "choose", "Open"),
    ]

    cursor = reactive(0)

    @dataclass
    class Chosen(Message):
        """Enter or a click on the row under the cursor."""

        ledger: "Ledger"
        key: str

    @dataclass
    class Moved(Message):
        """The cursor is on another row."""

        ledger: "Ledger"
        key: str
        last: bool

    @dataclass
    class HeadingClicked(Message):
        """A click on a column's heading."""

        column: str

    def __init__(self, *, follow: bool = False) -> None:
        super().__init__()
        self.sheet = Sheet()
        self.follow = follow
        """A cursor on the first row stays there when newer rows come in above it."""
        self.wanted = ""
        """The key of the row that the cursor goes to as soon as it is there."""

    @property
    def rows(self) -> Sequence[Row]:
        """The rows."""
        return self.sheet.rows

    @property
    def key(self) -> str:
        """The key of the row under the cursor; empty if there is none."""
        return self.rows[self.cursor].key if self.cursor < len(self.rows) else ""

    def show(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        totals: Sequence[str] = (),
        *,
        hint: str,
    ) -> None:
        """Other figures: the cursor stays on its row, wherever that has gone."""
        key = self.wanted or self.key
        self.sheet = Sheet(columns, rows, totals, hint)
        self.virtual_size = Size(0, len(rows) + self.sheet.fixed)
        self.cursor = self.found(key)
        self.scroll_to_cursor()
        self.refresh()

    def found(self, key: str) -> int:
        """Where the cursor belongs among the present rows."""
        if self.follow and self.cursor == 0 and not self.wanted:
            return 0
        place = next((at for at, row in enumerate(self.rows) if row.key == key), None)
        if place is None:
            return min(self.cursor, max(len(self.rows) - 1, 0))
        self.wanted = ""
        return place

    def go_to(self, key: str) -> None:
        """Start on this row when it comes, or at the top."""
        self.wanted = key
        self.cursor = 0

    @property
    def page(self) -> int:
        """Rows in view at a time."""
        return max(self.size.height - self.sheet.fixed, 1)

    def scroll_to_cursor(self) -> None:
        """Keep the cursor's row between the heading and the totals."""
        top = max(min(self.scroll_offset.y, self.cursor), self.cursor - self.page + 1)
        self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def validate_cursor(self, cursor: int) -> int:
        """On a row that exists."""
        return max(0, min(cursor, len(self.rows) - 1))

    def watch_cursor(self) -> None:
        """Tell whoever shows the row in detail."""
        self.scroll_to_cursor()
        self.refresh()
        self.post_message(self.Moved(self, self.key, self.cursor == len(self.rows) - 1))

    def on_resize(self) -> None:
        """Less height must not hide the cursor."""
        self.scroll_to_cursor()

    def action_move(self, rows: int) -> None:
        """So many rows down."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """So many pages down."""
        self.cursor += pages * self.page

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.rows:
            self.post_message(self.Chosen(self, self.key))

    def on_click(self, event: events.Click) -> None:
        """A heading orders; a row gets the cursor, and opens if it had it."""
        if event.y == 0:
            self.post_message(self.HeadingClicked(self.sheet.column_at(event.x, self.size.width)))
            return
        _, _, row = self.sheet.at(event.y, self.scroll_offset.y, *self.size)
        if row == self.cursor:
            self.action_choose()
        elif row >= 0:
            self.cursor = row

    def render_line(self, y: int) -> Strip:
        """One line of what is in view."""
        content, part, row = self.sheet.at(y, self.scroll_offset.y, *self.size)
        part = "cursor" if row == self.cursor else part
        plainly = part in ("", "row")
        style = self.rich_style if plainly else self.get_component_rich_style(f"ledger--{part}")
        return Strip([Segment(fitted(content, self.size.width), style)], self.size.width)
