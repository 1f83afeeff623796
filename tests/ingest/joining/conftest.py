"""A repository whose section [join] a test chooses."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.configfile import load_config
from appliance.local import LocalRepository
from appliance.store import Store

Opened = Callable[..., LocalRepository]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Open the test's own store by these settings; again, by others, closes it first."""
    data = tmp_path / "joined"
    data.mkdir()
    config = load_config(data, environment={})
    now: list[LocalRepository] = []

    def open_(**join: Any) -> LocalRepository:
        for one in now:
            one.close()
        chosen = replace(config, join=replace(config.join, **join))
        now[:] = [LocalRepository(Store.open(chosen))]
        return now[0]

    yield open_
    for one in now:
        one.close()
