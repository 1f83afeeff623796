"""An installation of `acct` in a directory of its own, used as its administrator uses it.

    site = Site.make(tmp_path)
    with site.run():
        site.spool(message())
        eventually(lambda: site.jobs() == 1, "the job is loaded")

Every command is a process of its own, started as `forking` says; `client` asks a running service
without one, for tests that ask much and are not about the command line.
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeVar

from appliance.client import RemoteRepository
from appliance.errors import ServiceUnreachable
from tests.acceptance.forking import Process, fork

ACCT = Path(sys.executable).with_name("acct")
DEADLINE_S = 90.0
"""Only a failure waits so long: machines are slow, and several tests run at once."""
POLL_S = 0.1
"""Most questions are processes of their own: asked more often, they would delay the answer."""

Answer = TypeVar("Answer")
Done = subprocess.CompletedProcess[str]


def eventually(ask: Callable[[], Answer], what: str) -> Answer:
    """Ask until the answer is true, and fail loudly when it never is."""
    deadline = time.monotonic() + DEADLINE_S
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {DEADLINE_S:g} s: {what}"
        time.sleep(POLL_S)
    return answer


def becomes(ask: Callable[[], Answer], wanted: Answer) -> None:
    """Ask until the answer is the wanted one."""
    deadline = time.monotonic() + DEADLINE_S
    while (answer := ask()) != wanted and time.monotonic() < deadline:
        time.sleep(POLL_S)
    assert answer == wanted


@dataclass
class Running:
    """`acct run`, started by a test."""

    process: Process
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def stop(self) -> None:
        """End it as systemd does, and hold it to a clean end."""
        self.process.terminate()
        assert self.process.wait(DEADLINE_S) == 0, self.log
        assert "Traceback" not in self.log, self.log

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait(DEADLINE_S)


@cache
def _as_init_makes_it() -> Path:
    """Made once and copied: nothing in it depends on where it lies."""
    folder = tempfile.mkdtemp(prefix="acct-acceptance-")
    atexit.register(shutil.rmtree, folder)
    made = Site(Path(folder, "data")).init()
    assert made.returncode == 0, made.stderr
    return Path(folder, "data")


@dataclass
class Site:
    """A data directory, and the commands on it."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    """Beside that of the tests, from which everything of acct's own is removed."""
    installed: bool = False
    """Whether commands are started as users start them, with Python and all imports."""

    @classmethod
    def make(
        cls, directory: Path, settings: str = "", environment: Mapping[str, str] | None = None
    ) -> "Site":
        """What `acct init` makes; with `settings` they are the whole configuration.

        Their spools are made; relative paths are relative to the data directory.
        """
        site = cls(directory / "data", dict(environment or {}))
        shutil.copytree(_as_init_makes_it(), site.data)
        if settings:
            site.configure(settings)
        return site

    def init(self, name: str = "UKI-NORTH-T2") -> Done:
        """`acct init` itself."""
        return self.acct("init", "--site", name)

    def configure(self, settings: str) -> None:
        """Replace the configuration, and make the spools that it names."""
        (self.data / "acct.toml").write_text(settings, encoding="utf-8")
        for spool in tomllib.loads(settings).get("spool", []):
            (self.data / spool["path"]).mkdir(parents=True, exist_ok=True)

    # Commands

    def command(self, *arguments: object) -> list[str]:
        return [str(ACCT), "--data", str(self.data), *map(str, arguments)]

    @property
    def whole_environment(self) -> dict[str, str]:
        """What the commands see: `make test` itself may run under any ACCT_ setting."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ACCT_", "NOTIFY_"))}
        return inherited | self.environment

    def acct(self, *arguments: object, stdin: str = "") -> Done:
        """The command, run to its end."""
        done = self._raw(*arguments, stdin=stdin)
        out, err = (text.decode("utf-8") for text in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def output(self, *arguments: object) -> str:
        """What the command prints; it has to succeed."""
        done = self.acct(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def raw_output(self, *arguments: object) -> bytes:
        """The same, untouched by any encoding."""
        done = self._raw(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stderr!r}"
        return done.stdout

    def _raw(self, *arguments: object, stdin: str = "") -> subprocess.CompletedProcess[bytes]:
        command = self.command(*arguments)
        if self.installed:
            return subprocess.run(
                command, input=stdin.encode(), capture_output=True, env=self.whole_environment,
                timeout=DEADLINE_S, check=False,
            )  # fmt: skip
        with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
            given.write(stdin.encode())
            given.seek(0)
            process = fork(command[1:], self.whole_environment, stdin=given, stdout=out, stderr=err)
            try:
                status = process.wait(DEADLINE_S)
            finally:
                process.kill()
            for file in (out, err):
                file.seek(0)
            return subprocess.CompletedProcess(command, status, out.read(), err.read())

    def json(self, *arguments: object) -> Any:
        """What the command answers with `--json`; it has to succeed."""
        return json.loads(self.output("--json", *arguments))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a question."""
        return [tuple(row.values()) for row in self.json("query", sql)]

    def refusals(self) -> dict[str, str]:
        """Why messages were refused, by the name that their source gave them."""
        return {row["source_name"]: row["error"] for row in self.json("rejects", "list")}

    def jobs(self) -> int:
        """How many jobs the store holds."""
        return int(self.query("SELECT count(*) AS jobs FROM jobs")[0][0])

    # The service

    def start(self, *arguments: str, **environment: str) -> Running:
        """`acct run`, not waited for."""
        log_file = self.data.parent / "service.log"
        with log_file.open("ab") as log, Path(os.devnull).open() as nothing:
            process = fork(
                self.command("run", *arguments)[1:], self.whole_environment | environment,
                stdin=nothing, stdout=log, stderr=log,
            )  # fmt: skip
        return Running(process, log_file)

    @property
    def client(self) -> RemoteRepository:
        """What the commands ask while the service runs."""
        return RemoteRepository(self.data / "acct.sock")

    def answers(self, running: Running) -> bool:
        """Whether the service does; one that ended will never."""
        assert running.process.poll() is None, running.log
        try:
            return bool(self.client.status())
        except ServiceUnreachable:
            return False

    @contextmanager
    def run(self, *arguments: str, **environment: str) -> Iterator[Running]:
        """The service, from its first answer to its clean end."""
        running = self.start(*arguments, **environment)
        try:
            eventually(lambda: self.answers(running), "the service answers")
            yield running
            if running.process.poll() is None:
                running.stop()
        finally:
            running.kill()

    # Messages

    @property
    def incoming(self) -> Path:
        """The spool that `acct init` makes."""
        return self.data / "spool/incoming"

    def spool(self, message: str | bytes, name: str = "message", spool: str = "") -> Path:
        """Leave a message as careful senders do: written elsewhere, moved in whole."""
        folder = self.data / spool if spool else self.incoming
        writing = folder / f".{name}"
        writing.write_bytes(message if isinstance(message, bytes) else message.encode())
        at = time.time() - 10  # a service that starts later need not wait whether more is written
        os.utime(writing, (at, at))
        return writing.rename(folder / name)

    def file(self, name: str, content: str | bytes) -> Path:
        """A file outside of the data directory, for `acct load`."""
        path = self.data.parent / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path
