"""`need.sh`: programs that the tests want are installed where that is allowed, else named."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NEED = Path(__file__).parents[2] / "packaging/need.sh"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with little on it: a test adds what its machine has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("mktemp", "rm", "tail", "env"):
        (folder / name).symlink_to(shutil.which(name) or "missing")
    return folder


def script(programs: Path, name: str, text: str) -> None:
    file = programs / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def need(programs: Path, *wanted: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(programs), "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [NEED, *wanted], env=environment, text=True, capture_output=True, check=False
    )


def test_nothing_is_done_when_all_are_there(programs: Path) -> None:
    script(programs, "broker", "exit 0")
    done = need(programs, "broker")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_whoever_may_not_install_is_told_what_to_install(programs: Path) -> None:
    script(programs, "id", "echo 1000")
    script(programs, "apt-get", "exit 0")
    done = need(programs, "no-such-broker", "env", "no-such-terminal")
    assert done.returncode == 1
    wanted = "no-such-broker no-such-terminal"
    assert done.stderr == (
        f"the tests need {wanted}: install them (Debian: apt-get install {wanted})\n"
    )


def test_root_has_them_installed(programs: Path, tmp_path: Path) -> None:
    script(programs, "id", "echo 0")
    script(programs, "apt-get", f"printf '%s\\n' \"$*\" >>{tmp_path}/asked")
    assert need(programs, "no-such-broker").returncode == 0
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == ["update", "install -y --no-install-recommends no-such-broker"]


def test_sudo_is_used_if_it_asks_no_password(programs: Path, tmp_path: Path) -> None:
    script(programs, "id", "echo 1000")
    script(programs, "sudo", f"printf '%s\\n' \"$*\" >>{tmp_path}/asked")
    script(programs, "apt-get", "exit 1")
    assert need(programs, "no-such-broker").returncode == 0
    assert "-n apt-get update" in (tmp_path / "asked").read_text()


def test_a_failed_installation_shows_why(programs: Path) -> None:
    script(programs, "id", "echo 0")
    script(programs, "apt-get", "echo 'no network here'; exit 100")
    done = need(programs, "no-such-broker")
    assert done.returncode == 1
    assert "no network here" in done.stderr
