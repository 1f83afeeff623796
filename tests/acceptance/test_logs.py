"""`acct load --as`, with a service and without: logs become events, and every line is told of."""

import gzip
import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.acceptance.site import Site

GOOD = "|n|u|g|2025-06-02T13:00:00|2025-06-02T13:10:00|00:10:00|600|q|8|1|wn|||COMPLETED\n"
AT = ("--site", "S1", "--machine-name", "batch")


@pytest.fixture(params=["through the service", "without a service"])
def ready(site: Site, request: pytest.FixtureRequest) -> Iterator[Site]:
    with site.run() if request.param == "through the service" else nullcontext():
        yield site


def log(site: Site, name: str, *ids: str) -> Path:
    return site.file(name, "".join(f"{job}{GOOD}" for job in ids))


def test_a_tree_of_logs_is_loaded_once(ready: Site) -> None:
    folder = log(ready, "logs/slurm_acc.1", "1", "2").parent
    ready.file("logs/old/slurm_acc.0.gz", gzip.compress(f"3{GOOD}".encode()))
    done = ready.acct("load", "--as", "slurm", *AT, folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert "3 lines: 3 records, 0 ignored, 0 failed" in done.stderr
    assert ready.json("load", "--as", "slurm", *AT, folder) == {
        "messages": 2, "accepted": 0, "rejected": 0, "records": 0, "ignored": 2, "lines": 0,
        "lines_ignored": 0, "lines_failed": 0, "replaced": 0,
    }  # fmt: skip
    assert ready.query("SELECT job_name, site, machine_name FROM events ORDER BY 1") == [
        ("1", "S1", "batch"), ("2", "S1", "batch"), ("3", "S1", "batch"),
    ]  # fmt: skip
    exported = ready.output("export", "events", "--month", "2025-06").splitlines()
    assert exported[0].startswith(
        "site,job_name,local_user_id,local_user_group,wall_duration,cpu_duration,start_time,"
        "end_time,infrastructure,machine_name,queue,memory_real,memory_virtual,processors,"
        "node_count,state,"
    )
    assert exported[0].endswith(",message_id")
    assert len(exported) == 4


def test_what_cannot_be_read_harms_nothing_else(ready: Site) -> None:
    log(ready, "logs/a", "1")
    ready.file("logs/b.gz", gzip.compress(GOOD.encode() * 1000)[:-9])
    bad = ready.file("logs/c", f"2{GOOD}".encode() + b"\xff\xfe\n" + f"3{GOOD}".encode())
    done = ready.acct("load", "--as", "slurm", *AT, bad.parent, "--json")
    assert done.returncode == 1
    counted = json.loads(done.stdout)
    assert (counted["rejected"], counted["records"], counted["lines_failed"]) == (2, 3, 1)
    assert "b.gz cannot be read" in done.stderr
    [row] = ready.json("rejects", "list")
    assert (row["source_name"], row["error"], row["lines"]) == (
        str(bad), "UTF: the line is not UTF-8 text", 1,
    )  # fmt: skip
    assert "\\xFF\\xFE" in ready.output("rejects", "show", row["message_id"])
    assert ready.acct("rejects", "retry", row["message_id"]).returncode == 1
    assert ready.acct("rejects", "drop", row["message_id"]).returncode == 0
    assert ready.json("rejects", "list") == []


def test_faults_of_the_reference_are_repeated_where_they_are_asked_for(ready: Site) -> None:
    file = log(ready, "log", "1", "1.batch")
    ready.output("load", "--as", "slurm", *AT, file)
    at = ("--site", "S1", "--machine-name", "as-apel")
    ready.output("load", "--as", "slurm", *at, "--as-apel", "steps,states", file)
    assert ready.query("SELECT machine_name, job_name FROM events ORDER BY ALL") == [
        ("as-apel", "1"), ("as-apel", "1.batch"), ("batch", "1"),
    ]  # fmt: skip
    assert ready.query("SELECT as_apel, lines FROM log_files ORDER BY message_id") == [
        ("", 2), ("states,steps", 2),
    ]  # fmt: skip
    assert all(row["equal"] for row in ready.json("rebuild", "--check"))
    done = ready.acct("load", "--as", "sge", *AT, "--as-apel", "steps", file)
    assert done.returncode == 2
    assert "sge as APEL reads it: steps" in done.stderr
    assert "known: memory_units" in done.stderr


def test_site_and_machine_come_from_the_configuration(site: Site) -> None:
    file = log(site, "log", "1")
    site.configure("[site]\nname = 'MINE'\n")
    done = site.acct("load", "--as", "slurm", file)
    assert done.returncode == 2
    assert "--machine-name, or site.machine_name" in done.stderr
    site.configure("[site]\nname = 'MINE'\nmachine_name = 'batch.mine'\n")
    site.output("load", "--as", "slurm", file)
    assert site.query("SELECT site, machine_name FROM events") == [("MINE", "batch.mine")]


def test_wrong_usage_is_said_before_anything_is_read(site: Site) -> None:
    file = log(site, "log", "1")
    for wrong in (["--as", "slrum"], ["--as", "slurm", "--timezone", "Mars/Here"]):
        assert site.acct("load", *wrong, *AT, file).returncode == 2
    assert site.query("SELECT count(*) AS n FROM messages") == [(0,)]
