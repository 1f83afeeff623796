"""What every room's tests use: a store in a directory of its own, and messages to load."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.configfile import load_config
from appliance.local import LocalRepository
from appliance.repository import Delivery, Loaded
from appliance.store import Store


@pytest.fixture
def config(tmp_path: Path) -> Config:
    data = tmp_path / "data"
    data.mkdir()
    return load_config(data, environment={})


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    opened = Store.open(config)
    yield opened
    opened.close()


@pytest.fixture
def repository(store: Store) -> Iterator[LocalRepository]:
    opened = LocalRepository(store)
    yield opened
    opened.close()


@pytest.fixture
def load(repository: LocalRepository) -> Callable[..., Loaded]:
    """Load texts as unsigned messages, in one batch."""

    def loaded(*texts: str) -> Loaded:
        return repository.load(
            Delivery(f"message {n}", text.encode(), 1_780_000_000.0)
            for n, text in enumerate(texts, 1)
        )

    return loaded
