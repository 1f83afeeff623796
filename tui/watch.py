"""What keeps the screens live: the repository's state, asked once a second from a thread."""

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from textual import work
from textual.app import App
from textual.message import Message
from textual.timer import Timer

from appliance.errors import AcctError
from appliance.repository import Repository
from tui.safe import plain

log = logging.getLogger(__name__)

POLL_S = 1.0
"""Nothing on screen is older than this and the time of one answer."""

PATIENCE_S = 3
"""From here on the masthead says that an answer is late."""


def utc_now() -> datetime:
    """The time, for a clock that a test can replace."""
    return datetime.now(UTC)


@dataclass
class Counted(Message):
    """The repository's state."""

    status: dict[str, Any]


@dataclass
class Lost(Message):
    """The repository does not answer."""

    error: AcctError


class WatchingApp(App[None]):
    """An application that knows the repository's state and tells the screen in view of it."""

    def __init__(
        self,
        repository: Repository,
        *,
        now: Callable[[], datetime] = utc_now,
        poll_s: float = POLL_S,
    ) -> None:
        super().__init__()
        self.repository = repository
        self.now = now
        self.poll_s = poll_s
        self.status: dict[str, Any] = {}
        self.lost_at: datetime | None = None
        """Since when no answer came; None: all is well."""
        self.asked_at: datetime | None = None
        """When the question was put that is not answered yet."""
        self.pulse: Timer | None = None

    @property
    def stamp(self) -> Hashable:
        """What changes when there is something new to show."""
        counters = ("records", "jobs", "unsummarised")
        counted = tuple(self.status.get("messages", {}).items())
        return (*counted, *(self.status.get(name) for name in counters))

    def on_mount(self) -> None:
        """Start to ask; stop while the terminal belongs to someone else."""
        self.pulse = self.set_interval(self.poll_s, self.poll)
        self.app_suspend_signal.subscribe(self, lambda _: self.sleep())
        self.app_resume_signal.subscribe(self, lambda _: self.wake())
        self.poll()

    def sleep(self) -> None:
        """The terminal is someone else's: nobody looks."""
        if self.pulse:
            self.pulse.pause()

    def wake(self) -> None:
        """The terminal is ours again: show what happened meanwhile."""
        if self.pulse:
            self.pulse.resume()
        self.poll()

    def poll(self) -> None:
        """Ask for the state, unless the last question is open: a slow service is not rushed."""
        if self.asked_at is None:
            self.asked_at = self.now()
            self.ask_status()
        self.tick()

    @work(thread=True, group="status")
    def ask_status(self) -> None:
        """In a thread: ask, and post what came."""
        try:
            answer: Message = Counted(self.repository.status())
        except AcctError as error:
            answer = Lost(error)
        self.post_message(answer)

    def on_counted(self, message: Counted) -> None:
        """The state is known: the screen asks for more if it changed."""
        self.asked_at = None
        if self.lost_at is not None:
            self.lost_at = None
            self.notify("The service answers again.", title="Connected", markup=False)
        self.status = message.status
        self.tick()

    def on_lost(self, message: Lost) -> None:
        """Said once; the last good figures stay, and the next poll tries again."""
        self.asked_at = None
        if self.lost_at is None:
            self.lost_at = self.now()
            self.fail(message.error, title="Not connected")
        self.tick()

    def tick(self) -> None:
        """A second has gone, or the state is new."""

    def fail(self, error: AcctError, title: str = "") -> None:
        """An error as a toast: what happened, then how to mend it."""
        log.info("%s", error)  # not to standard error: the screen is there
        self.notify(plain(error), title=title or "Not done", severity="error", markup=False)

    def late_s(self) -> int:
        """For how many seconds the open question has waited."""
        return int((self.now() - self.asked_at).total_seconds()) if self.asked_at else 0
