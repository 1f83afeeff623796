"""Names of Unix sockets: the kernel allows 107 bytes, directories may be deeper."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST = 107
"""Bytes of a socket's name: `sun_path` of Linux less its final zero."""


@contextmanager
def short_name(path: Path) -> Iterator[str]:
    """A name under which a socket can be bound or reached, whatever its path's length."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
