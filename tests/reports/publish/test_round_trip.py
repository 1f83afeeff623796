"""What is published and loaded elsewhere is the same there: every type, in every style."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.configfile import load_config
from appliance.local import LocalRepository
from appliance.publishing import PublishRequest
from appliance.records.benchmarks import PREFERENCE
from appliance.records.cloud import CLOUD, CLOUD_SUMMARY
from appliance.records.declare import RecordType
from appliance.records.job import JOB
from appliance.records.summary import NORMALISED_SUMMARY, SUMMARY
from appliance.records.sync import SYNC
from appliance.repository import Delivery
from appliance.store import Store
from appliance.table import Value
from reports.publish.publish import publish
from tests.documents import STAR_NS
from tests.reports.publish.hostile import JUNE, MONTH_S, iso, records, text_message, texts, values
from tests.reports.publish.receiving import Received

EVERYTHING = PublishRequest(
    datasets=(),
    interval="all",
    local_jobs=True,
    decimal_cpu_count=True,
    infrastructure_description=True,
    records_per_message=2,
    sync=False,
)
PROVENANCE = "publisher_dn", "message_id", "update_time"
FQANS = st.sampled_from(
    ["/geo/Role=production/Capability=NULL", "/geo//uk", "//geo", "/", "/Role=x/geo", "geo",
     "geo/Role=x", "/a/Role=p;/b/Role=q", "; /a", "/ö<&>/Role='x'", None]
)  # fmt: skip
LEVELS = st.integers(0, 9_999_999_999).map(lambda n: f"{n / 1000:.3f}")
EXACT = st.integers(0, 2**53)
"""An array's number passes through a float."""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalRepository, ...]]:
    opened = []
    for name in ("child", "parent"):
        data = tmp_path_factory.mktemp(name)
        opened.append(LocalRepository(Store.open(load_config(data, environment={}))))
    yield tuple(opened)
    for repository in opened:
        repository.close()


def carried(
    two: tuple[LocalRepository, ...], dataset: str, style: str, *messages: str
) -> list[list[tuple[Value, ...]]]:
    """The rows of a dataset here and there, after these messages were loaded and sent on."""
    child, parent = two
    for repository in two:
        forget(repository)
    taken = child.load([Delivery(str(n), m.encode(), 1.0) for n, m in enumerate(messages)])
    assert taken.problems == ()
    queue = Received()
    done = publish(child.store, replace(EVERYTHING, datasets=(dataset,), style=style), queue)
    [part] = done.datasets
    assert part.skipped == ()
    assert part.messages == len(queue.bodies)
    came = parent.load([Delivery(str(n), b, 1.0) for n, b in enumerate(queue.bodies)])
    assert came.problems == ()
    assert came.records == part.records
    hidden = [column for column in PROVENANCE if "super" not in dataset or column == "update_time"]
    hidden += NOT_CARRIED.get((dataset, style), ())
    rows = f"SELECT * EXCLUDE ({', '.join(hidden)}) FROM {dataset} ORDER BY ALL"
    return [repository.query(rows).rows for repository in two]


NOT_CARRIED = {
    ("jobs", "ur"): ("infrastructure_description",),
    ("normalised_summaries", "v0.3"): ("service_level_type",),
}
"""Columns that a form has no place for."""


def forget(repository: LocalRepository) -> None:
    """An empty store again."""
    with repository.store.transaction() as cursor:
        tables = cursor.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'store' "
            "AND database_name <> 'stage' AND table_name NOT IN ('program', 'numbers')"
        ).fetchall()
        for (table,) in tables:
            cursor.execute(f"DELETE FROM store.{table}")


def few(
    made: st.SearchStrategy[dict[str, str | None]],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test of up to a dozen of such records: carrying them takes time, not making them."""

    def wrap(test: Callable[..., None]) -> Callable[..., None]:
        checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
        wrapped = given(found=st.lists(made, min_size=1, max_size=12))(test)
        return settings(max_examples=5, deadline=None, suppress_health_check=checks)(wrapped)

    return wrap


def jobs(*, xml: bool) -> st.SearchStrategy[dict[str, str | None]]:
    ends = st.integers(JUNE, JUNE + MONTH_S)
    memory = _some_memory() if xml else values(JOB.field("MemoryReal"))
    return records(
        JOB,
        xml=xml,
        FQAN=FQANS,
        StartTime=st.integers(0, JUNE).map(str),
        EndTime=ends.map(str),
        ServiceLevelType=st.sampled_from(PREFERENCE),
        ServiceLevel=LEVELS,
        MemoryReal=memory,
        MemoryVirtual=memory,
    )


def _some_memory() -> st.SearchStrategy[str | None]:
    """CAR does not say a memory of 0: nothing is known of it there."""
    return st.none() | st.integers(1, 2**31 - 1).map(str)


@few(jobs(xml=False))
@pytest.mark.parametrize("style", ["v0.3", "v0.4"])
def test_jobs_as_text(two: Any, style: str, found: list[dict[str, str | None]]) -> None:
    here, there = carried(
        two, "jobs", style, text_message("APEL-individual-job-message: v0.3", found)
    )
    assert here == there != []


@few(jobs(xml=True))
def test_jobs_as_car(two: Any, found: list[dict[str, str | None]]) -> None:
    here, there = carried(
        two, "jobs", "ur", text_message("APEL-individual-job-message: v0.3", found)
    )
    assert here == there != []


def months(kind: RecordType, **changes: Any) -> st.SearchStrategy[dict[str, str | None]]:
    """Summaries of June 2024."""
    return records(
        kind,
        Month=st.just("6"),
        Year=st.just("2024"),
        EarliestEndTime=st.none() | st.integers(JUNE, JUNE + 10).map(str),
        LatestEndTime=st.none() | st.integers(JUNE + 10, JUNE + MONTH_S).map(str),
        **changes,
    )


@few(months(SUMMARY))
def test_summaries_v0_2(two: Any, found: list[dict[str, str | None]]) -> None:
    here, there = carried(
        two, "summaries", "v0.3", text_message("APEL-summary-job-message: v0.2", found)
    )
    assert here == there != []


@few(months(SUMMARY, ServiceLevelType=st.sampled_from(PREFERENCE)))
def test_summaries_v0_4_whose_benchmark_is_known(
    two: Any, found: list[dict[str, str | None]]
) -> None:
    here, there = carried(
        two, "summaries", "v0.4", text_message("APEL-summary-job-message: v0.2", found)
    )
    assert here == there != []


@few(months(NORMALISED_SUMMARY, ServiceLevelType=st.none()))
def test_normalised_summaries_v0_3(two: Any, found: list[dict[str, str | None]]) -> None:
    here, there = carried(
        two, "normalised_summaries", "v0.3", text_message("APEL-summary-job-message: v0.3", found)
    )
    assert here == there != []


def array(pair: tuple[str, int]) -> str:
    return f"{{{pair[0]}: {pair[1]}}}"


@few(
    st.tuples(
        months(NORMALISED_SUMMARY, ServiceLevelType=st.none()),
        st.sampled_from(PREFERENCE),
        EXACT,
        EXACT,
    ).map(
        lambda made: {
            **made[0],
            "NormalisedWallDuration": array((made[1], made[2])),
            "NormalisedCpuDuration": array((made[1], made[3])),
        }
    )
)
def test_normalised_summaries_v0_4(two: Any, found: list[dict[str, str | None]]) -> None:
    text = text_message("APEL-normalised-summary-message: v0.4", found)
    here, there = carried(two, "normalised_summaries", "v0.4", text)
    assert here == there != []


@few(records(SYNC))
def test_sync(two: Any, found: list[dict[str, str | None]]) -> None:
    here, there = carried(
        two, "sync_records", "v0.3", text_message("APEL-sync-message: v0.1", found)
    )
    assert here == there != []


@few(
    records(
        CLOUD,
        FQAN=FQANS,
        Status=st.sampled_from(["started", "Completed", "completed", None]),
        RecordCreateTime=st.none() | st.integers(0, JUNE).map(str),
        StartTime=st.none() | st.integers(0, JUNE).map(str),
        SuspendDuration=st.integers(-1000, 10**9).map(str),
        WallDuration=st.integers(-1000, 10**9).map(str),
    )
)
def test_virtual_machines(two: Any, found: list[dict[str, str | None]]) -> None:
    here, there = carried(
        two, "cloud_records", "v0.3", text_message("APEL-cloud-message: v0.4", found)
    )
    assert here == there != []


@few(records(CLOUD_SUMMARY))
def test_cloud_summaries(two: Any, found: list[dict[str, str | None]]) -> None:
    here, there = carried(
        two, "cloud_summaries", "v0.3", text_message("APEL-cloud-summary-message: v0.4", found)
    )
    assert here == there != []


def _element(name: str, value: str | None, **attributes: str) -> str:
    given_ = "".join(f" p:{key}={quoteattr(text)}" for key, text in attributes.items())
    return "" if value is None else f"<p:{name}{given_}>{escape(value)}</p:{name}>"


LINES = st.none() | texts(255, xml=True) | texts(80, xml=True).map(lambda t: f" {t}\n {t}\t")
"""XML keeps white space, lines' ends too."""


@st.composite
def shares(draw: st.DrawFn) -> str:
    """A StAR record; what it does not say is absent, for a null text comes back as None."""
    named = ["Site", "StorageShare", "StorageMedia", "StorageClass", "DirectoryPath", "LocalUser",
             "LocalGroup", "UserIdentity", "Group"]  # fmt: skip
    parts = [_element(name, draw(LINES)) for name in named]
    whole = st.none() | st.integers(-(2**31), 2**31 - 1).map(str)
    parts.append(_element("FileCount", draw(whole)))
    parts += [_element(name, draw(whole)) for name in
              ("LogicalCapacityUsed", "ResourceCapacityAllocated")]  # fmt: skip
    known = st.sampled_from(["subgroup", "role", "Role"])
    said = texts(40, xml=True) | st.just("")
    kinds = draw(st.dictionaries(texts(40, xml=True) | known, said, max_size=4))
    parts += [_element("GroupAttribute", value, attributeType=kind) for kind, value in kinds.items()
              if value or kind not in ("subgroup", "role")]  # fmt: skip
    at = st.integers(0, JUNE).map(iso)
    name, made = quoteattr(draw(texts(255, xml=True))), quoteattr(draw(at))
    return (
        f"<p:StorageUsageRecord><p:RecordIdentity p:recordId={name} p:createTime={made}/>"
        f"{_element('StorageSystem', draw(texts(255, xml=True)))}{''.join(parts)}"
        f"<p:StartTime>{draw(at)}</p:StartTime><p:EndTime>{draw(at)}</p:EndTime>"
        f"<p:ResourceCapacityUsed>{draw(st.integers(-(2**63), 2**63 - 1))}"
        "</p:ResourceCapacityUsed></p:StorageUsageRecord>"
    )


@few(shares())  # type: ignore[arg-type]
def test_storage_with_the_attributes_of_its_groups(two: Any, found: list[str]) -> None:
    text = f'<p:StorageUsageRecords xmlns:p="{STAR_NS}">{"".join(found)}</p:StorageUsageRecords>'
    here, there = carried(two, "storage_records", "ur", text)
    assert here == there != []
    attributes = [
        repository.query("SELECT * EXCLUDE (message_id) FROM storage_group_attributes ORDER BY ALL")
        for repository in two
    ]
    assert attributes[0] == attributes[1]


def test_a_null_text_of_storage_comes_back_as_none(two: Any) -> None:
    share = (
        '<p:StorageUsageRecord><p:RecordIdentity p:recordId="r" p:createTime="2024-06-01"/>'
        "<p:StorageSystem>se</p:StorageSystem><p:Site></p:Site><p:StartTime>2024-06-01</p:StartTime>"
        "<p:EndTime>2024-06-02</p:EndTime><p:ResourceCapacityUsed>1</p:ResourceCapacityUsed>"
        "</p:StorageUsageRecord>"
    )
    carried(two, "storage_records", "ur", f'<p:x xmlns:p="{STAR_NS}">{share}</p:x>')
    sites = [r.query("SELECT site FROM storage_records").rows for r in two]
    assert sites == [[(None,)], [("None",)]]


def test_of_several_benchmarks_the_preferred_one_is_sent(two: Any) -> None:
    job = {"Site": "S1", "LocalJobId": "1", "WallDuration": "60", "CpuDuration": "50",
           "StartTime": "1717200000", "EndTime": "1717200060",
           "ServiceLevel": "{hepspec: 10.5, HEPscore23: 11.25}"}  # fmt: skip
    text = text_message("APEL-individual-job-message: v0.4", [{**job}])
    NOT_CARRIED["jobs", "v0.4"] = ("service_levels",)
    try:
        here, there = carried(two, "jobs", "v0.4", text)
    finally:
        del NOT_CARRIED["jobs", "v0.4"]
    assert here == there
    levels = [r.query("SELECT service_levels FROM jobs").rows[0][0] for r in two]
    assert levels == ['{"HEPscore23": 11.250, "HEPSPEC": 10.500}', '{"HEPscore23": 11.250}']


@few(jobs(xml=False))
def test_jobs_summarised_here_are_the_same_super_summaries_there(
    two: Any, found: list[dict[str, str | None]]
) -> None:
    """But for an empty VO or group, which summary messages have no way to say."""
    named = [{**job, "WallDuration": "60", "CpuDuration": "50"} for job in found]
    named = [job for job in named if job["FQAN"] not in ("//geo", "/", "/Role=x/geo", "; /a")]
    text = text_message("APEL-individual-job-message: v0.3", named or [{**named_job}])
    here, there = carried(two, "super_summaries", "v0.3", text)
    assert here == there != []


named_job: dict[str, str | None] = {
    "Site": "S1", "LocalJobId": "1", "WallDuration": "60", "CpuDuration": "50",
    "StartTime": "1717200000", "EndTime": "1717200060", "ServiceLevelType": "HEPSPEC",
    "ServiceLevel": "10",
}  # fmt: skip
