"""Sites, and the certificates that their senders sign with."""

from pathlib import Path

import pytest

from tests.acceptance.site import Site
from tests.acceptance.slurm import install
from tests.pki import Pki


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """As `acct init` makes it: one spool that asks for no signature."""
    return Site.make(tmp_path)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """A CA, the hosts a and b that sign, and the server that messages are encrypted to."""
    return Pki.make(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def sacct(tmp_path: Path) -> Path:
    """A stand-in for Slurm's program."""
    return install(tmp_path / "slurm")
