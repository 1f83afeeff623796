"""The layout `simple`: dirq's `QueueSimple`, a file an element, as SSM senders read it.

Transport sheet, 1.3. A foreign reader, writer and purge may be at work side by side.
"""

import contextlib
import os
import time
from pathlib import Path

from ingest.spool import files
from ingest.spool.appending import Appending
from ingest.spool.elements import Elements
from ingest.spool.insertion import intermediate
from ingest.spool.layout import OVERSIZE, Element, UnfitError
from ingest.spool.names import ELEMENT
from ingest.spool.oddities import log
from ingest.spool.tidy import DAY_S, older_than, remove_if_unused

STALE_S = 600.0
"""Transport sheet, 1.3: a lock so old is nobody's."""
_SECOND_NS = 1_000_000_000
_MARK_NS = 727_272_000
"""The nanoseconds of a time that says: locked by acct. Whole microseconds: file systems round."""


class Simple(Elements):
    """A dirq `QueueSimple`.

    A lock is a hard link, so it shares its file's times; ours set a time with our mark. As we
    are our only reader here, a lock with it that we do not remember was left by a process of
    ours that is dead, and is broken at once.
    """

    def __init__(self, path: Path, archive: Path | None = None) -> None:
        super().__init__(path)
        self._archive = None if archive is None else Appending(archive)
        self._appending = Appending(path)

    def _is_element(self, entry: os.DirEntry[str]) -> bool:
        return bool(ELEMENT(entry.name)) and entry.is_file(follow_symlinks=False)

    def _lock_of(self, name: str) -> Path:
        return self.path / f"{name}.lck"

    def take(self, name: str, most: int) -> Element | None:
        """Lock and read it, through the lock."""
        try:
            own_time = (self.path / name).lstat().st_mtime  # locking will change it
            if not self._lock(name):
                return None
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise UnfitError(f"cannot be locked: {error.strerror}") from error
        try:
            return self._read(name, most, min(own_time, time.time()))
        except BaseException:
            self._unlock(name)
            raise

    def _lock(self, name: str) -> bool:
        """Mark, then link: whenever we are killed, what is left bears our mark, or is no lock."""
        lock = self._lock_of(name)
        if os.path.lexists(lock):
            if not self._abandoned(lock):
                return False
            lock.unlink(missing_ok=True)
        _mark(self.path / name)
        try:
            lock.hardlink_to(self.path / name)
        except FileExistsError:  # somebody was faster: it is not ours
            with contextlib.suppress(FileNotFoundError):
                os.utime(self.path / name)
            return False
        return True

    def _abandoned(self, lock: Path) -> bool:
        """Whether nobody holds this lock any more: our own of an earlier run, or a stale one."""
        try:
            locked_ns = lock.lstat().st_mtime_ns
        except FileNotFoundError:
            return True
        age_s = time.time() - locked_ns / _SECOND_NS
        if age_s > STALE_S:
            log.warning("breaking a lock of %.0f s: %s", age_s, lock)
        return locked_ns % _SECOND_NS == _MARK_NS or age_s > STALE_S

    def _unlock(self, name: str) -> None:
        """Without our mark first: the next lock would else look like ours for a moment."""
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.path / name)
        self._lock_of(name).unlink(missing_ok=True)

    def _read(self, name: str, most: int, own_time: float) -> Element:
        descriptor = files.open_regular(str(self._lock_of(name)))
        try:
            size = os.fstat(descriptor).st_size
            body = files.read_start(descriptor, size, most)
        finally:
            os.close(descriptor)
        return Element(name, body, max(size, len(body)), own_time)

    def keep(self, element: Element) -> None:
        """Renew the file's time, by which others judge the lock."""
        with contextlib.suppress(FileNotFoundError):
            _mark(self.path / element.name)

    def give_back(self, element: Element) -> None:
        """Remove the lock."""
        self._unlock(element.name)

    def finish(self, element: Element) -> None:
        """Move the file to the archive queue; else remove it."""
        if self._archive is not None:
            try:
                self._archive.insert(self._lock_of(element.name))
            except FileNotFoundError:
                log.info("gone before it was settled: %s/%s", self.path, element.name)
        self.remove(element)

    def remove(self, element: Element) -> None:
        """Unlink the element, then its lock: in this order nobody else can lock it."""
        (self.path / element.name).unlink(missing_ok=True)
        self._lock_of(element.name).unlink(missing_ok=True)

    def set_aside(self, element: Element) -> Path:
        """Move the file to `oversize/`."""
        source = self.path / element.name
        aside = files.move_beside(source, self.path / OVERSIZE, source.name)
        self._lock_of(element.name).unlink(missing_ok=True)
        return aside

    def purge(self) -> None:
        """Delete day-old parts, stale locks of nothing, and folders that are not needed."""
        folders = [self.path / name for name in intermediate(self.path)]
        for folder in folders:
            for part in folder.glob("*.tmp"):
                if older_than(part, DAY_S):
                    part.unlink(missing_ok=True)
            for lock in folder.glob("*.lck"):
                if older_than(lock, STALE_S) and not lock.with_suffix("").exists():
                    lock.unlink(missing_ok=True)
        for folder in folders[:-1]:
            remove_if_unused(folder)

    def add(self, body: bytes, signer: str = "", empaid: str = "") -> str:  # noqa: ARG002
        """Write an element; the layout has no place for the two fields."""
        part = self._appending.write(body)
        added = self._appending.insert(part)
        part.unlink()
        files.sync_folder(added.parent)
        return f"{added.parent.name}/{added.name}"


def _mark(path: Path) -> None:
    """Set the time to now, with our mark; who does not own the file can only set it to now."""
    now_ns = time.time_ns()
    try:
        os.utime(path, ns=(now_ns, now_ns - now_ns % _SECOND_NS + _MARK_NS))
    except PermissionError:
        os.utime(path)
