"""The messages that were refused, why, and what to do about it."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.ledger import Ledger
from tui.listing import REJECT_COLUMNS, Wanted
from tui.messages import MessagesScreen
from tui.paper import Paper


class RejectsScreen(MessagesScreen):
    """As the messages, with the reason in full below or beside the table."""

    NOTES = "help_rejects.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Retry", tooltip="Take it in again"),
        Binding("R", "retry_all", "Retry all", tooltip="Take all in again"),
        Binding("d", "drop", "Drop", tooltip="Forget it, for good"),
    ]

    columns = REJECT_COLUMNS
    hint = "No rejects{0}: every message that came in was accepted.\n3 shows the messages."

    def __init__(self) -> None:
        super().__init__()
        self.wanted = Wanted("rejected")

    def heading(self) -> str:
        """How many wait for a decision."""
        return f"Rejects{self.found()}"

    @property
    def narrowed(self) -> bool:
        """Rejects are all that is looked for here."""
        return bool(self.wanted.search)

    def selected(self) -> int | None:
        """The reject under the cursor."""
        key = self.query_one(Ledger).key
        return int(key) if key else None

    def show_detail(self) -> None:
        """The reason in full: below the table too, where there is no room beside it."""
        super().show_detail()
        key = self.query_one(Ledger).key
        reasons = [str(row["error"]) for row in self.table.dicts() if str(row["message_id"]) == key]
        self.query_one("#reason", Paper).show((), reasons)

    def action_retry(self) -> None:
        """Take the one under the cursor in again."""
        if (found := self.selected()) is not None:
            self.acct.retry((found,))

    def action_retry_all(self) -> None:
        """Take all in again."""
        self.acct.retry()

    def action_drop(self) -> None:
        """Forget the one under the cursor."""
        if (found := self.selected()) is not None:
            self.acct.drop(found)

    def action_state(self) -> None:
        """Here all are rejected."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Another state would be another screen."""
        return action != "state"
