"""The accounting file of Grid Engine: every figure worked out by hand from the line."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.ingest.logs.conftest import Rows, Take

Events = Callable[..., Rows]
Outcomes = Callable[[], list[tuple[Any, ...]]]

CLASSIC = "grid.q:wn21.example.org:lhcb:lhcb044:cream_5501:700123:sge:0:1748867000:1748867411:1748874011:0:0:6600:6201.4:55.2:0:0:0:0:0:9000:12:0:0.0:0:0:0:0:100:50:NONE:defaultdepartment:mp:8:0:49800.75:41250.5:3.2:-q grid.q -pe mp 8:0.0:NONE:10737418240.0:0:0"  # noqa: E501
UNIVA = "grid.q:wn21.example.org:lhcb:lhcb044:cream_5502:700124:sge:0:1748867000111:1748867411222:1748874011777:0:0:6600.555:6201.4:55.2:0:0:0:0:0:9000:12:0:0:0:0:0:0:100:50:NONE:defaultdepartment:NONE:1:0:6256.6:5000.0:3.2:-q grid.q:0.0:NONE:2147483648:0:0:NONE:NONE:1800000000:1750000000:ce01.example.org:NONE:qsub j.sh"  # noqa: E501


def line(base: str = CLASSIC, **changes: str) -> str:
    """A line with columns changed: `c35="3"` is column 35, counted from 0."""
    columns = base.split(":")
    for name, value in changes.items():
        columns[int(name[1:])] = value
    return ":".join(columns) + "\n"


def test_the_columns_of_the_open_forks(take: Take, events: Events) -> None:
    take("sge", CLASSIC + "\n")
    [job] = events()
    assert {name: job[name] for name in job if job[name] is not None} == {
        "site": "S1", "machine_name": "batch", "infrastructure": "APEL-CREAM-SGE",
        "job_name": "700123", "user_job_name": "cream_5501", "local_user_id": "lhcb044",
        "local_user_group": "lhcb", "queue": "grid.q", "account": "sge",
        "submit_time": datetime(2025, 6, 2, 12, 23, 20),
        "start_time": datetime(2025, 6, 2, 12, 30, 11),
        "end_time": datetime(2025, 6, 2, 14, 20, 11), "wall_duration": 6600,
        "cpu_duration": 49801, "cpu_source": "cpu", "processors": 8, "node_count": 0,
        "memory_virtual": 10485760, "state": "exit 0", "line": 1, "message_id": 1,
    }  # fmt: skip


def test_the_milliseconds_and_memory_of_univa(take: Take, events: Events) -> None:
    take("sge", UNIVA + "\n")
    wanted = {
        "job_name": "700124", "wall_duration": 6601, "cpu_duration": 6257,
        "start_time": datetime(2025, 6, 2, 12, 30, 11),
        "end_time": datetime(2025, 6, 2, 14, 20, 12), "memory_real": 1757812,
        "memory_virtual": 2097152, "processors": 1,
    }  # fmt: skip
    assert events(*wanted) == [wanted]


def test_a_serial_site_has_no_processors(take: Take, events: Events) -> None:
    take("sge", line(), parallel=False)
    assert events("processors", "node_count") == [{"processors": 0, "node_count": 0}]


def test_comments_and_empty_lines_are_ignored(take: Take, outcomes: Outcomes) -> None:
    take("sge", "# Version: 8.1.9\n#\n\n" + line())
    assert outcomes() == [(4, 1, 3, 0, 0, '{"blank": 1, "comment": 2}')]


def test_tasks_of_an_array_are_jobs_of_their_own(take: Take, events: Events) -> None:
    take("sge", line(c35="1") + line(c35="2"))
    assert events("job_name", "join_id") == [
        {"job_name": "700123.1", "join_id": "700123"},
        {"job_name": "700123.2", "join_id": "700123"},
    ]


def test_rows_of_slave_tasks_add_their_cpu_time(
    take: Take, events: Events, outcomes: Outcomes
) -> None:
    # 49800.75 + 100 + 20.4, each rounded; the slots count once
    slaves = line(c8="0", c36="100", c41="1.wn22") + line(c8="0", c36="20.4", c41="2.wn23")
    take("sge", slaves + line())
    assert events("cpu_duration", "processors") == [{"cpu_duration": 49921, "processors": 8}]
    assert outcomes() == [(3, 1, 2, 0, 0, '{"step": 2}')]


def test_a_job_that_ran_twice_has_two_events(take: Take, events: Events) -> None:
    take("sge", line(c10="1748870000") + line(c9="1748871000"))
    assert len(events("job_name")) == 2


def test_a_job_that_never_started_is_ignored(take: Take, outcomes: Outcomes) -> None:
    take("sge", line(c9="0", c10="0", c11="1"))
    assert outcomes() == [(1, 0, 1, 0, 0, '{"never_started": 1}')]


@pytest.mark.parametrize(
    "changes",
    [{"c4": "a:b"}, {"c4": "a:b:c:d"}, {"c39": "-l x=a:b"}, {"c4": "a:b", "c39": "c:d:e"}],
)
@pytest.mark.parametrize("base", [CLASSIC, UNIVA])
def test_colons_in_names_and_options(
    take: Take, events: Events, base: str, changes: dict[str, str]
) -> None:
    take("sge", line(base))
    wanted = events("* EXCLUDE (user_job_name, message_id)")
    loaded = take("sge", line(base, **changes))
    assert (loaded.records, loaded.lines_failed) == (1, 0)
    assert events("* EXCLUDE (user_job_name, message_id)") == wanted
    assert events("user_job_name")[0]["user_job_name"] == changes.get("c4", base.split(":")[4])


@pytest.mark.parametrize("changes", [
    {"c5": "x"}, {"c9": "soon"}, {"c10": "0"}, {"c13": "-1"}, {"c13": "nan"}, {"c36": ""},
    {"c36": "1e300"}, {"c42": "much"}, {"c10": "1748860000"}, {"c9": "9999999999999999999"},
])  # fmt: skip
def test_a_bad_line_fails_alone(take: Take, outcomes: Outcomes, changes: dict[str, str]) -> None:
    take("sge", line(c5="1") + line(**changes) + line(c5="2"))
    assert outcomes() == [(3, 2, 0, 1, 0, "{}")]
