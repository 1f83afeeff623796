"""`acct init --from-apel`: an APEL client's site goes on with acct."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.acceptance.site import Site
from tests.apel import CLIENT, PARSER, SENDER

CE1 = "ce1.example.org:9619/ce1-condor"


@pytest.fixture
def apel(tmp_path: Path) -> Path:
    folder = tmp_path / "etc apel"
    folder.mkdir()
    for name, text in (("parser", PARSER), ("client", CLIENT), ("sender", SENDER)):
        (folder / f"{name}.cfg").write_text(text.replace("SPOOL", str(tmp_path / "spool")))
    return folder


def test_a_site_is_taken_over_with_its_benchmarks(tmp_path: Path, apel: Path) -> None:
    site = Site(tmp_path / "data", {"TZ": "Europe/Berlin"})
    done = site.acct("init", "--from-apel", apel)
    assert (done.returncode, done.stdout) == (0, "")
    assert f"benchmark of {CE1}: HEPSPEC 10.320" in done.stderr
    assert "left: parser.cfg: [db] hostname, password: not needed" in done.stderr
    text = (site.data / "acct.toml").read_text()
    assert "# Left out: parser.cfg: [db] hostname" in text
    said = tomllib.loads(text)
    assert said["site"] == {"name": "EXAMPLE-SITE", "machine_name": "batch.example.org"}
    assert [logs["format"] for logs in said["logs"]] == ["blah", "slurm"]
    assert said["logs"][1]["timezone"] == "Europe/Berlin"
    assert said["join"] == {"local_jobs": True}
    assert said["publish"]["path"] == str(tmp_path / "spool/outgoing")
    assert said["trust"]["key"] == "/etc/grid-security/hostkey.pem"
    held = site.json("benchmark", "list", "--host", CE1)
    assert [(row["service_level_type"], row["service_level"], row["site"]) for row in held] == [
        ("HEPSPEC", 10.32, "EXAMPLE-SITE"), ("HEPscore23", 12, "EXAMPLE-SITE"),
    ]  # fmt: skip
    assert site.acct("check").returncode in (0, 1)  # it can be read and run
    assert site.output("export", "jobs").count("\n") == 1


def test_the_site_of_the_command_line_counts(tmp_path: Path, apel: Path) -> None:
    site = Site(tmp_path / "data")
    assert site.acct("init", "--from-apel", apel, "--site", "OTHER").returncode == 0
    assert {row["site"] for row in site.json("benchmark", "list")} == {"OTHER"}


def test_an_acct_toml_that_is_there_is_never_overwritten(site: Site, apel: Path) -> None:
    before = (site.data / "acct.toml").read_text()
    done = site.acct("init", "--from-apel", apel)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert (site.data / "acct.toml").read_text() == before


def test_nothing_is_made_of_files_that_cannot_be_read(tmp_path: Path, apel: Path) -> None:
    (apel / "client.cfg").write_text("no ini file")
    site = Site(tmp_path / "data")
    done = site.acct("init", "--from-apel", apel)
    assert done.returncode == 2
    assert str(apel / "client.cfg") in done.stderr
    assert not site.data.exists()


def test_without_a_site_the_commands_are_told(tmp_path: Path) -> None:
    (tmp_path / "client.cfg").write_text("[spec_updater]\nmanual_spec1 = ce,HEPSPEC,10\n")
    site = Site(tmp_path / "data")
    done = site.acct("init", "--from-apel", tmp_path)
    assert done.returncode == 0
    assert "acct benchmark set ce HEPSPEC 10.000 --site SITE" in done.stderr
    assert json.loads(site.output("--json", "benchmark", "list")) == []
