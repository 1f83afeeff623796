"""A screen that shows an answer of the repository and keeps it up to date.

A thread asks and posts what came; only handlers touch widgets. A question still open is not put
again, so a busy service is never flooded; one that nobody waits for any more is not shown.
"""

from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from appliance.errors import AcctError
from tui.decide import DecidingApp
from tui.masthead import Masthead

WIDE = 120
"""From this many cells on there is room beside a table."""

BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]


@dataclass
class Answered(Message):
    """What the repository said."""

    question: Hashable
    answer: Any


@dataclass
class Failed(Message):
    """What the repository could not say."""

    question: Hashable
    error: AcctError


class LiveScreen(Screen[None]):
    """Subclasses say what they ask, how, and how they show it."""

    NOTES = ""
    """Help beyond the keys: a text resource."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.next_mode(1)", "Next screen", show=False),
        Binding("shift+tab", "app.next_mode(-1)", "Screen before", show=False),
        Binding("f5", "reload", "Ask again", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.answered: tuple[Hashable, Hashable] | None = None
        """The state and the question of the answer in view."""
        self.open: tuple[Hashable, Hashable] | None = None
        """The state and the question that a thread is working on."""
        self.failing = ""

    @property
    def acct(self) -> DecidingApp:
        """The application, as what it is."""
        return cast("DecidingApp", self.app)

    @abstractmethod
    def question(self) -> Hashable:
        """What is to be shown."""

    @abstractmethod
    def ask(self, question: Any) -> Any:
        """The answer; runs in a thread, touches no widget."""

    @abstractmethod
    def show(self, answer: Any) -> None:
        """Put an answer on screen."""

    def state(self) -> Hashable:
        """What makes an answer old when it changes."""
        return self.acct.stamp

    @property
    def waiting(self) -> bool:
        """Whether what is on screen is not yet what was asked for."""
        return self.answered is None or self.answered[1] != self.question()

    def follow(self) -> None:
        """Ask, if what is on screen is not the answer to the present question and state."""
        self.query(Masthead).refresh()
        question = self.question()
        wanted = (self.state(), question)
        same = self.open is not None and self.open[1] == question
        if self.acct.status and wanted != self.answered and not same:
            self.open = wanted
            self.load(wanted)

    def reload(self) -> None:
        """Ask again, whether or not anything changed."""
        self.answered = None
        self.follow()

    def action_reload(self) -> None:
        """F5."""
        self.reload()

    def decided(self, *, dropped: bool) -> None:  # noqa: ARG002
        """A reject was retried or dropped."""
        self.reload()

    def on_screen_resume(self) -> None:
        """In view again."""
        self.follow()

    @work(thread=True, exclusive=True, group="load")
    def load(self, wanted: tuple[Hashable, Hashable]) -> None:
        """In a thread: ask, and post what came."""
        try:
            answer: Message = Answered(wanted, self.ask(wanted[1]))
        except AcctError as error:
            answer = Failed(wanted, error)
        if not get_current_worker().is_cancelled:  # no newer question has replaced this one
            self.post_message(answer)

    def on_answered(self, message: Answered) -> None:
        """Show it, if it is still what was asked for."""
        message.stop()
        if message.question == self.open:
            self.answered, self.open, self.failing = self.open, None, ""
            self.show(message.answer)
            self.follow()

    def on_failed(self, message: Failed) -> None:
        """Say it once; the last good table stays, and the next second tries again."""
        message.stop()
        if message.question == self.open:
            self.open = None
        if self.acct.lost_at is None and self.failing != str(message.error):
            self.acct.fail(message.error)
        self.failing = str(message.error)
