"""Reaching the repository: the service if one runs, else the file."""

import contextlib
import os
import time
from collections.abc import Callable
from threading import Thread

from appliance.config import Config
from appliance.errors import ServiceUnreachable
from appliance.repository import Repository

_PATIENCE_S = 10.0
"""How long to wait for another process that has the file open, or a service that is starting."""


def reach(
    config: Config,
    *,
    write: bool = False,
    bulk: bool = False,
    meanwhile: Callable[[], object] | None = None,
) -> Repository:
    """The repository of this configuration.

    Args:
        config: Says where the data are.
        write: Something will be changed; else several processes may open the file at once.
        bulk: Much is brought in.
        meanwhile: What the caller will need of the file, done while it is being opened, if it is.

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
        if meanwhile:
            Thread(target=meanwhile).start()
            meanwhile = None
        from appliance.local import LocalRepository
        from appliance.store import InUseError

        try:
            return LocalRepository.open(config, read_only=not write, bulk=bulk)
        except InUseError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
