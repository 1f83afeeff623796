"""The way from a figure down to its jobs, and back."""

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui import pivot
from tui.jobs import JobsScreen
from tui.ledger import Ledger
from tui.search import SearchLine
from tui.usage import UsageTable
from tui.view import View


class UsageScreen(UsageTable):
    """The usage table; Enter opens a group, Escape goes back to where one was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "jobs", "Jobs", tooltip="Jobs behind the row"),
        Binding("J", "all_jobs", "Jobs behind the table", show=False),
        Binding("slash", "search", "Find", key_display="/", tooltip="Find a group"),
        Binding("escape", "back", "Back", tooltip="One step back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[tuple[View, str, str]] = []
        """Where Escape goes: the view, the row, the text that was searched."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Nowhere to go back to: no key for it."""
        return bool(self.steps or self.search) if action == "back" else True

    def step(self, view: View) -> None:
        """One step down, to which Escape knows the way back."""
        self.steps.append((self.view, self.query_one(Ledger).key, self.search))
        self.query_one(SearchLine).action_clear()
        self.turn(view)

    def group(self) -> tuple[str, ...]:
        """The group under the cursor."""
        key = self.query_one(Ledger).key
        return tuple(key.split(pivot.BETWEEN)) if self.query_one(Ledger).rows else ()

    def on_ledger_chosen(self) -> None:
        """Enter: the next dimension within this group, or its jobs."""
        if self.waiting:  # the row in view is not of the question in the heading
            return
        within = self.view.within(self.group())
        by = within.next_dimension()
        if by:
            self.step(replace(within, by=by, sort="", descending=True))
        else:
            self.open_jobs(within)

    def on_input_changed(self, message: Input.Changed) -> None:
        """Narrow to what is typed so far."""
        self.search = message.value.strip()
        self.refresh_bindings()
        self.draw()

    def open_jobs(self, view: View) -> None:
        """The jobs of a view."""
        self.app.push_screen(JobsScreen(view))

    def action_jobs(self) -> None:
        """The jobs of the group under the cursor."""
        if not self.waiting and (group := self.group()):
            self.open_jobs(self.view.within(group))

    def action_all_jobs(self) -> None:
        """The jobs of all groups."""
        self.open_jobs(self.view)

    def action_search(self) -> None:
        """Type what to look for."""
        self.query_one(SearchLine).open()

    def action_back(self) -> None:
        """No search, or one step up."""
        if self.search:
            self.query_one(SearchLine).action_clear()
        elif self.steps:
            view, row, search = self.steps.pop()
            self.query_one(SearchLine).value = search
            self.query_one(SearchLine).display = bool(search)
            self.turn(view, row)
