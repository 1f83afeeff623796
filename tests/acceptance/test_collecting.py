"""`acct collect`: what a batch system's own program prints, from where the last time ended."""

import json
from pathlib import Path

from tests.acceptance.site import Site
from tests.acceptance.slurm import SETTINGS, calls, jobs, later, spans

FIRST = ("collect", "slurm", "--from", "2025-06-01", "--to", "2025-06-04")


def test_a_long_span_is_asked_for_a_day_at_a_time_and_the_next_with_an_hour_again(
    tmp_path: Path, sacct: Path
) -> None:
    site = Site.make(tmp_path, SETTINGS)
    done = site.acct(*FIRST, "--sacct", sacct)
    assert done.returncode == 0, done.stderr
    [call, _, _] = made = calls(sacct)
    assert [(m["starttime"], m["endtime"]) for m in made] == [
        ("2025-06-01T00:00:00", "2025-06-02T00:00:00"),
        ("2025-06-02T00:00:00", "2025-06-03T00:00:00"),
        ("2025-06-03T00:00:00", "2025-06-04T00:00:00"),
    ]
    assert (call["TZ"], call["time"]) == ("UTC", "standard")
    assert {"allusers", "noheader", "parsable2", "duplicates", "noconvert"} <= call.keys()
    asked = "SELECT job_name, user_job_name, memory_real, gpu_count, cpu_duration FROM events"
    assert site.query(f"{asked} WHERE job_name = '9051'") == [
        ("9051", "pilot|x", 13107200, 2, 43865)
    ]
    with (sacct.parent / "saved").open("a") as late:  # told of only after that window was asked
        late.write(later("2025-06-03T23:50:00", "9061"))
    again = site.acct("collect", "slurm", "--sacct", sacct, "--to", "2025-06-04T02:00")
    assert again.returncode == 0, again.stderr
    assert spans(sacct) == [("2025-06-03T23:00:00", "2025-06-04T02:00:00")]
    assert jobs(site) == ["9051", "9060", "9061"]


def test_when_sacct_fails_nothing_is_noted_and_its_words_are_told(
    tmp_path: Path, sacct: Path
) -> None:
    site = Site.make(tmp_path, SETTINGS)
    site.output(*FIRST, "--sacct", sacct)
    calls(sacct)
    down = sacct.parent / "down"
    down.write_text("sacct: error: Problem talking to the database: Connection refused")
    next_time = ("collect", "slurm", "--sacct", sacct, "--to", "2025-06-05")
    failed = site.acct(*next_time)
    assert failed.returncode == 1
    assert "sacct failed (1): sacct: error: Problem talking to the database" in failed.stderr
    assert site.query("SELECT count(*) AS n FROM rejected_lines") == [(0,)], "half a line"
    assert len(calls(sacct)) == 1
    down.unlink()
    site.output(*next_time)
    assert spans(sacct)[0][0] == "2025-06-03T23:00:00"


def test_a_program_that_complains_hangs_or_is_missing_is_a_failure(
    tmp_path: Path, sacct: Path
) -> None:
    site = Site.make(tmp_path, SETTINGS)
    sacct.write_text("#!/bin/sh\necho 'sacct: error: slurm_persist_conn_open' >&2\n")
    done = site.acct(*FIRST, "--sacct", sacct)
    assert (done.returncode, "complained: sacct: error: slurm_persist" in done.stderr) == (1, True)
    sacct.write_text("#!/bin/sh\nsleep 600\n")
    done = site.acct(*FIRST, "--sacct", sacct, "--timeout", "1")
    assert (done.returncode, "took more than 1 s" in done.stderr) == (1, True)
    done = site.acct(*FIRST, "--sacct", sacct.with_name("nothing"))
    assert (done.returncode, "No such file" in done.stderr) == (1, True)
    done = site.acct("collect", "slurm", "--sacct", sacct)
    assert (done.returncode, "nothing was collected yet" in done.stderr) == (2, True)


def test_collecting_goes_through_a_service_that_runs(tmp_path: Path, sacct: Path) -> None:
    site = Site.make(tmp_path, SETTINGS)
    with site.run():
        site.output(*FIRST, "--sacct", sacct)
        assert site.json(*FIRST, "--sacct", sacct)["ignored"] == 2, "the same output, twice"
        calls(sacct)
        site.output("collect", "slurm", "--sacct", sacct, "--to", "2025-06-04T02:00")
        assert spans(sacct) == [("2025-06-03T23:00:00", "2025-06-04T02:00:00")]
    assert jobs(site) == ["9051", "9060"]


HISTORY = [
    {"GlobalJobId": "ce#9004.0#1748860000", "Owner": "atlas17", "JobStatus": 3, "JobUniverse": 5,
     "JobStartDate": 1748861000, "CompletionDate": 0, "EnteredCurrentStatus": 1748874011,
     "RemoteWallClockTime": 9000.0, "CumulativeRemoteUserCpu": 62000.0,
     "CumulativeRemoteSysCpu": 1180.0, "CpusProvisioned": 8, "RequestCpus": 8},
    {"GlobalJobId": "ce#9005.0#1748870000", "Owner": "atlas17", "JobStatus": 3, "JobUniverse": 5,
     "CompletionDate": 0, "EnteredCurrentStatus": 1748870600, "RemoteWallClockTime": 0.0,
     "RequestCpus": 1},
]  # fmt: skip


def test_condor_history_is_asked_for_all_and_then_for_what_is_newer(tmp_path: Path) -> None:
    site = Site.make(tmp_path, SETTINGS)
    program = tmp_path / "condor_history"
    saved = json.dumps(HISTORY, indent=1)
    program.write_text(f"#!/bin/sh\necho \"$@\" >>{tmp_path}/calls\ncat <<'E'\n{saved}\nE\n")
    program.chmod(0o755)
    for _ in range(2):
        site.output("collect", "htcondor", "--condor-history", program)
    first, second = (tmp_path / "calls").read_text().splitlines()
    assert first == "-json"
    assert second.startswith("-json -since EnteredCurrentStatus < 1")
    assert site.query("SELECT job_name, wall_duration, cpu_duration FROM events") == [
        ("ce#9004.0#1748860000", 9000, 63180)
    ]
