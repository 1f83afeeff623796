import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.security.open import Opened, Refused, open_message
from ingest.security.trust import TrustStore
from tests.pki import Pki

BODY = b"""APEL-individual-job-message: v0.3
Site: UKI-NORTH-T2
LocalJobId: 77
GlobalUserName: /C=UK/O=eScience/CN=jan kowalski
WallDuration: 234256
CpuDuration: 2345
%%
"""


class Receiver:
    """Opens messages with an allow list of its own; hosts a and b may send unless told."""

    def __init__(self, pki: Pki, directory: Path) -> None:
        self.pki = pki
        self.dns = directory / "dns"

    def store(self, allow: Sequence[str] = ("a", "b"), **settings: Any) -> TrustStore:
        lines = [one if "/" in one else self.pki.dn(one) for one in allow]
        self.dns.write_text("\n".join(lines))
        return TrustStore(self.pki.trust(**{"allowed_dns": self.dns} | settings))

    def open(
        self,
        message: bytes,
        allow: Sequence[str] = ("a", "b"),
        *,
        require: bool = True,
        at: float | None = None,
        limit: int = 1 << 24,
        store: TrustStore | None = None,
        **settings: Any,
    ) -> Opened | Refused:
        return open_message(
            message,
            require_signature=require,
            received_at=time.time() if at is None else at,
            trust=lambda: store or self.store(allow, **settings),
            max_bytes=limit,
        )

    def opened(self, message: bytes, *args: Any, **settings: Any) -> Opened:
        found = self.open(message, *args, **settings)
        assert isinstance(found, Opened), found
        return found

    def refused(self, message: bytes, *args: Any, **settings: Any) -> Refused:
        found = self.open(message, *args, **settings)
        assert isinstance(found, Refused), found
        return found

    def code(self, message: bytes, *args: Any, **settings: Any) -> str:
        found = self.open(message, *args, **settings)
        return "OK" if isinstance(found, Opened) else found.problem.code


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.make(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def signed(pki: Pki) -> bytes:
    """The records, signed by host a, as they travel."""
    return pki.sign(BODY)


@pytest.fixture
def receiver(pki: Pki, tmp_path: Path) -> Receiver:
    return Receiver(pki, tmp_path)


@pytest.fixture(scope="session")
def body() -> bytes:
    return BODY


@pytest.fixture(scope="session")
def text() -> str:
    return BODY.decode().strip()
