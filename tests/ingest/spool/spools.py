"""What the tests of the spool share: files of any age, and short words for what came."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from ingest.envelope import Envelope
from ingest.spool import SpoolSource

MAX = 1000
"""Bytes: the largest message of the sources under test."""
OpenSource = Callable[..., SpoolSource]


def drop(spool: Path, name: str, body: bytes = b"body", age_s: float = 10) -> Path:
    """A file that was written some time ago."""
    path = spool / name
    path.write_bytes(body)
    at = time.time() - age_s
    os.utime(path, (at, at))
    return path


def names(envelopes: list[Envelope]) -> list[str]:
    return [envelope.source_name for envelope in envelopes]


def bodies(envelopes: list[Envelope]) -> list[bytes]:
    return [envelope.body for envelope in envelopes]


def everything(source: SpoolSource) -> list[Envelope]:
    return source.take(1000, 1_000_000_000)


def settle_all(source: SpoolSource, envelopes: list[Envelope]) -> None:
    for envelope in envelopes:
        source.settle(envelope, accepted=True)


def files_below(folder: Path) -> set[str]:
    """All files that are not ours to keep order, relative to the folder."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in found if path.name != ".acct.lock"}
