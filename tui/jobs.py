"""The jobs behind a figure."""

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from appliance.repository import Question
from appliance.table import Table
from tui import pivot
from tui.columns import Column, Row
from tui.figures import count, duration, percent, recent
from tui.job import JobScreen
from tui.ledger import Ledger
from tui.live import LiveScreen
from tui.masthead import Masthead
from tui.panel import Panel
from tui.view import View

HINT = "No jobs behind this figure: it came as a summary.\nEscape goes back."

FILTERED = {"site": "site", "vo": "vo", "user": "global_user_name"}
"""Dimensions and their columns: one that is filtered is the same in each row."""

PAGE = 500
"""Jobs asked for at first, and more each time the cursor reaches the last one."""

COLUMNS = (
    Column("end_time", "Ended (UTC)"),
    Column("site", "Site", least=7),
    Column("vo", "VO", least=6),
    Column("global_user_name", "User", least=9),
    Column("local_job_id", "Job", least=6),
    Column("processors", "Cores", right=True),
    Column("wall_duration", "Wall", right=True),
    Column("efficiency", "CPU eff", right=True),
)


class JobsScreen(LiveScreen):
    """The latest jobs of a question."""

    NOTES = "help_jobs.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back"),
    ]

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view
        self.limit = PAGE
        self.table = Table((), [])

    def compose(self) -> ComposeResult:
        """What is filtered, and the jobs."""
        yield Masthead()
        yield Panel(id="crumbs")
        yield Ledger(follow=True)
        yield Footer(compact=True)

    def columns(self) -> list[Column]:
        """Only what tells the jobs apart."""
        same = {FILTERED.get(name) for name, _ in self.view.where}
        return [column for column in COLUMNS if column.name not in same]

    def question(self) -> tuple[Question, int]:
        """Which jobs, and how many of them."""
        return self.view.question(), self.limit

    def ask(self, question: tuple[Question, int]) -> Table:
        """Latest first."""
        return self.acct.repository.jobs(*question)

    def show(self, answer: Table) -> None:
        """A row a job; its place in the answer is its key."""
        self.table = answer
        now, columns = self.acct.now(), self.columns()
        rows = [
            Row(job_key(row), tuple(job_cell(column.name, row, now) for column in columns))
            for row in answer.dicts()
        ]
        self.query_one(Ledger).show(columns, rows, hint=HINT)
        full = len(rows) >= self.limit
        found = f"the latest {len(rows):,}, End brings more" if full else f"{len(rows):,}"
        where = pivot.place(
            self.view, self.size.width - len(found) - len("Jobs ·  · ") - pivot.MARGIN
        )
        title = f"Jobs · {where} · {found}"
        self.query_one("#crumbs", Panel).show(title, lambda _width, _height: ())

    def on_ledger_moved(self, message: Ledger.Moved) -> None:
        """More jobs, if this is the last."""
        if message.last and len(self.table.rows) >= self.limit:
            self.limit += PAGE
            self.follow()

    def on_ledger_chosen(self, message: Ledger.Chosen) -> None:
        """Enter on a job."""
        for row in self.table.dicts():
            if job_key(row) == message.key:
                self.app.push_screen(JobScreen(row))
                return


def job_key(row: Mapping[str, Any]) -> str:
    """What identifies a job: DESIGN, decision 3."""
    names = ("site", "machine_name", "local_job_id", "end_time")
    return "\x1f".join(str(row.get(name)) for name in names)


def job_cell(name: str, row: Mapping[str, Any], now: Any) -> str:
    """One field as it reads in a list."""
    value = row.get(name)
    if name == "efficiency":
        wall = (row.get("wall_duration") or 0) * (row.get("processors") or 1)
        return percent((row.get("cpu_duration") or 0) / wall if wall else None)
    if name == "end_time":
        return recent(value, now)
    if name == "wall_duration":
        return duration(value)
    return count(value) if name == "processors" else str(value or "")
