"""What can be done with rejects: take them in again, or forget them."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import work
from textual.message import Message
from textual.notifications import SeverityLevel

from appliance.errors import AcctError
from appliance.repository import Loaded
from tui.confirm import Confirm
from tui.figures import count, plural
from tui.safe import plain
from tui.watch import WatchingApp


@dataclass
class Retried(Message):
    """Rejects were taken in again."""

    loaded: Loaded


@dataclass
class Dropped(Message):
    """A reject is gone."""

    message_id: int
    found: int


@dataclass
class Refused(Message):
    """Nothing was decided."""

    error: AcctError


class DecidingApp(WatchingApp):
    """An application that changes something: rejects only, and only when told to."""

    def retry(self, message_ids: Sequence[int] = ()) -> None:
        """Take rejects in again; all of them only after a question."""
        if message_ids:
            self.ask_retry(message_ids)
            return
        found = int(self.status.get("messages", {}).get("rejected", 0))
        if not found:
            self.notify("There are no rejects.", markup=False)
            return
        what = f"Take {plural(found, 'reject')} in again?"

        def decided(yes: bool | None) -> None:
            if yes:
                self.ask_retry(())

        self.push_screen(Confirm(what), decided)

    def drop(self, message_id: int) -> None:
        """Forget a reject, after a question."""
        what = f"Drop message {message_id} for good? Its bytes cannot be brought back."

        def decided(yes: bool | None) -> None:
            if yes:
                self.ask_drop(message_id)

        self.push_screen(Confirm(what), decided)

    @work(thread=True, group="decide")
    def ask_retry(self, message_ids: Sequence[int]) -> None:
        """In a thread: it may take long, and the screens go on."""
        try:
            answer: Message = Retried(self.repository.retry(message_ids))
        except AcctError as error:
            answer = Refused(error)
        self.post_message(answer)

    @work(thread=True, group="decide")
    def ask_drop(self, message_id: int) -> None:
        """In a thread."""
        try:
            answer: Message = Dropped(message_id, self.repository.drop((message_id,)))
        except AcctError as error:
            answer = Refused(error)
        self.post_message(answer)

    def on_retried(self, message: Retried) -> None:
        """What became of them."""
        found = message.loaded
        accepted = f"{count(found.accepted)} accepted with {plural(found.records, 'record')}"
        lines = [f"{accepted}, {count(found.rejected)} rejected again", *found.problems[:1]]
        said = "\n".join(map(plain, lines))
        severity: SeverityLevel = "warning" if found.rejected else "information"
        self.notify(said, title="Retried", severity=severity, markup=False)
        self.decided(dropped=False)

    def on_dropped(self, message: Dropped) -> None:
        """It is gone, or it was gone before."""
        said = "was dropped" if message.found else "was gone already"
        self.notify(f"Message {message.message_id} {said}.", title="Dropped", markup=False)
        self.decided(dropped=True)

    def on_refused(self, message: Refused) -> None:
        """Why not."""
        self.fail(message.error)

    def decided(self, *, dropped: bool) -> None:
        """Something changed by our own hand: show it at once."""
