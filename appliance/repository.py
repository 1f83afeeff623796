"""What can be asked of the repository, whichever way it is reached.

`appliance.local` answers from the file, `appliance.client` through the door of a running service:
the same questions, the same answers.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Protocol, Self, TypeVar

from appliance.publishing import Published, PublishRequest
from appliance.table import Table


@dataclass(frozen=True, slots=True)
class Question:
    """A report: which figures, grouped by what, over which time."""

    by: tuple[str, ...] = ("vo",)
    """Dimensions of the subject, outermost first."""
    metrics: tuple[str, ...] = ()
    """Metrics of the subject; none: the standard ones."""
    since: date | None = None
    until: date | None = None
    """Jobs that ended on or after `since` and before `until`, UTC; storage that was held then."""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(dimension, allowed values): all must hold."""
    unit: str = ""
    """Of jobs a benchmark: work in this unit only; none: a row a benchmark. Of storage TB, TiB …"""
    subject: str = "jobs"
    """What it is about: see `reports.catalogue.SUBJECTS`."""
    as_apel: bool = False
    """The figures that the reference, APEL 2.5.0, would give: see `reports.apel`."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file handed in by `acct load`."""

    name: str
    body: bytes
    received_at: float
    """Seconds since the epoch, UTC: the file's own time."""
    signer: str = ""
    """The DN that the operator vouches for; only for what carries no signature."""
    source: str = "load"
    """What `messages.source` says."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a core of a submit host (or batch host) is worth from some moment on."""

    host: str
    type: str
    """In its canonical spelling."""
    level: Decimal
    since: datetime | None = None
    """UTC; None: from now on, or from the beginning if the host has no benchmark yet."""
    also: bool = False
    """Beside what the host has of other types; else in its place."""
    site: str = ""
    """Empty: the site of the configuration."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a log file was read. Its content says which file it is, whatever it is called."""

    path: str
    """Where it was last."""
    head: str
    """Stands for its first bytes: see `ingest.logs.reach`."""
    tail: str
    """Stands for the last bytes of what was taken."""
    bytes: int
    """Of the plain content, from its start: they are in the store."""
    lines: int
    loose: int = 0
    """Bytes after them that were taken though they may not be whole: they are read again once they
    have grown."""
    layout: str = ""
    packed: bool = False
    """Head, tail and bytes are those of a compressed file itself, which was read to its end."""

    @property
    def mark(self) -> str:
        """Stands for all that tells it from another."""
        said = f"{self.path}\0{self.head}\0{self.tail}\0{self.bytes}\0{self.loose}\0{self.packed}"
        return blake2b(said.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Collected:
    """Until when a batch system was asked for its jobs."""

    asked: str
    """Stands for the batch system."""
    until: datetime
    """UTC: all that it says of the time before is in the store."""


@dataclass(frozen=True, slots=True)
class LogPiece:
    """A piece of a log file, whole lines: a message of its own; and how to read it."""

    name: str
    """The file's path."""
    body: bytes
    received_at: float
    """Seconds since the epoch, UTC: the file's own time."""
    format: str
    """See `ingest.logs`."""
    site: str
    machine_name: str
    first_line: int = 1
    """Which line of the file its first is."""
    parallel: bool = True
    """Whether processors and nodes are recorded, where the format leaves the choice."""
    timezone: str = "UTC"
    """Of times that carry none: an IANA name."""
    layout: str = ""
    """What the head of the file says of all its lines, such as its columns."""
    as_apel: str = ""
    """Faults of the reference to be repeated: see `ingest.logs.faults`."""
    reach: Reach | None = None
    """How far the file is read with this piece: kept in the transaction of its rows."""
    replaces: str = ""
    """The mark of the reach that this one takes the place of; empty: none."""
    collected: Collected | None = None
    """What is known once this piece is in the store: noted in the transaction of its rows."""

    @property
    def reading(self) -> str:
        """What tells one reading of a file from another, which takes all of it in anew."""
        said = [self.format, self.site, self.machine_name, self.parallel, self.timezone]
        return json.dumps([*said, self.as_apel] if self.as_apel else said)


_FILES_AT_ONCE = 200


class _Bodied(Protocol):
    @property
    def body(self) -> bytes: ...


_Body = TypeVar("_Body", bound=_Bodied)


def unheard(_: int) -> None:
    """Nobody listens."""


def in_batches(deliveries: Iterable[_Body], most_bytes: int) -> Iterator[list[_Body]]:
    """The files in handfuls that are handed on, and loaded in one transaction, together."""
    batch: list[_Body] = []
    size = 0
    for delivery in deliveries:
        if batch and (len(batch) == _FILES_AT_ONCE or size + len(delivery.body) > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(delivery)
        size += len(delivery.body)
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the messages handed in."""

    messages: int = 0
    accepted: int = 0
    rejected: int = 0
    records: int = 0
    """Records of the accepted messages."""
    ignored: int = 0
    """Messages that had been accepted before: their rows are there already."""
    problems: tuple[str, ...] = ()
    """One line a rejected message: its name, its number among the rejects, its reason."""
    lines: int = 0
    """Lines of logs: each is a record, ignored, or failed."""
    lines_ignored: int = 0
    lines_failed: int = 0
    replaced: int = 0
    """Records in the place of earlier ones that said something else of the same job."""

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(
            self.messages + other.messages,
            self.accepted + other.accepted,
            self.rejected + other.rejected,
            self.records + other.records,
            self.ignored + other.ignored,
            self.problems + other.problems,
            self.lines + other.lines,
            self.lines_ignored + other.lines_ignored,
            self.lines_failed + other.lines_failed,
            self.replaced + other.replaced,
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the messages in the outgoing queue."""

    sent: int = 0
    """Messages accepted by the other side."""
    waiting: int = 0
    """Messages still in the queue."""
    problems: tuple[str, ...] = ()
    """Why they are, a line each."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild, or a check by rebuilding, has found."""

    datasets: Table
    """`dataset`, `rows` and `digest` as they were, `rebuilt_rows`, `rebuilt_digest`, `equal`."""
    examples: tuple[str, ...] = ()
    """A line for each dataset that differed: a row that only one of the two has."""
    refused: tuple[str, ...] = ()
    """A line for each message that was accepted once and that this program refuses."""
    changed: bool = False
    """Whether anything was put in place."""


class Repository(AbstractContextManager["Repository"], Protocol):
    """The questions; every method may raise `AcctError` and may be called from any thread."""

    def __enter__(self) -> Self: ...

    def report(self, question: Question) -> Table:
        """The figures, one row a group, largest first, with totals."""

    def jobs(self, question: Question, limit: int = 500) -> Table:
        """The jobs behind a question (its `where` and its times), latest first.

        Columns: those of the dataset `jobs`.
        """

    def query(self, sql: str, values: Mapping[str, object] | None = None) -> Table:
        """One read-only statement over the datasets; `$name` in it stands for a value."""

    def export(
        self,
        dataset: str,
        form: str = "csv",
        month: tuple[int, int] | None = None,
        *,
        as_apel: bool = False,
    ) -> Iterator[bytes]:
        """A whole dataset, or its rows of one (year, month), as a file in pieces.

        `form`: `csv`, `json` or `parquet`; `as_apel`: what the reference would hold.
        """

    def messages(
        self, state: str = "", limit: int = 100, before: int | None = None, search: str = ""
    ) -> Table:
        """Messages, latest first: the columns of the dataset `messages`.

        `state`: only `accepted`, `rejected` or `duplicate`; `before`: only smaller `message_id`s.
        """

    def rejected_lines(self, limit: int = 100) -> Table:
        """Lines of logs that failed, by piece and reason, latest first.

        Columns: `message_id`, `received_at`, `source_name`, `signer` (none), `bytes`, `error` (the
        code and the first reason), `lines` (count).
        """

    def message(self, message_id: int) -> dict[str, Any]:
        """One message: the columns of `messages`, `text` (readable) and `problems` (list)."""

    def raw(self, message_id: int) -> bytes:
        """A message's bytes: exactly as received if rejected, as verified if accepted."""

    def retry(self, message_ids: Iterable[int] = ()) -> Loaded:
        """Take rejects in again, or the lines that failed of a piece of a log; none named: all."""

    def drop(self, message_ids: Iterable[int]) -> int:
        """Forget rejects, or lines of logs, for good; none named: all. How many there were."""

    def load(self, deliveries: Iterable[Delivery]) -> Loaded:
        """Take files in now, durably."""

    def load_logs(
        self, pieces: Iterable[LogPiece], taken: Callable[[int], None] = unheard
    ) -> Loaded:
        """Take pieces of logs in now, durably: lines that fail are kept, the others load.

        `taken` is told how many more of them have been taken in.
        """

    def reaches(self, reading: str, heads: Iterable[str]) -> list[Reach]:
        """How far files of logs with these heads were read, by whatever name: any order.

        `reading`: see `LogPiece.reading`.
        """

    def collected(self, asked: str) -> datetime | None:
        """Until when a batch system was asked for its jobs, UTC; None: it never was.

        `asked`: stands for it.
        """

    def note_collected(self, asked: str, until: datetime) -> None:
        """All that it says of the time before is in the store."""

    def summarise(self, months: Iterable[tuple[int, int]] = (), *, everything: bool = False) -> int:
        """Bring summaries up to date: what is due, these (year, month)s, or everything.

        Returns:
            How many months of sites were summarised.
        """

    def publish(self, request: PublishRequest) -> Published:
        """Write messages for a parent repository into the outgoing queue, durably.

        One dataset is refused where a month would shrink; the others are written.
        """

    def send(self, patience_s: float = 30.0) -> Sent:
        """Send what waits in the outgoing queue; give up when nothing went for so long.

        Raises:
            UsageError: We do not send: an SSM sender does.
        """

    def rebuild(self, *, check: bool = False, reject: bool = False) -> Rebuilt:
        """Make everything derived again from the kept texts; nothing is taken in meanwhile.

        `check`: only compare; `reject`: messages that this program refuses become rejects, else
        nothing is changed if there are any.
        """

    def join(self, *, everything: bool = False) -> dict[str, Any]:
        """Make jobs of events: of what came since the last time, or of everything anew.

        Returns:
            `events` (looked at now), and of all events `grid`, `local` and `none` (what they
            became), `reasons` (events by why they are not what they should be), `uncovered`
            (jobs without a benchmark), `months` (of these, the first and the last, by reason) and
            `unclaimed` (lines of gatekeepers).
        """

    def unjoined(self, reason: str = "", limit: int = 100) -> Table:
        """Events that are not the jobs that they should be, latest first, with their lines.

        `reason`: see `reports.joins.REASONS`; empty: those of all events that want a look.
        """

    def benchmarks(self, host: str = "") -> Table:
        """What holds when: the dataset `benchmarks`, of one host or of all, in order of time."""

    def set_benchmarks(self, wanted: Iterable[Benchmark]) -> int:
        """Set benchmarks, all or none; the jobs concerned become due to be joined again.

        Returns:
            How many changed anything: the same value again does not.
        """

    def status(self) -> dict[str, Any]:
        """The state of things, JSON-able.

        `version`, `data`, `started_at` (s, None without a service), `parts` (list of `name`,
        `state`, `detail`, `restarts`), `sources` (list of `name`, `waiting`, `state`), `sender`
        (`to`, `waiting`, `sent`, `problems`; None: we do not send), `messages` (count by state),
        `records`, `jobs`, `unsummarised` (months of sites), `joined` (as `join` gives it, but for
        `events` and `unclaimed`), `intake` (list of [minute as epoch s, messages, records,
        rejected], the last hour), `store_bytes`, `memory_bytes`, `warnings`
        (list of text).
        """

    def doubts(self) -> list[str]:
        """What may be counted twice though no key says so, a line a month of a site."""

    def close(self) -> None: ...
