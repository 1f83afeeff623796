"""The repository asked through the door of a running service."""

import http.client
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from appliance import wire
from appliance.errors import ServiceUnreachable
from appliance.publishing import Published, PublishRequest
from appliance.repository import (
    Benchmark,
    Delivery,
    Loaded,
    LogPiece,
    Question,
    Reach,
    Rebuilt,
    Sent,
    in_batches,
    unheard,
)
from appliance.sockets import short_name
from appliance.table import Table

_PIECE = 1 << 18
_BYTES_AT_ONCE = 64 * 1024 * 1024
"""Of one request, which both sides hold in memory."""
_PATIENCE_S = 30.0
"""A service that does not say how it fares in this time does not answer."""


class _UnixConnection(http.client.HTTPConnection):
    """HTTP to a Unix socket."""

    def __init__(self, path: Path, timeout_s: float | None = None) -> None:
        super().__init__("acct", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        try:
            with short_name(self._path) as name:
                self.sock.connect(name)
        except OSError:
            self.sock.close()
            raise


class RemoteRepository:
    """Asks the service; each question has a connection of its own, so threads may share this."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def reach(cls, path: Path) -> Self:
        """The repository behind this door.

        Raises:
            ServiceUnreachable: Nobody answers there.
        """
        connection = _UnixConnection(path)
        try:
            connection.connect()
        except OSError as error:
            raise ServiceUnreachable(
                f"no service answers at {path}: {error.strerror}", hint="acct run starts one"
            ) from None
        finally:
            connection.close()
        return cls(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def report(self, question: Question) -> Table:
        """See `Repository`."""
        found: Table = self._ask("report", question=question)
        return found

    def jobs(self, question: Question, limit: int = 500) -> Table:
        """See `Repository`."""
        found: Table = self._ask("jobs", question=question, limit=limit)
        return found

    def query(self, sql: str, values: Mapping[str, object] | None = None) -> Table:
        """See `Repository`."""
        found: Table = self._ask("query", sql=sql, values=values)
        return found

    def export(
        self,
        dataset: str,
        form: str = "csv",
        month: tuple[int, int] | None = None,
        *,
        as_apel: bool = False,
    ) -> Iterator[bytes]:
        """See `Repository`."""
        asked = {"dataset": dataset, "form": form, "month": month, "as_apel": as_apel}
        connection, answer = self._post("export", wire.encode(asked))

        def pieces() -> Iterator[bytes]:
            try:
                while piece := answer.read(_PIECE):
                    yield piece
            finally:
                connection.close()

        return pieces()

    def messages(
        self, state: str = "", limit: int = 100, before: int | None = None, search: str = ""
    ) -> Table:
        """See `Repository`."""
        given = {"state": state, "limit": limit, "before": before, "search": search}
        found: Table = self._ask("messages", **given)
        return found

    def rejected_lines(self, limit: int = 100) -> Table:
        """See `Repository`."""
        found: Table = self._ask("rejected_lines", limit=limit)
        return found

    def message(self, message_id: int) -> dict[str, Any]:
        """See `Repository`."""
        found: dict[str, Any] = self._ask("message", message_id=message_id)
        return found

    def raw(self, message_id: int) -> bytes:
        """See `Repository`."""
        return self._read("raw", wire.encode({"message_id": message_id}))

    def retry(self, message_ids: Iterable[int] = ()) -> Loaded:
        """See `Repository`."""
        found: Loaded = self._ask("retry", message_ids=list(message_ids))
        return found

    def drop(self, message_ids: Iterable[int]) -> int:
        """See `Repository`."""
        return int(self._ask("drop", message_ids=list(message_ids)))

    def load(self, deliveries: Iterable[Delivery]) -> Loaded:
        """See `Repository`."""
        loaded = Loaded()
        for batch in in_batches(deliveries, _BYTES_AT_ONCE):
            loaded += wire.decode(self._read("load", wire.frames(batch)))
        return loaded

    def load_logs(
        self, pieces: Iterable[LogPiece], taken: Callable[[int], None] = unheard
    ) -> Loaded:
        """See `Repository`."""
        loaded = Loaded()
        for batch in in_batches(pieces, _BYTES_AT_ONCE):
            loaded += wire.decode(self._read("load_logs", wire.frames(batch)))
            taken(len(batch))
        return loaded

    def reaches(self, reading: str, heads: Iterable[str]) -> list[Reach]:
        """See `Repository`."""
        found: list[Reach] = self._ask("reaches", reading=reading, heads=list(heads))
        return found

    def collected(self, asked: str) -> datetime | None:
        """See `Repository`."""
        found: datetime | None = self._ask("collected", asked=asked)
        return found

    def note_collected(self, asked: str, until: datetime) -> None:
        """See `Repository`."""
        self._ask("note_collected", asked=asked, until=until)

    def summarise(self, months: Iterable[tuple[int, int]] = (), *, everything: bool = False) -> int:
        """See `Repository`."""
        return int(self._ask("summarise", months=list(months), everything=everything))

    def publish(self, request: PublishRequest) -> Published:
        """See `Repository`."""
        found: Published = self._ask("publish", request=request)
        return found

    def send(self, patience_s: float = 30.0) -> Sent:
        """See `Repository`."""
        found: Sent = self._ask("send", patience_s=patience_s)
        return found

    def rebuild(self, *, check: bool = False, reject: bool = False) -> Rebuilt:
        """See `Repository`."""
        found: Rebuilt = self._ask("rebuild", check=check, reject=reject)
        return found

    def join(self, *, everything: bool = False) -> dict[str, Any]:
        """See `Repository`."""
        found: dict[str, Any] = self._ask("join", everything=everything)
        return found

    def unjoined(self, reason: str = "", limit: int = 100) -> Table:
        """See `Repository`."""
        found: Table = self._ask("unjoined", reason=reason, limit=limit)
        return found

    def benchmarks(self, host: str = "") -> Table:
        """See `Repository`."""
        found: Table = self._ask("benchmarks", host=host)
        return found

    def set_benchmarks(self, wanted: Iterable[Benchmark]) -> int:
        """See `Repository`."""
        return int(self._ask("set_benchmarks", wanted=list(wanted)))

    def doubts(self) -> list[str]:
        """See `Repository`."""
        return [str(line) for line in self._ask("doubts")]

    def status(self) -> dict[str, Any]:
        """See `Repository`."""
        connection, answer = self._post("status", b"{}", _PATIENCE_S)
        try:
            found: dict[str, Any] = wire.decode(answer.read())
        except OSError as error:
            raise _gone(self.path, error) from None
        finally:
            connection.close()
        return found

    def close(self) -> None:
        """Nothing is kept open."""

    def _ask(self, name: str, **given: object) -> Any:
        return wire.decode(self._read(name, wire.encode(given)))

    def _read(self, name: str, body: bytes) -> bytes:
        connection, answer = self._post(name, body)
        try:
            return answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise _gone(self.path, error) from None
        finally:
            connection.close()

    def _post(
        self, name: str, body: bytes, timeout_s: float | None = None
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = _UnixConnection(self.path, timeout_s)
        try:
            connection.request("POST", f"/v1/{name}", body)
            answer = connection.getresponse()
            if answer.status != http.client.OK:
                raise wire.decode_error(answer.read())
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise _gone(self.path, error) from None
        except BaseException:
            connection.close()
            raise
        return connection, answer


def _gone(path: Path, error: Exception) -> ServiceUnreachable:
    reason = getattr(error, "strerror", "") or type(error).__name__
    return ServiceUnreachable(
        f"the service at {path} does not answer: {reason}", hint="acct run starts one"
    )
