"""A batch: messages on their way from an envelope to a judgement."""

import hashlib
from dataclasses import dataclass, field

import zstandard

from appliance.errors import Problem
from ingest.envelope import Envelope
from ingest.formats.text import TextMessage, recognise
from ingest.formats.xmlmessage import XmlMessage
from ingest.security.open import Opened, open_message
from ingest.security.trust import TrustStore

ACCEPTED, REJECTED, DUPLICATE = "accepted", "rejected", "duplicate"
_LEVEL = 3
"""Of Zstandard: 200 messages of 1,000 jobs shrink to a tenth in 0.2 s; level 9 takes 1 s for 15 %
less."""


@dataclass(slots=True)
class Item:
    """One message of a batch and what is known of it so far."""

    number: int
    """Its `message_id`."""
    envelope: Envelope
    signer: str | None = None
    signing_time: float | None = None
    kept: bytes = b""
    """What is stored, compressed: as received where it is refused, as verified where accepted."""
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
        self.state, self.same_as, self.kept = DUPLICATE, earlier, b""

    def refuse(self, problem: Problem, others: int = 0) -> None:
        """Judge the whole message by its first bad record."""
        self.problem, self.others = problem, others
        self.state, self.records = REJECTED, 0
        self.kept = compress(self.envelope.body)


def open_item(item: Item, trust: TrustStore, max_bytes: int) -> None:
    """Open a message: decrypt, verify, hash, compress, recognise.

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
    item.kept = compress(found.kept)


def _too_big(envelope: Envelope) -> Problem:
    """A message of which only the beginning was read is never loaded, whatever the limit now."""
    kept = f"this is its beginning, the whole lies in {envelope.kept_at}"
    return Problem("BIG", f"larger than the limit; {kept}: move it back to load it")


def compress(content: bytes, level: int = _LEVEL) -> bytes:
    """As the store keeps raw texts."""
    return zstandard.ZstdCompressor(level=level).compress(content)


def expand(content: bytes) -> bytes:
    """A kept raw text as it was."""
    return zstandard.ZstdDecompressor().decompress(content)
