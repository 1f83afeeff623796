"""One job, and the message it came from."""

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from tui.facts import job_facts, message_facts
from tui.live import LiveScreen
from tui.masthead import Masthead
from tui.message import MessageScreen
from tui.panel import Panel
from tui.paper import Paper

ORIGIN = ("message", "received", "source", "signer")
"""What is said of the message beside the job's own fields."""


class JobScreen(LiveScreen):
    """One job, all its fields, and where they came from."""

    NOTES = "help_job.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "message", "Its message"),
        Binding("escape", "app.pop_screen", "Back"),
    ]

    def __init__(self, job: Mapping[str, Any]) -> None:
        super().__init__()
        self.job = job

    def compose(self) -> ComposeResult:
        """A sheet of paper."""
        yield Masthead()
        yield Panel(f"Job {self.job.get('local_job_id')}", id="crumbs")
        yield Paper()
        yield Footer(compact=True)

    def question(self) -> int | None:
        """The message it came from."""
        found = self.job.get("message_id")
        return None if found is None else int(found)

    def state(self) -> str:
        """A job does not change while one looks at it."""
        return ""

    def ask(self, question: int | None) -> Mapping[str, Any]:
        """The message; a job of a site without messages has none."""
        return {} if question is None else self.acct.repository.message(question)

    def show(self, answer: Mapping[str, Any]) -> None:
        """Where it came from first: that is what one opens a job for."""
        origin = [fact for fact in message_facts(answer) if fact[0] in ORIGIN] if answer else []
        self.query_one(Paper).show((*origin, *job_facts(self.job)), ())

    def action_message(self) -> None:
        """The text it came in."""
        if (found := self.question()) is not None:
            self.app.push_screen(MessageScreen(found))
