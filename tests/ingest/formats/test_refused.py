"""Every bad job message of the record sheet is refused whole, with its reason and its place."""

from collections.abc import Callable

import pytest

from appliance.local import LocalRepository
from appliance.repository import Loaded
from tests.jobs import V4, message, record

Load = Callable[..., Loaded]

BAD = {
    "B1": (record(WallDuration="1m"), "INT", "WallDuration"),
    "B2": (record(Site="NULL"), "MAN", "Site"),
    "B3": (record(EndTime="1717199999"), "ORD", "EndTime"),
    "B4": (record(EndTime="1717200060.0"), "TIM", "EndTime"),
    "B5": (record(EndTime="4102444800"), "FUT", "EndTime"),
    "B6": (record(WallDuration="2147483648"), "DBR", "WallDuration"),
    "B7": (record(ServiceLevelType="HEPSPEC06"), "BEN", "ServiceLevelType"),
    "B8": (record(ServiceLevel=None), "BEN", "ServiceLevel"),
    "B9": (record(ServiceLevel=None, ServiceLevelType=None), "BEN", "ServiceLevel"),
    "B10": (record() + "CPUDuration: 5\n", "FLD", "'CPUDuration'"),
    "B11": (record().replace("CpuDuration", "\nCpuDuration"), "SYN", "colon"),
    "B12": (f"{record()}%%\n{record(LocalJobId=None)}", "MAN", "LocalJobId"),
    "B13": (
        f"{record()}%%\nAPEL-summary-job-message: v0.2\nSite: S1\n",
        "FLD",
        "'APEL-summary-job-message'",
    ),
    "year 0": (record(StartTime="0000-01-01T00:00:00Z"), "TIM", "StartTime"),
    "year 10000": (record(StartTime="9999-12-31T23:59:61Z"), "TIM", "StartTime"),
    "negative": (record(CpuDuration="-1"), "DBR", "CpuDuration"),
    "too long": (record(Queue="q" * 101), "DBL", "Queue"),
    "not a number": (record(ServiceLevel="fast"), "FLT", "ServiceLevel"),
    "negative level": (record(ServiceLevel="-1"), "DBR", "ServiceLevel"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_job_is_refused_with_its_reason_and_field(
    repository: LocalRepository, load: Load, name: str
) -> None:
    text, code, field = BAD[name]
    loaded = load(message(text))
    assert (loaded.rejected, loaded.records) == (1, 0)
    assert repository.query("SELECT count(*) FROM jobs").rows == [(0,)]
    [problem] = loaded.problems
    assert f" {code}: " in problem
    assert field in problem


ARRAYS = {
    "B14": (record(ServiceLevelType=None), "DCT"),
    "B15": (record(ServiceLevelType=None, ServiceLevel=None), "BEN"),
    "type alone": (record(ServiceLevel=None), "BEN"),
    "type before that disagrees": (record(ServiceLevel="{hepspec: 10}"), "MIX"),
    "null type after": (
        record(ServiceLevelType=None, ServiceLevel="{hepspec: 10}") + "ServiceLevelType: NULL\n",
        "BEN",
    ),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_a_bad_v0_4_service_level_is_refused(load: Load, name: str) -> None:
    text, code = ARRAYS[name]
    [problem] = load(message(text, header=V4)).problems
    assert f" {code}: " in problem


@pytest.mark.parametrize("header", ["", "hello", "APEL-unknown: v1", "IP message v0.4"])
def test_an_unknown_header_is_refused_as_such(load: Load, header: str) -> None:
    [problem] = load(f"{header}\n{record()}").problems
    assert " HDR: " in problem


def test_a_problem_names_record_line_field_and_value(load: Load) -> None:
    [problem] = load(message(record(), record(LocalJobId="2", CpuDuration="1h"))).problems
    assert problem.endswith("INT: record 2, line 14, CpuDuration: '1h' is not an integer")


def test_a_problem_counts_the_other_bad_records(load: Load) -> None:
    [problem] = load(message(*[record(WallDuration="x")] * 3)).problems
    assert problem.endswith("(and 2 more records)")


def test_one_bad_message_harms_no_other_of_its_batch(
    repository: LocalRepository, load: Load
) -> None:
    loaded = load(message(), message(record(Site="")), message(record(LocalJobId="2")))
    assert (loaded.accepted, loaded.rejected, loaded.records) == (2, 1, 2)
    assert repository.query("SELECT local_job_id FROM jobs ORDER BY ALL").rows == [("1",), ("2",)]


def test_a_reason_quotes_no_more_than_the_start_of_a_long_value(load: Load) -> None:
    [problem] = load(message(record(WallDuration="9x" * 10_000))).problems
    assert len(problem) < 200
