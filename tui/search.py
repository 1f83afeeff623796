"""The line at the foot where one types what a table is narrowed to."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from appliance.resources import text


class SearchLine(Input):
    """Hidden until `/`; stays in view as long as it narrows something."""

    DEFAULT_CSS = text("tui", "search.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Keep"),
        Binding("down", "submit", "To the table", show=False),
        Binding("escape", "clear", "Clear"),
    ]

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, compact=True, select_on_focus=False)
        self.cursor_blink = False
        self.display = False

    def open(self) -> None:
        """Type here."""
        self.display = True
        self.focus()

    def close(self) -> None:
        """Back to the table; the line stays only if there is something in it."""
        self.display = bool(self.value)
        self.screen.query_one("Ledger").focus()

    async def action_submit(self) -> None:
        """What was typed holds."""
        self.close()

    def action_clear(self) -> None:
        """Everything shows again."""
        self.value = ""
        self.close()
