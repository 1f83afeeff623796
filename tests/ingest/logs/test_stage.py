"""The staging area: emptied only when nobody works in it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from appliance.store import Store
from ingest.logs.piece import Piece, Read, opened
from ingest.logs.stage import Stage
from tests.ingest.logs.taken import piece


def test_after_a_piece_that_fails_no_other_is_under_way(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed, staged = threading.Event(), list[int]()

    def add(_: Stage, one: Piece, at: object) -> None:
        if one.item.number == 1:
            failed.set()
            raise duckdb.ConversionException(f"made up, at {at}")
        assert failed.wait(60)
        staged.append(sum(range(1_000_000)))

    monkeypatch.setattr(Stage, "_add", add)
    made = [piece("slurm", ["a|b"]), piece("slurm", ["c|d"])]
    found = [opened(number, one, Read.of(one)) for number, one in enumerate(made, 1)]
    with ThreadPoolExecutor(2) as workers:
        with pytest.raises(duckdb.ConversionException):
            Stage(store).take(found, workers)
        assert len(staged) == 1
