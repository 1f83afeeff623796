"""Virtual machines by month: from counters that only grow to what each month used."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.repository import Loaded
from appliance.table import Value
from tests.sheets import CLOUD, CLOUD_SUMMARY, message, of

Load = Callable[..., Loaded]
FROM = "publisher_dn message_id update_time"

EXAMPLE_8_6 = """APEL-cloud-message: v0.4
RecordCreateTime: 1719791000
VMUUID: 7d0f-vm-a
SiteName: EXAMPLE-CLOUD
CloudComputeService: stack-1
FQAN: /geo.example/Role=NULL/Capability=NULL
Status: started
StartTime: 1719705600
EndTime: NULL
WallDuration: 85400
CpuDuration: 170800
CpuCount: 2
NetworkInbound: 1
Memory: 4096
BenchmarkType: HEPSPEC06
Benchmark: 11.5
ImageId: img-7
%%
VMUUID: 7d0f-vm-a
SiteName: EXAMPLE-CLOUD
CloudComputeService: stack-1
FQAN: /geo.example/Role=NULL/Capability=NULL
Status: completed
StartTime: 1719705600
EndTime: 1719878400
WallDuration: 172800
CpuDuration: 345600
CpuCount: 2
NetworkInbound: 3
Memory: 4096
BenchmarkType: HEPSPEC06
Benchmark: 11.5
ImageId: img-7
"""
EXAMPLE_8_7 = """APEL-cloud-summary-message: v0.4
SiteName: EXAMPLE-CLOUD
CloudComputeService: stack-2
Month: 7
Year: 2024
VO: geo.example
Status: completed
ImageId: img-9
EarliestStartTime: 1719705600
LatestStartTime: 1719705600
WallDuration: 87400
CpuDuration: 174800
CpuCount: 2.5
BenchmarkType: HEPSPEC06
Benchmark: 11.5
NumberOfVMs: 1
%%
"""


def walls(repository: LocalRepository) -> list[tuple[Value, ...]]:
    return repository.query(
        "SELECT site_name, year, month, wall_duration, number_of_vms "
        "FROM cloud_summaries ORDER BY ALL"
    ).rows


@pytest.mark.parametrize(
    ("dataset", "columns"),
    [
        (
            "cloud_records",
            "record_create_time vm_uuid site_name cloud_compute_service machine_name "
            "local_user_id local_group_id global_user_name fqan vo vo_group vo_role status "
            "start_time end_time suspend_duration wall_duration cpu_duration cpu_count "
            "network_type network_inbound network_outbound public_ip_count memory disk "
            "benchmark_type benchmark storage_record_id image_id cloud_type measurement_time "
            f"measurement_month measurement_year {FROM}",
        ),
        (
            "cloud_summaries",
            "site_name cloud_compute_service month year global_user_name vo vo_group vo_role "
            "status cloud_type image_id earliest_start_time latest_start_time wall_duration "
            "cpu_duration cpu_count network_inbound network_outbound memory disk benchmark_type "
            f"benchmark number_of_vms {FROM}",
        ),
    ],
)
def test_a_dataset_has_the_fields_in_the_sheets_order(
    repository: LocalRepository, dataset: str, columns: str
) -> None:
    assert " ".join(repository.query(f"SELECT * FROM {dataset}").columns) == columns


def test_the_sheets_example_8_6_is_split_at_the_months_border(
    repository: LocalRepository, load: Load
) -> None:
    load(EXAMPLE_8_6)
    june, july = datetime(2024, 6, 30, 23, 43, 20), datetime(2024, 7, 2)
    records = repository.query(
        "SELECT record_create_time, measurement_time, measurement_month, measurement_year "
        "FROM cloud_records ORDER BY 1"
    ).rows
    assert records == [(june, june, 6, 2024), (july, july, 7, 2024)]
    rows = repository.query(
        "SELECT * EXCLUDE (message_id, update_time) FROM cloud_summaries ORDER BY month"
    ).rows
    month = (
        "EXAMPLE-CLOUD", "stack-1", 6, 2024, "None", "geo.example", "/geo.example", "Role=NULL",
        "started", "None", "img-7", datetime(2024, 6, 30), datetime(2024, 6, 30), 85400, 170800,
        Decimal("2.000"), 1, None, 4096, None, "HEPSPEC06", Decimal("11.500"), 1, "summariser",
    )  # fmt: skip
    later = (*month[:2], 7, *month[3:8], "completed", *month[9:13], 87400, 174800, month[15], 2)
    assert rows == [month, (*later, *month[17:])]


def test_the_sheets_example_8_7_stands_beside_what_is_derived(
    repository: LocalRepository, load: Load
) -> None:
    load(EXAMPLE_8_6, EXAMPLE_8_7)
    found = repository.query(
        "SELECT cloud_compute_service, cpu_count, publisher_dn, message_id FROM cloud_summaries "
        "WHERE month = 7 ORDER BY 1"
    ).rows
    assert found == [
        ("stack-1", Decimal("2.000"), "summariser", None),
        ("stack-2", Decimal("2.500"), None, 2),
    ]


def test_a_corrected_month_changes_the_next_record_of_its_machine_alone(
    repository: LocalRepository, load: Load
) -> None:
    def record(vm: str, month: int, wall: int) -> str:
        made = str(int(datetime(2024, month, 2, tzinfo=UTC).timestamp()))
        return message(CLOUD, VMUUID=vm, RecordCreateTime=made, WallDuration=str(wall))

    load(*[record(vm, month, month * 100) for vm in "ab" for month in (3, 5, 8)])
    assert [(row[2], row[3]) for row in walls(repository)] == [(3, 600), (5, 400), (8, 600)]
    with repository.store.cursor() as cursor:
        cursor.execute("UPDATE store.cloud_usage SET update_time = TIMESTAMP '2000-01-01'")
    load(record("a", 3, 250))
    assert [(row[2], row[3]) for row in walls(repository)] == [(3, 550), (5, 450), (8, 600)]
    untouched = "SELECT month FROM cloud_summaries WHERE year(update_time) = 2000"
    assert repository.query(untouched).rows == [(8,)]


def test_a_machine_that_moves_leaves_no_stale_row_behind(
    repository: LocalRepository, load: Load
) -> None:
    load(message(CLOUD))
    load(message(CLOUD, SiteName="C2"))
    assert walls(repository) == [("C2", 2024, 6, 100, 1)]


def test_everything_made_again_is_the_same(repository: LocalRepository, load: Load) -> None:
    load(EXAMPLE_8_6, message(CLOUD))
    before = walls(repository)
    repository.summarise(everything=True)
    assert walls(repository) == before


def test_what_is_not_of_any_month_is_month_0(repository: LocalRepository, load: Load) -> None:
    load(message(CLOUD, Status="Completed"), message(CLOUD, WallDuration="150"))
    assert walls(repository) == [("C1", 0, 0, 100, 1), ("C1", 2024, 6, 150, 1)]


def test_sums_beyond_64_bits_break_no_dataset(repository: LocalRepository, load: Load) -> None:
    most = str(2**63 - 1)
    load(*[message(CLOUD, VMUUID=vm, WallDuration=most, Memory=most) for vm in "ab"])
    assert walls(repository) == [("C1", 2024, 6, None, 2)]


TIMES = count()
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["C1", "C2"]),
        st.integers(0, 5),  # month; 0: a completed machine of which nobody knows when
        st.integers(1, 28),
        st.one_of(st.none(), st.integers(-10, 1000)),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(RECORDS, min_size=1, max_size=4))
def test_after_any_loads_the_months_are_those_of_the_records(
    repository: LocalRepository,
    load: Load,
    batches: list[list[tuple[str, str, int, int, int | None]]],
) -> None:
    with repository.store.transaction() as cursor:
        for table in ("cloud_records", "cloud_usage", "messages"):
            cursor.execute(f"DELETE FROM store.{table}")
    held: dict[tuple[str, int], tuple[str, int | None]] = {}
    for batch in batches:
        load(message(CLOUD, *[_record(*record) for record in batch]))
        for vm, site, month, _, wall in batch:
            held[vm, month] = (site, wall)
    wanted: dict[tuple[str, int], list[int | None]] = {}
    for (vm, month), (site, wall) in held.items():
        earlier = max((m for v, m in held if v == vm and 0 < m < month), default=None)
        before = (held[vm, earlier][1] or 0) if earlier and month else 0
        wanted.setdefault((site, month), []).append(None if wall is None else wall - before)
    assert [(row[0], row[2], row[3], row[4]) for row in walls(repository)] == [
        (
            *place,
            None if all(used is None for used in machines) else sum(u or 0 for u in machines),
            len(machines),
        )
        for place, machines in sorted(wanted.items())
    ]


def _record(vm: str, site: str, month: int, day: int, wall: int | None) -> str:
    made = int(datetime(2024, month or 1, day, tzinfo=UTC).timestamp())
    return of(
        CLOUD,
        VMUUID=vm,
        SiteName=site,
        Status="started" if month else "completed",
        RecordCreateTime=str(made),
        WallDuration=None if wall is None else str(wall),
        UpdateTime=str(next(TIMES)),  # what has been sent before is not loaded again
    )


def test_a_cloud_summary_replaces_one_with_the_same_key(
    repository: LocalRepository, load: Load
) -> None:
    load(message(CLOUD_SUMMARY), message(CLOUD_SUMMARY, WallDuration="5", CloudType="other"))
    assert walls(repository) == [("C1", 2024, 7, 5, 1)]
