"""The pipeline: a batch of messages becomes rows, or rejects, in one transaction.

Open → recognise → stage → check → one commit of the rows, the messages with their texts, and the
months to summarise. Whoever handed the batch in settles it with its source only afterwards.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from duckdb import DuckDBPyConnection

from appliance.errors import AcctError, Problem, first_line
from appliance.store import Store, TooLargeError, now
from ingest import stage
from ingest.envelope import Envelope
from ingest.item import ACCEPTED, REJECTED, Item
from ingest.loading import commit, load_again
from ingest.messages import Numbers
from ingest.opening import open_again, open_item
from ingest.shares import WORKERS, packed, shares, texts

if TYPE_CHECKING:
    from ingest.security.trust import TrustStore

log = logging.getLogger(__name__)


class Pipeline:
    """Takes batches in, one at a time; any thread may call it."""

    def __init__(self, store: Store, trust: "Callable[[], TrustStore]", numbers: Numbers) -> None:
        self._store = store
        self._numbers = numbers
        self.trust = trust
        """Gives whom we believe: the same each time."""
        self._busy = threading.RLock()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="intake")
        with store.cursor() as cursor:
            stage.prepare(cursor)

    def take_in(self, envelopes: Sequence[Envelope]) -> list[Item]:
        """Judge messages and load their records; durable when it returns.

        Returns:
            One item a message, in the same order.

        Raises:
            AcctError: The fault is ours (disk full, no trust anchors): nothing was taken in.
        """
        with self._busy:
            first = self._numbers.take(len(envelopes))
            return self._load([Item(first + n, e) for n, e in enumerate(envelopes)], [])

    def retake(self, choose: Callable[[], Sequence[tuple[int, Envelope]]]) -> list[Item]:
        """The same for messages that the store holds as rejects: each keeps its number.

        `choose` is asked once no other batch is under way: two retries never take the same.
        """
        with self._busy:
            messages = choose()
            return self._load([Item(n, e) for n, e in messages], [n for n, _ in messages])

    def replay(self, items: list[Item], at: datetime) -> None:
        """Load the records of messages that were taken in before, from the texts that were kept.

        Nobody is asked about trust, and nothing is written of the messages themselves.

        Args:
            items: Their bodies are what was kept, expanded. Those that are refused have a problem.
            at: Records are judged as of then.
        """
        with self._busy:
            self._each(open_again, items)
            with self._store.cursor() as cursor:
                try:
                    self._stage([item for item in items if not item.problem], cursor, at)
                    load_again(self._store, items)
                finally:
                    stage.clear(cursor, items)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is taken in meanwhile: whoever hands in a batch waits."""
        with self._busy:
            yield

    def close(self) -> None:
        """Let the workers go; waits for the batch under way."""
        with self._busy:
            self._workers.shutdown()

    def _load(self, items: list[Item], replaced: list[int]) -> list[Item]:
        try:
            self._judge_and_commit(items, replaced)
        except TooLargeError:
            if len(items) == 1:
                raise
            half = len(items) // 2
            return self._again(items[:half], replaced) + self._again(items[half:], replaced)
        except AcctError:
            raise
        except Exception as error:
            if len(items) > 1:  # one of them is at fault: alone, it harms no other
                return [found for item in items for found in self._again([item], replaced)]
            log.exception("message %d cannot be loaded", items[0].number)
            items[0].refuse(Problem("DBR", f"the store refuses it: {first_line(error)}"))
            self._commit(items, replaced)
        return items

    def _again(self, items: list[Item], replaced: list[int]) -> list[Item]:
        fresh = [Item(item.number, item.envelope) for item in items]
        return self._load(fresh, [i.number for i in items if i.number in replaced])

    def _judge_and_commit(self, items: list[Item], replaced: list[int]) -> None:
        limit = self._store.config.service.max_message_bytes
        self._each(lambda item: open_item(item, self.trust, limit), items)
        with self._store.cursor() as cursor:
            _mark_duplicates(cursor, items, replaced)
            try:
                self._stage([i for i in items if i.state == ACCEPTED], cursor, now())
                _share_judgement(items)
                self._commit(items, replaced)
            finally:
                stage.clear(cursor, items)

    def _commit(self, items: list[Item], replaced: list[int]) -> None:
        with self._store.cursor() as cursor:
            _mark_again(cursor, items, replaced)
        new = [item for item in items if not item.again]
        commit(self._store, new, replaced, self._workers.map(packed, texts(new)))

    def _stage(self, items: list[Item], cursor: DuckDBPyConnection, at: datetime) -> None:
        def work(how: Callable[..., None]) -> Callable[[Sequence[Item]], None]:
            def run(chunk: Sequence[Item]) -> None:
                with self._store.cursor() as own:
                    how(own, chunk, at)

            return run

        self._each(work(stage.stage), shares(items))
        again = stage.to_read_closely(cursor, items)
        self._each(work(stage.stage_closely), shares(again))
        stage.judge(cursor, items)

    def _each(self, do: Callable[[Any], None], what: Sequence[Any]) -> None:
        if len(what) == 1:  # no use in waking a thread
            do(what[0])
        else:
            running = [self._workers.submit(do, one) for one in what]
            wait(running)  # all of them: what still runs after an error would stage for nobody
            for future in running:
                future.result()


def _mark_duplicates(cursor: DuckDBPyConnection, items: list[Item], replaced: list[int]) -> None:
    """Content that its signer has sent before: nothing is loaded a second time."""
    hashes = [item.sha256 for item in items if item.state == ACCEPTED]
    rows = cursor.execute(
        "SELECT sha256, signer FROM store.messages "
        "WHERE state = 'accepted' AND sha256 IN (SELECT unnest($1::VARCHAR[])) "
        "AND message_id NOT IN (SELECT unnest($2::BIGINT[]))",
        [hashes, replaced],
    ).fetchall()
    known = set(rows)
    first: dict[tuple[str, str | None], Item] = {}
    for item in items:
        if item.state != ACCEPTED:
            continue
        key = item.sha256, item.signer
        if key in known:
            item.repeats(None)
        elif (same := first.setdefault(key, item)) is not item:
            item.repeats(same)


def _share_judgement(items: list[Item]) -> None:
    """A copy within the batch fares as the first one did."""
    for item in items:
        if item.same_as is not None and item.same_as.problem is not None:
            item.refuse(item.same_as.problem, item.same_as.others)


def _mark_again(cursor: DuckDBPyConnection, items: list[Item], replaced: list[int]) -> None:
    """Rejects that would say what one in the store says already: they take its number."""
    refused = {
        (item.envelope.source, item.envelope.source_name, item.sha256, item.error): item
        for item in items
        if item.state == REJECTED
    }
    if not refused:
        return
    rows = cursor.execute(
        "SELECT message_id, source, source_name, sha256, error FROM store.messages "
        "WHERE state = 'rejected' AND sha256 IN (SELECT unnest($1::VARCHAR[])) "
        "AND message_id NOT IN (SELECT unnest($2::BIGINT[]))",
        [[item.sha256 for item in refused.values()], replaced],
    )
    for number, *key in rows.fetchall():
        if item := refused.get(tuple(key)):
            item.number, item.again = number, True
