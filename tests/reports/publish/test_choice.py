"""Which rows are sent: filters, days, what would be one row at the receiver, what is refused."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, get_args

import pytest

from appliance.config import PublishedName
from appliance.errors import UsageError
from appliance.local import LocalRepository
from appliance.publishing import PublishRequest
from reports.publish.choice import filtered, within
from reports.publish.forms import form_of, forms_of
from reports.publish.publish import check_request
from reports.publish.sources import SOURCES
from tests import documents, sheets
from tests.jobs import message, record
from tests.reports.publish.conftest import Sent

Load = Callable[..., object]
DAY_S = 86400
MIDNIGHT = 1717200000
"""2024-06-01T00:00:00Z."""


def numbers(texts: list[str], name: str = "LocalJobId") -> set[str]:
    """What a field says in all records."""
    return set(re.findall(rf"^{name}: (.*)$", "".join(texts), re.MULTILINE))


def ended(number: int, at: int) -> str:
    return record(LocalJobId=str(number), StartTime=str(at - 1), EndTime=str(at))


@pytest.mark.parametrize(
    ("dataset", "styles"),
    [
        ("jobs", ["v0.3", "v0.4", "ur"]),
        ("summaries", ["v0.3", "v0.4"]),
        ("super_summaries", ["v0.3", "v0.4"]),
        ("normalised_summaries", ["v0.3", "v0.4"]),
        ("normalised_super_summaries", ["v0.3", "v0.4"]),
        ("sync_records", ["v0.3"]),
        ("cloud_records", ["v0.3"]),
        ("cloud_summaries", ["v0.3"]),
        ("storage_records", ["ur"]),
    ],
)
def test_a_dataset_has_the_styles_of_the_sheet_and_no_other(
    dataset: str, styles: list[str]
) -> None:
    assert list(forms_of(dataset)) == styles
    for style in {"v0.3", "v0.4", "ur"} - set(styles):
        with pytest.raises(UsageError, match=rf"{dataset} cannot be written as {style}; --style"):
            form_of(dataset, style)


def test_every_dataset_that_can_be_configured_has_a_form() -> None:
    assert set(SOURCES) == set(get_args(PublishedName))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"datasets": ()}, "nothing to publish"),
        ({"datasets": ("messages",)}, "messages has no messages"),
        ({"interval": "newest"}, "there is no interval newest; one of latest, gap, all"),
        ({"interval": "gap"}, "the interval gap has no days"),
        ({"interval": "all", "since": date(2024, 6, 1)}, "the interval all is not of days"),
        ({"style": "v0.5"}, "there is no style v0.5"),
        ({"datasets": ("summaries",), "withhold_dns": True}, "cannot go without users' names"),
        ({"datasets": ("storage_records",), "withhold_dns": True}, "only jobs, sync_records"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_hint(wanted: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_request(PublishRequest(**{"datasets": ("jobs",), **wanted}))
    assert said in str(refused.value)
    assert refused.value.hint


def test_only_the_grid_is_sent_unless_local_jobs_are_asked_for(load: Load, sent: Sent) -> None:
    load(
        message(
            record(LocalJobId="grid", InfrastructureType="grid"),
            record(LocalJobId="local", InfrastructureType="local"),
            record(LocalJobId="neither"),
        ),
        sheets.message(sheets.S, Site="N", InfrastructureType="local"),
        sheets.message(sheets.N3, Site="N", Infrastructure="local"),
    )
    assert numbers(sent("jobs", local_jobs=False)) == {"grid"}
    assert numbers(sent("jobs", local_jobs=True)) == {"grid", "local", "neither"}
    for dataset in ("summaries", "normalised_summaries"):
        assert sent(dataset, local_jobs=False) == []
        assert numbers(sent(dataset), "Site") == {"N"}
    assert numbers(sent("super_summaries", local_jobs=False), "InfrastructureType") == {"grid"}
    assert numbers(sent("normalised_super_summaries", local_jobs=False), "Infrastructure") == {
        "grid"
    }


def test_a_vo_is_included_or_excluded_and_including_wins(load: Load, sent: Sent) -> None:
    vos = ["atlas", "cms", "o'vo", "lhcb"]
    named = [record(LocalJobId=vo, VO=vo) for vo in vos]
    load(message(*named, record(LocalJobId="empty", FQAN="/")))
    assert numbers(sent("jobs", include_vos=("atlas", "o'vo"))) == {"atlas", "o'vo"}
    assert numbers(sent("jobs", exclude_vos=("atlas", "o'vo"))) == {"cms", "lhcb", "empty"}
    assert numbers(sent("jobs", include_vos=("cms",), exclude_vos=("cms",))) == {"cms"}
    assert numbers(sent("jobs", include_vos=("",))) == {"empty"}
    assert numbers(sent("super_summaries", include_vos=("cms",)), "VO") == {"cms"}


def test_vos_do_not_matter_to_clouds(load: Load, sent: Sent) -> None:
    load(sheets.message(sheets.CLOUD))
    assert len(sent("cloud_records", include_vos=("atlas",))) == 1


@pytest.mark.parametrize("style", ["v0.3", "v0.4", "ur"])
def test_users_names_are_withheld_even_where_there_are_none(
    load: Load, sent: Sent, style: str
) -> None:
    load(message(record(GlobalUserName="/CN=Ada"), record(LocalJobId="2")))
    [text] = sent("jobs", style=style, withhold_dns=True)
    assert "Ada" not in text
    assert len(re.findall(r"GlobalUserName.*?withheld", text)) == 2


def test_a_gap_begins_at_midnight_and_ends_before_it(load: Load, sent: Sent) -> None:
    times = [MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + 2 * DAY_S - 1, MIDNIGHT + 2 * DAY_S]
    load(message(*(ended(n, at) for n, at in enumerate(times))))
    days = {"interval": "gap", "since": date(2024, 6, 1), "until": date(2024, 6, 3)}
    for style in ("v0.3", "v0.4"):
        assert numbers(sent("jobs", style=style, **days)) == {"1", "2"}
    assert numbers(sent("jobs", interval="gap", since=date(2024, 6, 3))) == {"3"}
    assert numbers(sent("jobs", interval="gap", until=date(2024, 6, 1))) == {"0"}


@pytest.mark.parametrize(
    ("dataset", "text"),
    [
        ("summaries", sheets.message(sheets.S)),
        ("super_summaries", sheets.message(sheets.S)),
        ("normalised_summaries", sheets.message(sheets.N3)),
        ("normalised_super_summaries", sheets.message(sheets.N3)),
        ("sync_records", sheets.message(sheets.SYNC)),
        ("cloud_records", sheets.message(sheets.CLOUD)),
        ("cloud_summaries", sheets.message(sheets.CLOUD_SUMMARY, Month="6")),
        ("storage_records", documents.star(documents.share(EndTime="2024-06-10"))),
    ],
)
def test_every_dataset_can_fill_a_gap(load: Load, sent: Sent, dataset: str, text: str) -> None:
    """Of what is of a month, the months that have a day of the gap."""
    load(text)
    june = {"interval": "gap", "since": date(2024, 6, 1), "until": date(2024, 6, 11)}
    assert len(sent(dataset, **june)) == 1
    assert sent(dataset, interval="gap", since=date(2024, 7, 1)) == []
    assert sent(dataset, interval="gap", until=date(2024, 6, 1)) == []


def test_normalised_v0_3_adds_two_benchmarks_of_one_key_up(load: Load, sent: Sent) -> None:
    """600 + 9 = 609: the receiver would keep one of the two. APEL sends both."""
    other = {
        "NormalisedWallDuration": "{hepscore23: 9}",
        "NormalisedCpuDuration": "{hepscore23: 8}",
    }
    load(sheets.message(sheets.N), sheets.message(sheets.N, **other))
    [text] = sent("normalised_summaries")
    assert numbers([text], "NormalisedWallDuration") == {"609"}
    assert numbers([text], "NormalisedCpuDuration") == {"508"}
    assert numbers([text], "NumberOfJobs") == {"2"}
    [text] = sent("normalised_summaries", as_apel=True)
    assert numbers([text], "NormalisedWallDuration") == {"600", "9"}
    [text] = sent("normalised_summaries", style="v0.4")
    assert numbers([text], "NormalisedWallDuration") == {"{HEPSPEC: 600}", "{HEPscore23: 9}"}


def test_an_unnamed_benchmark_and_hepspec_are_one_row_in_arrays(load: Load, sent: Sent) -> None:
    load(sheets.message(sheets.S), sheets.message(sheets.S, ServiceLevelType=None))
    [text] = sent("summaries", style="v0.4")
    assert numbers([text], "NumberOfJobs") == {"2"}
    [text] = sent("summaries")
    assert numbers([text], "ServiceLevelType") == {"HEPSPEC", "None"}


def test_of_a_derived_and_a_received_cloud_summary_the_last_one_is_sent(
    load: Load, repository: LocalRepository, sent: Sent
) -> None:
    load(sheets.message(sheets.CLOUD))
    same = {"Status": "started", "Month": "6", "CpuCount": "2", "Benchmark": "0"}
    load(sheets.message(sheets.CLOUD_SUMMARY, BenchmarkType=None, WallDuration="5", **same))
    with repository.store.transaction() as cursor:
        cursor.execute("UPDATE store.cloud_usage SET update_time = '2024-01-01'")
    [text] = sent("cloud_summaries")
    assert numbers([text], "WallDuration") == {"5"}


def test_apel_sends_super_summaries_whose_jobs_ended_since_the_last_month_began(
    load: Load, repository: LocalRepository
) -> None:
    load(message(ended(1, 1719791999), ended(2, 1719792000)))  # the end of June, July
    source = SOURCES["super_summaries"]
    request = PublishRequest(("super_summaries",), as_apel=True)
    now = datetime(2024, 8, 15)
    rows = within(filtered(source, PublishRequest((), local_jobs=True)), source, request, now, now)
    with repository.store.cursor() as cursor:
        found = cursor.execute(f"SELECT month FROM ({rows.sql})", rows.given).fetchall()
    assert found == [(7,)]


def test_as_apel_sends_the_figures_that_apel_would_hold(load: Load, sent: Sent) -> None:
    """Of two machines' jobs of one number the last stands; names that differ in case are one."""
    grid = {"InfrastructureType": "Grid", "LocalJobId": "1"}
    load(message(record(**grid, MachineName="a", VO="Atlas")))
    load(message(record(**grid, MachineName="b", VO="atlas", WallDuration="70")))
    load(message(record(**grid | {"LocalJobId": "2"}, VO="ATLAS", WallDuration="5")))
    wanted = {"as_apel": True, "local_jobs": False, "include_vos": ("atlás",)}
    [jobs] = sent("jobs", **wanted)
    assert numbers([jobs], "WallDuration") == {"70", "5"}
    assert numbers([jobs], "VO") == {"Atlas"}
    summary, sync = sent("super_summaries", **wanted, interval="all", sync=True)
    assert numbers([summary], "WallDuration") == {"75"}
    assert numbers([summary], "NumberOfJobs") == numbers([sync], "NumberOfJobs") == {"2"}
    [normalised] = sent("normalised_super_summaries", **wanted, sync=False)
    assert numbers([normalised], "NormalisedWallDuration") == {"750"}
    assert sent("super_summaries", include_vos=("atlás",)) == []


def test_every_dataset_can_be_sent_as_apel_would(load: Load, sent: Sent) -> None:
    load(message(), *(sheets.message(kind) for kind in (sheets.S, sheets.N3, sheets.SYNC)))
    load(sheets.message(sheets.CLOUD), documents.star())
    for dataset in SOURCES:
        assert len(sent(dataset, as_apel=True)) == 1, dataset
    assert sent("super_summaries", as_apel=True, interval="latest") == [], "June 2024 is long ago"
