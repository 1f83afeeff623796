"""The first screen: the month so far, what comes in, what waits, what went wrong."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from appliance.repository import Question
from appliance.table import Table
from tui import panels
from tui.ledger import Ledger
from tui.listing import MESSAGE_COLUMNS, message_rows
from tui.live import LiveScreen
from tui.masthead import Masthead
from tui.message import MessageScreen
from tui.panel import Panel
from tui.span import Span, month_of

LATEST = 50
"""Messages in the list: more than any terminal shows; the rest is on the screen Messages."""

HINT = "No messages yet. Put files into spool/incoming, or load some:\nacct load FILE…"

METRICS = ("jobs", "wall_hours", "core_wall_hours", "cpu_hours", "efficiency", "wall_work")


@dataclass(frozen=True, slots=True)
class Overview:
    """What this screen asks in one go."""

    month: Table
    latest: Table
    reject: Table


class OverviewScreen(LiveScreen):
    """Everything of one look, in panels; Enter opens the message under the cursor."""

    NOTES = "help_overview.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Month before", key_display="←"),
        Binding("right", "move(1)", "Month after", key_display="→"),
        Binding("home", "move(0)", "This month", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.months_back = 0

    def compose(self) -> ComposeResult:
        """Panels above, messages below."""
        yield Masthead()
        with Horizontal(id="panels"):
            yield Panel("This month", id="month")
            with Vertical():
                yield Panel("Queues", id="queues")
                yield Panel("Service", id="health")
        yield Panel("Intake", id="intake")
        yield Panel("Last messages", id="messages")
        yield Ledger(follow=True)
        yield Footer(compact=True)

    @property
    def span(self) -> Span:
        """The month in view; without a key pressed it is the present one, past midnight too."""
        return month_of(self.acct.now().date()).moved(-self.months_back)

    def question(self) -> Span:
        """The month is what can be chosen here."""
        return self.span

    def ask(self, question: Span) -> Overview:
        """Three questions, one answer."""
        month = Question(("benchmark",), METRICS, question.since, question.until)
        repository = self.acct.repository
        return Overview(
            repository.report(month),
            repository.messages(limit=LATEST),
            repository.messages("rejected", limit=1),
        )

    def follow(self) -> None:
        """The panels of the state are as fresh as the state itself."""
        super().follow()
        self.show_state()

    def show_state(self) -> None:
        """What the status says: no further question needed."""
        status, now = self.acct.status, self.acct.now()
        if not status:
            return
        self.panel("queues").show(
            "Queues", lambda width, height: panels.queues(status, width, height)
        )
        self.panel("health").show("Service", lambda width, _: panels.health(status, now, width))
        self.panel("intake").show(
            panels.intake_title(status, now),
            lambda width, height: panels.intake(status, now, width, height),
        )

    def show(self, answer: Overview) -> None:
        """The figures, the messages and the last reject."""
        title = f"{self.span}{'' if self.months_back else ', so far'}"
        self.panel("month").show(title, lambda width, _: panels.month(answer.month, width))
        rows = message_rows(answer.latest, self.acct.now())
        self.query_one(Ledger).show(MESSAGE_COLUMNS, rows, hint=HINT)
        found = self.acct.status.get("messages", {}).get("rejected", 0)
        note = panels.rejected(found, answer.reject)
        self.panel("messages").show("Last messages", lambda _width, _height: [note])

    def panel(self, name: str) -> Panel:
        """One of the panels."""
        return self.query_one(f"#{name}", Panel)

    def action_move(self, months: int) -> None:
        """Another month: the future holds no jobs."""
        self.months_back = max(self.months_back - months, 0) if months else 0
        self.follow()

    def on_ledger_chosen(self, message: Ledger.Chosen) -> None:
        """Enter on a message."""
        self.app.push_screen(MessageScreen(int(message.key)))
