"""The command line itself: what every command promises, `init`, `check` and `demo`."""

import json
import os
import subprocess
from importlib.metadata import version
from pathlib import Path

from tests.acceptance.site import ACCT, Site
from tests.jobs import message, record

COMMANDS = (
    "init", "run", "load", "summarise", "report", "export", "query", "messages", "rejects",
    "rebuild", "status", "check", "tui", "demo",
)  # fmt: skip


def test_every_command_of_the_contract_is_there_and_explains_itself(site: Site) -> None:
    listed = site.output("--help")
    for command in COMMANDS:
        assert f"\n  {command} " in listed
    for command in (*COMMANDS, "rejects list", "rejects show", "rejects retry", "rejects drop"):
        assert f"Usage: acct {command}" in site.output(*command.split(), "--help")


def test_every_command_imports_what_it_uses(site: Site) -> None:
    installed = Site(site.data, installed=True)
    installed.output("load", site.file("good", message()))
    for command in ("report", "export jobs", "query FROM+jobs", "messages 1", "rejects list",
                    "summarise", "rebuild", "check", "run --once"):  # fmt: skip
        installed.output(*(word.replace("+", " ") for word in command.split()))
    assert installed.acct("status").returncode == 3


def test_the_version_is_that_of_the_distribution(site: Site) -> None:
    assert site.output("--version") == f"acct {version('acct')}\n"


WRONG = ("nonsense", "report --nonsense", "load", "query", "messages --limit -1", "rejects show x")


def test_wrong_usage_ends_with_2(site: Site) -> None:
    for arguments in WRONG:
        done = site.acct(*arguments.split())
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert "Traceback" not in done.stderr


def test_init_makes_a_site_that_runs_and_never_overwrites(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", installed=True)
    made = site.init()
    assert (made.returncode, made.stdout) == (0, ""), made.stderr
    settings = (site.data / "acct.toml").read_text()
    assert 'name = "UKI-NORTH-T2"' in settings
    assert site.incoming.is_dir()
    assert (site.data / "acct.duckdb").is_file()
    assert (site.data / "acct.toml").stat().st_mode & 0o007 == 0
    assert site.acct("check").returncode == 0

    site.output("load", site.file("good", message()))
    (site.data / "dns").write_text("/CN=mine\n")
    (site.data / "acct.toml").write_text(f"{settings}# mine\n")
    again = site.init("OTHER")
    assert again.returncode == 0
    assert f"kept {site.data / 'acct.toml'}" in again.stderr
    assert (site.data / "acct.toml").read_text() == f"{settings}# mine\n"
    assert (site.data / "dns").read_text() == "/CN=mine\n"
    assert site.jobs() == 1


def test_every_setting_of_the_example_can_be_uncommented(site: Site) -> None:
    file = site.data / "acct.toml"
    lines = file.read_text().splitlines()
    bare = [
        line[1:] if line.startswith("#") and line[1:2] not in (" ", "") else line for line in lines
    ]
    file.write_text("\n".join(bare))
    assert site.acct("report").returncode == 0


def test_global_options_may_stand_before_and_after_a_command(site: Site, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("[mqqt]\n")
    run = [str(ACCT), "report", "--json", "--data", str(site.data)]
    done = subprocess.run(run, capture_output=True, text=True, check=False, env=plain())
    assert (done.returncode, json.loads(done.stdout)) == (0, [])
    run = [str(ACCT), f"--data={site.data}", "report", "--config", str(other)]
    done = subprocess.run(run, capture_output=True, text=True, check=False, env=plain())
    assert (done.returncode, "did you mean mqtt?" in done.stderr) == (2, True)


def test_the_data_directory_may_come_from_the_environment(site: Site) -> None:
    run = [str(ACCT), "query", "SELECT 1 AS one", "--format", "csv"]
    done = subprocess.run(
        run, capture_output=True, text=True, check=False, env=plain(ACCT_DATA=str(site.data))
    )
    assert (done.returncode, done.stdout) == (0, "one\n1\n")


def test_a_flag_beats_the_environment_which_beats_the_file(site: Site) -> None:
    site.configure('[service]\nlog = "nonsense"\n')
    assert site.acct("run", "--once").returncode == 2
    site.environment["ACCT_SERVICE__LOG"] = "json"
    first = site.acct("run", "--once", "-v").stderr
    site.environment["ACCT_SERVICE__LOG"] = "plain"
    assert site.acct("run", "--once", "--log", "json").returncode == 0
    assert all(line.startswith("{") for line in first.splitlines())


def test_an_empty_report_says_what_to_do_next(site: Site) -> None:
    done = site.acct("report")
    assert done.returncode == 0
    assert done.stderr == "no jobs yet; acct load FILE… takes some in\n"
    site.output("load", site.file("good", message()))
    done = site.acct("report", "--from", "2020", "--to", "2021")
    assert done.stderr == (
        "no such jobs from 2020-01-01 to 2021-01-01; there are jobs from 2024-06 to 2024-06\n"
    )


def test_a_reader_that_has_seen_enough_is_no_failure(site: Site) -> None:
    records = (record(LocalJobId=str(n)) for n in range(5000))
    site.output("load", site.file("good", message(*records)))
    export = subprocess.Popen(
        site.command("export", "jobs"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=site.whole_environment,
    )  # fmt: skip
    assert export.stdout is not None
    assert export.stderr is not None
    assert export.stdout.readline().startswith(b"site,")
    export.stdout.close()
    assert (export.wait(60), export.stderr.read()) == (0, b"")
    export.stderr.close()


def test_check_names_what_is_wrong(site: Site) -> None:
    assert site.acct("check").stdout == ""
    site.acct("load", site.file("bad", "not a message"))
    found = site.acct("check")
    assert (found.returncode, found.stdout) == (
        1,
        "1 messages were refused; acct rejects list says why\n",
    )
    assert json.loads(site.acct("check", "--json").stdout) == found.stdout.splitlines()


def test_demo_shows_a_realistic_site_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(ACCT), "demo", "--no-tui", "--json"], capture_output=True, text=True, check=False,
        env=plain(TMPDIR=str(tmp_path)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert {row["vo"] for row in shown} == {"atlas", "cms", "lhcb", "biomed", "dteam"}
    assert sum(row["jobs"] for row in shown) == 180 * 60
    assert "refused: bad: INT: record 1, line 10, WallDuration" in done.stderr
    assert list(tmp_path.iterdir()) == []


def plain(**more: str) -> dict[str, str]:
    """The environment without anything of acct's own."""
    return {k: v for k, v in os.environ.items() if not k.startswith("ACCT_")} | more
