"""A piece of a log on its way: the message that it becomes, and what became of its lines."""

import hashlib
from dataclasses import dataclass, field
from typing import Self

from appliance.repository import LogPiece
from ingest.envelope import Envelope
from ingest.item import Item
from ingest.logs.catalogue import by_name
from ingest.logs.lines import Lines


@dataclass(slots=True)
class Counts:
    """What became of the lines of a piece: records + ignored + failed."""

    records: int = 0
    failed: int = 0
    replaced: int = 0
    """Records in the place of earlier ones that said something else."""
    reasons: dict[str, int] = field(default_factory=dict)
    """Ignored lines by reason."""

    @property
    def ignored(self) -> int:
        """Lines that are well-formed, but no record."""
        return sum(self.reasons.values())

    @property
    def lines(self) -> int:
        """All of them."""
        return self.records + self.ignored + self.failed

    def become(self, other: "Counts") -> None:
        """Take these over; what was replaced is counted apart."""
        self.records, self.failed, self.reasons = other.records, other.failed, other.reasons

    def go_on(self, lines: int) -> None:
        """So many lines go on with the one before them: no record ends in them."""
        if lines:
            self.reasons["continued"] = lines


@dataclass(slots=True)
class Piece:
    """A piece and all that is known of it so far."""

    item: Item
    piece: LogPiece
    lines: Lines
    counts: Counts = field(default_factory=Counts)


@dataclass(frozen=True, slots=True)
class Read:
    """What a piece says, before anything is asked of the store."""

    sha256: str
    lines: Lines

    @classmethod
    def of(cls, piece: LogPiece) -> Self:
        """Hash and decode it."""
        lines = by_name(piece.format).gather(piece.body, piece.layout)
        return cls(hashlib.sha256(piece.body).hexdigest(), lines)


def opened(number: int, piece: LogPiece, read: Read) -> Piece:
    """What there is to know of a piece; its message gets this number."""
    envelope = Envelope(
        body=piece.body,
        source="log",
        source_name=piece.name,
        received_at=piece.received_at,
        require_signature=False,
    )
    item = Item(number, envelope, log_format=piece.format)
    item.sha256 = read.sha256
    item.kept = piece.body
    return Piece(item, piece, read.lines)
