"""The door: the repository over HTTP on a Unix socket, for the owner and the group of the data.

`POST /v1/NAME` asks the repository's method of that name; the body is its arguments by name.
"""

import inspect
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from appliance import wire
from appliance.errors import AcctError, UsageError
from appliance.repository import Delivery, LogPiece, Repository
from appliance.sockets import short_name

QUESTIONS = ("report", "jobs", "query", "messages", "message", "retry", "drop", "summarise",
             "publish", "send", "rebuild", "doubts", "status", "rejected_lines", "benchmarks",
             "set_benchmarks", "reaches", "collected", "note_collected", "join",
             "unjoined")  # fmt: skip
"""Methods of the repository whose arguments and answers are JSON."""

_LARGEST = 512 * 1024 * 1024
"""Bytes of a request; clients send less at once."""
_BACKLOG = 128

log = logging.getLogger(__name__)


def application(repository: Repository) -> Starlette:
    """The door as an ASGI application."""

    def asks(name: str, respond: Callable[[Any], Response]) -> Route:
        method = getattr(repository, name)

        async def endpoint(request: Request) -> Response:
            return await _guarded(request, lambda body: respond(method(**_arguments(method, body))))

        return Route(f"/v1/{name}", endpoint, methods=["POST"])

    async def load(request: Request) -> Response:
        # All of it is looked at before any of it is loaded.
        return await _guarded(
            request, lambda body: _json(repository.load(list(wire.unframe(body, Delivery))))
        )

    async def load_logs(request: Request) -> Response:
        return await _guarded(
            request, lambda body: _json(repository.load_logs(list(wire.unframe(body, LogPiece))))
        )

    return Starlette(
        routes=[
            *(asks(name, _json) for name in QUESTIONS),
            asks("export", _stream),
            asks("raw", Response),
            Route("/v1/load", load, methods=["POST"]),
            Route("/v1/load_logs", load_logs, methods=["POST"]),
        ]
    )


class Door:
    """The door's server, in the thread that calls `serve`."""

    def __init__(self, repository: Repository, path: Path) -> None:
        self.path = path
        config = uvicorn.Config(
            application(repository), log_config=None, access_log=False, lifespan="off",
            timeout_graceful_shutdown=5,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self.open = threading.Event()

    def serve(self) -> None:
        """Answer until `close`; what is being answered then is finished first."""
        listening = listen(self.path)
        try:
            self.open.set()
            self._server.run(sockets=[listening])
        finally:
            self.open.clear()
            listening.close()
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Have `serve` return."""
        self._server.should_exit = True


def listen(path: Path) -> socket.socket:
    """A socket at this path that only the owner and the group may use.

    Raises:
        AcctError: The directory is not ours to write.
    """
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o117)
    try:
        path.unlink(missing_ok=True)  # left by a crash: whoever holds the store owns the door
        with short_name(path) as name:
            listening.bind(name)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise AcctError(f"cannot open the door {path}: {error.strerror}") from None
    finally:
        os.umask(before)
    return listening


def _arguments(method: Callable[..., object], body: bytes) -> dict[str, Any]:
    """The arguments that a body names, if the method has such."""
    try:
        given: dict[str, Any] = wire.decode(body or b"{}")
        inspect.signature(method).bind(**given)
    except (ValueError, TypeError) as error:
        raise UsageError(f"wrong arguments: {error}") from None
    return given


async def _guarded(request: Request, answer: Callable[[bytes], Response]) -> Response:
    """Errors that an operator can act on go to whoever asked; others to the log as well."""
    try:
        return await run_in_threadpool(answer, await _body(request))
    except AcctError as error:
        status = 400 if isinstance(error, UsageError) else 500
        return Response(wire.encode_error(error), status, media_type="application/json")
    except Exception as error:
        log.exception("a question failed")
        failed = AcctError(f"{type(error).__name__}: {error}", hint="the service's log has more")
        return Response(wire.encode_error(failed), 500, media_type="application/json")


async def _body(request: Request) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > _LARGEST:
            raise UsageError(f"more than {_LARGEST} bytes at once")
        pieces.append(piece)
    return b"".join(pieces)


def _json(value: object) -> Response:
    return Response(wire.encode(value), media_type="application/json")


def _stream(pieces: Iterator[bytes]) -> Response:
    first = next(pieces, b"")  # so that an error is still an error, not half a file

    def all_of_it() -> Iterator[bytes]:
        yield first
        yield from pieces

    return StreamingResponse(all_of_it(), media_type="application/octet-stream")
