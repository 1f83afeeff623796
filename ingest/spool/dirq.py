"""The layout `dirq`: dirq's `Queue` with the files body, signer and empaid, as SSM writes it.

Transport sheet, 1.2 and 1.6. A foreign reader, writer and purge may be at work side by side.
"""

import contextlib
import errno
import os
import stat
import time
from pathlib import Path
from uuid import uuid4

from ingest.spool import files
from ingest.spool.elements import Elements
from ingest.spool.insertion import LOCKED, OBSOLETE, TEMPORARY, Insertion, intermediate
from ingest.spool.layout import OVERSIZE, Element, UnfitError
from ingest.spool.names import ELEMENT, private
from ingest.spool.oddities import log
from ingest.spool.tidy import DAY_S, demolish, older_than, remove_if_unused

STALE_S = 600.0
"""Transport sheet, 1.2: a lock so old is nobody's."""
NO_SIGNER, NO_ID = "Not available.", "noid"
"""What SSM writes when it does not know: transport sheet, 1.2."""


class Dirq(Elements):
    """A dirq `Queue`.

    Our own locks carry the sticky bit, which means nothing on an empty directory and which dirq
    never sets. As we are our only reader here, a lock with it that we do not remember was left
    by a process of ours that is dead, and is broken at once.
    """

    def __init__(self, path: Path, archive: Path | None = None) -> None:
        super().__init__(path)
        self._archive = None if archive is None else Insertion(archive)
        self._insertion = Insertion(path)

    def _is_element(self, entry: os.DirEntry[str]) -> bool:
        return bool(ELEMENT(entry.name)) and entry.is_dir(follow_symlinks=False)

    def take(self, name: str, most: int) -> Element | None:
        """Lock and read it; without a body file it is no message."""
        if not self._lock(name):
            return None
        try:
            return self._read(name, most)
        except FileNotFoundError:
            self._unlock(name)
            raise UnfitError("has no file named body") from None
        except BaseException:
            self._unlock(name)
            raise

    def _lock(self, name: str) -> bool:
        lock = self.path / name / LOCKED
        for _ in range(2):
            try:
                lock.mkdir(mode=0o1777)
                lock.lstat()  # the element may have been removed while we made it
            except FileNotFoundError:
                return False
            except FileExistsError:
                if not self._abandoned(lock):
                    return False
                self._unlock(name)
            else:
                return True
        return False

    def _abandoned(self, lock: Path) -> bool:
        """Whether nobody holds this lock any more: our own of an earlier run, or a stale one."""
        try:
            ours = lock.lstat().st_mode & stat.S_ISVTX
            age_s = time.time() - lock.parent.lstat().st_mtime
        except FileNotFoundError:
            return True
        if age_s > STALE_S:
            log.warning("breaking a lock of %.0f s: %s", age_s, lock)
        return bool(ours) or age_s > STALE_S

    def _unlock(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            (self.path / name / LOCKED).rmdir()

    def _read(self, name: str, most: int) -> Element:
        element = f"{self.path}/{name}"
        descriptor = files.open_regular(f"{element}/body")
        try:
            found = os.fstat(descriptor)
            body = files.read_start(descriptor, found.st_size, most)
        finally:
            os.close(descriptor)
        return Element(
            name,
            body,
            max(found.st_size, len(body)),
            min(found.st_mtime, time.time()),
            signer=_known(_text(f"{element}/signer")),
            empaid=_text(f"{element}/empaid"),
        )

    def keep(self, element: Element) -> None:
        """Renew the element directory's time, by which others judge the lock."""
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.path / element.name)

    def give_back(self, element: Element) -> None:
        """Remove the lock."""
        self._unlock(element.name)

    def finish(self, element: Element) -> None:
        """Rename the element into the archive queue; else remove it."""
        if self._archive is None:
            self.remove(element)
            return
        try:
            archived = self._archive.insert(self.path / element.name)
        except FileNotFoundError:
            log.info("gone before it was settled: %s/%s", self.path, element.name)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._archive.insert(self._archive.copy(self.path / element.name))
            self.remove(element)
        else:
            (archived / LOCKED).rmdir()  # it came along

    def remove(self, element: Element) -> None:
        """Rename it to `obsolete`, then delete what is in it."""
        obsolete = self.path / OBSOLETE
        obsolete.mkdir(exist_ok=True)
        leaving = obsolete / private()
        try:
            (self.path / element.name).rename(leaving)
        except FileNotFoundError:
            log.info("gone before it was settled: %s/%s", self.path, element.name)
        else:
            demolish(leaving)

    def set_aside(self, element: Element) -> Path:
        """Rename the element to `oversize/`."""
        target = self.path / OVERSIZE / Path(element.name).name
        target.parent.mkdir(exist_ok=True)
        if target.exists():
            target = target.with_name(f"{target.name}.{uuid4().hex}")
        (self.path / element.name).rename(target)
        (target / LOCKED).rmdir()
        return target

    def purge(self) -> None:
        """Delete day-old leftovers, and empty folders that no writer is about to use."""
        for leftover in [*self.path.glob(f"{TEMPORARY}/*"), *self.path.glob(f"{OBSOLETE}/*")]:
            if older_than(leftover, DAY_S) and leftover.is_dir() and not leftover.is_symlink():
                demolish(leftover)
        for name in intermediate(self.path)[:-1]:
            remove_if_unused(self.path / name)

    def add(self, body: bytes, signer: str = "", empaid: str = "") -> str:
        """Write an element; without a signer or an id it says so in SSM's words.

        The legacy loader dies on an element without `empaid`: transport sheet, 1.2.
        """
        fields = {"signer": signer or NO_SIGNER, "empaid": empaid or NO_ID}
        texts = {name: text.encode() for name, text in fields.items()}
        added = self._insertion.insert(self._insertion.write({"body": body, **texts}))
        files.sync_folder(added.parent)
        return f"{added.parent.name}/{added.name}"


def _known(signer: str) -> str:
    """A DN, or nothing."""
    return "" if signer == NO_SIGNER else signer


def _text(path: str) -> str:
    """A field; one that is no UTF-8 says nothing."""
    try:
        return files.read_small(path).decode().strip()
    except UnicodeDecodeError:
        return ""
