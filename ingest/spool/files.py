"""Files of strangers, read without trusting them, and files of ours, written to last."""

import errno
import fcntl
import os
import shutil
import signal
import stat
from pathlib import Path
from uuid import uuid4

from ingest.spool.layout import UnfitError

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
"""No link is followed out of the spool, and a FIFO does not make us wait for its writer."""


def open_regular(path: str) -> int:
    """A descriptor of a regular file.

    Raises:
        FileNotFoundError: It is gone.
        UnfitError: It is something else, or we may not read it.
    """
    try:
        descriptor = os.open(path, _OPEN)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnfitError(_reason(error)) from error
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise UnfitError("is no regular file")


def _reason(error: OSError) -> str:
    """`open` says ELOOP of a link that it may not follow, ENXIO of a socket."""
    known = {errno.ELOOP: "is a symbolic link", errno.ENXIO: "is no regular file"}
    return known.get(error.errno or 0, f"cannot be read: {error.strerror}")


def read_start(descriptor: int, size: int, most: int) -> bytes:
    """The first `most + 1` bytes, from a file that should have `size`.

    Raises:
        UnfitError: The disk cannot give them.
    """
    parts, left = [], most + 1
    try:
        while left and (part := os.read(descriptor, min(left, max(size, 1) + 1))):
            parts.append(part)
            left -= len(part)
            if len(part) == size:  # one byte more was asked for, and not there
                break
    except OSError as error:
        raise UnfitError(_reason(error)) from error
    return parts[0] if len(parts) == 1 else b"".join(parts)


def read_small(path: str, most: int = 65_536) -> bytes:
    """A small file beside a message; a missing one is empty."""
    try:
        descriptor = open_regular(path)
    except FileNotFoundError:
        return b""
    try:
        return read_start(descriptor, os.fstat(descriptor).st_size, most)[:most]
    finally:
        os.close(descriptor)


def being_written(descriptor: int) -> bool:
    """Whether somebody has the file open for writing, as far as the kernel tells us.

    It grants a read lease only on a file that nobody writes. It tells the owner and root, on local
    file systems; elsewhere the answer is no, and only the file's age protects a slow writer.
    """
    try:
        # A writer who comes while we hold the lease sends a signal: SIGIO would end the process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def write_durably(path: Path, data: bytes) -> None:
    """A new file whose bytes survive a power cut; its folder is the caller's to sync.

    What cannot be finished leaves nothing: on a full disk, whoever tries again would fill it.
    """
    with path.open("xb", buffering=0) as file:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise


def sync_folder(path: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name; across file systems, or where there are no links, a copy.

    Raises:
        FileExistsError: The name is taken; nothing is overwritten.
    """
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK}:
            raise
        if target.exists():
            raise FileExistsError(errno.EEXIST, "exists", str(target)) from error
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    """A durable copy; its name begins with a dot until it is whole."""
    part = target.with_name(f".{uuid4().hex}")
    shutil.copy2(source, part, follow_symlinks=False)
    descriptor = os.open(part, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.rename(target)
    sync_folder(target.parent)


def move_beside(source: Path, folder: Path, name: str) -> Path:
    """Move a file into a folder under its name, or one like it: nothing is overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    while True:
        try:
            link_or_copy(source, target)
        except FileExistsError:
            target = folder / f"{name[:50]}.{uuid4().hex}"  # at most 255 bytes, in any script
        else:
            source.unlink()
            return target
