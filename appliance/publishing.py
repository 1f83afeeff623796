"""What is asked of publishing, and what it answers; both cross the door."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from appliance.config import Publish

MOST_RECORDS = 5000
"""In one message. Source: APEL 2.5.0, unloader."""


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """Which rows of which datasets are to be written, and how."""

    datasets: tuple[str, ...]
    interval: str = "latest"
    """`latest` (loaded or made since the last time), `gap` (of the days given) or `all`."""
    since: date | None = None
    until: date | None = None
    """Of a gap: from `since` on, before `until`, UTC."""
    style: str = ""
    """`v0.3`, `v0.4` or `ur`; empty: each dataset's default."""
    local_jobs: bool = False
    include_vos: tuple[str, ...] = ()
    exclude_vos: tuple[str, ...] = ()
    withhold_dns: bool = False
    decimal_cpu_count: bool = False
    infrastructure_description: bool = False
    records_per_message: int = 1000
    sync: bool = True
    dry_run: bool = False
    """Say what would be written, and write nothing."""
    force: bool = False
    """Write months that have shrunk, too."""
    as_apel: bool = False
    for_ssm: bool = False
    """An SSM sender takes the messages up."""

    @classmethod
    def configured(cls, settings: Publish) -> "PublishRequest":
        """What `[publish]` asks for."""
        return cls(
            datasets=tuple(settings.datasets),
            interval=settings.interval,
            style=settings.style,
            local_jobs=settings.local_jobs,
            include_vos=tuple(settings.include_vos),
            exclude_vos=tuple(settings.exclude_vos),
            withhold_dns=settings.withhold_dns,
            decimal_cpu_count=settings.decimal_cpu_count,
            infrastructure_description=settings.infrastructure_description,
            records_per_message=settings.records_per_message,
            sync=settings.sync,
            for_ssm=settings.via == "queue",
        )

    @property
    def size(self) -> int:
        """Records of a message, within what receivers take."""
        return min(max(self.records_per_message, 1), MOST_RECORDS)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Rows that no receiver would take."""

    reason: str
    """A reason code of the record sheet, the field, and what is wrong."""
    records: int
    example: str
    """The key of one of them."""


@dataclass(frozen=True, slots=True)
class MonthTotals:
    """What the receiver has of a site's month, before and after."""

    site: str
    year: int
    month: int
    figure: str
    """`jobs`, `machines`, `files`, `wall_duration`, `cpu_duration`, `bytes` or `records`."""
    before: int | None
    """As last published; None: never."""
    after: int

    @property
    def shrinks(self) -> bool:
        """Whether the receiver would have less than was published. Records are no usage."""
        return self.figure != "records" and self.before is not None and self.after < self.before

    def __str__(self) -> str:
        return (
            f"{self.site} {self.year:04}-{self.month:02} shrinks: "
            f"{self.figure} {self.before} → {self.after}"
        )


@dataclass(frozen=True, slots=True)
class PublishedDataset:
    """What became of one dataset."""

    dataset: str
    form: str
    """The header of its messages, or `CAR` or `StAR`."""
    messages: int
    records: int
    skipped: tuple[Skipped, ...] = ()
    months: tuple[MonthTotals, ...] = ()
    notes: tuple[str, ...] = ()
    refused: str = ""
    """Why nothing of it was written."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a request."""

    datasets: tuple[PublishedDataset, ...] = ()
    dry_run: bool = False

    @property
    def messages(self) -> int:
        """Messages of all datasets that were not refused."""
        return sum(part.messages for part in self.datasets if not part.refused)

    def refusals(self) -> Iterator[str]:
        """A line each dataset of which nothing was written."""
        return (f"{p.dataset} is not published: {p.refused}" for p in self.datasets if p.refused)
