"""Fixtures of the terminal UI's tests."""

import gc
from collections.abc import Iterator

import pytest

from tests.tui.fake import FakeRepository


@pytest.fixture
def repository() -> FakeRepository:
    return FakeRepository()


@pytest.fixture(autouse=True, scope="session")
def seldom_collected() -> Iterator[None]:
    """Garbage is: an application makes much that lives as long as it, and looking costs a third."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen looks the same whoever runs the tests, and in whatever terminal."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
