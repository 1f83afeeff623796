"""Log files that are followed: those of a pattern, as they appear, grow, rotate and are compressed.

What is read of a file is told from its content, so that a new name, a copy or a compression brings
nothing twice: see `reach`. The store knows it; `seen` only says which files have not changed.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from appliance.repository import LogPiece, Reach
from ingest.logs.files import pieces
from ingest.logs.known import LogFile, UnreadableFileError, holds, looked_at
from ingest.logs.listing import Listed
from ingest.logs.progress import Step
from ingest.logs.seen import NEVER, Memory, Seen, Unsettled

QUIET_S = 86_400.0
"""A last line without its end is taken once nothing was written for so long."""
ROTATED_S = 600.0
"""The same of a file that was rotated away: whoever writes may not have noticed yet."""
_WRITING_S = 10.0
"""A compressed file without its end that was changed so lately may be being written: no news."""
_COPYING_S = 5.0
"""The beginning of a file that is known, changed so lately, may be a copy in the making."""
_PIECES_AT_ONCE = 500
"""Of many small files: so many rows of their own are one transaction's."""
_RETRY_S = 60.0
"""How often what is not ours to read is tried again: a permission may change, the file does not."""

log = logging.getLogger(__name__)


class Follower:
    """Reads what is new in the files of a pattern; its caller has it stored, then settles.

    Args:
        pattern: An absolute path with `*`, `?`, `[…]`, and `**` for any depth.
        like: How the files are read: format, site, machine and so on.
        reaches: What the store knows of files with these heads.
        note: Has steps stored.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        pattern: str,
        like: LogPiece,
        reaches: Callable[[Sequence[str]], Sequence[Reach]],
        note: Callable[[Sequence[Step]], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.memory = Memory(pattern, clock)
        self._like = like
        self._reaches = reaches
        self._note = note
        self._clock = clock
        self._open = Unsettled()
        self._walk: Iterator[LogPiece] | None = None
        self._left: set[str] = set()
        """Names that a file was found no longer to have, in this look."""
        self.lines = 0
        """Lines read since the start."""
        self.begun_anew = 0
        """Files that shrank, or got another content under their name."""

    def take(self, most_bytes: int) -> list[LogPiece]:
        """What is new, up to about so many bytes, at least one piece; none: all is read."""
        if self._walk is None:
            self.memory.look()
            self._walk = self._read_all()
            self._left.clear()
        found: list[LogPiece] = []
        size = 0
        for piece in self._walk:
            found.append(piece)
            size += len(piece.body)
            if size >= most_bytes or len(found) >= _PIECES_AT_ONCE:
                return found
        self._walk = None
        if not found:
            self.settle()
        return found

    @property
    def is_done(self) -> bool:
        """Whether the last look is over: what comes now takes another one."""
        return self._walk is None

    def settle(self) -> None:
        """The pieces are in the store: what belongs to them counts now."""
        done, self._open = self._open, Unsettled()
        if done.notes:
            self._note(done.notes)
        self.memory.add(done.seen)
        self.lines += done.lines

    def release(self) -> None:
        """The pieces are not in the store: look at everything again."""
        self._open = Unsettled()
        self._walk = None

    def _read_all(self) -> Iterator[LogPiece]:
        for one in list(self.memory.unread.values()):
            try:
                yield from self._read(one)
            except UnreadableFileError as error:
                self._unreadable(one, error)

    def _read(self, one: Listed) -> Iterator[LogPiece]:
        """What is new of a file, and then what is to be remembered of it."""
        before = self.memory.seen.get(one.path)
        with looked_at(Path(one.path), self._known) as file:
            seen = Seen(file.signature, rotated=bool(before and before.rotated))
            if self._is_being_copied(file):
                seen.again_at, seen.waits = file.modified + _COPYING_S, True
            else:
                replaces = self._replaced(file, seen, before)
                over = self._is_over(file, seen)
                after = file.known
                for piece in pieces(file, self._like, loose_too=over, replaces=replaces):
                    after = piece.reach
                    self._count(piece)
                    yield piece
                self._read_to(file, seen, after, replaces)
            self._open.seen[one.path] = seen

    def _count(self, piece: LogPiece) -> None:
        if piece.reach is not None:
            self._open.steps.append((piece.replaces, piece.reach))
        self._open.lines += piece.body.count(b"\n")

    def _read_to(self, file: LogFile, seen: Seen, after: Reach | None, replaces: str) -> None:
        """A file is read: remember its name, and how much of it has to wait."""
        if after is not None and after is file.known and after.path != file.name:
            self._open.notes.append((replaces, replace(after, path=file.name)))
        if file.is_packed:
            seen.read = file.size
            if file.whole is not None and not file.is_read:
                self._open.notes.append(("", file.whole))
            return
        seen.read = after.bytes + after.loose if after else 0
        if seen.behind:
            seen.again_at = file.modified + (ROTATED_S if seen.rotated else QUIET_S)

    def _is_over(self, file: LogFile, seen: Seen) -> bool:
        """Whether nothing more is to be expected behind the last line."""
        quiet_s = self._clock() - file.modified
        return file.is_packed or quiet_s >= (ROTATED_S if seen.rotated else QUIET_S)

    def _known(self, heads: Sequence[str]) -> list[Reach]:
        """What is in the store, and what is on its way there."""
        return self._open.over(self._reaches(heads), heads)

    def _replaced(self, file: LogFile, seen: Seen, before: Seen | None) -> str:
        """The mark of the reach that this file's next one takes the place of; empty: of none."""
        known = file.known
        if known is None:
            self._tell_of_loss(file, before)
            return ""
        if known.path == file.name:
            return known.mark
        if holds(known):
            return ""  # a copy: both are there
        seen.rotated = True
        self._left.add(known.path)
        return known.mark

    def _tell_of_loss(self, file: LogFile, before: Seen | None) -> None:
        """Say so where a name that was known has another content, or less."""
        shrank = any(r.path == file.name and r.bytes > file.size for r in file.alike)
        rotated = file.name in self._left
        if file.size and (shrank or (before and before.read and not rotated)):
            self.begun_anew += 1
            what = "shrank" if shrank else "has another content now"
            log.warning("%s %s: it is read from its start", file.name, what)

    def _is_being_copied(self, file: LogFile) -> bool:
        """Whether this is the beginning of a file that we know by another name."""
        is_part = any(r.path != file.name and r.bytes > file.size for r in file.alike)
        young = self._clock() - file.modified < _COPYING_S
        return file.known is None and not file.is_packed and is_part and young

    def _unreadable(self, one: Listed, error: UnreadableFileError) -> None:
        before = self.memory.seen.get(one.path)
        now, changed = self._clock(), one.signature.modified
        seen = Seen(one.signature, again_at=NEVER if error.damaged else now + _RETRY_S)
        if error.damaged and now - changed < _WRITING_S:
            seen.again_at, seen.waits = changed + _WRITING_S, True
        else:
            seen.problem = str(error)
            if before is None or before.problem != seen.problem:
                log.warning("%s; it is tried again when it changes", error)
        self._open.seen[one.path] = seen
