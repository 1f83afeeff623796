"""A batch: messages on their way from an envelope to a judgement."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import zstandard

from appliance.errors import Problem
from ingest.envelope import Envelope
from ingest.formats.text import TextMessage, recognise
from ingest.formats.xmlmessage import XmlMessage
from ingest.security.open import Opened, open_message, text_of

if TYPE_CHECKING:
    from ingest.security.trust import TrustStore

ACCEPTED, REJECTED, DUPLICATE = "accepted", "rejected", "duplicate"
_LEVEL = 1
"""Of Zstandard: 200 messages of 1,000 jobs shrink to a tenth in 0.11 s. Level 3 takes 0.15 s and
finds no more in such text, level 9 takes 1 s for 15 % less."""
_own = threading.local()
"""A compressor for each thread: making one takes as long as compressing 40 kB."""


@dataclass(slots=True)
class Item:
    """One message of a batch and what is known of it so far."""

    number: int
    """Its `message_id`."""
    envelope: Envelope
    signer: str | None = None
    signing_time: float | None = None
    kept: bytes | None = None
    """What is stored: as received where it is refused, as verified where accepted."""
    sha256: str = ""
    """Of the verified content; of the whole body where it did not open."""
    message: TextMessage | XmlMessage | None = None
    log_format: str = ""
    """Of a piece of a log: its lines are judged one by one."""
    records: int = 0
    problem: Problem | None = None
    others: int = 0
    """Records beside the problem's that are refused as well."""
    state: str = ACCEPTED
    again: bool = False
    """The store holds this very reject already: a crash came before its source could let go."""
    same_as: "Item | None" = field(default=None, repr=False)
    """An earlier message of this batch with the same content from the same signer."""

    @property
    def kind(self) -> str | None:
        """What `messages.kind` says: the record type, or the format of a log."""
        return self.log_format or (self.message.kind.name if self.message else None)

    @property
    def error(self) -> str | None:
        """Why it was refused, one line; None: it was not."""
        if self.problem is None:
            return None
        return (
            f"{self.problem} (and {self.others} more records)" if self.others else f"{self.problem}"
        )

    def repeats(self, earlier: "Item | None") -> None:
        """Its content came before, in this batch or an older one: its text is kept there."""
        self.state, self.same_as, self.kept = DUPLICATE, earlier, None

    def refuse(self, problem: Problem, others: int = 0) -> None:
        """Judge the whole message by its first bad record."""
        self.problem, self.others = problem, others
        self.state, self.records = REJECTED, 0
        self.kept = self.envelope.body


def open_item(item: Item, trust: "Callable[[], TrustStore]", max_bytes: int) -> None:
    """Open a message: decrypt, verify, hash, recognise.

    Raises:
        AcctError: The fault is ours: no anchors, an unreadable key or list.
    """
    envelope = item.envelope
    if envelope.kept_at:
        item.sha256 = hashlib.sha256(envelope.body).hexdigest()
        item.refuse(_too_big(envelope))
        return
    found = open_message(
        envelope.body,
        require_signature=envelope.require_signature,
        received_at=envelope.received_at,
        trust=trust,
        max_bytes=max_bytes,
    )
    if not isinstance(found, Opened):
        item.sha256 = hashlib.sha256(envelope.body).hexdigest()
        item.refuse(found.problem)
        return
    item.signer = found.signer or envelope.vouched_signer or None
    item.signing_time = found.signing_time
    item.sha256 = hashlib.sha256(found.entity).hexdigest()
    recognised = recognise(found.text)
    if isinstance(recognised, Problem):
        item.refuse(recognised)
        return
    item.message = recognised
    item.kept = found.kept


def open_again(item: Item) -> None:
    """Recognise a message by the text that was kept of it when it was first accepted."""
    try:
        recognised = recognise(text_of(item.envelope.body))
    except ValueError as error:
        recognised = Problem("MIME", f"what was kept of it cannot be read: {error}")
    if isinstance(recognised, Problem):
        item.refuse(recognised)
    else:
        item.message = recognised


def _too_big(envelope: Envelope) -> Problem:
    """A message of which only the beginning was read is never loaded, whatever the limit now."""
    kept = f"this is its beginning, the whole lies in {envelope.kept_at}"
    return Problem("BIG", f"larger than the limit; {kept}: move it back to load it")


def compress(content: bytes) -> bytes:
    """As the store keeps raw texts."""
    if not hasattr(_own, "compressor"):
        _own.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    packed: bytes = _own.compressor.compress(content)
    return packed


def expand(content: bytes) -> bytes:
    """A kept raw text as it was."""
    return zstandard.ZstdDecompressor().decompress(content)
