"""`[[collect]]`: the service asks a batch system for its finished jobs, by itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.site import Site, becomes, eventually
from tests.acceptance.slurm import SETTINGS, calls, jobs, later, spans

FROM = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=50)
ENDED = FROM + timedelta(hours=10)


def at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def asking(tmp_path: Path, sacct: Path, more: str = "") -> Site:
    """A site that asks a Slurm whose only job ended 40 hours ago."""
    (sacct.parent / "saved").write_text(later(at(ENDED), "9051"))
    settings = f'[[collect]]\nformat = "slurm"\nprogram = "{sacct}"\nfrom = {at(FROM)}\n{more}\n'
    return Site.make(tmp_path, f"{SETTINGS}[service]\nrescan_s = 0.2\n{settings}")


def source(site: Site) -> dict[str, Any]:
    [found] = [s for s in site.json("status")["sources"] if s["name"] == "collect:slurm:batch"]
    return dict(found)


def test_run_once_asks_from_where_it_is_told_to_begin_and_then_from_where_it_stopped(
    tmp_path: Path, sacct: Path
) -> None:
    site = asking(tmp_path, sacct)
    site.installed = True
    done = site.acct("run", "--once")
    assert done.returncode == 0, done.stderr
    day = timedelta(days=1)
    (first, second), (_, third), (_, now) = made = spans(sacct)
    assert made[:2] == [(at(FROM), at(FROM + day)), (at(FROM + day), at(FROM + 2 * day))]
    assert (first, second, third) == (at(FROM), at(FROM + day), at(FROM + 2 * day))
    assert jobs(site) == ["9051"]
    assert site.acct("run", "--once").returncode == 0
    [(since, _)] = spans(sacct)
    assert since == at(datetime.fromisoformat(now) - timedelta(hours=1)), "an hour again"


def test_run_once_ends_however_often_is_to_be_asked(tmp_path: Path, sacct: Path) -> None:
    site = asking(tmp_path, sacct, "every_s = 0.01")
    done = site.acct("run", "--once")
    assert done.returncode == 0, done.stderr
    assert jobs(site) == ["9051"]


def test_the_program_sees_neither_a_shell_nor_our_environment(tmp_path: Path, sacct: Path) -> None:
    site = asking(tmp_path, sacct, 'cluster = "tier2,tier3"')
    theirs = {"SLURM_CONF": "/etc/slurm.conf", "SACCT_FORMAT": "JobID", "LD_PRELOAD_SAID": "x"}
    site.environment |= theirs | {"SLURM_CLUSTERS": "other", "ACCT_JOIN__LOCAL_JOBS": "true"}
    assert site.acct("run", "--once").returncode == 0
    for call in calls(sacct):
        assert call["clusters"] == "tier2,tier3"
        assert (call["TZ"], call["time"]) == ("UTC", "standard")
        seen = {"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "SLURM_TIME_FORMAT", "LC_ALL"}
        ours = {
            name for name in call["environment"].split() if not name.startswith("__")
        }  # of the system
        assert "SLURM_CONF" in ours
        assert ours - {"SLURM_CONF", "LC_CTYPE"} <= seen


def test_the_service_asks_again_by_itself_and_says_how_far_it_is(
    tmp_path: Path, sacct: Path
) -> None:
    site = asking(tmp_path, sacct, "every_s = 0.2")
    with site.run():
        becomes(lambda: jobs(site), ["9051"])
        with (sacct.parent / "saved").open("a") as saved:
            saved.write(later(at(datetime.now(UTC) - timedelta(minutes=30)), "9061"))
        becomes(lambda: jobs(site), ["9051", "9061"])
        found = source(site)
        assert found["well"]
        assert found["asked_until"] > at(FROM + timedelta(hours=49))
        assert "collect" not in site.acct("check").stdout
        eventually(lambda: source(site)["asked_until"] > found["asked_until"], "asked again")
    assert site.query("SELECT count(*) AS n FROM messages") == [(2,)], "nothing is kept twice"


def test_a_program_that_fails_is_told_of_and_asked_again_and_nothing_else_waits(
    tmp_path: Path, sacct: Path
) -> None:
    site = asking(tmp_path, sacct)
    down = sacct.parent / "down"
    down.write_text("sacct: error: slurmdbd is down")
    once = site.acct("run", "--once")
    assert once.returncode == 1
    assert "sacct failed (1): sacct: error: slurmdbd is down" in once.stderr
    with site.run() as running:
        eventually(lambda: not source(site)["well"], "it is known that it fails")
        told = site.acct("check")
        assert told.returncode == 1
        assert "collect:slurm:batch: sacct failed (1): sacct: error: slurmdbd" in told.stdout
        eventually(lambda: (sacct.parent / "calls").read_text().count("\n") >= 4, "tried again")
        down.unlink()
        becomes(lambda: jobs(site), ["9051"])
        assert running.log.count("slurmdbd is down") == 1, "told once"
        assert source(site)["well"]
    assert site.query("SELECT count(*) AS n FROM rejected_lines") == [(0,)], "half a line"


def test_a_program_that_hangs_holds_up_nothing_and_ends_with_us(
    tmp_path: Path, sacct: Path
) -> None:
    site = asking(tmp_path, sacct, '[[logs]]\nformat = "slurm"\npath = "acc"')
    (sacct.parent / "slow").touch()
    with site.run() as running:
        eventually((sacct.parent / "calls").exists, "it runs")
        line = "7|n|u|g|2025-06-02T13:00:00|2025-06-02T13:10:00|00:10:00|600|q|8|1|w|||COMPLETED\n"
        (site.data / "acc").write_text(line)
        becomes(lambda: jobs(site), ["7"])
        assert "asking for" in source(site)["state"]
    assert running.process.returncode == 0
    (sacct.parent / "slow").unlink()
    assert site.acct("run", "--once").returncode == 0
    assert jobs(site) == ["7", "9051"], "what was broken off is asked for again"


def test_a_program_that_takes_too_long_is_ended(tmp_path: Path, sacct: Path) -> None:
    site = asking(tmp_path, sacct, "timeout_s = 0.3")
    (sacct.parent / "slow").touch()
    done = site.acct("run", "--once")
    assert done.returncode == 1
    assert "sacct took more than 0.3 s" in done.stderr


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('cluster = "-x"', "'-x' is no cluster"),
        ('cluster = "a;b c"', "is no cluster"),
        ("every_s = 0", "every_s leaves no time"),
        ("overlap_s = -1", "overlap_s is no time"),
        ('site = ""', ""),
        ('format = "pbs"', "one of slurm, htcondor"),
    ],
)
def test_an_entry_that_cannot_be_is_a_fault_of_the_configuration(
    tmp_path: Path, sacct: Path, entry: str, said: str
) -> None:
    head = SETTINGS if said else ""
    what = "" if "format" in entry else 'format = "slurm"\n'
    site = Site.make(tmp_path, f'{head}[[collect]]\n{what}program = "{sacct}"\n{entry}\n')
    done = site.acct("run", "--once")
    assert done.returncode == 2
    assert (said or "no site") in done.stderr
    assert not (sacct.parent / "calls").exists()


def test_check_tells_of_a_program_that_is_not_there(tmp_path: Path, sacct: Path) -> None:
    site = asking(tmp_path, sacct)
    assert site.acct("check").returncode == 0
    sacct.unlink()
    told = site.acct("check")
    assert (told.returncode, f"no program {sacct}" in told.stdout) == (1, True)
    once = site.acct("run", "--once")
    assert (once.returncode, "cannot run" in once.stderr) == (1, True)


def test_a_slurm_that_was_never_asked_wants_to_know_where_to_begin(
    tmp_path: Path, sacct: Path
) -> None:
    site = asking(tmp_path, sacct)
    toml = site.data / "acct.toml"
    toml.write_text(toml.read_text().replace(f"from = {at(FROM)}\n", ""))
    done = site.acct("run", "--once")
    assert (done.returncode, "nothing was collected yet" in done.stderr) == (1, True)
    site.output("collect", "slurm", "--sacct", sacct, "--from", at(FROM))
    assert site.acct("run", "--once").returncode == 0
    assert jobs(site) == ["9051"]
