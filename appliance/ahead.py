"""Reading ahead: files are read by a thread while the store is being opened, and after."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from appliance.errors import AcctError
from appliance.repository import Delivery

_MOST_BYTES = 64 * 1024 * 1024
"""Of files that were read and not asked for: half a batch."""
_MUCH_BYTES = 32 * 1024 * 1024


def are_much(files: Iterable[Path]) -> bool:
    """Whether to load these files is work enough: the store is tidied by whoever opens it next."""
    return sum(map(_size, files)) >= _MUCH_BYTES


class Ahead(Iterator[Delivery]):
    """The files in order, as deliveries; reading begins at once.

    Raises:
        AcctError: A file cannot be read: when its turn comes.
    """

    def __init__(self, files: Sequence[Path], signer: str) -> None:
        self._files = deque(files)
        self._signer = signer
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="reading")
        self._coming = deque[tuple[Future[Delivery], int]]()
        self._bytes = 0
        self._fill()

    def __next__(self) -> Delivery:
        if not self._coming:
            self.close()
            raise StopIteration
        future, size = self._coming.popleft()
        found = future.result()
        self._bytes -= size
        self._fill()
        return found

    def close(self) -> None:
        """Read no more."""
        self._reader.shutdown(cancel_futures=True)

    def _fill(self) -> None:
        while self._files and self._bytes < _MOST_BYTES:
            file = self._files.popleft()
            size = _size(file)
            self._coming.append((self._reader.submit(_read, file, self._signer), size))
            self._bytes += size


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # reading it will say so
        return 0


def _read(file: Path, signer: str) -> Delivery:
    try:
        return Delivery(str(file), file.read_bytes(), file.stat().st_mtime, signer)
    except OSError as error:
        raise AcctError(f"cannot read {file}: {error.strerror}") from None
