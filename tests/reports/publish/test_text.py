"""Text messages, byte for byte: the record sheet's examples, unloaded again."""

from collections.abc import Callable

import pytest

from tests import jobs, sheets
from tests.reports.publish.conftest import Sent
from tests.reports.test_cloud import EXAMPLE_8_7

ROW_2 = """APEL-individual-job-message: v0.3
Site: EXAMPLE-NORTH
LocalJobId: 48212.0
VO: staff
WallDuration: 100
CpuDuration: 90
StartTime: 1717207100
EndTime: 1717207200
InfrastructureType: local
ServiceLevelType: si2k
ServiceLevel: 2500
%%
"""
ROW_2_AGAIN = """Site: EXAMPLE-NORTH
SubmitHost: None
MachineName: None
Queue: None
LocalJobId: 48212.0
LocalUserId: None
GlobalUserName: None
FQAN: None
VO: staff
VOGroup: None
VORole: None
WallDuration: 100
CpuDuration: 90
Processors: 0
NodeCount: 0
StartTime: 1717207100
EndTime: 1717207200
InfrastructureDescription: None
InfrastructureType: local
MemoryReal: None
MemoryVirtual: None
"""
SUMMARY = """Site: S1
Month: 6
Year: 2024
GlobalUserName: None
VO: None
VOGroup: None
VORole: None
SubmitHost: None
InfrastructureType: None
"""
NORMALISED = """Site: S1
Month: 6
Year: 2024
GlobalUserName: None
VO: None
VOGroup: None
VORole: None
SubmitHost: None
Infrastructure: grid
NodeCount: 1
Processors: 1
EarliestEndTime: 1717200000
WallDuration: 60
CpuDuration: 50
"""
USED = """NodeCount: 1
Processors: 1
WallDuration: 60
CpuDuration: 50
NumberOfJobs: 1
%%
"""
CLOUD = """APEL-cloud-message: v0.4
RecordCreateTime: 1717200000
VMUUID: vm-1
SiteName: C1
CloudComputeService: None
MachineName: None
LocalUserId: None
LocalGroupId: None
GlobalUserName: None
FQAN: None
Status: started
StartTime: 1717100000
SuspendDuration: None
WallDuration: 100
CpuDuration: 200
CpuCount: {}
NetworkType: None
NetworkInbound: 1
NetworkOutbound: None
PublicIPCount: None
Memory: 4096
Disk: None
BenchmarkType: None
Benchmark: 0.0
StorageRecordId: None
ImageId: None
CloudType: None
%%
"""
CLOUD_SUMMARY_AGAIN = """APEL-cloud-summary-message: v0.4
SiteName: EXAMPLE-CLOUD
CloudComputeService: stack-2
Month: 7
Year: 2024
GlobalUserName: None
VO: geo.example
VOGroup: None
VORole: None
Status: completed
CloudType: None
ImageId: img-9
EarliestStartTime: 1719705600
LatestStartTime: 1719705600
WallDuration: 87400
CpuDuration: 174800
CpuCount: 2.5
NetworkInbound: None
NetworkOutbound: None
Memory: None
Disk: None
BenchmarkType: HEPSPEC06
Benchmark: 11.5
NumberOfVMs: 1
%%
"""
Load = Callable[..., object]


def test_a_job_is_written_as_the_sheet_says(load: Load, sent: Sent) -> None:
    load(ROW_2)
    level = "ServiceLevelType: si2k\nServiceLevel: 2500.0\n%%\n"
    assert sent("jobs") == [f"APEL-individual-job-message: v0.3\n{ROW_2_AGAIN}{level}"]


def test_a_job_v0_4_names_its_benchmark_in_an_array(load: Load, sent: Sent) -> None:
    load(ROW_2)
    level = "ServiceLevel: {si2k: 2500.0}\n%%\n"
    assert sent("jobs", style="v0.4") == [
        f"APEL-individual-job-message: v0.4\n{ROW_2_AGAIN}{level}"
    ]


def test_a_summary_v0_2(load: Load, sent: Sent) -> None:
    load(sheets.message(sheets.S))
    level = "ServiceLevelType: HEPSPEC\nServiceLevel: 10.0\n"
    assert sent("summaries") == [f"APEL-summary-job-message: v0.2\n{SUMMARY}{level}{USED}"]


def test_a_summary_v0_4_with_its_description(load: Load, sent: Sent) -> None:
    load(sheets.message(sheets.S, InfrastructureDescription="APEL-SLURM"))
    level = "InfrastructureDescription: APEL-SLURM\nServiceLevel: {HEPSPEC: 10.0}\n"
    found = sent("summaries", style="v0.4", infrastructure_description=True)
    assert found == [f"APEL-summary-job-message: v0.4\n{SUMMARY}{level}{USED}"]


def test_a_benchmark_that_is_not_said_is_hepspec_in_an_array(load: Load, sent: Sent) -> None:
    load(sheets.message(sheets.S, ServiceLevelType=None))
    [text] = sent("summaries", style="v0.4")
    assert "\nServiceLevel: {HEPSPEC: 10.0}\n" in text


def test_super_summaries_are_summary_messages(load: Load, sent: Sent) -> None:
    load(jobs.message(jobs.record(Processors="1", NodeCount="1")))
    times = "EarliestEndTime: 1717200060\nLatestEndTime: 1717200060\n"
    level = "ServiceLevelType: HEPSPEC\nServiceLevel: 10.0\n"
    used = USED.replace("WallDuration", f"{times}WallDuration")
    assert sent("super_summaries") == [f"APEL-summary-job-message: v0.2\n{SUMMARY}{level}{used}"]


def test_a_normalised_summary_v0_3_stands_under_the_header_of_summaries(
    load: Load, sent: Sent
) -> None:
    load(sheets.message(sheets.N3, EarliestEndTime="1717200000"))
    work = "NormalisedWallDuration: 600\nNormalisedCpuDuration: 500\nNumberOfJobs: 1\n%%\n"
    assert sent("normalised_summaries") == [f"APEL-summary-job-message: v0.3\n{NORMALISED}{work}"]


def test_a_normalised_summary_v0_4_has_whole_numbers_in_its_arrays(load: Load, sent: Sent) -> None:
    load(sheets.message(sheets.N, EarliestEndTime="1717200000"))
    arrays = "NormalisedWallDuration: {HEPSPEC: 600}\nNormalisedCpuDuration: {HEPSPEC: 500}\n"
    assert sent("normalised_summaries", style="v0.4") == [
        f"APEL-normalised-summary-message: v0.4\n{NORMALISED}{arrays}NumberOfJobs: 1\n%%\n"
    ]


def test_normalised_super_summaries_are_normalised_by_the_service_level(
    load: Load, sent: Sent
) -> None:
    load(jobs.message(jobs.record(InfrastructureType="grid", Processors="1", NodeCount="1")))
    [text] = sent("normalised_super_summaries")
    times = "EarliestEndTime: 1717200060\nLatestEndTime: 1717200060\n"
    common = NORMALISED.replace("EarliestEndTime: 1717200000\n", times)
    work = "NormalisedWallDuration: 600\nNormalisedCpuDuration: 500\nNumberOfJobs: 1\n%%\n"
    assert text == f"APEL-summary-job-message: v0.3\n{common}{work}"


def test_a_sync_record(load: Load, sent: Sent) -> None:
    load(sheets.message(sheets.SYNC))
    assert sent("sync_records") == [
        "APEL-sync-message: v0.1\nSite: S1\nSubmitHost: ce\nNumberOfJobs: 3\nMonth: 6\n"
        "Year: 2024\n%%\n"
    ]


@pytest.mark.parametrize(
    ("stored", "decimal", "written"),
    [
        ("2", False, "2"), ("2.9", False, "2"), ("0.4", False, "1"), ("0", False, "0"),
        ("2", True, "2.0"), ("1.456", True, "1.456"), ("0", True, "0.0"),
    ],
)  # fmt: skip
def test_cores_of_a_machine_are_whole_unless_decimals_are_asked_for(
    load: Load, sent: Sent, stored: str, decimal: bool, written: str
) -> None:
    load(sheets.message(sheets.CLOUD, CpuCount=stored))
    assert sent("cloud_records", decimal_cpu_count=decimal) == [CLOUD.format(written)]


def test_a_cloud_summary_is_written_as_the_sheet_says(load: Load, sent: Sent) -> None:
    load(EXAMPLE_8_7)
    assert sent("cloud_summaries") == [CLOUD_SUMMARY_AGAIN]


def test_an_empty_group_is_no_line(load: Load, sent: Sent) -> None:
    load(jobs.message(jobs.record(FQAN="/")))
    [text] = sent("jobs")
    assert "\nFQAN: /\nVORole: None\n" in text


def test_messages_hold_as_many_records_as_asked_for(load: Load, sent: Sent) -> None:
    load(jobs.message(*(jobs.record(LocalJobId=str(n)) for n in range(5))))
    assert [text.count("%%\n") for text in sent("jobs", records_per_message=2)] == [2, 2, 1]
    assert len(sent("jobs", records_per_message=0)) == 5, "less than one is one"
    assert len(sent("jobs", records_per_message=10**6)) == 1


def test_no_more_than_5000_records_are_in_a_message(load: Load, sent: Sent) -> None:
    load(jobs.message(*(jobs.record(LocalJobId=str(n)) for n in range(5001))))
    found = [text.count("%%\n") for text in sent("jobs", records_per_message=10**6)]
    assert found == [5000, 1]


def test_nothing_is_no_message(sent: Sent) -> None:
    assert sent("jobs") == []
