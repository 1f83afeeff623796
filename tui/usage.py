"""The usage table: who used how much, by VO, site, user, host, month and more."""

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from appliance.repository import Question
from appliance.table import Table
from tui import pivot
from tui.ledger import Ledger
from tui.live import WIDE, LiveScreen
from tui.masthead import Masthead
from tui.panel import Panel
from tui.pivotbar import PivotBar
from tui.search import SearchLine
from tui.span import Unit, month_of
from tui.view import View

TIME = Binding.Group("Time", compact=True)


class UsageTable(LiveScreen):
    """A table of groups that can be turned, moved in time and put in order."""

    NOTES = "help_usage.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "pivot('vo')", "Group by VO", show=False),
        Binding("s", "pivot('site')", "Group by site", show=False),
        Binding("u", "pivot('user')", "Group by user", show=False),
        Binding("h", "pivot('submit_host')", "Group by submit host", show=False),
        Binding("m", "pivot('month')", "Group by month", show=False),
        Binding("left", "move(-1)", "Month or year before", key_display="←", group=TIME),
        Binding("right", "move(1)", "Month or year after", key_display="→", group=TIME),
        Binding("y", "year", "Whole year, or month", show=False),
        Binding("a", "all", "All time, or month", show=False),
        Binding("o", "sort", "Order", tooltip="Order by the next column"),
        Binding("O", "reverse", "Reverse the order", show=False),
        Binding("b", "work", "Work, or hours", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.view = View(month_of(self.acct.now().date()))
        self.drawn = self.view
        """What the figures in the table answer: the view before, until the answer comes."""
        self.search = ""
        self.table = Table((), [])

    def compose(self) -> ComposeResult:
        """What is in the table, and the table."""
        yield Masthead()
        yield PivotBar()
        yield Panel(id="crumbs")
        yield Ledger()
        yield SearchLine("show only groups with this text")
        yield Footer(compact=True)

    def question(self) -> Question:
        """What the view asks."""
        return self.view.question()

    def ask(self, question: Question) -> Table:
        """The figures."""
        return self.acct.repository.report(question)

    def show(self, answer: Table) -> None:
        """New figures."""
        self.table, self.drawn = answer, self.view
        self.draw()

    def follow(self) -> None:
        """The heading says at once what was asked for; the figures come when they come."""
        super().follow()
        self.show_crumbs()

    def draw(self) -> None:
        """The figures at hand, ordered and narrowed."""
        view = self.drawn = self.drawn if self.waiting else self.view
        share = self.size.width >= WIDE
        shown = pivot.ordered(self.table, view, self.search)
        self.query_one(Ledger).show(
            pivot.columns(self.table, view, share=share),
            pivot.rows(shown, view, share=share),
            pivot.totals(self.table, view, share=share),
            hint=pivot.hint(view, self.search),
        )
        self.show_crumbs()

    def show_crumbs(self) -> None:
        """Where one is."""
        found = len(self.table.rows)
        shown = len(self.query_one(Ledger).rows)
        title = pivot.crumbs(self.view, found, shown, self.size.width, self.search)
        title += " · asking …" if self.waiting else ""
        self.query_one("#crumbs", Panel).show(title, lambda _width, _height: ())
        self.query_one(PivotBar).show(self.view)

    def on_resize(self) -> None:
        """Bars where there is room."""
        self.draw()

    def turn(self, view: View, row: str = "") -> None:
        """Another view; the same question in another order needs no answer."""
        asked = view.question() != self.view.question()
        self.view = view
        self.refresh_bindings()  # Escape, if there is a step to go back
        self.query_one(Ledger).go_to(row)
        if asked:
            self.follow()
        else:
            self.draw()

    def on_ledger_heading_clicked(self, message: Ledger.HeadingClicked) -> None:
        """A click on a heading orders by it; another turns it round."""
        if message.column in self.view.columns:
            self.turn(pivot.sorted_by(self.view, message.column))

    def action_pivot(self, by: str) -> None:
        """Other groups of the same."""
        self.turn(self.view.pivoted(by))

    def action_move(self, steps: int) -> None:
        """Months or years later."""
        self.turn(replace(self.view, span=self.view.span.moved(steps)), self.query_one(Ledger).key)

    def span(self, unit: Unit) -> None:
        """This much time, or the month again."""
        now = self.view.span
        self.turn(replace(self.view, span=now.of("month" if now.unit == unit else unit)))

    def action_year(self) -> None:
        """The year."""
        self.span("year")

    def action_all(self) -> None:
        """Everything."""
        self.span("all")

    def action_work(self) -> None:
        """Hours or work."""
        self.turn(replace(self.view, work=not self.view.work, sort="", descending=True))

    def action_sort(self) -> None:
        """By the next column."""
        self.turn(pivot.sorted_by(self.view, pivot.next_column(self.view)))

    def action_reverse(self) -> None:
        """The other way round."""
        self.turn(replace(self.view, descending=not self.view.descending))
