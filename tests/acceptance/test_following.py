"""Logs that are followed: every line once, whatever happens to the files and to us."""

import gzip
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.site import DEADLINE_S, Site, becomes, eventually

KILLS = 4
LINE = "{}|n|u|g|2025-06-02T13:00:00|2025-06-02T13:10:00|00:10:00|600|q|8|1|wn|||COMPLETED\n"
FOLLOWED = """
[site]
name = "S1"
machine_name = "batch"
[service]
rescan_s = 0.5
[[logs]]
format = "slurm"
path = "logs/**/slurm_acc*"
"""


@pytest.fixture
def following(tmp_path: Path) -> Site:
    site = Site.make(tmp_path, FOLLOWED)
    (site.data / "logs").mkdir()
    return site


def lines(*names: object) -> str:
    return "".join(LINE.format(name) for name in names)


def names(site: Site) -> list[str]:
    return [name for (name,) in site.query("SELECT job_name FROM events ORDER BY job_name")]


def read(site: Site) -> int:
    """Lines that came in, each as often as it was read."""
    [(count,)] = site.query("SELECT coalesce(sum(lines), 0) AS n FROM log_files")
    return int(count)


@contextmanager
def writer(folder: Path, seed: int, told: list[int]) -> Iterator[None]:
    """A process that writes and rotates; what it wrote is in `told` afterwards."""
    command = [sys.executable, "-m", "tests.acceptance.logwriter", str(folder), str(seed)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield
        out, _ = process.communicate("", DEADLINE_S)
        told += json.loads(out)
    finally:
        process.kill()


def test_killed_while_a_log_is_written_rotated_and_compressed_every_line_is_there_once(
    following: Site,
) -> None:
    site, chance = following, random.Random()
    told: list[int] = []
    with writer(site.data / "logs", chance.randrange(1000), told):
        for _ in range(KILLS):
            running = site.start()
            wanted = running.log.count(" lines, ") + chance.randrange(1, 4)
            eventually(lambda: running.log.count(" lines, ") >= wanted, "lines come")  # noqa: B023
            time.sleep(chance.random() * 0.3)  # a random moment: nothing is waited for
            running.kill()
    written, wall, rotations = told
    assert rotations > 0
    done = site.acct("run", "--once")
    assert done.returncode == 0, done.stderr
    assert site.query(
        "SELECT count(*) AS n, count(DISTINCT job_name) AS d, sum(wall_duration) AS w FROM events"
    ) == [(written, written, wall)]
    assert read(site) == written
    assert site.query("SELECT count(*) AS n FROM rejected_lines") == [(0,)]


def test_what_is_appended_is_seen_and_half_a_line_waits_for_its_end(following: Site) -> None:
    log = following.data / "logs/slurm_acc.20250602"
    with following.run():
        log.write_text(lines(1, 2) + LINE.format(3)[:-2])
        becomes(lambda: names(following), ["1", "2"])
        [source] = [s for s in following.json("status")["sources"] if "logs:" in s["name"]]
        assert (source["files"], source["lines"]) == (1, 2)
        assert source["bytes_behind"] == len(LINE.format(3)) - 2
        with log.open("a") as out:
            out.write("D\n" + lines(4))
        becomes(lambda: names(following), ["1", "2", "3", "4"])
    assert read(following) == 4


@pytest.mark.parametrize("loaded_first", [True, False])
def test_a_file_that_is_loaded_by_hand_and_followed_is_read_once(
    following: Site, loaded_first: bool
) -> None:
    log = following.data / "logs/slurm_acc"
    log.write_text(lines(1, 2) + "not a line of slurm\n")
    by_hand, once = ("load", "--as", "slurm", log), ("run", "--once")
    for command in (by_hand, once) if loaded_first else (once, by_hand):
        following.acct(*command)
    assert (read(following), names(following)) == (3, ["1", "2"])
    assert following.query("SELECT count(*) AS n FROM rejected_lines") == [(1,)]
    with log.open("a") as out:
        out.write(lines(3))
    following.output("load", "--as", "slurm", log)
    assert (read(following), names(following)) == (4, ["1", "2", "3"])
    assert following.acct("run", "--once").returncode == 0
    assert read(following) == 4


def test_a_damaged_file_is_told_of_and_read_once_it_is_whole(following: Site) -> None:
    packed = gzip.compress(lines(*range(50)).encode())
    bad = following.data / "logs/slurm_acc.1.gz"
    (following.data / "logs/slurm_acc").write_text(lines("good"))
    (following.data / "logs/slurm_acc.lock").write_text(lines("lock"))
    bad.write_bytes(packed[:-9])
    done = following.acct("run", "--once")
    assert done.returncode == 1
    assert "slurm_acc.1.gz cannot be read" in done.stderr
    assert names(following) == ["good"]
    bad.write_bytes(packed)
    assert following.acct("run", "--once").returncode == 0
    assert read(following) == 51


def test_a_file_that_shrank_is_read_anew(following: Site) -> None:
    log = following.data / "logs/slurm_acc"
    log.write_text(lines(*range(100)))
    following.output("run", "--once")
    log.write_text(lines(*range(60), "new"))
    done = following.acct("run", "--once")
    assert done.returncode == 0
    assert "slurm_acc shrank: it is read from its start" in done.stderr
    assert set(names(following)) == {*map(str, range(100)), "new"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('format = "slurm"\npath = "x*"\ntimezone = "Mars/Here"', "no time zone Mars/Here"),
        ('format = "slurm"', "no path"),
        ('format = "sge"\npath = "x*"\nas_apel = ["steps"]', "sge as APEL reads it: steps"),
        ('format = "sge"\npath = "x*"\nas_apel = ["all"]', "as_apel[0] = 'all'"),
        ('format = "slrum"\npath = "x*"', "one of"),
    ],
)
def test_an_entry_that_cannot_be_followed_is_a_fault_of_the_configuration(
    site: Site, entry: str, said: str
) -> None:
    site.configure(f'[site]\nname = "S"\nmachine_name = "M"\n[[logs]]\n{entry}\n')
    done = site.acct("run", "--once")
    assert done.returncode == 2
    assert said in done.stderr


def test_another_choice_of_the_references_faults_has_the_file_read_anew(following: Site) -> None:
    (following.data / "logs/slurm_acc").write_text(lines("7") + lines("7.batch"))
    for setting, read_in_all, known in (
        ("", 2, ["7"]),
        ('as_apel = ["steps"]', 4, ["7", "7.batch"]),
        ('as_apel = ["steps"]', 4, ["7", "7.batch"]),
    ):
        following.configure(f"{FOLLOWED}{setting}\n")
        following.output("run", "--once")
        assert (read(following), names(following)) == (read_in_all, known)


def test_check_tells_of_patterns_without_files(following: Site) -> None:
    done = following.acct("check")
    assert done.returncode == 1
    assert "no file matches" in done.stdout
    (following.data / "logs/slurm_acc").write_text(lines(1))
    assert "no file matches" not in following.acct("check").stdout
