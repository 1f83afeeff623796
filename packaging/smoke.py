#!/usr/bin/env python3
"""smoke.py ACCT: try an installed acct on everything that packaging can break.

It runs in an empty directory and home, so whatever acct finds, it brought along. Needs nothing but
Python's standard library and a Unix; prints how long each step took.
"""

import csv
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

DEADLINE_S = 60.0
SIZE = (30, 100)  # lines, columns
DELIVERY = "smoke-delivery"
_ESCAPE = re.compile(r"\x1b(\[[^@-~]*[@-~]|[^\[])")

COMMANDS = (
    "init", "run", "load", "summarise", "report", "export", "query", "messages", "rejects",
    "send", "status", "check", "tui", "demo",
)  # fmt: skip

MESSAGE = """\
APEL-individual-job-message: v0.3
Site: SMOKE-SITE
SubmitHost: ce.smoke.example:9619/long
MachineName: batch.smoke.example
LocalJobId: 1
FQAN: /atlas/Role=production
WallDuration: 3600
CpuDuration: 3600
Processors: 2
NodeCount: 1
StartTime: 1717196400
EndTime: 1717200000
ServiceLevelType: HEPscore23
ServiceLevel: 10.0
%%
Site: SMOKE-SITE
SubmitHost: ce.smoke.example:9619/long
MachineName: batch.smoke.example
LocalJobId: 2
FQAN: /atlas/Role=pilot
WallDuration: 7200
CpuDuration: 5400
Processors: 1
NodeCount: 1
StartTime: 1717196400
EndTime: 1717203600
ServiceLevelType: HEPscore23
ServiceLevel: 10.0
%%
"""

EXPECTED = {
    "vo": "atlas",
    "benchmark": "HEPscore23",
    "jobs": 2,
    "wall_hours": 3,  # 1 + 2
    "core_wall_hours": 4,  # 1 × 2 cores + 2 × 1 core
    "cpu_hours": 2.5,
    "efficiency": 0.625,
    "wall_work": 40,  # 4 h × 10
}


class Acct:
    """The program under trial, in a home of its own."""

    def __init__(self, program: str, home: Path) -> None:
        self.program = program
        self.home = home
        kept = ("PATH", "LANG", "LC_ALL", "TZ")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ}
        self.environment |= {
            "HOME": str(home),
            "ACCT_DATA": str(home / "data"),
            "TERM": "xterm-256color",
        }

    def __call__(self, *arguments: str, status: int = 0) -> str:
        """What the command prints; it must end with this status and without a traceback."""
        begun = time.monotonic()
        done = subprocess.run(
            [self.program, *arguments], cwd=self.home, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE_S, check=False,
        )  # fmt: skip
        said = f"acct {' '.join(arguments)}: status {done.returncode}\n{done.stdout}{done.stderr}"
        expect(done.returncode == status, said)
        expect("Traceback" not in done.stderr, said)
        tell(arguments, begun)
        return done.stdout

    def start(self, *arguments: str, **extra: str) -> subprocess.Popen[bytes]:
        """The same in the background, its standard error in a file."""
        with (self.home / "service.log").open("wb") as log:
            return subprocess.Popen(
                [self.program, *arguments], cwd=self.home, env=self.environment | extra,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip


def main(program: str) -> None:
    """Run every step; the first that fails ends it."""
    with tempfile.TemporaryDirectory(prefix="acct-smoke-") as folder:
        home = Path(folder)
        acct = Acct(program, home)
        all_is_there(acct)
        figures(acct)
        forms(acct)
        service(acct)
        screen(acct)
        acct("demo", "--no-tui")
    print(f"{program}: all of it works")


def all_is_there(acct: Acct) -> None:
    """The version and every command."""
    found = acct("--version")
    expect(re.fullmatch(r"acct \d+(\.\w+)+\n", found), f"version: {found!r}")
    said = acct("--help")
    for command in COMMANDS:
        expect(re.search(rf"^\W*{command}\b", said, re.MULTILINE), f"no command {command}:\n{said}")


def figures(acct: Acct) -> None:
    """A message becomes the right figures."""
    message = acct.home / "message"
    message.write_text(MESSAGE, encoding="ascii")
    acct("init", "--site", "SMOKE-SITE")
    loaded = json.loads(acct("load", str(message), "--json"))
    expect((loaded["accepted"], loaded["records"]) == (1, 2), f"loaded: {loaded}")
    text = acct("report", "--from", "2024-06", "--to", "2024-07", "--format", "csv")
    first = next(csv.DictReader(text.splitlines()))
    for name, value in EXPECTED.items():
        found = first[name] if isinstance(value, str) else float(first[name])
        expect(found == value, f"{name} is {found!r} and should be {value!r}:\n{text}")
    text = acct("query", "SELECT sum(wall_duration) AS s FROM jobs", "--format", "csv")
    expect(text.split() == ["s", "10800"], f"query: {text}")


def forms(acct: Acct) -> None:
    """What is written in each form, and what is refused."""
    for form in ("table", "json", "markdown"):
        said = acct("report", "--from", "2024", "--to", "2025", "--format", form)
        expect("atlas" in said, f"report as {form}: {said}")
    acct("export", "jobs", "--format", "parquet", "-o", "jobs.parquet")
    expect((acct.home / "jobs.parquet").read_bytes()[:4] == b"PAR1", "jobs.parquet is not Parquet")
    bad = acct.home / "bad"
    bad.write_text(MESSAGE.replace("WallDuration: ", "WallDuration: x"), encoding="ascii")
    acct("load", str(bad), status=1)
    expect("not an integer" in acct("rejects", "list"), "the reject is not listed")
    acct("rejects", "drop", "--all")


def service(acct: Acct) -> None:
    """The service takes in what is dropped, answers, and stops when told."""
    begun = time.monotonic()
    # Nobody listens on port 9: the source is built, and must not mind.
    running = acct.start("run", ACCT_MQTT__ENABLED="true", ACCT_MQTT__PORT="9")
    try:
        until((acct.home / "data/acct.sock").exists, "the service's socket", running)
        tell(("run", "(until it answers)"), begun)
        status = acct("status", "--json")
        expect(any("mqtt" in s["name"] for s in json.loads(status)["sources"]), status)
        spool = acct.home / "data/spool/incoming"
        partial = spool / f".{DELIVERY}"
        partial.write_text(MESSAGE.replace("LocalJobId: ", "LocalJobId: 9"), encoding="ascii")
        partial.rename(spool / DELIVERY)
        count = ("query", "SELECT count(*) AS n FROM jobs", "--format", "csv")
        until(lambda: acct(*count).split() == ["n", "4"], "the spool's jobs", running)
        begun = time.monotonic()
        running.send_signal(signal.SIGTERM)
        status_of_end = running.wait(DEADLINE_S)
        expect(status_of_end == 0, f"the service ended with {status_of_end}")
        tell(("run", "(SIGTERM until it ended)"), begun)
    except BaseException:
        running.kill()
        print((acct.home / "service.log").read_text(), file=sys.stderr)
        raise
    acct("status", status=3)


def screen(acct: Acct) -> None:
    """The terminal UI draws what is in the store, and leaves on q."""
    begun = time.monotonic()
    terminal, inside = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    shown = subprocess.Popen(
        [acct.program, "tui"], cwd=acct.home, env=acct.environment, start_new_session=True,
        stdin=inside, stdout=inside, stderr=inside,
    )  # fmt: skip
    os.close(inside)
    try:
        drawn = read(terminal, DELIVERY)
        expect(DELIVERY in drawn, f"the UI did not show {DELIVERY}:\n{drawn[-2000:]}")
        tell(("tui", "(until it shows what came)"), begun)
        begun = time.monotonic()
        os.write(terminal, b"q")
        rest = read(terminal)
        status = shown.wait(DEADLINE_S)
        expect(status == 0 and "Traceback" not in rest, f"the UI ended with {status}:\n{rest}")
        tell(("tui", "(q until it ended)"), begun)
    finally:
        shown.kill()
        os.close(terminal)


def read(terminal: int, wanted: str = "") -> str:
    """What a terminal shows, without escape sequences, until that appears; else to the end."""
    deadline = time.monotonic() + DEADLINE_S
    found, text = b"", ""
    while time.monotonic() < deadline and not (wanted and wanted in text):
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                found += os.read(terminal, 65536)
            except OSError:  # the program has gone
                break
            text = _ESCAPE.sub("", found.decode("utf-8", "replace"))
    return text


def until(true: Callable[[], bool], what: str, running: subprocess.Popen[bytes]) -> None:
    """Poll until it is so, as long as the service runs."""
    deadline = time.monotonic() + DEADLINE_S
    while not true():
        expect(running.poll() is None, "the service ended by itself")
        expect(time.monotonic() < deadline, f"not within {DEADLINE_S} s: {what}")
        time.sleep(0.05)


def expect(true: object, otherwise: str) -> None:
    """End the trial unless it is so."""
    if not true:
        sys.exit(f"smoke: {otherwise}")


def tell(step: tuple[str, ...], begun: float) -> None:
    """Say how long a step took."""
    print(f"{time.monotonic() - begun:6.2f} s  {' '.join(step)[:70]}", flush=True)


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).absolute()))
