"""Logs as tests load them: pieces of text, and the events that they leave."""

from collections.abc import Callable
from typing import Any

import pytest

from appliance.local import LocalRepository
from appliance.repository import Loaded, LogPiece
from ingest.logs.catalogue import by_name

Take = Callable[..., Loaded]
Rows = list[dict[str, Any]]


@pytest.fixture
def take(repository: LocalRepository) -> Take:
    """Load one piece of a log: `take("slurm", text, timezone=…)`."""

    def taken(made: str, text: str | bytes, name: str = "log", **settings: Any) -> Loaded:
        body = text if isinstance(text, bytes) else text.encode()
        head = body.decode(errors="replace").split("\n")[:20]
        given = {"site": "S1", "machine_name": "batch", "layout": by_name(made).layout(head)}
        piece = LogPiece(name, body, 1_780_000_000.0, made, **(given | settings))
        return repository.load_logs([piece])

    return taken


@pytest.fixture
def events(repository: LocalRepository) -> Callable[..., Rows]:
    """What is held: these columns of every event, by job and time."""

    def asked(*columns: str) -> Rows:
        listed = ", ".join(columns) or "*"
        found = repository.query(f"SELECT {listed} FROM events ORDER BY job_name, end_time")
        return [dict(row) for row in found.dicts()]

    return asked


@pytest.fixture
def outcomes(repository: LocalRepository) -> Callable[[], list[tuple[Any, ...]]]:
    """Of every piece: lines, records, ignored, failed, replaced, and why lines were ignored."""

    def asked() -> list[tuple[Any, ...]]:
        return repository.query(
            "SELECT lines, records, ignored, failed, replaced, ignored_reasons FROM log_files "
            "ORDER BY message_id"
        ).rows

    return asked
