"""What a batch system's program prints again, word for word: it is in the store already.

Without it, an hour that is asked for again every quarter keeps the text of each job five times.
"""

from collections.abc import Callable, Iterable
from hashlib import blake2b

Cut = Callable[[bytes], Iterable[bytes]]
"""From whole records to one after the other, without those that are not over."""
_MOST = 200_000
"""Records of a window that are remembered, 20 MB: more are those of a beginning, not of an hour."""


class Repeats:
    """The records of the window before; they count once it is in the store."""

    def __init__(self) -> None:
        self._held: set[bytes] = set()
        self._seen: set[bytes] = set()

    def left_out(self, body: bytes, cut: Cut) -> bytes:
        """The records that are not known from the window before."""
        return b"".join(record for record in cut(body) if self._is_new(record))

    def settle(self) -> None:
        """The window is in the store."""
        self._held, self._seen = self._seen, set()

    def release(self) -> None:
        """It is not."""
        self._seen = set()

    def _is_new(self, record: bytes) -> bool:
        said = blake2b(record, digest_size=16).digest()
        if len(self._seen) < _MOST:
            self._seen.add(said)
        return said not in self._held
