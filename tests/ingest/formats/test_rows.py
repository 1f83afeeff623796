"""Every message gives the rows that the record sheet says, however it is written."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.records.job import JOB
from appliance.store import Store
from ingest.envelope import Envelope
from tests import plain
from tests.jobs import BASE, V3, V4, message, record

NAMES = {f.name: f.wire for f in JOB.fields}


Rows = list[dict[str, Any]]


def taken(repository: LocalRepository, *texts: str) -> tuple[list[bool], Rows]:
    """Which of a batch of messages are accepted, and the rows they give, in key order."""
    envelopes = [
        Envelope(text.encode(), "test", f"{n}", 1_780_000_000.0, False)
        for n, text in enumerate(texts)
    ]
    items = repository.pipeline.take_in(envelopes)
    with repository.store.cursor() as cursor:
        found = cursor.execute(
            f"SELECT {', '.join(NAMES)} FROM store.jobs "
            "ORDER BY site, machine_name, local_job_id, end_time"
        ).fetchall()
        for table in ("jobs", "messages", "raw_texts", "due"):
            cursor.execute(f"DELETE FROM store.{table}")
    rows = [dict(zip(NAMES.values(), row, strict=True)) for row in found]
    return [item.problem is None for item in items], rows


def expected(*texts: str) -> tuple[list[bool], Rows]:
    """The same from the plain parser: a later record replaces one with an equal key."""
    last: dict[tuple[object, ...], dict[str, Any]] = {}
    accepted = []
    for text in texts:
        try:
            parsed = plain.parse(text)
        except plain.Refused:
            accepted.append(False)
            continue
        accepted.append(True)
        for row in parsed:
            key = row["Site"], row["MachineName"], row["LocalJobId"], row["EndTime"]
            last[key] = row
    return accepted, [row for _, row in sorted(last.items())]


def rows(repository: LocalRepository, text: str) -> Rows:
    """The rows of a message that has to be accepted."""
    [accepted], found = taken(repository, text)
    assert accepted
    return found


def test_the_sheets_example_8_1_gives_its_rows(repository: LocalRepository) -> None:
    second, first = rows(repository, EXAMPLE_8_1)  # by machine: `None` sorts first
    assert (first["VO"], first["VOGroup"], first["VORole"]) == (
        "geo.example", "/geo.example/sim", "Role=production",
    )  # fmt: skip
    assert (first["WallDuration"], first["CpuDuration"], first["Processors"]) == (7200, 27000, 4)
    assert first["EndTime"] == datetime(2024, 6, 1, 2)
    assert (first["MemoryReal"], first["MemoryVirtual"]) == (1843200, None)
    assert (first["ServiceLevelType"], first["ServiceLevel"]) == ("HEPscore23", Decimal("12.346"))
    assert (second["VO"], second["VOGroup"], second["SubmitHost"]) == ("staff", "None", "None")
    assert (second["Processors"], second["NodeCount"], second["MemoryReal"]) == (0, 0, None)
    assert second["StartTime"] == datetime(2024, 6, 1, 1, 58, 20)


def test_v0_4_prefers_hepscore23_and_keeps_every_benchmark(repository: LocalRepository) -> None:
    job = record(ServiceLevelType=None, ServiceLevel="{hepspec: 10.5, HEPscore23: 11.25}")
    envelope = Envelope(message(job, header=V4).encode(), "test", "m", 1_780_000_000.0, False)
    repository.pipeline.take_in([envelope])
    [row] = repository.query(
        "SELECT service_level_type, service_level, service_levels FROM jobs"
    ).rows
    assert row == ("HEPscore23", Decimal("11.250"), '{"HEPscore23": 11.250, "HEPSPEC": 10.500}')


@pytest.mark.parametrize("version", ["v0.1", "v0.2", "v0.3", "V0.4", "", "v9", " v0.3 ", ": x"])
def test_any_other_version_is_read_as_v0_3(repository: LocalRepository, version: str) -> None:
    assert len(rows(repository, message(header=f"APEL-individual-job-message:{version}"))) == 1


def test_a_message_without_records_is_accepted_and_stores_nothing(
    repository: LocalRepository,
) -> None:
    for body in (V3, f"{V3}\n", f"{V3}\n%%\n", f"{V3}\n%%\n \n%%%%\n"):
        assert rows(repository, body) == []


SEPARATORS = ["%%\n", "%%", "%%%%\n", " %% \n", "%%\n\n%%\n", "\n\n%%\n"]
ODD = st.sampled_from(["", " ", "  ", "\t", "\xa0", "\u2003"])
ENDS = st.sampled_from(["\n", "\r\n", "\n", "\x0b", "\x85", "\u2028", "\n"])
VALUES: dict[str, st.SearchStrategy[str]] = {
    "WallDuration": st.sampled_from(
        ["0", "60", "007", "+5", "1_000", "٣٤", "-1", "5.0", "1e3", "0x10", "", "NULL", "1__0",
         "2147483647", "2147483648", "99999999999999999999", "1m", "_1", "−1"]
    ),
    "Processors": st.sampled_from(["", "none", "8", "-0", "x", "NULL", "16"]),
    "MemoryReal": st.sampled_from(["", "Null", "12", "4294967296"]),
    "StartTime": st.sampled_from(
        ["0", "-5", "1717200000", "2024-06-01T00:00:00Z", "2024-06-01T00:00:60UTC",
         "2024-06-01T00:00:00GMT", "2024-06-01 00:00:00Z", "2024-06-01T00:00:00z", "1e9",
         "1700000010.5", "2024-06-01T00:00:00+00:00", "2024-02-30T00:00:00Z", "9999999999999"]
    ),
    "EndTime": st.sampled_from(["1717200060", "1717199999", "4102444800", "1717200060.0"]),
    "ServiceLevel": st.sampled_from(
        ["10", "10.0005", "10.00049999", "1e1", "nan", "inf", "-1", "9999999.9994", "9999999.9995",
         ".5", "5.", "1_0.5", "12.34567890123456789", "0.00049999999999999999999", "", "ten",
         "1e400", "0"]
    ),
    "ServiceLevelType": st.sampled_from(
        ["hepspec", "HEPSPEC06", "si2k", "custom", "NULL", "HEPscore23"]
    ),
    "Site": st.sampled_from(["S1", "Ŝito", "null", "x" * 255, "x" * 256, "é" * 255, "a:b", "None"]),
    "Queue": st.sampled_from(["q" * 100, "q" * 101, "", "long queue", "%", "'; DROP TABLE jobs",
         'a", "Site": "b', "back\\slash", "a: b", "\x01"]),
    "FQAN": st.sampled_from(
        ["/geo/Role=production/Capability=NULL", "/geo/uk/south/Role=pilot", "/geo/", "//geo", "/",
         "geo", "geo/Role=x", "/a/Role=p;/b/Role=q", "; /a", "/geo/Role=", "/Role=x/geo", "NULL",
         "/geo/MyRole=x", "/geo//uk", "/geo/ROLE=x/more"]
    ),
    "VO": st.sampled_from(["staff", "NONE", "Ünlü"]),
    "LocalJobId": st.sampled_from(["1", "2", "3.0", "null"]),
    "MachineName": st.sampled_from(["m1", "m2", ""]),
    "UpdateTime": st.sampled_from(["anything", ""]),
    "CPUDuration": st.just("5"),
}  # fmt: skip


@st.composite
def records(draw: st.DrawFn, odd: bool) -> str:
    """A record near base J: some fields other, absent, repeated or in another order."""
    fields = dict(BASE)
    for name in draw(st.lists(st.sampled_from(list(VALUES)), max_size=3, unique=True)):
        if name != "CPUDuration" or draw(st.integers(0, 9)) == 0:
            fields[name] = draw(VALUES[name])
    items = list(fields.items())
    if draw(st.booleans()):
        items = draw(st.permutations(items))
    if draw(st.integers(0, 9)) == 0:
        items.pop(draw(st.integers(0, len(items) - 1)))
    if draw(st.integers(0, 9)) == 0:
        items.append(draw(st.sampled_from(items)))
    if not odd:
        return "".join(f"{name}: {value}\n" for name, value in items)
    return "".join(
        f"{draw(ODD)}{name}{draw(ODD)}:{draw(ODD)}{value}{draw(ODD)}{draw(ENDS)}"
        for name, value in items
    )


@st.composite
def messages(draw: st.DrawFn) -> str:
    odd = draw(st.booleans())
    texts = draw(st.lists(records(odd), min_size=1, max_size=4))
    cut = draw(st.sampled_from(SEPARATORS)) if odd else "%%\n"
    last = draw(st.sampled_from(["", cut]))
    return f"{V3}\n{cut.join(texts)}{last}"


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(messages(), min_size=10, max_size=24, unique=True))
def test_any_v0_3_messages_give_the_rows_of_a_plain_parser(
    repository: LocalRepository, texts: list[str]
) -> None:
    assert taken(repository, *texts) == expected(*texts)


LEVELS = st.sampled_from([
    "{hepspec: 10.5, HEPscore23: 11.25}", "{hepspec:10}", "hepspec: 10", "{{si2k: 2500}", "{}", "",
    "NULL", "10", "{hepspec: 10,}", "{hepspec: 10: 2}", "{hepspec: x}", "{hepspec; 10}",
    "[hepspec: 10]", "{hepspec: 1, hepspec: 2}", "{hepspec: 1, HEPSPEC: 2}", '{"hepspec": 1}',
    "{other: 5, si2k: 1001}", "{other: 5}", "{hepspec: nan}", "{HEPSCORE23: 1e1, si2k: 1_0}",
    "{hepspec: 12.3456}", "{hepspec: -1}", "{hepspec: 99999999}", "{ hepspec : 1 , si2k : 2 }",
    "{hepspec: ٣٤, si2k: 1_0 }",
])  # fmt: skip
TYPES = st.sampled_from([None, None, "hepspec", "HEPSPEC", "hepscore23", "si2k", "NULL", "custom"])


@st.composite
def v0_4_messages(draw: st.DrawFn) -> str:
    level, kind = draw(LEVELS), draw(TYPES)
    lines = [f"ServiceLevel: {level}\n"]
    if draw(st.booleans()):
        lines.append("ServiceLevel: {hepspec: 3}\n")
    if kind:
        lines.insert(draw(st.sampled_from([0, len(lines)])), f"ServiceLevelType: {kind}\n")
    job = draw(st.sampled_from("1234"))
    text = record(LocalJobId=job, ServiceLevelType=None, ServiceLevel=None)
    return message(text + "".join(lines), header=V4)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(v0_4_messages(), min_size=10, max_size=20, unique=True))
def test_any_v0_4_service_level_is_that_of_a_plain_parser(
    repository: LocalRepository, texts: list[str]
) -> None:
    assert taken(repository, *texts) == expected(*texts)


def test_digits_of_any_script_are_a_number_in_an_array_as_well(
    repository: LocalRepository,
) -> None:
    text = record(LocalJobId="1", ServiceLevelType=None, ServiceLevel="{hepspec: ٣٤.5, si2k: 1_0}")
    [row] = rows(repository, message(text, header=V4))
    assert (row["ServiceLevelType"], row["ServiceLevel"]) == ("HEPSPEC", Decimal("34.5"))


def test_uniform_and_ragged_records_give_equal_rows(repository: LocalRepository) -> None:
    jobs = [record(LocalJobId=str(n), WallDuration=str(n), Queue=f"q{n % 3}") for n in range(50)]
    shuffled = ["\n".join(reversed(job.strip().split("\n"))) + "\n" for job in jobs]
    mixed = [
        job if n % 2 else other for n, (job, other) in enumerate(zip(jobs, shuffled, strict=True))
    ]
    assert rows(repository, message(*jobs)) == rows(repository, message(*mixed))
    assert rows(repository, message(*jobs)) == rows(repository, message(*jobs).replace(": ", ":  "))


@pytest.mark.parametrize(
    "queue", ['a","Site":"b', 'q"', "q\\", "\\u0041", "CN=Robot: x", "{a: [1]}", "q\x01", "null"]
)
def test_a_value_that_json_would_take_amiss_is_read_as_it_is_written(
    repository: LocalRepository, queue: str
) -> None:
    jobs = [record(LocalJobId="1", Queue=queue), record(LocalJobId="2", Site=None) + "Site: S1\n"]
    found = [(row["LocalJobId"], row["Site"], row["Queue"])
             for row in rows(repository, message(*jobs))]  # fmt: skip
    assert found == [("1", "S1", queue if queue != "null" else "None"), ("2", "S1", "None")]


@pytest.mark.parametrize("before", [0, 1])
def test_what_is_no_json_may_be_quoted_up_to_within_a_character(
    repository: LocalRepository, before: int
) -> None:
    user = "x" * before + "é" * 100
    first = record(LocalJobId="1", Queue="q\x01", GlobalUserName=None)
    jobs = [f"GlobalUserName: {user}\n{first}", record(LocalJobId="2")]
    found = {row["LocalJobId"]: row for row in rows(repository, message(*jobs))}
    assert (found["1"]["GlobalUserName"], found["1"]["Queue"]) == (user, "q\x01")


def test_lines_that_make_up_for_each_other_in_number_are_still_seen(
    repository: LocalRepository,
) -> None:
    jobs = [record(LocalJobId="1", Queue="a: b"), record(LocalJobId="2").replace("te: S1", "te:S1")]
    reversed_ = "\n".join(reversed(jobs[0].strip().split("\n"))) + "\n"
    found = rows(repository, message(reversed_, jobs[1]))
    assert [(row["Site"], row["Queue"]) for row in found] == [("S1", "a: b"), ("S1", "None")]


@pytest.mark.parametrize("late", ["a: b", "  a", "a  ", "a%%b", ""])
@pytest.mark.parametrize("ragged", [False, True])
def test_an_odd_value_far_behind_the_beginning_is_read_as_it_is_written(
    repository: LocalRepository, late: str, *, ragged: bool
) -> None:
    records = [record(LocalJobId=str(n), Queue=f"q{n}") for n in range(300)]
    records[150:150] = [record(LocalJobId="150.5", Queue=late)]
    records[1:1] = [record(LocalJobId="0.5")] * ragged
    texts = message(*records), message(record(LocalJobId="other"))
    assert taken(repository, *texts) == expected(*texts)


def test_the_last_of_equal_keys_wins_in_a_message_and_across_messages(
    repository: LocalRepository, store: Store
) -> None:
    bodies = [
        message(record(WallDuration="1"), record(WallDuration="2")),
        message(record(WallDuration="3")),
    ]
    for body in bodies:
        repository.pipeline.take_in([Envelope(body.encode(), "t", "m", 1_780_000_000.0, False)])
    assert repository.query("SELECT wall_duration FROM jobs").rows == [(3,)]


EXAMPLE_8_1 = """APEL-individual-job-message: v0.3
Site: EXAMPLE-NORTH
SubmitHost: ce1.north.example:9619/condor
MachineName: ce1.north.example
Queue: long
LocalJobId: 48211.0
LocalUserId: pilot07
GlobalUserName: /DC=example/O=North/CN=Ada Gray
FQAN: /geo.example/sim/Role=production/Capability=NULL
WallDuration: 7200
CpuDuration: 27000
Processors: 4
NodeCount: 1
StartTime: 1717200000
EndTime: 1717207200
InfrastructureDescription: APEL-HTCONDOR
InfrastructureType: grid
MemoryReal: 1843200
MemoryVirtual: NULL
ServiceLevelType: HEPscore23
ServiceLevel: 12.3456
%%
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
