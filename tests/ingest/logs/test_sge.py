"""The accounting file of Grid Engine: every figure worked out by hand from the line."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.repository import LogPiece
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
        "execution_host": "wn21.example.org",
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


SLAVES = line(c8="0", c36="100", c41="1.wn22") + line(c8="0", c36="20.4", c41="2.wn23")


@pytest.mark.parametrize("pieces", [
    [SLAVES, line()], [line(), SLAVES], [line(), *SLAVES.splitlines(keepends=True)],
    [SLAVES.splitlines(keepends=True)[0], line(), SLAVES],
    [line(), SLAVES, line(), SLAVES + line()],
], ids=range(5))  # fmt: skip
def test_slave_tasks_of_other_batches_add_theirs_once(
    take: Take, events: Events, repository: LocalRepository, pieces: list[str]
) -> None:
    for number, text in enumerate(pieces):
        take("sge", text + "\n" * number)  # the blank lines make it another piece
    wanted = [{"cpu_duration": 49921, "cpu_source": "cpu, tasks"}]  # as in one batch
    assert events("cpu_duration", "cpu_source") == wanted
    repository.rebuild()
    assert events("cpu_duration", "cpu_source") == wanted


def test_a_task_that_is_told_anew_counts_as_it_was_told_last(take: Take, events: Events) -> None:
    for cpu in ("100", "300", "200"):
        take("sge", line(c8="0", c36=cpu, c41="1.wn22"))
        take("sge", line(c4=f"after_{cpu}"))
        assert events("cpu_duration") == [{"cpu_duration": 49801 + int(cpu)}]
    take("sge", line(c8="0", c36="500", c41="1.wn22"))
    assert events("cpu_duration") == [{"cpu_duration": 50301}]


def test_a_job_whose_tasks_came_after_it_follows(take: Take, repository: LocalRepository) -> None:
    take("blah", '"timestamp=2025-06-02 12:25:00" "userDN=/CN=Two" "userFQAN=/dune" "ceID=arc1" '
                 '"jobID=abc" "lrmsID=700123"\n')  # fmt: skip
    take("sge", line())
    assert repository.query("SELECT cpu_duration FROM jobs").rows == [(49801,)]
    take("sge", SLAVES)
    assert repository.query("SELECT cpu_duration FROM jobs").rows == [(49921,)]


def test_a_task_of_another_machine_or_time_is_no_task_of_the_job(
    take: Take, events: Events
) -> None:
    take("sge", line(), machine_name="other")
    take("sge", line())
    take("sge", line(c9="1748800000", c10="1748801000", c36="7", c41="1.wn22"))
    take("sge", line(c5="1", c36="7", c41="1.wn22"))
    assert events("cpu_duration") == [{"cpu_duration": 49801}] * 2


@st.composite
def _histories(draw: st.DrawFn) -> tuple[dict[tuple[str, int], int], list[str]]:
    """CPU times by job and end, and the lines of masters and tasks that say them, in any order."""
    lines: list[str] = []
    wanted = {}
    for job in range(draw(st.integers(1, 3))):
        for run in range(draw(st.integers(1, 2))):
            began = 1_748_867_411 + run * 10_000
            own = draw(st.integers(0, 10_000))
            cpus = draw(st.lists(st.integers(0, 10_000), max_size=3))
            when = {"c5": str(job), "c9": str(began), "c10": str(began + 5000)}
            lines.append(line(**when, c36=str(own)))
            lines += [
                line(**when, c8="0", c36=str(cpu), c41=f"{task}.wn{task}")
                for task, cpu in enumerate(cpus)
            ]
            wanted[str(job), began + 5000] = own + sum(cpus)
    again = draw(st.lists(st.sampled_from(lines), max_size=4))
    return wanted, draw(st.permutations(lines + again))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=_histories(), data=st.data())
def test_no_order_and_no_cut_of_the_lines_changes_a_figure(
    repository: LocalRepository, history: tuple[dict[tuple[str, int], int], list[str]],
    data: st.DataObject,
) -> None:  # fmt: skip
    wanted, lines = history
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=6)))
    machine = f"m{len(repository.messages('', 100_000).rows)}"
    for start, end in zip([0, *cuts], [*cuts, len(lines)], strict=True):
        body = "".join(lines[start:end]).encode()
        repository.load_logs([LogPiece("log", body, 0.0, "sge", "S1", machine)])
    found = repository.query(
        "SELECT job_name, epoch(end_time)::BIGINT, cpu_duration FROM events "
        f"WHERE machine_name = '{machine}'"
    )
    assert {(job, end): cpu for job, end, cpu in found.rows} == wanted


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


@pytest.mark.parametrize("name", ["pilot", "a:b:c"])
def test_columns_beyond_those_known_change_nothing(take: Take, events: Events, name: str) -> None:
    take("sge", line(c4=name))
    wanted = events("* EXCLUDE (message_id)")
    take("sge", line(c4=name).strip() + ":more\n")
    assert events("* EXCLUDE (message_id)") == wanted
    assert [(e["user_job_name"], e["wall_duration"]) for e in wanted] == [(name, 6600)]


@pytest.mark.parametrize(("category", "count"), [
    ("-l gpu=2", 2),
    ("-q grid.q -l h_vmem=4G,gpu=2,s_rt=60 -pe mp 8", 2),  # the request, not times the slots
    ("-pe mp 8 -l gpu=1 -P prod", 1),
    ("-l gpu=0", 0),
    ("-q grid.q -pe mp 8", None),
    ("-l maxgpu=2", None),
    ("-l gpu=some", None),
    ("-l gpu=1.5", None),
    ("-l gpu=99999999999", None),
    ("-P gpu=3", None),
    ("-l h_vmem=4G -soft -l gpu=2", None),
])  # fmt: skip
def test_gpus_are_those_that_the_options_insist_on(
    take: Take, events: Events, category: str, count: int | None
) -> None:
    assert take("sge", line(c39=category)).records == 1
    assert events("gpu_count") == [{"gpu_count": count}]


@pytest.mark.parametrize("changes", [
    {"c5": "x"}, {"c9": "soon"}, {"c10": "0"}, {"c13": "-1"}, {"c13": "nan"}, {"c36": ""},
    {"c36": "1e300"}, {"c42": "much"}, {"c10": "1748860000"}, {"c9": "9999999999999999999"},
])  # fmt: skip
def test_a_bad_line_fails_alone(take: Take, outcomes: Outcomes, changes: dict[str, str]) -> None:
    take("sge", line(c5="1") + line(**changes) + line(c5="2"))
    assert outcomes() == [(3, 2, 0, 1, 0, "{}")]
