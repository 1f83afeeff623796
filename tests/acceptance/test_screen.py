"""`acct tui` in a real terminal of 80 by 24."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from tests.acceptance.site import Site, becomes, eventually
from tests.jobs import message, record

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="these tests need tmux")


class Terminal:
    """What `acct tui` shows, and a keyboard; tmux keeps it, with a server of its own."""

    def __init__(self, site: Site) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="acct-")  # a socket's name must be short
        self._site = site

    def tmux(self, *arguments: str) -> str:
        return subprocess.run(
            ["tmux", "-S", f"{self._folder.name}/tmux", "-f", "/dev/null", *arguments],
            capture_output=True, encoding="utf-8", check=False,
            env=self._site.whole_environment | {"LC_ALL": "C.UTF-8"},
        ).stdout  # fmt: skip

    def open(self) -> None:
        """Start; the terminal stays when the program has ended, to be looked at."""
        self.tmux(
            "new-session", "-d", "-x", "80", "-y", "24",
            "sh", "-c", '"$@"; echo "ended with $?"; cat', "sh", *self._site.command("tui"),
        )  # fmt: skip

    def close(self) -> None:
        self.tmux("kill-server")
        self._folder.cleanup()

    @property
    def text(self) -> str:
        """The screen in one line, whatever its columns."""
        return " ".join(self.tmux("capture-pane", "-p").split())

    def press(self, key: str) -> None:
        self.tmux("send-keys", key)

    def shows(self, *words: str) -> None:
        """Wait until all of it is in view."""
        eventually(lambda: all(word in self.text for word in words), f"{words} in view")


@contextmanager
def terminal(site: Site) -> Iterator[Terminal]:
    shown = Terminal(site)
    shown.open()
    try:
        yield shown
    finally:
        shown.close()


@pytest.fixture
def job() -> str:
    """It ended a moment ago, so in the month that the first screen shows."""
    now = int(datetime.now(UTC).timestamp())
    times = {"StartTime": str(now - 7200), "EndTime": str(now)}
    return message(record(VO="atlas", WallDuration="7200", CpuDuration="3600", **times))


def test_it_shows_what_the_service_holds_and_leaves_on_q(site: Site, job: str) -> None:
    with site.run() as running:
        site.spool(job)
        becomes(site.jobs, 1)
        with terminal(site) as shown:
            shown.shows("Wall hours 2.0", "CPU hours 1.0", "accepted")
            shown.press("2")
            shown.shows("atlas 1 2.0 2.0 1.0 50.0%")
            shown.press("?")
            shown.shows("Group by submit host")
            shown.press("Escape")
            shown.shows("atlas 1 2.0 2.0 1.0 50.0%")
            shown.press("q")
            shown.shows("ended with 0")
        assert running.process.poll() is None, "the service goes on"
        assert site.acct("status").returncode == 0


def test_without_a_service_it_runs_everything_itself(site: Site, job: str) -> None:
    with terminal(site) as shown:
        shown.shows("No messages yet")
        site.spool(job, "dropped")
        shown.shows("dropped")
        assert site.acct("status").returncode == 0, "others are answered meanwhile"
        shown.press("q")
        shown.shows("ended with 0")
    assert site.acct("status").returncode == 3
    assert site.jobs() == 1
