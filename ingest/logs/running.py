"""A batch system's own program, run: without a shell, with little of our environment, and no longer
than it may take. What it prints counts only once it is known that it went well.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from appliance.errors import AcctError

_INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR")
"""Of our environment: others change what a program prints, or are ours (LD_LIBRARY_PATH)."""
_SAID_LINES = 5
"""Of a program's complaint."""
_HINT = "nothing was noted: next time begins where this one did"


def environment(
    ours: Mapping[str, str], patterns: Sequence[str], own: Mapping[str, str]
) -> dict[str, str]:
    """What a program sees: what of ours it needs, by patterns of names, and what is its own."""
    wanted = (*_INHERITED, *patterns)
    kept = {n: v for n, v in ours.items() if any(fnmatchcase(n, pattern) for pattern in wanted)}
    return kept | dict(own)


class Run:
    """One run of a program.

    Args:
        command: The program and its arguments.
        environment: All that it sees of it.
        folder: Where what it prints is kept meanwhile; None: where temporary files are.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None
    ) -> None:
        self._command = command
        self._environment = environment
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ended = False
        self._starting = threading.Lock()

    def printed(self, timeout_s: float) -> IO[bytes]:
        """Run it to its end: what it printed, as a file that its reader closes.

        Raises:
            AcctError: It is not there, fails, complains, takes too long, or was ended.
        """
        out = TemporaryFile(dir=self._folder)  # noqa: SIM115 # whoever reads it closes it
        try:
            with TemporaryFile(dir=self._folder) as complaints:
                status = self._wait(self._start(out, complaints), timeout_s)
                complaints.seek(0)
                self._judge(status, _said(complaints.read(1 << 16)), timeout_s)
            out.seek(0)
        except BaseException:
            out.close()
            raise
        return out

    def end(self) -> None:
        """End it and what it started; any thread may."""
        with self._starting:
            self._is_ended = True
            if self._process is not None and self._process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    @property
    def _name(self) -> str:
        return Path(self._command[0]).name

    def _start(self, out: IO[bytes], complaints: IO[bytes]) -> "subprocess.Popen[bytes]":
        with self._starting:
            if self._is_ended:
                raise AcctError(f"{self._name} was ended", hint=_HINT)
            try:
                self._process = subprocess.Popen(  # noqa: S603 # the administrator's own word
                    self._command, stdin=subprocess.DEVNULL, stdout=out, stderr=complaints,
                    env=self._environment, start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise AcctError(
                    f"cannot run {self._command[0]}: {error.strerror}", hint="say where it is"
                ) from None
            return self._process

    def _wait(self, process: "subprocess.Popen[bytes]", timeout_s: float) -> int | None:
        """Its status; None: it took too long."""
        try:
            return process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.end()
            process.wait()

    def _judge(self, status: int | None, said: list[str], timeout_s: float) -> None:
        """Whether it went well.

        Raises:
            AcctError: It did not; what it said of that.
        """
        why = "; ".join(said[:_SAID_LINES])
        if status is None:
            raise AcctError(f"{self._name} took more than {timeout_s:g} s", hint=_HINT)
        if status:
            why = why or "it does not say why"
            raise AcctError(f"{self._name} failed ({status}): {why}", hint=_HINT)
        if any("error:" in line for line in said):  # slurmdbd is down, and the status says nothing
            raise AcctError(f"{self._name} complained: {why}", hint=_HINT)


def _said(complaints: bytes) -> list[str]:
    return [line for line in complaints.decode(errors="backslashreplace").splitlines() if line]
