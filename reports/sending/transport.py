"""What the sender needs: a queue to take from, a transport to hand to, and its answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from appliance.errors import AcctError


@dataclass(frozen=True, slots=True)
class Sealed:
    """A message as it travels: signed, perhaps encrypted."""

    payload: bytes
    content_type: str


class Parcel(Protocol):
    """A message that was taken from the queue, and is locked."""

    @property
    def body(self) -> bytes: ...
    @property
    def source_name(self) -> str:
        """Its name in the queue."""

    @property
    def empaid(self) -> str:
        """The id that its writer gave it, or empty."""

    @property
    def kept_at(self) -> str:
        """Where it will be moved, being larger than we read; else empty."""


ParcelT = TypeVar("ParcelT", bound=Parcel)


class Queue(Protocol[ParcelT]):
    """The outgoing queue. All may raise `AcctError`: the disk fails, another process reads it."""

    def start(self, wake: Callable[[], None], /) -> None:
        """Become its reader; `wake` is called from other threads when something may wait."""

    def take(self, most: int, most_bytes: int, /) -> list[ParcelT]:
        """The oldest, locked."""

    def settle(self, parcel: ParcelT, /, *, accepted: bool) -> None:
        """Remove it."""

    def release(self, parcel: ParcelT, /, *, for_s: float = 0.0) -> None:
        """Unlock it; do not give it out again for so long."""

    def reconsider(self) -> None:
        """What was released for a while may be given out at once."""

    def depth(self) -> int:
        """How many messages are there."""

    def stop(self) -> None:
        """Let somebody else read it; what is not settled is unlocked."""


class Transport(Protocol):
    """The way to the other side."""

    name: str
    """Where it leads, for people."""
    wanted_bytes: int
    """A larger payload is better sent in parts, if it has any."""

    def send(self, sealed: Sealed, empaid: str) -> None:
        """Returns once the other side has durably accepted it.

        Raises:
            NotAccepted: It has not, or has not said so.
            AcctError: The fault is ours: a file that cannot be read.
        """

    def probe(self) -> None:
        """Reach the other side and send nothing; raises as `send` does."""

    def close(self) -> None:
        """Hang up; the next `send` connects again."""


class NotAccepted(AcctError):
    """The message stays in the queue."""


class TryLater(NotAccepted):
    """The other side cannot take it now, or did not answer."""


class Dropped(TryLater):
    """The connection ended while the message was on its way: perhaps because of it."""


class Denied(NotAccepted):
    """The other side will take nothing from us until somebody changes something."""


class Unfit(NotAccepted):
    """This message will not be taken; others may."""


class TooLarge(Unfit):
    """In parts it may be taken."""
