"""An ARGO Messaging Service of its own for a test, over TLS: tokens on one port, topics on another.

with Ams.start(tmp_path) as ams:
    ams.answers(Answer(413))      # the next publish
    ...
    assert ams.bodies() == [b"message"]

Source of its calls and answers: transport sheet, 4.1, 4.2 and 4.4.
"""

import base64
import json
import re
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from appliance.remotes import PublishAms
from tests.broker import Certificates, make_certificates

PROJECT, TOPIC = "accounting", "gLite-APEL"
HTML = b"<html><body><h1>408 Request Time-out</h1></body></html>"
_PUBLISH = re.compile(r"/v1/projects/([^/]+)/topics/([^/:]+):publish")


@dataclass(frozen=True)
class Answer:
    """What the service says instead of what it should."""

    status: int
    body: bytes | None = None
    """None: an error in AMS's own form."""
    after_storing: bool = False
    """The message is published all the same, as when an answer gets lost."""

    def content(self) -> bytes:
        if self.body is not None:
            return self.body
        return json.dumps(
            {"error": {"code": self.status, "message": "as the test wants", "status": "TEST"}}
        ).encode()


@dataclass
class Ams:
    """The two servers, and what was published."""

    certificates: Certificates
    published: list[dict[str, Any]] = field(default_factory=list)
    largest: int = 1_500_000
    """Characters of `data`."""
    tokens: list[str] = field(default_factory=list)
    """Those given out, the last one counts; `expire` makes it worthless."""
    calls: list[str] = field(default_factory=list)
    _answers: deque[Answer] = field(default_factory=deque)
    exchange: Answer | None = None
    """What the exchange of certificates answers, if not a token."""
    _servers: list[ThreadingHTTPServer] = field(default_factory=list)

    @classmethod
    def start(cls, directory: Path) -> Self:
        ams = cls(make_certificates(directory / "ams"))
        for asks_certificate in (False, True):
            ams._servers.append(ams._serve(asks_certificate=asks_certificate))
        return ams

    def _serve(self, *, asks_certificate: bool) -> ThreadingHTTPServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificates.broker, self.certificates.broker_key)
        if asks_certificate:
            context.load_verify_locations(self.certificates.ca)
            context.verify_mode = ssl.CERT_REQUIRED
        handler = type("Handler", (_Handler,), {"ams": self})
        server = _Server(("127.0.0.1", 0), handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def settings(self, **changes: Any) -> PublishAms:
        """The `[publish.ams]` that fits."""
        service, exchange = (server.server_port for server in self._servers)
        given: dict[str, Any] = {"host": "127.0.0.1", "ca_file": self.certificates.ca}
        given |= {"port": service, "token_port": exchange}
        return PublishAms(**(given | changes))

    @property
    def own(self) -> tuple[Path, Path]:
        """The certificate that is exchanged for a token, and its key."""
        return self.certificates.client, self.certificates.client_key

    def answers(self, *answers: Answer) -> None:
        """To the next publishes, in this order."""
        self._answers.extend(answers)

    def expire(self) -> None:
        """The token that was given out last counts no more."""
        self.tokens.append("not given to anybody")

    def bodies(self) -> list[bytes]:
        """What was published, decoded."""
        return [base64.b64decode(message["data"], validate=True) for message in self.published]

    def empaids(self) -> list[str]:
        return [message["attributes"]["empaid"] for message in self.published]

    # What the service does

    def token(self) -> Answer:
        if self.exchange is not None:
            return self.exchange
        self.tokens.append(f"token-{len(self.tokens)}")
        return Answer(200, json.dumps({"token": self.tokens[-1]}).encode())

    def publish(self, path: str, token: str, body: bytes) -> Answer:
        found = _PUBLISH.fullmatch(path)
        if not self.tokens or token != self.tokens[-1]:
            return Answer(401)
        if not found or found.groups() != (PROJECT, TOPIC):
            return Answer(404)
        answer = self._answers.popleft() if self._answers else None
        if answer and not answer.after_storing:
            return answer
        return self._store(json.loads(body)) if answer is None else self._lose(body, answer)

    def _lose(self, body: bytes, answer: Answer) -> Answer:
        self._store(json.loads(body))
        return answer

    def _store(self, given: dict[str, Any]) -> Answer:
        [message] = given["messages"]
        flat = all(isinstance(value, str) for value in message["attributes"].values())
        if not flat or not isinstance(message["data"], str):
            return Answer(400)
        if len(message["data"]) > self.largest:
            return Answer(413)
        self.published.append(message)
        return Answer(200, json.dumps({"messageIds": [str(len(self.published))]}).encode())


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that shows no certificate is no news."""


class _Handler(BaseHTTPRequestHandler):
    ams: Ams

    def do_GET(self) -> None:
        self.ams.calls.append(self.path)
        host = "/v1/service-types/ams/hosts/127.0.0.1:authx509"
        has_certificate = bool(self.connection.getpeercert())
        if self.path == host and has_certificate:
            self._answer(self.ams.token())
        elif self.path == "/v1/version":
            self._answer(Answer(200, b'{"release": "1.0"}'))
        else:
            self._answer(Answer(404))

    def do_POST(self) -> None:
        self.ams.calls.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(self.ams.publish(self.path, self.headers.get("x-api-key", ""), body))

    def _answer(self, answer: Answer) -> None:
        content = answer.content()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Standard error belongs to pytest."""
