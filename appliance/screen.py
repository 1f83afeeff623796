"""The terminal UI on whatever answers: the service, or one that runs in this process."""

import logging
from pathlib import Path

from appliance.client import RemoteRepository
from appliance.config import Config
from appliance.errors import ServiceUnreachable


def open_screen(config: Config) -> None:
    """Show the UI until the user leaves; without a service, everything runs until then.

    Raises:
        AcctError: There is no data directory, or another process holds the file.
    """
    from tui.app import AcctApp

    try:
        repository = RemoteRepository.reach(config.socket)
    except ServiceUnreachable:
        _with_everything(config)
    else:
        AcctApp(repository).run()


def _with_everything(config: Config) -> None:
    from appliance.service import Service
    from tui.app import AcctApp

    service = Service(config)
    _log_to(config.data / "tui.log")
    service.start()
    try:
        AcctApp(service.repository).run()
    finally:
        service.close()


def _log_to(file: Path) -> None:
    """The screen is the UI's: what the service says goes to a file meanwhile."""
    handler = logging.FileHandler(file, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger().handlers[:] = [handler]
    logging.getLogger().setLevel(logging.INFO)
