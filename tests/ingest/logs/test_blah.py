"""Gatekeeper logs: the log sheet's lines and traps, and any line as a plain reading has it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.store import Store
from tests import plain_logs
from tests.ingest.logs.taken import Taken, read, taken

FIRST = (
    '"timestamp=2025-06-02 14:20:11" "userDN=/DC=org/DC=example/CN=Robot: pilot 3" '
    '"userFQAN=/atlas/Role=pilot/Capability=NULL" "userFQAN=/atlas/Role=NULL/Capability=NULL" '
    '"ceID=ce01.example.org:9619/ce01.example.org-condor" "jobID=812.0_ce01.example.org" '
    '"lrmsID=ce01.example.org#9001.0#1748866900" "localUser=atlas17"'
)
SECOND = (
    '"timestamp=2025-06-02 12:25:00" "userDN=/DC=org/DC=example/CN=User Two" '
    '"userFQAN=/dune/prod" "ceID=arc1.example.org:2811/nordugrid-slurm-grid" "jobID=abcDmXYZ" '
    '"lrmsID=4401" "localUser=30411" "clientID=https://arc1.example.org:443/arex/abcDmXYZ"'
)
COLUMNS = """time_stamp::VARCHAR, global_user_name, fqan, vo, vo_group, vo_role, ce,
global_job_id, lrms_id, local_user, client_id"""


def blah(repository: LocalRepository, *lines: str | bytes) -> Taken:
    return taken(repository, "blah", lines, COLUMNS)


def test_the_sheets_lines(repository: LocalRepository) -> None:
    found = blah(repository, FIRST, SECOND)
    robot, two = "/DC=org/DC=example/CN=Robot: pilot 3", "/DC=org/DC=example/CN=User Two"
    assert found.rows == [
        ("2025-06-02 14:20:11", robot, "/atlas/Role=pilot/Capability=NULL", "atlas", "/atlas",
         "Role=pilot", "ce01.example.org:9619/ce01.example.org-condor",
         "812.0_ce01.example.org", "ce01.example.org#9001.0#1748866900", "atlas17", None),
        ("2025-06-02 12:25:00", two, "/dune/prod", "dune", "/dune/prod", "None",
         "arc1.example.org:2811/nordugrid-slurm-grid", "abcDmXYZ", "4401", "30411",
         "https://arc1.example.org:443/arex/abcDmXYZ"),
    ]  # fmt: skip


def test_a_job_may_end_from_a_day_before_until_28_days_after(repository: LocalRepository) -> None:
    blah(repository, FIRST)
    window = repository.query(
        "SELECT valid_from::VARCHAR, valid_until::VARCHAR FROM gatekeeper_records"
    )
    assert window.rows == [("2025-06-01 14:20:11", "2025-06-30 14:20:11")]


def only(found: Taken, column: int | slice) -> Any:
    assert (found.failed, found.ignored, len(found.rows)) == ([], {}, 1)
    return found.rows[0][column]


@pytest.mark.parametrize(
    "written",
    [
        '"userDN=/CN=Jo \\"Joe\\" Doe"',
        '"userDN=/CN=Jo "Joe" Doe"',
    ],
)
def test_a_dn_with_quotes_is_read(repository: LocalRepository, written: str) -> None:
    line = f'"timestamp=2025-06-02 12:25:00" {written} "ceID=ce" "lrmsID=1"'
    assert only(blah(repository, line), 1) == '/CN=Jo "Joe" Doe'


def test_what_a_dn_quotes_is_no_group(repository: LocalRepository) -> None:
    line = '"timestamp=2025-06-02 12:25:00" "userDN=/CN=x\\" \\"lrmsID=666" "ceID=ce" "lrmsID=1"'
    assert only(blah(repository, line), 8) == "1"


@pytest.mark.parametrize("blank", ["  ", "\t", " \t "])
def test_groups_may_stand_apart(repository: LocalRepository, blank: str) -> None:
    line = blank.join(['"timestamp=2025-06-02 12:25:00"', '"ceID=ce"', '"lrmsID=1"']) + "\r"
    assert only(blah(repository, line), 8) == "1"


def test_of_a_repeated_key_the_first_counts(repository: LocalRepository) -> None:
    other = SECOND.replace('"lrmsID=4401"', '"lrmsID=1" "lrmsID=2"')
    other = other.replace("12:25:00", "12:26:00")
    found = blah(repository, SECOND, other)
    assert [row[8] for row in found.rows] == ["4401", "1"]


@pytest.mark.parametrize(
    ("stamp", "utc"),
    [
        ("2025-06-02T12:25:00", "2025-06-02 12:25:00"),
        ("2025-06-02 12:25:00Z", "2025-06-02 12:25:00"),
        ("2025-06-02T12:25:00.750Z", "2025-06-02 12:25:00"),
        ("2025-06-02 12:25:00 UTC", "2025-06-02 12:25:00"),
        ("2025-06-02T12:25:00+02:00", "2025-06-02 10:25:00"),
        ("2025-06-02 12:25:00-0130", "2025-06-02 13:55:00"),
        ("2025-06-02 12:25", "2025-06-02 12:25:00"),
    ],
)
def test_times_are_utc_or_say_their_offset(
    repository: LocalRepository, stamp: str, utc: str
) -> None:
    assert only(blah(repository, f'"timestamp={stamp}" "ceID=c" "lrmsID=1"'), 0) == utc


@pytest.mark.parametrize("stamp", ["2025-13-02 12:25:00", "yesterday", "2025-06-02", "1748867411"])
def test_what_is_no_time_fails_the_line(repository: LocalRepository, stamp: str) -> None:
    found = blah(repository, f'"timestamp={stamp}" "ceID=c" "lrmsID=1"')
    assert found.failed == [(1, "TIM", f"timestamp: '{stamp}' is not a time")]


@pytest.mark.parametrize("nothing", ["", '"userDN=undefined" "userFQAN=undefined"', '"userDN="'])
def test_a_job_without_dn_or_fqan_is_a_record(repository: LocalRepository, nothing: str) -> None:
    found = blah(repository, f'"timestamp=2025-06-02 12:25:00" {nothing} "ceID=c" "lrmsID=1"')
    assert only(found, slice(1, 6)) == (None,) * 5


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('"timestamp=2025-06-02 12:25:00" "ceID=c"', "MAN"),
        ('"timestamp=2025-06-02 12:25:00" "ceID=c" "lrmsID=undefined"', "MAN"),
        ('"timestamp=2025-06-02 12:25:00" "lrmsID=1"', "MAN"),
        ('"ceID=c" "lrmsID=1"', "MAN"),
        ("timestamp=2025-06-02 12:25:00", "SYN"),
        ('"timestamp=2025-06-02 12:25:00" "ceID=c" "lrmsID=4', "SYN"),
        (b'"timestamp=2025-06-02 12:25:00" "userDN=/CN=Jos\xe9" "ceID=c" "lrmsID=1"', "UTF"),
    ],
)
def test_a_line_that_does_not_say_enough_fails_alone(
    repository: LocalRepository, line: str | bytes, code: str
) -> None:
    found = blah(repository, FIRST, line, SECOND)
    assert [(at, why) for at, why, _ in found.failed] == [(2, code)]
    assert len(found.rows) == 2


def test_a_job_that_was_not_handed_over_is_ignored(repository: LocalRepository) -> None:
    found = blah(repository, '"timestamp=2025-06-02 12:25:00" "ceID=c" "lrmsID="')
    assert (found.rows, found.ignored) == ([], {"never_submitted": 1})


STAGED = ("time_stamp::TIMESTAMP", "global_user_name", "fqan", "ce", "global_job_id", "lrms_id",
          "local_user", "client_id")  # fmt: skip
KEYS = ("timestamp", "userDN", "userFQAN", "ceID", "jobID", "lrmsID", "localUser", "clientID", "x")
values = st.text(alphabet='ab= /\\"#ü', max_size=8) | st.sampled_from(["undefined", "4401", "NULL"])
stamps = st.sampled_from(["2025-06-02 12:25:00", "2025-06-02T12:25:01Z", "", "2025"])
groups = st.one_of(
    st.tuples(st.sampled_from(KEYS), values),
    st.tuples(st.just("timestamp"), stamps),
    st.tuples(st.just("userFQAN"), st.sampled_from(["/a/b/Role=c", "/a", "a", "/a/Role=NULL"])),
).map(lambda pair: f'"{pair[0]}={pair[1]}"')
lines = st.lists(groups, max_size=9).flatmap(
    lambda some: st.sampled_from([" ", " ", "  ", "\t"]).map(lambda blank: blank.join(some))
) | st.tuples(st.just(SECOND), st.integers(0, 200), st.sampled_from(['"', " ", "", "=", "\\"])).map(
    lambda made: made[0][: made[1]] + made[2] + made[0][made[1] + 1 :]
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=st.lists(lines, min_size=1, max_size=6))
def test_any_lines_are_read_as_plainly(found: list[str], store: Store) -> None:
    plain = [plain_logs.blah(line) for line in [SECOND, *found]]
    assert read(store, "blah", [SECOND, *found], STAGED) == plain
