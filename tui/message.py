"""One message: where it came from, what is wrong with it, its text."""

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from tui.facts import message_facts, offending
from tui.live import LiveScreen
from tui.masthead import Masthead
from tui.panel import Panel
from tui.paper import Paper


class MessageScreen(LiveScreen):
    """All that the repository keeps of a message; a reject can be retried or dropped from here."""

    NOTES = "help_message.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back"),
        Binding("r", "retry", "Retry", tooltip="Take it in again"),
        Binding("d", "drop", "Drop", tooltip="Forget it, for good"),
    ]

    def __init__(self, message_id: int) -> None:
        super().__init__()
        self.message_id = message_id
        self.rejected = False

    def compose(self) -> ComposeResult:
        """A sheet of paper."""
        yield Masthead()
        yield Panel(f"Message {self.message_id}", id="crumbs")
        yield Paper()
        yield Footer(compact=True)

    def question(self) -> int:
        """Which message."""
        return self.message_id

    def state(self) -> str:
        """What came in meanwhile does not change a message that is here."""
        return ""

    def ask(self, question: int) -> Mapping[str, Any]:
        """The message with its text."""
        return self.acct.repository.message(question)

    def show(self, answer: Mapping[str, Any]) -> None:
        """The facts, what is wrong, and the text with the wrong lines marked."""
        problems = [str(problem) for problem in answer.get("problems") or ()]
        if not problems and answer.get("error"):
            problems = [str(answer["error"])]
        self.rejected = answer.get("state") == "rejected"
        body = str(answer.get("text") or "")
        self.query_one(Paper).show(message_facts(answer), problems, body, offending(problems))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Only rejects can be retried and dropped."""
        return self.rejected if action in ("retry", "drop") else True

    def action_retry(self) -> None:
        """Take it in again."""
        self.acct.retry((self.message_id,))

    def action_drop(self) -> None:
        """Forget it, after a question."""
        self.acct.drop(self.message_id)

    def decided(self, *, dropped: bool) -> None:
        """A message that is gone leaves nothing to show."""
        if dropped:
            self.app.pop_screen()
        else:
            self.reload()
