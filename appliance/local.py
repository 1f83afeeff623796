"""The repository answered from the file itself: in the service, or where none runs."""

import os
import resource
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from appliance.config import Config
from appliance.publishing import Published, PublishRequest
from appliance.repository import (
    Benchmark,
    Delivery,
    Loaded,
    LogPiece,
    Question,
    Reach,
    Rebuilt,
    Sent,
    in_batches,
    unheard,
)
from appliance.store import Store
from appliance.table import Table
from appliance.version import VERSION

if TYPE_CHECKING:
    from ingest.item import Item
    from ingest.joining.joiner import Joiner
    from ingest.logs.intake import LogIntake
    from ingest.messages import Numbers
    from ingest.pipeline import Pipeline
    from ingest.replay import Progress
    from ingest.security.trust import TrustStore

_BYTES_AT_ONCE = 128 * 1024 * 1024
"""Of one transaction: more rows than a row group go to the file at once and not through the log."""


class LocalRepository:
    """Answers from an open store. What a question does not need is not imported."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._making, self._trusting = threading.Lock(), threading.Lock()
        self._publishing = threading.Lock()
        self._numbers: Numbers | None = None
        self._pipeline: Pipeline | None = None
        self._trust: TrustStore | None = None
        self._log_intake: LogIntake | None = None
        self._joiner: Joiner | None = None
        self._changes = 0
        self.progress: Progress = lambda _done, _of: None
        """Told how far a rebuild is, in messages; what it raises stops it."""

    @classmethod
    def open(cls, config: Config, *, read_only: bool = False, bulk: bool = False) -> Self:
        """Open the file; with `read_only` several processes may, unless summaries are due."""
        from ingest.joining.due import is_due
        from reports.summarise import due

        store = Store.open(config, read_only=read_only, bulk=bulk)
        if store.read_only and (due(store) or is_due(store)):
            store.close()
            store = Store.open(config)
        repository = cls(store)
        if not store.read_only:
            repository.summarise()
        return repository

    @property
    def trust(self) -> "TrustStore":
        """Whom we believe; made and read when first needed: no plain message needs it."""
        from ingest.security.trust import TrustStore

        with self._trusting:
            if self._trust is None:
                self._trust = TrustStore.from_config(self.store.config.trust)
            return self._trust

    @property
    def pipeline(self) -> "Pipeline":
        """The way in; made when first needed, once."""
        from ingest.pipeline import Pipeline

        with self._making:
            if self._pipeline is None:
                self._pipeline = Pipeline(self.store, lambda: self.trust, self._numbered())
            return self._pipeline

    @property
    def log_intake(self) -> "LogIntake":
        """The way in of logs."""
        from ingest.logs.intake import LogIntake

        with self._making:
            if self._log_intake is None:
                self._log_intake = LogIntake(self.store, self._numbered())
            return self._log_intake

    def _numbered(self) -> "Numbers":
        from ingest.messages import Numbers

        if self._numbers is None:
            self._numbers = Numbers(self.store)
        return self._numbers

    @property
    def joiner(self) -> "Joiner":
        """What makes jobs of events."""
        from ingest.joining.joiner import Joiner

        with self._making:
            if self._joiner is None:
                self._joiner = Joiner(self.store)
            return self._joiner

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def report(self, question: Question) -> Table:
        """See `Repository`."""
        from reports.report import report

        with self.store.cursor() as cursor:
            return report(cursor, question)

    def jobs(self, question: Question, limit: int = 500) -> Table:
        """See `Repository`."""
        from reports.jobs import jobs

        with self.store.cursor() as cursor:
            return jobs(cursor, question, limit)

    def query(self, sql: str, values: Mapping[str, object] | None = None) -> Table:
        """See `Repository`."""
        from reports.query import query

        return query(self.store, sql, values)

    def export(
        self,
        dataset: str,
        form: str = "csv",
        month: tuple[int, int] | None = None,
        *,
        as_apel: bool = False,
    ) -> Iterator[bytes]:
        """See `Repository`."""
        from reports.export import export

        return export(self.store, dataset, form, month, as_apel=as_apel)

    def messages(
        self, state: str = "", limit: int = 100, before: int | None = None, search: str = ""
    ) -> Table:
        """See `Repository`."""
        from reports.messages import messages

        with self.store.cursor() as cursor:
            return messages(cursor, state, limit, before, search)

    def rejected_lines(self, limit: int = 100) -> Table:
        """See `Repository`."""
        from reports.messages import rejected_lines

        with self.store.cursor() as cursor:
            return rejected_lines(cursor, limit)

    def message(self, message_id: int) -> dict[str, Any]:
        """See `Repository`."""
        from appliance.errors import UsageError
        from ingest.logs.rejects import readable as readable_lines
        from ingest.rejects import raw, readable
        from reports.messages import message

        with self.store.cursor() as cursor:
            found = message(cursor, message_id)
            found["problems"] = [found["error"]] if found["error"] else []
            if in_log := readable_lines(cursor, message_id):
                found["text"], found["problems"] = in_log
                return found
            try:
                found["text"] = readable(raw(cursor, message_id), found["state"])
            except UsageError:  # a duplicate's text is kept with the first
                found["text"] = ""
        return found

    def raw(self, message_id: int) -> bytes:
        """See `Repository`."""
        from ingest.rejects import raw

        with self.store.cursor() as cursor:
            return raw(cursor, message_id)

    def retry(self, message_ids: Iterable[int] = ()) -> Loaded:
        """See `Repository`."""
        from ingest.logs.rejects import held
        from ingest.logs.rejects import retry as retry_lines
        from ingest.rejects import retry

        self.trust.reload()  # whoever has just mended a list means the list as it is now
        wanted = list(message_ids)
        lines, others = _apart(wanted, held(self.store))
        loaded = retry_lines(self.store, self.log_intake, lines)
        if others or not wanted:
            loaded += _counted(retry(self.store, self.pipeline, others))
        self.summarise()
        return loaded

    def retry_trusted(self) -> Loaded:
        """Take in again what was refused for want of trust, if a list has changed since."""
        from ingest.rejects import for_want_of_trust, retry

        waiting = for_want_of_trust(self.store)
        if not waiting or (changes := self.trust.changes()) == self._changes:
            return Loaded()
        loaded = _counted(retry(self.store, self.pipeline, waiting))
        self._changes = changes
        return loaded

    def drop(self, message_ids: Iterable[int]) -> int:
        """See `Repository`."""
        from ingest.logs.rejects import drop as drop_lines
        from ingest.logs.rejects import held
        from ingest.rejects import drop

        wanted = list(message_ids)
        lines, others = _apart(wanted, held(self.store))
        dropped = drop(self.store, others) if others or not wanted else 0
        return dropped + drop_lines(self.store, lines)

    def load(self, deliveries: Iterable[Delivery]) -> Loaded:
        """See `Repository`."""
        from ingest.envelope import Envelope

        loaded = Loaded()
        for batch in in_batches(deliveries, _BYTES_AT_ONCE):
            loaded += _counted(
                self.pipeline.take_in(
                    [
                        Envelope(
                            body=d.body,
                            source=d.source,
                            source_name=d.name,
                            received_at=d.received_at,
                            require_signature=False,
                            vouched_signer=d.signer,
                        )
                        for d in batch
                    ]
                )
            )
        self.summarise()
        return loaded

    def load_logs(
        self, pieces: Iterable[LogPiece], taken: Callable[[int], None] = unheard
    ) -> Loaded:
        """See `Repository`."""
        loaded, intake = Loaded(), self.log_intake
        for batch in in_batches(map(intake.begin, pieces), _BYTES_AT_ONCE):
            loaded += intake.take(batch)
            taken(len(batch))
        self.summarise()
        return loaded

    def reaches(self, reading: str, heads: Iterable[str]) -> list[Reach]:
        """See `Repository`."""
        from ingest.logs.progress import reaches

        with self.store.cursor() as cursor:
            return reaches(cursor, reading, heads)

    def collected(self, asked: str) -> datetime | None:
        """See `Repository`."""
        from ingest.logs.progress import collected

        with self.store.cursor() as cursor:
            return collected(cursor, asked)

    def note_collected(self, asked: str, until: datetime) -> None:
        """See `Repository`."""
        from ingest.logs.progress import note_collected

        with self.store.transaction() as cursor:
            note_collected(cursor, asked, until)

    def summarise(self, months: Iterable[tuple[int, int]] = (), *, everything: bool = False) -> int:
        """See `Repository`."""
        from ingest.joining.due import is_due
        from reports.summarise import mark_due, summarise

        if is_due(self.store):
            self.joiner.join()
        chosen = list(months)
        if chosen or everything:
            mark_due(self.store, chosen)
        return summarise(self.store)

    def publish(self, request: PublishRequest) -> Published:
        """See `Repository`."""
        from appliance.outgoing import open_outgoing
        from reports.publish.publish import publish

        with self._publishing:  # two at once would write the same twice
            if not self.store.read_only:
                self.summarise()
            return publish(self.store, request, open_outgoing(self.store.config.publish))

    def last_published(self, request: PublishRequest) -> dict[str, datetime | None]:
        """When each dataset of a request was last published so, UTC; None: never."""
        from reports.publish.publish import last_published

        return last_published(self.store, request)

    def send(self, patience_s: float = 30.0) -> Sent:
        """See `Repository`."""
        from appliance.sending import send

        return send(self.store.config, patience_s)

    def rebuild(self, *, check: bool = False, reject: bool = False) -> Rebuilt:
        """See `Repository`."""
        from appliance.rebuild import rebuild

        # Of publishing, a mark would move past what changes.
        with self._publishing, self.log_intake.paused(), self.pipeline.paused():
            self.summarise()
            return rebuild(self.store, self.pipeline, self.progress, check=check, reject=reject)

    def join(self, *, everything: bool = False) -> dict[str, Any]:
        """See `Repository`."""
        from reports.joins import counts, unclaimed

        joined = self.joiner.join(everything=everything)
        self.summarise()
        with self.store.cursor() as cursor:
            return {"events": joined, **counts(cursor), "unclaimed": unclaimed(cursor)}

    def unjoined(self, reason: str = "", limit: int = 100) -> Table:
        """See `Repository`."""
        from reports.joins import unjoined

        with self.store.cursor() as cursor:
            return unjoined(cursor, reason, limit)

    def benchmarks(self, host: str = "") -> Table:
        """See `Repository`."""
        from reports.benchmarks import benchmarks

        with self.store.cursor() as cursor:
            return benchmarks(cursor, host)

    def set_benchmarks(self, wanted: Iterable[Benchmark]) -> int:
        """See `Repository`."""
        from ingest.benchmarks.timeline import set_benchmarks

        changed = set_benchmarks(self.store, list(wanted))
        self.summarise()
        return changed

    def status(self) -> dict[str, Any]:
        """See `Repository`: what the file alone can tell."""
        from reports.joins import counts as joins
        from reports.joins import warnings
        from reports.messages import counts
        from reports.summarise import due

        with self.store.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION READ ONLY")  # figures of one moment
            counted = counts(cursor)
            joined, odd = joins(cursor), warnings(cursor)
        return {
            "version": VERSION,
            "data": str(self.store.config.data),
            "started_at": None,
            "parts": [],
            "sources": [],
            "sender": None,
            **counted,
            "unsummarised": due(self.store),
            "joined": joined,
            "intake": [],
            "store_bytes": os.path.getsize(self.store.config.store),  # noqa: PTH202
            "memory_bytes": _resident_bytes(),
            "warnings": odd,
        }

    def doubts(self) -> list[str]:
        """See `Repository`."""
        from reports.doubts import doubts

        with self.store.cursor() as cursor:
            return list(doubts(cursor))

    def close(self) -> None:
        """Finish the batch under way and let go of the file."""
        for way_in in (self._pipeline, self._log_intake):
            if way_in is not None:
                way_in.close()
        self.store.close()


def _apart(wanted: list[int], of_logs: set[int]) -> tuple[list[int], list[int]]:
    """The numbers of pieces of logs, and the others; none wanted: all pieces of logs."""
    if not wanted:
        return sorted(of_logs), []
    return [n for n in wanted if n in of_logs], [n for n in wanted if n not in of_logs]


def _counted(items: "list[Item]") -> Loaded:
    states = [item.state for item in items]
    return Loaded(
        messages=len(items),
        accepted=states.count("accepted"),
        rejected=states.count("rejected"),
        records=sum(item.records for item in items),
        ignored=states.count("duplicate"),
        problems=tuple(
            f"{item.envelope.source_name}: message {item.number}: {item.error}"
            for item in items
            if item.error
        ),
    )


def _resident_bytes() -> int:
    """What this process holds in memory now (Linux), else its most."""
    try:
        with open("/proc/self/statm") as statm:  # noqa: PTH123
            return int(statm.read().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
