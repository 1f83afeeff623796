"""A PKI for who signs and who receives, and a real queue to send from."""

from pathlib import Path

import pytest

from appliance.config import Spool
from ingest.spool import Layout, SpoolSource, open_layout
from tests.pki import Pki


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """Host a has an EC key, host rsa an RSA one; the server receives."""
    made = Pki.make(tmp_path_factory.mktemp("pki"))
    made.host("rsa", key="rsa")
    return made


@pytest.fixture
def outgoing(tmp_path: Path) -> Layout:
    """An outgoing queue as `acct init` makes it."""
    (tmp_path / "outgoing").mkdir()
    return open_layout(tmp_path / "outgoing", "simple")


@pytest.fixture
def queue(outgoing: Layout) -> SpoolSource:
    """The same as the sender takes from it."""
    return SpoolSource(Spool(path=outgoing.path, layout="simple"), 1_000_000, 0.5)
