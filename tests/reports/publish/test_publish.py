"""What is sent once is not sent again, what shrinks is refused, and a failure moves nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from appliance.errors import AcctError
from appliance.local import LocalRepository
from appliance.publishing import MonthTotals, Published, PublishRequest, Skipped
from reports.publish import publish as publishing
from reports.publish.publish import publish
from tests import documents, sheets
from tests.jobs import message, record
from tests.reports.publish.receiving import Received

Load = Callable[..., object]
Publish = Callable[..., Published]
JOBS = PublishRequest(("jobs",), local_jobs=True, sync=False)
SUPER = replace(JOBS, datasets=("super_summaries",))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    """Time as the store and publishing see it, forwarded by hand."""
    at = Clock()
    for module in ("ingest.messages", "reports.summarise", "reports.publish.publish"):
        monkeypatch.setattr(f"{module}.now", at.now)
    return at


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 5, 1, 12)

    def now(self) -> datetime:
        return self.at

    def forward(self) -> None:
        self.at += timedelta(seconds=1)


def told(repository: LocalRepository, request: PublishRequest, **changes: Any) -> list[str]:
    """The messages that a request sends."""
    queue = Received()
    repository.summarise()
    publish(repository.store, replace(request, **changes), queue)
    return queue.texts


def test_what_was_sent_is_not_sent_again_but_what_came_since_is(
    load: Load, repository: LocalRepository, clock: Clock
) -> None:
    load(message(record(LocalJobId="1")))
    clock.forward()
    assert "LocalJobId: 1\n" in told(repository, JOBS)[0]
    clock.forward()
    assert told(repository, JOBS) == []
    load(message(record(LocalJobId="2")))
    clock.forward()
    [text] = told(repository, JOBS)
    assert text.count("%%") == 1
    assert "LocalJobId: 2\n" in text


def test_what_is_loaded_in_the_very_second_of_a_publishing_is_not_lost(
    load: Load, repository: LocalRepository, clock: Clock
) -> None:
    told(repository, JOBS)
    load(message(record(LocalJobId="1")))
    assert len(told(repository, JOBS)) == 1


def test_rows_take_their_time_while_nobody_else_writes(
    load: Load, repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a publishing in between would set its mark after them, without having seen them."""
    alone = list[bool]()

    def now() -> datetime:
        alone.append(repository.store.writing._is_owned())  # type: ignore[attr-defined]
        return datetime(2026, 5, 1)

    for module in ("ingest.messages", "reports.summarise"):
        monkeypatch.setattr(f"{module}.now", now)
    load(message(), sheets.message(sheets.CLOUD))
    assert alone == [True, True, True], "of the messages, of the month, of the machines"


def test_each_dataset_and_each_choice_of_vos_has_a_mark_of_its_own(
    load: Load, repository: LocalRepository, clock: Clock
) -> None:
    load(message(record(VO="atlas"), record(LocalJobId="2", VO="cms")), sheets.message(sheets.SYNC))
    clock.forward()
    assert len(told(repository, JOBS, include_vos=("atlas",))) == 1
    clock.forward()
    assert told(repository, JOBS)[0].count("%%") == 2, "cms was not sent yet"
    assert len(told(repository, JOBS, datasets=("sync_records",))) == 1


@pytest.mark.parametrize(
    ("dataset", "text"),
    [
        ("summaries", sheets.message(sheets.S)),
        ("super_summaries", sheets.message(sheets.S)),
        ("normalised_summaries", sheets.message(sheets.N3)),
        ("normalised_super_summaries", sheets.message(sheets.N3)),
        ("sync_records", sheets.message(sheets.SYNC)),
        ("cloud_records", sheets.message(sheets.CLOUD)),
        ("cloud_summaries", sheets.message(sheets.CLOUD)),
        ("storage_records", documents.star()),
    ],
)
def test_every_dataset_knows_what_is_new(
    load: Load, repository: LocalRepository, clock: Clock, dataset: str, text: str
) -> None:
    load(text)
    clock.forward()
    assert len(told(repository, JOBS, datasets=(dataset,))) == 1
    clock.forward()
    assert told(repository, JOBS, datasets=(dataset,)) == []


def test_a_month_that_is_made_again_is_sent_again_whole(
    load: Load, repository: LocalRepository, clock: Clock
) -> None:
    load(message(record(VO="atlas")), message(record(LocalJobId="2", EndTime="1722500000")))
    clock.forward()
    assert told(repository, SUPER)[0].count("%%") == 2, "June and August"
    clock.forward()
    load(message(record(LocalJobId="3", VO="cms")))
    clock.forward()
    [text] = told(repository, SUPER)
    assert text.count("%%") == 2
    assert text.count("Month: 6\n") == 2, "both VOs of June, not August"


def test_a_benchmark_that_is_new_brings_the_whole_of_a_v0_3_row(
    load: Load, repository: LocalRepository, clock: Clock
) -> None:
    """600 was sent before; 9 is new: the row must say 609, for it replaces the first."""
    normalised = replace(JOBS, datasets=("normalised_summaries",))
    load(sheets.message(sheets.N))
    clock.forward()
    assert "NormalisedWallDuration: 600\n" in told(repository, normalised)[0]
    clock.forward()
    other = {
        "NormalisedWallDuration": "{hepscore23: 9}",
        "NormalisedCpuDuration": "{hepscore23: 8}",
    }
    load(sheets.message(sheets.N, **other))
    clock.forward()
    assert "NormalisedWallDuration: 609\n" in told(repository, normalised)[0]


def test_all_and_a_gap_move_no_mark(load: Load, repository: LocalRepository, clock: Clock) -> None:
    load(message())
    clock.forward()
    assert len(told(repository, JOBS, interval="all")) == 1
    assert len(told(repository, JOBS, interval="gap", since=datetime(2024, 6, 1).date())) == 1
    clock.forward()
    assert len(told(repository, JOBS)) == 1


def figures(months: tuple[MonthTotals, ...]) -> dict[str, tuple[int | None, int]]:
    assert {(m.site, m.year, m.month) for m in months} == {("S1", 2024, 6)}
    return {m.figure: (m.before, m.after) for m in months}


def test_a_month_is_told_with_its_totals_before_and_after(
    load: Load, repository: LocalRepository, clock: Clock
) -> None:
    """The whole month: of 3 jobs, one is new."""
    load(message(record(), record(LocalJobId="2")))
    clock.forward()
    [part] = publish(repository.store, JOBS, Received()).datasets
    assert figures(part.months) == {
        "records": (None, 2), "jobs": (None, 2), "wall_duration": (None, 120),
        "cpu_duration": (None, 100),
    }  # fmt: skip
    clock.forward()
    load(message(record(LocalJobId="3")))
    clock.forward()
    queue = Received()
    [part] = publish(repository.store, replace(JOBS, dry_run=True), queue).datasets
    assert queue.bodies == []
    assert (part.messages, part.records) == (1, 1)
    assert figures(part.months)["jobs"] == (2, 3)
    assert figures(part.months)["wall_duration"] == (120, 180)
    [again] = publish(repository.store, replace(JOBS, dry_run=True), queue).datasets
    assert again == part, "looking moves nothing"


def test_a_month_that_shrinks_is_refused_unless_forced(
    load: Load, repository: LocalRepository, clock: Clock
) -> None:
    load(message(), sheets.message(sheets.SYNC))
    clock.forward()
    told(repository, JOBS)
    clock.forward()
    load(message(record(WallDuration="59")))
    clock.forward()
    queue = Received()
    both = replace(JOBS, datasets=("jobs", "sync_records"))
    refused, other = publish(repository.store, both, queue).datasets
    assert refused.refused == "S1 2024-06 shrinks: wall_duration 60 → 59"
    assert (other.refused, len(queue.bodies)) == ("", 1), "the other dataset is written"
    forced = publish(repository.store, replace(JOBS, force=True), queue)
    assert (forced.datasets[0].refused, len(queue.bodies)) == ("", 2)
    clock.forward()
    load(message(record(LocalJobId="2", WallDuration="0")))
    clock.forward()
    [part] = publish(repository.store, JOBS, queue).datasets
    assert figures(part.months)["wall_duration"] == (59, 59)


def test_a_failure_half_way_moves_nothing(
    load: Load, repository: LocalRepository, clock: Clock
) -> None:
    load(message(*(record(LocalJobId=str(n)) for n in range(5))))
    clock.forward()
    small = replace(JOBS, records_per_message=2)
    full = Received(most=2)
    with pytest.raises(AcctError, match="the queue is full"):
        publish(repository.store, small, full)
    assert len(full.bodies) == 2
    clock.forward()
    queue = Received()
    [part] = publish(repository.store, small, queue).datasets
    assert len(queue.bodies) == 3, "all of it again"
    assert figures(part.months)["jobs"] == (None, 5)


def test_a_row_that_no_receiver_takes_is_skipped_and_named(
    load: Load, repository: LocalRepository
) -> None:
    broken = documents.job(LocalJobId="a%%b", Site="S1")
    split = documents.job(LocalJobId="c\nd", Site="S1")
    load(message(record(LocalJobId="good")), documents.EXAMPLE_8_9, documents.car(broken, split))
    queue = Received()
    [part] = publish(repository.store, replace(JOBS, interval="all"), queue).datasets
    assert part.records == 1
    assert [text.count("%%") for text in queue.texts] == [1]
    assert part.skipped == (
        Skipped(
            "BEN: ServiceLevelType: no such benchmark can be sent so", 1,
            "EXAMPLE-EAST arc.east.example 9001 2024-06-01 02:00:02",
        ),
        Skipped(
            "SYN: LocalJobId: it holds a line's end or %%, which text messages are cut at", 2,
            "S1 None a%%b 2024-06-01 00:01:00",
        ),
    )  # fmt: skip


def test_what_xml_cannot_say_is_skipped_there(load: Load, repository: LocalRepository) -> None:
    load(message(record(LocalJobId="a\x01b"), record(LocalJobId="2")))
    queue = Received()
    request = replace(JOBS, interval="all", style="ur")
    [part] = publish(repository.store, request, queue).datasets
    assert [(s.reason.split(":")[0], s.records) for s in part.skipped] == [("XML", 1)]
    assert queue.texts[0].count("<urf:UsageRecord>") == 1


def test_a_month_that_has_not_begun_is_skipped(
    load: Load, repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(sheets.message(sheets.S))
    monkeypatch.setattr(publishing, "now", lambda: datetime(2024, 5, 31))
    request = replace(JOBS, datasets=("summaries",), interval="all")
    [part] = publish(repository.store, request, Received()).datasets
    assert part.records == 0
    assert part.skipped[0].reason == "FUT: Month: the month has not begun"


def test_too_large_a_normalised_sum_is_skipped_and_the_largest_an_array_carries_is_not(
    load: Load, repository: LocalRepository
) -> None:
    """9223372036854775807 is 2^63 as a float: too large for the receiver. 2^63 - 1024 is not."""
    work = "NormalisedWallDuration", "NormalisedCpuDuration"
    for site, most in (("A", 2**63 - 1), ("B", 2**63 - 1024)):
        load(sheets.message(sheets.N3, **dict.fromkeys(work, str(most)), Site=site))
    request = replace(JOBS, datasets=("normalised_summaries",), interval="all", style="v0.4")
    [part] = publish(repository.store, request, Received()).datasets
    assert (part.records, [s.reason.split(":")[0] for s in part.skipped]) == (1, ["DBR"])


def test_with_jobs_go_the_numbers_of_jobs_of_their_months(
    load: Load, repository: LocalRepository, clock: Clock
) -> None:
    june = [record(LocalJobId=str(n), SubmitHost="ce", VO="atlas") for n in range(3)]
    august = record(LocalJobId="9", SubmitHost="ce", VO="atlas", EndTime="1722500000")
    other = record(LocalJobId="8", SubmitHost="ce", VO="cms")
    load(message(*june, august, other))
    clock.forward()
    chosen = replace(JOBS, sync=True, include_vos=("atlas",))
    jobs, sync = told(repository, chosen)
    assert jobs.startswith("APEL-individual-job-message")
    head, *records = sync.split("\n", 1)
    assert head == "APEL-sync-message: v0.1"
    assert sorted(records[0].split("%%\n")) == [
        "",
        "Site: S1\nSubmitHost: ce\nNumberOfJobs: 1\nMonth: 8\nYear: 2024\n",
        "Site: S1\nSubmitHost: ce\nNumberOfJobs: 3\nMonth: 6\nYear: 2024\n",
    ]
    clock.forward()
    load(message(record(LocalJobId="10", SubmitHost="ce", VO="atlas")))
    clock.forward()
    _, sync = told(repository, chosen)
    assert sync == (
        "APEL-sync-message: v0.1\n"
        "Site: S1\nSubmitHost: ce\nNumberOfJobs: 4\nMonth: 6\nYear: 2024\n%%\n"
    )


def test_what_the_receiver_keeps_though_it_is_no_more_is_told(
    load: Load, repository: LocalRepository, clock: Clock
) -> None:
    """Messages cannot delete: of a job whose VO was mended, the receiver has two groups."""
    june, july = record(VO="atlas"), record(LocalJobId="2", VO="atlas", EndTime="1719900000")
    load(message(june, july))
    clock.forward()
    only = replace(SUPER, include_vos=("atlas",))
    for request in (SUPER, only):
        [part] = publish(repository.store, request, Received()).datasets
        assert part.notes == ()
    clock.forward()
    load(message(record(VO="cms")))
    clock.forward()
    [part] = publish(repository.store, SUPER, Received()).datasets
    assert part.notes == ("1 groups of 1 jobs were sent and are no more: the receiver keeps them",)
    [part] = publish(repository.store, only, Received()).datasets
    assert part.notes == ("nothing is left of 1 months, which the receiver keeps: S1 2024-06",)
    [part] = publish(repository.store, replace(SUPER, as_apel=True), Received()).datasets
    assert part.notes == ()


def test_where_ssm_sends_what_it_would_die_of_is_told(
    load: Load, repository: LocalRepository
) -> None:
    load(message(record(GlobalUserName="/CN=Zoë"), record(LocalJobId="2")))
    for style in ("v0.3", "ur"):
        request = replace(JOBS, interval="all", style=style, for_ssm=True)
        [part] = publish(repository.store, request, Received()).datasets
        assert part.notes == ("1 records are not plain ASCII: senders up to SSM 4.0 die of them",)
    [part] = publish(repository.store, replace(request, for_ssm=False), Received()).datasets
    assert part.notes == ()
    withheld = replace(request, withhold_dns=True)
    assert publish(repository.store, withheld, Received()).datasets[0].notes == ()
