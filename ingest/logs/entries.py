"""What the entries of `[[logs]]` and `[[collect]]` say, checked."""

import os
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from appliance.config import Collect, Config, Logs
from appliance.errors import UsageError
from appliance.repository import LogPiece
from ingest.logs.collecting import Program
from ingest.logs.programs import BY_FORMAT


def program(config: Config, entry: Collect) -> tuple[Program, LogPiece]:
    """What an entry has asked, and whose jobs it tells.

    Raises:
        UsageError: An entry that cannot be: no site or machine, no time, an odd name.
    """
    where = f"[[collect]] {entry.format}"
    for name in ("every_s", "window_h", "timeout_s"):
        if not 0 < getattr(entry, name) < threading.TIMEOUT_MAX:
            raise UsageError(f"{where}: {name} leaves no time")
    if not 0 <= entry.overlap_s < threading.TIMEOUT_MAX:
        raise UsageError(f"{where}: overlap_s is no time")
    path = entry.program
    if os.sep in path:
        path = str(config.data / Path(path).expanduser())
    try:
        made = BY_FORMAT[entry.format](path, entry.cluster)
    except UsageError as error:
        raise UsageError(f"{where}: {error.args[0]}", hint=error.hint) from None
    if made.longest:
        made = replace(made, longest=timedelta(hours=entry.window_h))
    return made, LogPiece("", b"", 0.0, entry.format, *whose(config, entry, where))


def whose(config: Config, entry: Logs | Collect, where: str) -> tuple[str, str]:
    """The site and the batch host of an entry.

    Raises:
        UsageError: Neither it nor the section [site] says them.
    """
    site = entry.site or config.site.name
    machine = entry.machine_name or config.site.machine_name
    if not site or not machine:
        name = "machine_name" if site else "site"
        other = "site.machine_name" if site else "site.name"
        raise UsageError(f"{where}: no {name}", hint=f"{name} there, or {other}")
    return site, machine
