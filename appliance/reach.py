"""Reaching the repository: the service if one runs, else the file."""

import contextlib
import os
import time
from importlib import import_module
from threading import Thread

from appliance.config import Config
from appliance.errors import ServiceUnreachable
from appliance.repository import Repository

_PATIENCE_S = 10.0
"""How long to wait for another process that has the file open, or a service that is starting."""


def reach(
    config: Config, *, write: bool = False, bulk: bool = False, needs: str = ""
) -> Repository:
    """The repository of this configuration.

    Args:
        config: Says where the data are.
        write: Something will be changed; else several processes may open the file at once.
        bulk: Much is brought in.
        needs: A module that the caller will use of the file, imported while it is being opened.

    Raises:
        UsageError: There is no data directory.
        AcctError: Another process has the file for long and does not answer.
    """
    until = time.monotonic() + _PATIENCE_S
    while True:
        if os.path.exists(config.socket):  # noqa: PTH110 # else nobody pays for what it takes to ask
            from appliance.client import RemoteRepository

            with contextlib.suppress(ServiceUnreachable):
                return RemoteRepository.reach(config.socket)
        if needs:
            Thread(target=import_module, args=(needs,)).start()
            needs = ""
        from appliance.local import LocalRepository
        from appliance.store import InUseError

        try:
            return LocalRepository.open(config, read_only=not write, bulk=bulk)
        except InUseError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
