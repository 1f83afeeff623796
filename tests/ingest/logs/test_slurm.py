"""Slurm's two forms: every figure worked out by hand from the line."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from appliance.local import LocalRepository
from tests.ingest.logs.conftest import Rows, Take

Events = Callable[..., Rows]
Outcomes = Callable[[], list[tuple[Any, ...]]]

STOP = datetime(2025, 6, 2, 14, 20, 11)
HOOK = """\
4401|grid_77|cms031|cms|2025-06-02T12:30:11|2025-06-02T14:20:11|01:50:00|52800|grid|8|1|wn31|||COMPLETED
4402|grid_78|cms031|cms|2025-06-01T10:00:00|2025-06-02T14:20:11|1-04:20:11|8-15:40:36|grid|8|1|wn32|||TIMEOUT
4401.batch|batch|||2025-06-02T12:30:11|2025-06-02T14:20:11|01:50:00|12:11:05||8|1|wn31|12.5G|16384000K|COMPLETED
4403|grid_79|cms031|cms|2025-06-02T13:00:00|2025-06-02T13:10:00|00:10:00|04:58.250|grid|1|1|wn33|||CANCELLED by 2044
"""  # noqa: E501
POLL = """\
9051|9050_1|tier2|771200|gpu|normal|atlas|atlas|atlas17|40117|4011|2025-06-02T12:00:00|2025-06-02T12:00:00|2025-06-02T12:30:11|2025-06-02T14:20:11|6600|12:00:00|00:11:05|12:11:05|52800|8|1|32768M|||billing=8,cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=32768M,node=1||OUT_OF_MEMORY|0:125|1|wn31|||pilot|x
9051.batch|9050_1.batch|tier2|771200|||atlas|||||2025-06-02T12:30:11|2025-06-02T12:30:11|2025-06-02T12:30:11|2025-06-02T14:20:11|6600|12:00:00|00:11:05|12:11:05|52800|8|1||13421772800|13421772800|cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=32768M,node=1|cpu=12:11:05,gres/gpuutil=140|OUT_OF_MEMORY|0:125|1|wn31|||batch
9052|9052|tier2|771201|grid|normal|atlas|atlas|atlas17|40117|4011|2025-06-02T12:01:00|2025-06-02T12:01:00|None|2025-06-02T12:05:00|0|00:00:00|00:00:00|00:00:00|0|8|1|16384M|||||CANCELLED by 40117|0:0|0|None assigned|||pilot
"""  # noqa: E501


def line(**changes: str) -> str:
    """A line of 15 columns, with changes."""
    base = {
        "id": "7", "name": "n", "user": "u", "group": "g", "start": "2025-06-02T13:00:00",
        "end": "2025-06-02T13:10:00", "elapsed": "00:10:00", "cpu": "600", "queue": "q",
        "cores": "1", "nodes": "1", "hosts": "wn", "rss": "", "vsize": "", "state": "COMPLETED",
    }  # fmt: skip
    return "|".join({**base, **changes}.values()) + "\n"


def test_the_columns_of_the_completion_script(take: Take, events: Events) -> None:
    loaded = take("slurm", HOOK)
    assert (loaded.lines, loaded.records, loaded.lines_ignored, loaded.lines_failed) == (4, 3, 1, 0)
    first, second, third = events()
    assert first | {"message_id": 1} == dict.fromkeys(first) | {
        "site": "S1", "machine_name": "batch", "infrastructure": "APEL-CREAM-SLURM",
        "job_name": "4401", "user_job_name": "grid_77", "local_user_id": "cms031",
        "local_user_group": "cms", "wall_duration": 6600, "cpu_duration": 52800,
        "cpu_source": "CPUTimeRAW", "start_time": datetime(2025, 6, 2, 12, 30, 11),
        "end_time": STOP, "queue": "grid", "processors": 8, "node_count": 1, "state": "COMPLETED",
        # 12.5 · 1024 · 1024 kB, and 16384000 kB, of its step
        "memory_real": 13107200, "memory_virtual": 16384000, "line": 1, "message_id": 1,
    }  # fmt: skip
    # 28 h 20 min 11 s; 8 d 15 h 40 min 36 s
    assert (second["wall_duration"], second["cpu_duration"]) == (102011, 747636)
    assert second["cpu_source"] == "TotalCPU"
    assert (third["state"], third["wall_duration"], third["cpu_duration"]) == (
        "CANCELLED",
        600,
        298,
    )


def test_the_fields_to_ask_for(take: Take, events: Events, outcomes: Outcomes) -> None:
    take("slurm", POLL)
    [job] = events()
    assert {name: job[name] for name in job if job[name] is not None} == {
        "site": "S1", "machine_name": "batch", "infrastructure": "APEL-CREAM-SLURM",
        "job_name": "9051", "job_label": "9050_1", "cluster": "tier2", "run_id": "771200",
        "queue": "gpu", "account": "atlas", "local_user_group": "atlas", "local_user_id": "atlas17",
        "submit_time": datetime(2025, 6, 2, 12), "start_time": datetime(2025, 6, 2, 12, 30, 11),
        "end_time": STOP, "wall_duration": 6600, "cpu_duration": 43865, "cpu_source": "TotalCPU",
        "processors": 8, "node_count": 1, "memory_real": 13107200, "gpu_count": 2,
        "gpu_model": "a100", "state": "OUT_OF_MEMORY", "user_job_name": "pilot|x", "line": 1,
        "message_id": 1,
    }  # fmt: skip
    assert outcomes() == [(3, 1, 2, 0, 0, '{"never_started": 1, "step": 1}')]


def test_a_header_says_which_columns_there_are(take: Take, events: Events) -> None:
    row = "COMPLETED|2025-06-02T13:10:00|2025-06-02T13:00:00|7|600|00:05:00|1234|a|b\n"
    take("slurm", f"State|End|Start|JobID|ElapsedRaw|TotalCPU|ConsumedEnergyRaw|JobName\n{row}")
    wanted = {"job_name": "7", "wall_duration": 600, "cpu_duration": 300, "energy": 1234}
    assert events(*wanted, "user_job_name") == [wanted | {"user_job_name": "a|b"}]


@pytest.mark.parametrize(("cpu", "seconds"), [
    ("00:00.500", 0), ("00:01.500", 2), ("04:58.250", 298), ("12:11:05", 43865),
    ("1-00:00:01", 86401), ("52800", 52800), ("02:03", 123), ("100:00:00", 360_000),
    ("2-03:04", 172_984), ("2-1:02:03.5", 176_524), ("0052800", 52800), ("+52800", 52800),
])  # fmt: skip
def test_cpu_times_in_all_their_forms(take: Take, events: Events, cpu: str, seconds: int) -> None:
    take("slurm", line(cpu=cpu))
    assert events("cpu_duration") == [{"cpu_duration": seconds}]


@pytest.mark.parametrize(("text", "kilobytes"), [
    ("", None), ("0K", 0), ("2048K", 2048), ("1.5M", 1536), ("12.5G", 13107200),
    ("1T", 1073741824), ("1P", 1099511627776), ("13421772800", 13107200), ("0", 0),
])  # fmt: skip
def test_memory_in_all_its_units(
    take: Take, events: Events, text: str, kilobytes: int | None
) -> None:
    take("slurm", line(rss=text))
    assert events("memory_real") == [{"memory_real": kilobytes}]


@pytest.mark.parametrize(("changes", "reason"), [
    ({"cpu": "x"}, "DUR: CPU: 'x' is not a duration"),
    ({"elapsed": "99999999999999999999-00:00:00"}, "DUR: Elapsed"),
    ({"rss": "16?"}, "MEM: MaxRSS: '16?' is not an amount of memory"),
    ({"start": "yesterday"}, "TIM: Start: 'yesterday' is not a time"),
    ({"cores": "many"}, "INT: NCPUS: 'many' is not an integer"),
    ({"cores": "0x10"}, "INT: NCPUS: '0x10' is not an integer"),
    ({"nodes": "1e3"}, "INT: NNodes: '1e3' is not an integer"),
    ({"state": "DANCING"}, "STA: State: 'DANCING' is no state of a job that this program knows"),
    ({"start": "2025-06-02T13:20:00"}, "ORD: the job ends before it starts"),
    ({"end": "2999-01-01T00:00:00"}, "FUT: the job ends more than an hour in the future"),
    ({"cpu": "-5"}, "NEG: the CPU time is negative"),
])  # fmt: skip
def test_a_bad_line_fails_alone_with_its_reason(
    take: Take, repository: LocalRepository, changes: dict[str, str], reason: str
) -> None:
    bad = line(**changes)
    loaded = take("slurm", line(id="6") + bad + line(id="8"))
    assert (loaded.records, loaded.lines_failed, loaded.rejected) == (2, 1, 1)
    [found] = repository.query("SELECT line, code || ': ' || reason, text FROM rejected_lines").rows
    assert (found[0], found[2]) == (2, bad.strip())
    assert str(found[1]).startswith(reason)


@pytest.mark.parametrize(("changes", "reason"), [
    ({"state": "RUNNING", "end": "Unknown"}, "not_ended"),
    ({"state": "PENDING", "start": "Unknown", "end": "Unknown"}, "not_ended"),
    ({"state": "REQUEUED"}, "not_ended"),
    ({"state": "CANCELLED by 1000", "start": "Unknown"}, "never_started"),
    ({"state": "CANCELLED", "start": "None"}, "never_started"),
    ({"state": "BOOT_FAIL", "elapsed": "00:00:00"}, "never_started"),
])  # fmt: skip
def test_what_is_no_finished_job_is_ignored(
    take: Take, outcomes: Outcomes, changes: dict[str, str], reason: str
) -> None:
    take("slurm", line(**changes))
    assert outcomes() == [(1, 0, 1, 0, 0, f'{{"{reason}": 1}}')]


@pytest.mark.parametrize("state", [
    "COMPLETED", "FAILED", "CANCELLED", "CANCELLED by 1000", "CANCELLED+", "TIMEOUT", "NODE_FAIL",
    "PREEMPTED", "OUT_OF_MEMORY", "DEADLINE", "BOOT_FAIL", "REVOKED",
])  # fmt: skip
def test_every_job_that_used_time_counts(take: Take, events: Events, state: str) -> None:
    take("slurm", line(state=state))
    assert events("state") == [{"state": state.partition(" ")[0].strip("+")}]


def test_separators_in_a_job_name_and_columns_at_the_end(take: Take, events: Events) -> None:
    take("slurm", line(id="1", name="a|b|c") + line(id="2").strip() + "|more|columns\n")
    assert events("user_job_name", "local_user_id", "state") == [
        {"user_job_name": "a|b|c", "local_user_id": "u", "state": "COMPLETED"},
        {"user_job_name": "n", "local_user_id": "u", "state": "COMPLETED"},
    ]


class TestClocks:
    """Europe/Berlin: clocks go back on 2025-10-26 at 01:00 UTC, forward on 2025-03-30."""

    @pytest.mark.parametrize(("clock", "elapsed", "utc"), [
        # plain winter and summer
        (("01-10T12:00:00", "01-10T13:00:00"), "01:00:00", ("01-10 11:00", "01-10 12:00")),
        (("07-10T12:00:00", "07-10T13:00:00"), "01:00:00", ("07-10 10:00", "07-10 11:00")),
        # 02:50 summer to 02:10 winter: 20 minutes, though the clock says minus 40
        (("10-26T02:50:00", "10-26T02:10:00"), "00:20:00", ("10-26 00:50", "10-26 01:10")),
        # 01:30 to 02:30: one hour in summer time, two if the end is in winter time
        (("10-26T01:30:00", "10-26T02:30:00"), "01:00:00", ("10-25 23:30", "10-26 00:30")),
        (("10-26T01:30:00", "10-26T02:30:00"), "02:00:00", ("10-25 23:30", "10-26 01:30")),
        # 02:30 to 03:30 winter: an hour, if the start is in winter time
        (("10-26T02:30:00", "10-26T03:30:00"), "01:00:00", ("10-26 01:30", "10-26 02:30")),
        # 01:30 winter to 03:30 summer: one hour
        (("03-30T01:30:00", "03-30T03:30:00"), "01:00:00", ("03-30 00:30", "03-30 01:30")),
    ])  # fmt: skip
    def test_the_reading_that_fits_the_elapsed_time(
        self, take: Take, events: Events, clock: tuple[str, str], elapsed: str, utc: tuple[str, str]
    ) -> None:
        changes = {"start": f"2025-{clock[0]}", "end": f"2025-{clock[1]}", "elapsed": elapsed}
        assert take("slurm", line(**changes), timezone="Europe/Berlin").lines_failed == 0
        [found] = events("start_time", "end_time")
        assert tuple(f"{time:%m-%d %H:%M}" for time in found.values()) == utc

    def test_seconds_since_the_epoch_need_no_zone(self, take: Take, events: Events) -> None:
        take("slurm", line(start="1748867411", end="1748874011"), timezone="Europe/Berlin")
        assert events("end_time") == [{"end_time": STOP}]


class TestSteps:
    """Rows of steps stand beside their job's: in the same piece, or in a later one."""

    def test_a_step_of_an_earlier_piece_s_job(self, take: Take, events: Events) -> None:
        rows = HOOK.splitlines(keepends=True)
        take("slurm", rows[0] + rows[1])
        assert take("slurm", rows[2] + rows[3]).records == 1
        assert events("memory_real", "cpu_duration")[0] == {
            "memory_real": 13107200, "cpu_duration": 52800,
        }  # fmt: skip

    def test_steps_of_a_requeued_job_belong_to_their_run(self, take: Take, events: Events) -> None:
        again = {"start": "2025-06-03T13:00:00", "end": "2025-06-03T13:10:00"}
        take("slurm", line() + line(id="7.batch", rss="1K") + line(**again)
             + line(id="7.batch", rss="5K", **again))  # fmt: skip
        assert events("memory_real") == [{"memory_real": 1}, {"memory_real": 5}]

    def test_cpu_of_steps_where_the_job_has_none(self, take: Take, events: Events) -> None:
        take("slurm", line(cpu="00:00:00") + line(id="7.batch", cpu="00:01:00")
             + line(id="7.0", cpu="00:02:00") + line(id="7.extern", cpu="00:04:00"))  # fmt: skip
        assert events("cpu_duration", "cpu_source") == [
            {"cpu_duration": 180, "cpu_source": "steps"}
        ]

    def test_no_cpu_at_all_is_marked(self, take: Take, events: Events) -> None:
        take("slurm", line(cpu="00:00:00"))
        assert events("cpu_duration", "cpu_source") == [
            {"cpu_duration": 0, "cpu_source": "TotalCPU, doubtful"}
        ]


@pytest.mark.parametrize(("tres", "count", "model"), [
    ("cpu=8", None, None),
    ("cpu=8,gres/gpu=3", 3, None),
    ("gres/gpu:a100=2,gres/gpu=2", 2, "a100"),
    ("gres/gpu:a100=2,gres/gpu:v100=1,cpu=1", 3, "a100,v100"),
])  # fmt: skip
def test_gpus_are_counted_once(
    take: Take, events: Events, tres: str, count: int | None, model: str | None
) -> None:
    take("slurm", "JobID|Start|End|ElapsedRaw|State|AllocTRES\n"
                  f"7|2025-06-02T13:00:00|2025-06-02T13:10:00|600|COMPLETED|{tres}\n")  # fmt: skip
    assert events("gpu_count", "gpu_model") == [{"gpu_count": count, "gpu_model": model}]
