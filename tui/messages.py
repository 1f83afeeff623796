"""The messages that came in, newest first."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Footer, Input

from appliance.table import Table
from tui.columns import Column
from tui.facts import message_facts
from tui.ledger import Ledger
from tui.listing import MESSAGE_COLUMNS, PAGE, Wanted, rows_of
from tui.live import LiveScreen
from tui.masthead import Masthead
from tui.message import MessageScreen
from tui.panel import Panel
from tui.paper import Paper
from tui.search import SearchLine

STATES = ("", "accepted", "rejected", "duplicate")


class MessagesScreen(LiveScreen):
    """A table, and beside it, where there is room, all that is known of the cursor's row."""

    NOTES = "help_messages.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "state", "State", tooltip="One state, or all"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Search the messages"),
        Binding("escape", "back", "Clear search", show=False),
    ]

    columns: Sequence[Column] = MESSAGE_COLUMNS
    hint = "No messages{0}.\nPut files into spool/incoming, or load some: acct load FILE…"

    def __init__(self) -> None:
        super().__init__()
        self.wanted = Wanted()
        self.table = Table((), [])

    def compose(self) -> ComposeResult:
        """The table and its detail."""
        yield Masthead()
        yield Panel(id="crumbs")
        with Horizontal():
            yield Ledger(follow=True)
            yield Paper(id="detail", focusable=False)
        yield Paper(id="reason", focusable=False)
        yield SearchLine("search in source, signer, kind or reason")
        yield Footer(compact=True)

    def question(self) -> Wanted:
        """Which messages."""
        return self.wanted

    def ask(self, question: Wanted) -> Table:
        """Newest first."""
        return self.acct.repository.messages(
            question.state, limit=question.limit, search=question.search
        )

    def show(self, answer: Table) -> None:
        """The table; the cursor stays on its message."""
        self.table = answer
        ledger = self.query_one(Ledger)
        hint = self.hint.format(" here" if self.narrowed else " yet")
        ledger.show(self.columns, rows_of(answer, self.columns, self.acct.now()), hint=hint)
        self.query_one("#crumbs", Panel).show(self.heading(), lambda _width, _height: ())
        self.show_detail()

    @property
    def narrowed(self) -> bool:
        """Whether more messages exist than can show here."""
        return bool(self.wanted.search or self.wanted.state)

    def heading(self) -> str:
        """What is in the table."""
        state = f", {self.wanted.state} only" if self.wanted.state else ""
        return f"Messages{state}{self.found()}"

    def found(self) -> str:
        """How many there are, and what was looked for."""
        found = len(self.table.rows)
        full = found >= self.wanted.limit
        count = f" · the latest {found:,}, End brings more" if full else f" · {found:,}"
        return count + (f" with “{self.wanted.search}”" if self.wanted.search else "")

    def show_detail(self) -> None:
        """All that is known of the message under the cursor: the list holds it already."""
        key = self.query_one(Ledger).key
        rows = (row for row in self.table.dicts() if str(row["message_id"]) == key)
        for row in rows:
            self.query_one("#detail", Paper).show(message_facts(row), [str(row["error"] or "")])
            return
        self.query_one("#detail", Paper).show([], [])

    def want(self, wanted: Wanted) -> None:
        """Other messages."""
        self.wanted = wanted
        self.follow()

    def on_ledger_moved(self, message: Ledger.Moved) -> None:
        """Another row: its detail, and more rows if it is the last."""
        self.show_detail()
        if message.last and len(self.table.rows) >= self.wanted.limit:
            self.want(Wanted(self.wanted.state, self.wanted.search, self.wanted.limit + PAGE))

    def on_ledger_chosen(self, message: Ledger.Chosen) -> None:
        """Enter on a message."""
        self.app.push_screen(MessageScreen(int(message.key)))

    def action_state(self) -> None:
        """The next state."""
        state = STATES[(STATES.index(self.wanted.state) + 1) % len(STATES)]
        self.query_one(Ledger).go_to("")
        self.want(Wanted(state, self.wanted.search))

    def action_search(self) -> None:
        """Type what to look for."""
        self.query_one(SearchLine).open()

    def action_back(self) -> None:
        """No search."""
        self.query_one(SearchLine).action_clear()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Look for what is typed so far."""
        self.want(Wanted(self.wanted.state, message.value.strip()))
