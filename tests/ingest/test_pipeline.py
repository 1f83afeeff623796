"""The pipeline: whatever happens, messages and rows agree, and one message harms no other."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from appliance.errors import UsageError
from appliance.local import LocalRepository
from appliance.repository import Delivery, Loaded
from appliance.store import Store
from ingest import stage
from ingest.envelope import Envelope
from ingest.item import Item
from tests.jobs import message, record

Load = Callable[..., Loaded]
MESSAGES = "SELECT state, count(*), sum(records) FROM messages GROUP BY state ORDER BY state"


def refused(repository: LocalRepository, load: Load, number: int) -> None:
    """Rejects that would pass now: they were refused for a reason that is gone."""
    load(*[message(record(LocalJobId=str(n), WallDuration="x")) for n in range(number)])
    good = [message(record(LocalJobId=str(n))).encode() for n in range(number)]
    with repository.store.transaction() as cursor:
        cursor.execute("DELETE FROM store.raw_texts")
        from ingest.item import compress

        for n, body in enumerate(good, 1):
            cursor.execute("INSERT INTO store.raw_texts VALUES (?, ?)", [n, compress(body)])


def test_two_retries_at_once_load_every_reject_once(
    repository: LocalRepository, load: Load
) -> None:
    refused(repository, load, 30)
    with ThreadPoolExecutor(2) as both:
        found = sum(
            (f.result() for f in [both.submit(repository.retry) for _ in range(2)]), Loaded()
        )
    assert (found.accepted, found.rejected) == (30, 0)
    assert repository.query(MESSAGES).rows == [("accepted", 30, 30)]
    assert repository.query("SELECT count(DISTINCT message_id) FROM jobs").rows == [(30,)]


def test_what_a_retry_has_just_taken_in_is_not_dropped(
    repository: LocalRepository, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(repository, load, 3)
    from ingest import rejects

    chosen = rejects._chosen(repository.store, [])
    repository.retry()
    monkeypatch.setattr(rejects, "_chosen", lambda *_: chosen)
    assert repository.drop([]) == 0
    assert repository.query(MESSAGES).rows == [("accepted", 3, 3)]


def test_a_duplicates_text_is_kept_once(repository: LocalRepository, load: Load) -> None:
    text = message()
    load(text, text)
    load(text)
    assert repository.query(MESSAGES).rows == [("accepted", 1, 1), ("duplicate", 2, 0)]
    with repository.store.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM store.raw_texts").fetchall() == [(1,)]


def test_a_number_is_never_used_again(repository: LocalRepository, load: Load) -> None:
    load(message(), "nonsense")
    repository.drop([2])
    with repository.store.cursor() as cursor:
        from ingest.messages import last_number

        assert last_number(cursor) == 2
    load("other nonsense")
    assert [row[0] for row in repository.query("SELECT message_id FROM messages").rows] == [1, 3]


@pytest.mark.parametrize("when", [-1e12, 1e15, float("nan"), float("inf")])
def test_a_time_that_no_calendar_has_does_not_stop_a_message(
    repository: LocalRepository, when: float
) -> None:
    loaded = repository.load([Delivery("a\udcff\x1b[31m", message().encode(), when)])
    assert loaded.accepted == 1
    [(name,)] = repository.query("SELECT source_name FROM messages").rows
    assert name == "a\\udcff\\x1b[31m"


def test_a_chunk_that_fails_leaves_nothing_behind_for_others(
    repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker fails at once, the other is still at work: its rows are judged all the same."""
    monkeypatch.setattr("ingest.shares._CHUNK_BYTES", 1)
    monkeypatch.setattr("ingest.shares._FEW_BYTES", 0)
    real, slow = stage.stage, threading.Event()
    failed: list[int] = []

    def fails_once(cursor: object, items: Sequence[Item], now: object) -> None:
        if items[0].number == 1 and not failed:
            failed.append(1)
            slow.set()
            raise duckdb.ConversionException("made up")
        slow.wait(5)
        real(cursor, items, now)  # type: ignore[arg-type]

    monkeypatch.setattr(stage, "stage", fails_once)
    texts = [message(record(LocalJobId=str(n))) for n in range(6)]
    envelopes = [Envelope(text.encode(), "t", "m", 1.0, False) for text in texts]
    items = repository.pipeline.take_in(envelopes)
    assert [item.state for item in items] == ["accepted"] * 6
    assert repository.query("SELECT count(*) FROM jobs").rows == [(6,)]


def test_a_batch_too_large_for_the_memory_is_halved(
    repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = stage.judge

    def too_much(cursor: object, items: Sequence[Item]) -> None:
        if len(items) > 2:
            raise duckdb.OutOfMemoryException("made up")
        real(cursor, items)  # type: ignore[arg-type]

    monkeypatch.setattr(stage, "judge", too_much)
    texts = [message(record(LocalJobId=str(n))) for n in range(5)]
    envelopes = [Envelope(text.encode(), "t", "m", 1.0, False) for text in texts]
    items = repository.pipeline.take_in(envelopes)
    assert [item.state for item in items] == ["accepted"] * 5
    assert repository.query("SELECT count(*) FROM jobs").rows == [(5,)]


def test_a_question_under_way_is_stopped_when_the_store_closes(store: Store) -> None:
    from reports.query import query

    def ask() -> str:
        try:
            query(store, "SELECT count(*) FROM range(10000000) a, range(10000000) b")
        except UsageError as error:
            return str(error)
        return "answered"

    with ThreadPoolExecutor(1) as asking:
        answer = asking.submit(ask)
        while not store._open:
            pass
        store.close()
        assert "stopped" in answer.result(30)
