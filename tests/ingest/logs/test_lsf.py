"""LSF's lsb.acct: the log sheet's lines and traps, and any line as a plain reading has it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.store import Store
from tests import plain_logs
from tests.ingest.logs.taken import Taken, read, taken


def line(**given: Any) -> str:
    """The sheet's first line, or another like it."""
    said = {
        "end": 1748874011, "id": 551200, "start": 1748867411, "user": '"belle12"',
        "queue": '"gridq"', "asked": "0", "hosts": '4 "wn11" "wn11" "wn12" "wn12"', "status": 64,
        "factor": 1.25, "name": '"pilot"', "command": '"#!/bin/sh; echo ""hi"""',
        "user_s": "24000.5", "system_s": "120.25", "index": 0, "rss": 7340032, "swap": 9437184,
    } | given  # fmt: skip
    return (
        '"JOB_FINISH" "10.1" {end} {id} 40110 33816602 4 1748866000 0 0 {start} {user} {queue} "" '
        '"" "" "ce01.example.org" "/home/belle12" "" "/dev/null" "/dev/null" "1748866000.551200" '
        "{asked} {hosts} {status} {factor} {name} {command} {user_s} {system_s} 0 0 -1 0 0 500 3 "
        '0 0 0 -1 0 0 0 20 10 -1 "" "default" 0 4 "" "" {index} {rss} {swap} "" "" ""'
    ).format(**said)


FIRST = line()
SECOND = line(id=551201, hosts='1 "8*wn11"', factor="1.0", command='"run"', user_s="50000.0",
              system_s="40.0")  # fmt: skip
THIRD = line(id=551202, start=0, hosts="0", status=32, user_s="0", system_s="0", rss=-1, swap=-1)
COLUMNS = """job_name, local_user_id, local_user_group, wall_duration, cpu_duration, scale_factor,
start_time::VARCHAR, end_time::VARCHAR, queue, memory_real, memory_virtual, processors, node_count,
infrastructure"""


def lsf(repository: LocalRepository, *lines: str | bytes, columns: str = COLUMNS) -> Taken:
    return taken(repository, "lsf", lines, columns)


def one(repository: LocalRepository, log: str, columns: str) -> tuple[object, ...]:
    found = lsf(repository, log, columns=columns)
    assert (found.failed, found.ignored) == ([], {})
    return found.rows[0]


def test_the_sheets_lines(repository: LocalRepository) -> None:
    found = lsf(repository, FIRST, SECOND, THIRD)
    assert found.rows == [
        ("551200", "belle12", None, 6600, 24121, 1.25, "2025-06-02 12:30:11",
         "2025-06-02 14:20:11", "gridq", 7340032, 9437184, 4, 2, "APEL-CREAM-LSF"),
        ("551201", "belle12", None, 6600, 50040, 1.0, "2025-06-02 12:30:11",
         "2025-06-02 14:20:11", "gridq", 7340032, 9437184, 8, 1, "APEL-CREAM-LSF"),
    ]  # fmt: skip
    assert (found.ignored, found.failed) == ({"never_started": 1}, [])


def test_what_a_job_says_beyond(repository: LocalRepository) -> None:
    said = "state, user_job_name, submit_time::VARCHAR, account, cpu_source, join_id"
    assert one(repository, line(status=32), said) == (
        "EXIT", "pilot", "2025-06-02 12:06:40", "default", "user+system", None,
    )  # fmt: skip


def test_its_gpus_are_not_known(repository: LocalRepository) -> None:
    """Not from a request for them either: the record's known fields do not say what was given."""
    log = line().replace('"gridq" ""', '"gridq" "rusage[ngpus_physical=2.00]"')
    assert one(repository, log, "job_name, gpu_count, gpu_model") == ("551200", None, None)


def test_array_tasks_that_end_together_are_several_jobs(repository: LocalRepository) -> None:
    found = lsf(repository, line(index=1), line(index=2), columns="job_name, join_id")
    assert found.rows == [("551200[1]", "551200"), ("551200[2]", "551200")]


def test_a_number_with_an_exponent_is_one_number(repository: LocalRepository) -> None:
    found = one(repository, line(user_s="1e+06", system_s="2.5E1"), "cpu_duration, processors")
    assert found == (1000025, 4)


@pytest.mark.parametrize(
    ("asked", "hosts", "cores", "nodes"),
    [
        ("0", '2 "a" "b"', 2, 2),
        ('2 "x" "y"', '2 "a" "a"', 2, 1),
        ('1 "x"', '2 "4*a" "2*b"', 6, 2),
        ("0", '3 "4*a" "2*a" "b"', 7, 2),
        ('2 "x" "y"', "0", 0, 0),
        ("0", '3 "a" "a" "a"', 3, 1),
        ("0", '2 "4*a" "4*a"', 8, 1),
        ("0", '2 "a" "aa"', 2, 2),
        ("0", '3 "a" "b" "a"', 3, 2),
        ("0", "0", 0, 0),
    ],
)
def test_hosts(repository: LocalRepository, asked: str, hosts: str, cores: int, nodes: int) -> None:
    found = one(repository, line(asked=asked, hosts=hosts),
                "processors, node_count, cpu_duration, user_job_name, memory_real")  # fmt: skip
    assert found == (cores, nodes, 24121, "pilot", 7340032)


def test_serially_there_are_no_cores_and_no_hosts(repository: LocalRepository) -> None:
    found = taken(repository, "lsf", [FIRST], "processors, node_count", parallel=False)
    assert found.rows == [(0, 0)]


@pytest.mark.parametrize(
    ("user_s", "system_s", "cpu"), [("-1", "-1", None), ("10", "-1", 10), ("0.5", "0", 0)]
)
def test_cpu_time_that_is_not_known(
    repository: LocalRepository, user_s: str, system_s: str, cpu: int | None
) -> None:
    assert one(repository, line(user_s=user_s, system_s=system_s), "cpu_duration") == (cpu,)


def test_memory_that_is_not_known(repository: LocalRepository) -> None:
    assert one(repository, line(rss=-1, swap=0), "memory_real, memory_virtual") == (None, None)


@pytest.mark.parametrize("gap", ["  ", "\t"])
def test_tokens_may_stand_apart(repository: LocalRepository, gap: str) -> None:
    log = line(command='"run"').replace(" ", gap)
    assert one(repository, log, "job_name, processors, queue") == ("551200", 4, "gridq")


def test_other_events_are_ignored(repository: LocalRepository) -> None:
    found = lsf(repository, '"JOB_RESIZE" "10.1" 1748874011 551200', FIRST)
    assert (found.ignored, len(found.rows)) == ({"other_event": 1}, 1)


@pytest.mark.parametrize(
    ("log", "code"),
    [
        (line(id='"x"'), "COL"),
        (line(start="x"), "TIM"),
        (line(end=1748867410), "ORD"),
        (line(end=4000000000), "FUT"),
        (line(user_s="x"), "NUM"),
        (line(user_s="1e400"), "NUM"),
        (line(user_s="1e300"), "NUM"),
        (line(asked="99999999999999999999"), "COL"),
        (line(asked="3"), "COL"),
        (FIRST[:200], "COL"),
        (FIRST[:-1], "SYN"),
        ("JOB_FINISH 10.1", "SYN"),
    ],
)
def test_what_cannot_be_fails_its_line_alone(
    repository: LocalRepository, log: str, code: str
) -> None:
    found = lsf(repository, FIRST, log, SECOND)
    assert [(at, why) for at, why, _ in found.failed] == [(2, code)]
    assert len(found.rows) == 2


def test_a_byte_that_is_no_text_fails_its_line_alone(repository: LocalRepository) -> None:
    found = lsf(repository, FIRST, SECOND.encode().replace(b"belle12", b"b\xe9lle"))
    assert ([at for at, *_ in found.failed], len(found.rows)) == ([2], 1)


texts = st.text(alphabet='ab "*8;\\ü', max_size=8).map(lambda s: '"' + s.replace('"', '""') + '"')
host_lists = st.lists(st.sampled_from(['"a"', '"b"', '"3*a"', '"12*c"', '"*d"']), max_size=4).map(
    lambda hosts: " ".join([str(len(hosts)), *hosts])
)
seconds = st.sampled_from(["0", "-1", "1.5", "1e+06", "2.5", "33", "1E2"])
lines = st.builds(
    line, user=texts, queue=texts, name=texts, command=texts, asked=host_lists, hosts=host_lists,
    user_s=st.sampled_from(["0", "1.5", "1e+06", "33"]), system_s=seconds,
    index=st.integers(0, 3), start=st.sampled_from([0, 1748867411]),
)  # fmt: skip
STAGED = ("job_name", "local_user_id", "queue", "cpu_duration", "start_time::TIMESTAMP",
          "end_time::TIMESTAMP", "processors", "node_count", "user_job_name")  # fmt: skip


@settings(
    max_examples=75, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=st.lists(lines, min_size=1, max_size=6))
def test_any_lines_are_read_as_plainly(found: list[str], store: Store) -> None:
    assert read(store, "lsf", found, STAGED) == [plain_logs.lsf(log) for log in found]


@settings(
    max_examples=75, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=st.lists(lines, min_size=1, max_size=6))
def test_a_line_says_the_same_whether_or_not_it_is_read_as_it_stands(
    found: list[str], store: Store
) -> None:
    """A wider gap where nothing is asked for makes each of them one that is written anew."""
    wide = [log.replace(" 9437184 ", "  9437184 ") for log in found]
    assert read(store, "lsf", wide, STAGED) == read(store, "lsf", found, STAGED)


@pytest.mark.parametrize(
    "command", ["run.sh", '""', 'echo ""hi""', '""a"" ""b""', '"" 64 1.25 ""', "a  b"]
)
def test_what_follows_a_command_is_found_whatever_it_says(store: Store, command: str) -> None:
    columns = ("cpu_duration", "memory_real", "account", "user_job_name", "node_count")
    log = line(command=f'"{command}"')
    assert read(store, "lsf", [log], columns) == [(24121, 7340032, "default", "pilot", 2)]


@pytest.mark.parametrize(
    "given", [{"name": '"a""b"'}, {"queue": '"a""b"'}, {"user": '"""a"""'}, {"asked": '1 "a""b"'}]
)
def test_quotes_in_other_texts_move_nothing(store: Store, given: dict[str, str]) -> None:
    found = read(store, "lsf", [line(**given)], ("cpu_duration", "memory_real", "node_count"))
    assert found == [(24121, 7340032, 2)]
