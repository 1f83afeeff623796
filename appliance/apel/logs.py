"""The [[logs]] that parser.cfg's [blah] and [batch] mean."""

import glob
import os
from pathlib import Path
from typing import Any

from appliance.apel.patterns import from_regex
from appliance.apel.reading import Ini

_FORMATS = "pbs", "slurm", "sge", "lsf", "htcondor"
_SAY_CORES = "slurm", "htcondor"
"""Their logs name the cores of every job; `parallel` decides nothing."""


def logs_of(parser: Ini) -> tuple[list[dict[str, Any]], list[str]]:
    """The entries, and what to look at, a line each."""
    entries: list[dict[str, Any]] = []
    notes: list[str] = []
    for section in ("blah", "batch"):
        if not parser.content.has_section(section) or not parser.is_on(f"{section}.enabled", True):
            continue
        kind = "blah" if section == "blah" else parser.text("batch.type").lower()
        folder = parser.text(f"{section}.dir")
        if kind not in (*_FORMATS, "blah") or not folder:
            lacking = "dir" if kind in (*_FORMATS, "blah") else f"type ({', '.join(_FORMATS)})"
            notes.append(f"parser.cfg: [{section}] is left out: it says no {lacking}")
            continue
        entry: dict[str, Any] = {"format": kind, "path": _path(parser, section, folder, notes)}
        if section == "batch":
            _batch(parser, kind, entry, notes)
        entries.append(entry)
    return entries, notes


def _path(parser: Ini, section: str, folder: str, notes: list[str]) -> str:
    key = "filename_prefix" if parser.text(f"{section}.filename_prefix") else "filename_pattern"
    expression = parser.text(f"{section}.{key}")
    names = from_regex(expression)
    below = "**/" if parser.is_on(f"{section}.subdirs") else ""
    path = f"{glob.escape(folder.rstrip('/'))}/{below}{names or '*'}"
    if names is None:
        notes.append(
            f"parser.cfg: [{section}] {key} = {expression} is no file pattern: [[logs]] path = "
            f"{path} takes every file; narrow it"
        )
    return path


def _batch(parser: Ini, kind: str, entry: dict[str, Any], notes: list[str]) -> None:
    entry["parallel"] = kind in _SAY_CORES or parser.is_on("batch.parallel")
    if kind == "slurm":  # sacct writes the times of its host's zone, and the parser read them so
        entry["timezone"] = local_zone()
        notes.append(
            f"[[logs]] timezone = {entry['timezone']}, this host's: that of whoever wrote the "
            "Slurm file, if it is another"
        )
    if kind == "sge":  # the parser asks for them itself, each time
        notes.append(
            "hosts with wallmult or cputmult: save qhost -F wallmult,cputmult -xml, and name the "
            "file in join.qhost; join.scale_by says what the factors multiply"
        )


def local_zone() -> str:
    """The name of this host's time zone; UTC if it has none that is known."""
    if zone := os.environ.get("TZ", "").removeprefix(":"):
        return zone if _is_zone(zone) else "UTC"
    try:
        _, found, name = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")
    except OSError:
        return "UTC"
    return name if found and _is_zone(name) else "UTC"


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
