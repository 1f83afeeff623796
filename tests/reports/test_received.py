"""What sites summarised themselves: stored, united with the jobs, reported; the sheet's figures."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.repository import Loaded, Question
from appliance.table import Value
from tests import jobs
from tests.sheets import N3, SYNC, N, S, message, of

Load = Callable[..., Loaded]

SUMMARIES = (
    "site month year global_user_name vo vo_group vo_role submit_host infrastructure_type "
    "infrastructure_description service_level_type service_level node_count processors "
    "earliest_end_time latest_end_time wall_duration cpu_duration number_of_jobs"
)
NORMALISED = (
    "site month year global_user_name vo vo_group vo_role submit_host infrastructure "
    "infrastructure_description service_level_type node_count processors earliest_end_time "
    "latest_end_time wall_duration cpu_duration normalised_wall_duration normalised_cpu_duration "
    "number_of_jobs"
)
FROM = "publisher_dn message_id update_time"

EXAMPLE_8_3 = """APEL-summary-job-message: v0.2
Site: EXAMPLE-SOUTH
Month: 6
Year: 2024
GlobalUserName: /DC=example/CN=Bo Lind
VO: geo.example
VOGroup: /geo.example
VORole: Role=NULL
SubmitHost: ce.south.example
InfrastructureType: grid
InfrastructureDescription: APEL-SLURM
ServiceLevelType: HEPSPEC
ServiceLevel: 9.75
NodeCount: 1
Processors: 8
EarliestEndTime: 1717200000
LatestEndTime: 1719791999
WallDuration: 500000
CpuDuration: 3600001
NumberOfJobs: 120
%%
"""
EXAMPLE_8_3_V4 = """APEL-summary-job-message: v0.4
Site: EXAMPLE-SOUTH
Month: 06
Year: 2024
VO: geo.example
SubmitHost: ce.south.example
InfrastructureType: grid
ServiceLevel: {si2k: 2437.5, hepspec: 9.75}
NodeCount: 1
Processors: 1
WallDuration: 1000
CpuDuration: 900
NumberOfJobs: 3
%%
"""
EXAMPLE_8_4 = """APEL-summary-job-message: v0.3
Site: EXAMPLE-EAST
Month: 6
Year: 2024
VO: bio.example
SubmitHost: arc.east.example
Infrastructure: grid
NodeCount: 0
Processors: 16
EarliestEndTime: 1717200000
LatestEndTime: 1719792000
WallDuration: 3600
CpuDuration: 50000
NormalisedWallDuration: 39600
NormalisedCpuDuration: 550000
NumberOfJobs: 2
%%
"""
EXAMPLE_8_4_V4 = """APEL-normalised-summary-message: v0.4
Site: EXAMPLE-EAST
Month: 6
Year: 2024
VO: bio.example
SubmitHost: arc.east.example
Infrastructure: grid
NodeCount: 0
Processors: 16
WallDuration: 3600
CpuDuration: 50000
NormalisedWallDuration: {HEPscore23: 40000.9, hepspec: 39600}
NormalisedCpuDuration: {HEPscore23: 555000, hepspec: 550000}
NumberOfJobs: 2
%%
"""


def ask(repository: LocalRepository, *by: str, **more: object) -> list[tuple[Value, ...]]:
    return repository.report(Question(by=by, **more)).rows  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("dataset", "columns"),
    [
        ("summaries", f"{SUMMARIES} {FROM}"),
        ("normalised_summaries", f"{NORMALISED} {FROM}"),
        ("super_summaries", f"{SUMMARIES} update_time"),
        ("normalised_super_summaries", f"{NORMALISED} update_time"),
        ("sync_records", f"site submit_host number_of_jobs month year {FROM}"),
    ],
)
def test_a_dataset_has_the_columns_of_the_design(
    repository: LocalRepository, dataset: str, columns: str
) -> None:
    assert " ".join(repository.query(f"SELECT * FROM {dataset}").columns) == columns


def test_the_sheets_example_8_3_gives_its_rows(repository: LocalRepository, load: Load) -> None:
    load(EXAMPLE_8_3, EXAMPLE_8_3_V4)
    second, first = repository.query("SELECT * FROM summaries ORDER BY processors").rows
    assert first[:19] == (
        "EXAMPLE-SOUTH", 6, 2024, "/DC=example/CN=Bo Lind", "geo.example", "/geo.example",
        "Role=NULL", "ce.south.example", "grid", "APEL-SLURM", "HEPSPEC", Decimal("9.750"), 1, 8,
        datetime(2024, 6, 1), datetime(2024, 6, 30, 23, 59, 59), 500000, 3600001, 120,
    )  # fmt: skip
    assert (second[1], second[10], second[11]) == (6, "HEPSPEC", Decimal("9.750"))
    assert second[14:19] == (None, None, 1000, 900, 3)
    normalised = "normalised_wall_duration, normalised_cpu_duration"
    found = repository.query(f"SELECT {normalised} FROM normalised_super_summaries ORDER BY 1").rows
    assert found == [(9750, 8775), (4875000, 35100010)]  # 35100009.75


def test_the_sheets_example_8_4_counts_twice(repository: LocalRepository, load: Load) -> None:
    """K19: v0.3 does not say its benchmark, so v0.4 of the same month is another row."""
    load(EXAMPLE_8_4, EXAMPLE_8_4_V4)
    wanted = [("HEPscore23", 40000, 555000, None), ("None", 39600, 550000, datetime(2024, 7, 1))]
    columns = (
        "service_level_type, normalised_wall_duration, normalised_cpu_duration, latest_end_time"
    )
    for dataset in ("normalised_summaries", "normalised_super_summaries"):
        assert repository.query(f"SELECT {columns} FROM {dataset} ORDER BY 1").rows == wanted
    levels = repository.query("SELECT DISTINCT service_level FROM super_summaries").rows
    assert levels == [(Decimal(0),)]


def test_the_sheets_example_8_5_gives_its_row(repository: LocalRepository, load: Load) -> None:
    load(message(SYNC, NumberOfJobs="123"))
    found = repository.query("SELECT * EXCLUDE (message_id, update_time) FROM sync_records").rows
    assert found == [("S1", "ce", 123, 6, 2024, None)]


def test_a_site_that_sends_summaries_is_in_the_reports(
    repository: LocalRepository, load: Load
) -> None:
    load(
        jobs.message(jobs.record(VO="geo.example", WallDuration="3600", CpuDuration="1800")),
        EXAMPLE_8_3_V4.replace("900\n", "1800\n").replace("1000\n", "3600\n"),
    )
    metrics = ("jobs", "wall_hours", "wall_work", "cpu_work", "efficiency")
    # One job at HEPSPEC 10 and a summary of three at 9.75, an hour each.
    wanted = ("geo.example", "HEPSPEC", 4, 2.0, 19.75, 9.875, 0.5)
    assert ask(repository, "vo", metrics=metrics) == [wanted]
    assert ask(repository, "queue", metrics=("jobs",)) == [("None", 4)]


def test_work_of_normalised_summaries_is_their_own(repository: LocalRepository, load: Load) -> None:
    load(EXAMPLE_8_4_V4)
    metrics = ("jobs", "wall_hours", "core_wall_hours", "wall_work", "cpu_work", "efficiency")
    wanted = ("bio.example", "HEPscore23", 2, 1.0, 16.0, 40000 * 16 / 3600, 555000 / 3600,
              50000 / 57600)  # fmt: skip
    assert ask(repository, "vo", metrics=metrics) == [wanted]
    in_hepspec = ask(repository, "vo", metrics=("wall_work",), unit="HEPSPEC")
    assert in_hepspec == [("bio.example", 39600 * 16 / 3600, 0)]
    in_si2k = ask(repository, "vo", metrics=("cpu_work",), unit="si2k")
    assert in_si2k == [("bio.example", 550000 * 250 / 3600, 0)]


def test_a_received_summary_without_the_unit_s_benchmark_is_uncovered(
    repository: LocalRepository, load: Load
) -> None:
    load(message(S, NumberOfJobs="7", ServiceLevelType="hepspec"))
    load(message(N3, NumberOfJobs="9", VO="other"))
    rows = ask(repository, "vo", metrics=("wall_work", "uncovered_jobs"), unit="HEPscore23")
    assert {row[2] for row in rows} == {7, 9}


def test_the_later_source_of_equal_super_keys_stands_alone(
    repository: LocalRepository, load: Load
) -> None:
    """Nothing is added up: jobs, then summaries, then normalised summaries, in any order."""
    load(message(S, NumberOfJobs="7"))
    load(jobs.message(jobs.record(Processors="1", NodeCount="1", Queue="a")))
    load(jobs.message(jobs.record(Processors="1", NodeCount="1", Queue="b", LocalJobId="2")))
    counted = "SELECT number_of_jobs, service_level FROM super_summaries ORDER BY ALL"
    assert repository.query(counted).rows == [(7, Decimal(10))]
    assert ask(repository, "site", metrics=("jobs",)) == [("S1", 7)]
    load(message(N3, NumberOfJobs="9", ServiceLevelType="hepspec"))
    load(message(S, NumberOfJobs="8", ServiceLevel="0", InfrastructureType="grid"))
    assert repository.query(counted).rows == [(7, Decimal(10)), (9, Decimal(0))]


def test_a_corrected_summary_leaves_no_stale_one(repository: LocalRepository, load: Load) -> None:
    load(message(S, NumberOfJobs="7"), message(N, NumberOfJobs="3"))
    load(message(S, NumberOfJobs="5"), message(N, NumberOfJobs="2"))
    found = repository.query("SELECT number_of_jobs FROM super_summaries ORDER BY ALL").rows
    assert found == [(2,), (5,)]


def test_whatever_a_record_may_say_is_reported(repository: LocalRepository, load: Load) -> None:
    """The largest numbers that are accepted break no report and no dataset."""
    most = {"WallDuration": str(2**63 - 1), "CpuDuration": str(2**63 - 1),
            "Processors": str(2**31 - 1)}  # fmt: skip
    load(message(S, **most, ServiceLevel="9999999.999"), message(N3, **most))
    metrics = ("jobs", "core_wall_hours", "wall_work", "cpu_work")
    assert len(ask(repository, "vo", metrics=metrics)) == 2
    for dataset in ("super_summaries", "normalised_super_summaries"):
        assert len(repository.query(f"SELECT * FROM {dataset}").rows) == 2


TIMES = count()
ANY = st.lists(
    st.tuples(
        st.sampled_from(["jobs", "summaries", "normalised"]),
        st.sampled_from(["a", "b"]),  # VO
        st.sampled_from(["0", "10"]),  # service level
        st.sampled_from(["6", "7"]),  # month
        st.integers(0, 1000),  # wall
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(ANY, min_size=1, max_size=3))
def test_after_any_loads_the_super_summaries_are_those_of_the_records(
    repository: LocalRepository, load: Load, batches: list[list[tuple[str, str, str, str, int]]]
) -> None:
    with repository.store.transaction() as cursor:
        for table in ("jobs", "summaries", "normalised_summaries", "messages", "usage"):
            cursor.execute(f"DELETE FROM store.{table}")
    held: dict[str, dict[tuple[Value, ...], int]] = {"jobs": {}, "summaries": {}, "normalised": {}}
    for batch in batches:
        load(*[_as_message(*record) for record in batch])
        for source, vo, level, month, wall in batch:
            key = (vo, Decimal(0 if source == "normalised" else level), int(month))
            held[source][key] = wall
    wanted = held["jobs"] | held["summaries"] | held["normalised"]
    rows = repository.query(
        "SELECT vo, service_level, month, wall_duration FROM super_summaries"
    ).rows
    assert {row[:3]: row[3] for row in rows} == wanted
    assert len(rows) == len(wanted)


def _as_message(source: str, vo: str, level: str, month: str, wall: int) -> str:
    """Each another text, for what has been sent before is not loaded again."""
    changes = {"VO": vo, "WallDuration": str(wall), "UpdateTime": str(next(TIMES))}
    if source == "jobs":
        end = str({"6": 1717200000, "7": 1719792000}[month])
        one = {
            "LocalJobId": f"{vo}{level}",
            "ServiceLevel": level,
            "StartTime": end,
            "EndTime": end,
        }
        return jobs.message(jobs.record(**changes, **one, NodeCount="1", Processors="1"))
    if source == "summaries":
        return message(S, **changes, ServiceLevel=level, Month=month)
    return message(N3, of(N3, **changes, Month=month, Infrastructure=None)
                   + "ServiceLevelType: HEPSPEC\n")  # fmt: skip
