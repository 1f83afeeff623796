"""A spool in a directory of the test, and sources on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.config import Spool
from ingest.spool import SpoolSource
from ingest.spool.layouts import LayoutName
from tests.ingest.spool.spools import MAX, OpenSource


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    path = tmp_path / "incoming"
    path.mkdir()
    return path


@pytest.fixture
def opened(spool: Path) -> Iterator[OpenSource]:
    """Opens sources on the spool, and stops them at the end."""
    sources: list[SpoolSource] = []

    def open_source(layout: LayoutName = "directory", accepted: Path | None = None) -> SpoolSource:
        sources.append(SpoolSource(Spool(spool, layout, accepted=accepted), MAX, rescan_s=60))
        return sources[-1]

    yield open_source
    for source in sources:
        source.stop()
