"""`acct` at a third of the price: forked from a process that has imported the program already.

    process = fork(["--data", "d", "report"], os.environ, stdin=f, stdout=g, stderr=h)
    assert process.wait(10) == 0

It is a process of its own, with its arguments, environment, files, signals and exit status, that
starts in `appliance.main.main` as the installed command does. What differs is that nothing is
imported in it: `Site.installed` is for tests of that, and of what Python reads at its start.
"""

import atexit
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import IO, Any

PACKAGES = "appliance", "ingest", "reports"
LIBRARIES = "duckdb", "http.client", "paho.mqtt.client", "uvicorn.lifespan.off"
_LARGEST = 1 << 17


class Process:
    """What `subprocess.Popen` offers, of a process that another one forked."""

    def __init__(self, told: socket.socket) -> None:
        self._told = told
        self.pid = int(told.recv(20))
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self._told.settimeout(timeout)
            try:
                self.returncode = int(self._told.recv(20))
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired("acct", timeout or 0) from None
            self._told.close()
        return self.returncode

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def fork(
    arguments: list[str], environment: Mapping[str, str], *,
    stdin: IO[Any], stdout: IO[Any], stderr: IO[Any],
) -> Process:  # fmt: skip
    """Start `acct`; threads may do so at once."""
    with _starting:
        parent = _parent()
    told, telling = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with telling:
        request = json.dumps([arguments, dict(environment)]).encode()
        files = [file.fileno() for file in (stdin, stdout, stderr)]
        socket.send_fds(parent, [request], [*files, telling.fileno()])
    return Process(told)


_starting = threading.Lock()


@cache
def _parent() -> socket.socket:
    """The process that forks, until this socket is closed."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        serving = f"from {__name__} import serve; serve()"
        process = subprocess.Popen([sys.executable, "-c", serving], stdin=its.fileno())
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def serve() -> None:
    """Fork whatever is asked for, until nobody can ask."""
    for name in PACKAGES:
        for found in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            importlib.import_module(found.name)
    for name in LIBRARIES:
        importlib.import_module(name)
    assert threading.active_count() == 1, "a fork has one thread, whatever the others held"
    signal.signal(signal.SIGCHLD, _reap)
    asked = socket.socket(fileno=os.dup(0))
    while True:
        request, files, _, _ = socket.recv_fds(asked, _LARGEST, 4)
        if not request:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asked.close()
            if child := os.fork():
                _tell_of(child, socket.socket(fileno=files[3]))
            _become(files, *json.loads(request))
        for file in files:
            os.close(file)


def _reap(*_: object) -> None:
    """The dead are taken note of: their CPU time counts in that of the tests."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _tell_of(child: int, telling: socket.socket) -> None:
    """Its number, and how it ended."""
    telling.send(b"%d" % child)
    _, status = os.waitpid(child, 0)
    try:
        telling.send(b"%d" % os.waitstatus_to_exitcode(status))
    finally:
        os._exit(0)


def _become(files: list[int], arguments: list[str], environment: dict[str, str]) -> None:
    for number, file in enumerate(files[:3]):
        os.dup2(file, number)
    for file in files:
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = ["acct", *arguments]

    from appliance.main import main

    status: object = 1
    try:
        main()
    except SystemExit as end:
        status = end.code
    except BaseException:  # noqa: BLE001 # said as Python says it
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 0)  # to take down all modules costs most
