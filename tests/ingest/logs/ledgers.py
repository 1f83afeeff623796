"""A store of reaches without a database, for tests of what follows files."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from appliance.repository import LogPiece, Reach
from ingest.logs.progress import Step


@dataclass
class Ledger:
    """What is committed: the lines, and how far files are read."""

    held: list[Reach] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def reaches(self, heads: Sequence[str]) -> list[Reach]:
        return [reach for reach in self.held if reach.head in heads]

    def note(self, steps: Sequence[Step]) -> None:
        for mark, reach in steps:
            self.held = [r for r in self.held if r.mark not in (mark, reach.mark)] + [reach]

    def commit(self, pieces: Sequence[LogPiece]) -> None:
        for piece in pieces:
            self.bodies.append(piece.body)
            if piece.reach:
                self.note([(piece.replaces, piece.reach)])

    @property
    def lines(self) -> list[bytes]:
        return [line for body in self.bodies for line in body.splitlines(keepends=True)]
