"""A message on its way from an envelope to a judgement, and its text as the store keeps it."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import zstandard

from appliance.errors import Problem
from ingest.envelope import Envelope

if TYPE_CHECKING:
    from ingest.formats.text import TextMessage
    from ingest.formats.xmlmessage import XmlMessage

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
    message: "TextMessage | XmlMessage | None" = None
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


def compress(content: bytes) -> bytes:
    """As the store keeps raw texts."""
    if not hasattr(_own, "compressor"):
        _own.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    packed: bytes = _own.compressor.compress(content)
    return packed


def expand(content: bytes) -> bytes:
    """A kept raw text as it was."""
    return zstandard.ZstdDecompressor().decompress(content)
