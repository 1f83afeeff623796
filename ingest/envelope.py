"""A message as it arrived, and the sources that messages come from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as it arrived; nobody has looked inside yet."""

    body: bytes
    source: str
    """The source's own name, such as `spool:/var/lib/acct/spool/incoming` or `mqtt:broker:1883`."""
    source_name: str
    """What the source calls this message: a file name, a queue element, a topic and id."""
    received_at: float
    """Seconds since the epoch, UTC: when it arrived at the source."""
    require_signature: bool
    ticket: object = None
    """Whatever the source needs to settle this message; nobody else looks at it."""
    empaid: str = ""
    """The sender's identifier; outside the signature, so recorded and never relied on."""
    vouched_signer: str = ""
    """The DN that a trusted receiver (an SSM incoming queue) wrote beside the message."""
    kept_at: str = ""
    """Where the source keeps the whole once this is settled, if `body` is only its beginning."""


class Source(Protocol):
    """Where messages wait. Every message taken is settled or released, exactly once."""

    name: str

    def start(self, wake: Callable[[], None]) -> None:
        """Begin to watch; `wake` may be called from any thread when something may be waiting."""

    def take(self, most: int, most_bytes: int) -> list[Envelope]:
        """What waits now, oldest first, locked against other readers; never blocks for more.

        At most `most` messages; stops once `most_bytes` is reached, but gives at least one.
        """

    def settle(self, envelope: Envelope, *, accepted: bool) -> None:
        """Its rows, or its reject, are durable: let go of it for good."""

    def release(self, envelope: Envelope) -> None:
        """The fault is ours (full disk, no anchors): give it back, to be taken again later."""

    def depth(self) -> int:
        """How many messages wait, for status."""

    def state(self) -> str:
        """One line for status, such as `watching`, or what is wrong."""

    def stop(self) -> None:
        """Stop watching; what is not settled stays where it is."""
