"""What an APEL client's configuration means here: keys of acct.toml, benchmarks, and what is left.

Options that are taken over as they are follow from the table (`options`); those that decide
together have rules of their own, below and in `logs`.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import count
from pathlib import Path
from typing import Any

from appliance.apel.logs import logs_of
from appliance.apel.options import OPTIONS, Kind, Option
from appliance.apel.reading import Ini, read_all
from appliance.errors import UsageError
from appliance.records.benchmarks import parts_of
from appliance.repository import Benchmark


@dataclass(slots=True)
class Taken:
    """What was taken over."""

    settings: dict[str, Any] = field(default_factory=dict)
    """By key of acct.toml, `publish.ams.host`."""
    logs: list[dict[str, Any]] = field(default_factory=list)
    """The [[logs]], each by key."""
    benchmarks: list[Benchmark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What to look at: a line each."""
    unneeded: list[str] = field(default_factory=list)
    """What has no place here, and why: a line each."""


def take_over(folder: Path) -> Taken:
    """Read the files of a directory such as /etc/apel.

    Raises:
        UsageError: None is there, one cannot be read, or a switch says neither true nor false.
    """
    files, taken = read_all(folder), Taken()
    _as_they_are(files, taken)
    taken.logs, notes = logs_of(files["parser"])
    taken.notes += notes
    if files["parser"].is_on("batch.scale_host_factor"):
        taken.settings["join.scale"] = ["htcondor", "lsf"]
    _publish(files["client"], taken)
    _send(files["client"], files["sender"], taken)
    _benchmarks(files["client"], taken)
    _left(files, taken)
    return taken


def _as_they_are(files: dict[str, Ini], taken: Taken) -> None:
    for option in OPTIONS:
        ini = files[option.file]
        if option.kind is None or not ini.text(option.name):
            continue
        value = _value(option, ini)
        for place in option.places:
            first = taken.settings.setdefault(place, value)
            if first != value:
                where = f"{ini.path.name}: {_shown(option.name)} = {value}"
                taken.notes.append(f"{where} is left out: {place} is {first}, said before")


def _value(option: Option, ini: Ini) -> Any:
    if option.kind is Kind.BOOLEAN:
        return ini.is_on(option.name)
    text = ini.text(option.name)
    if option.kind is Kind.NAMES:
        return [name.strip() for name in text.split(",") if name.strip()]
    return text


def _publish(client: Ini, taken: Taken) -> None:
    """[unloader]: what is published, and where to."""
    if not client.content.has_section("unloader"):
        return
    enabled = client.is_on("unloader.enabled", default=True)
    summaries = client.is_on("unloader.send_summaries")
    dataset = "super_summaries" if summaries else "jobs"
    taken.settings["publish.datasets"] = [dataset] if enabled else []
    if client.is_on("unloader.send_ur") and not summaries:
        taken.settings["publish.style"] = "ur"
    elif client.is_on("unloader.dict_benchmark_type"):
        taken.settings["publish.style"] = "v0.4"
    if folder := client.text("unloader.dir_location"):
        taken.settings["publish.path"] = str(Path(folder) / "outgoing")
        taken.settings["publish.layout"] = "simple"
    interval = client.text("unloader.interval").lower() or "latest"
    if interval == "gap":
        first, last = client.text("unloader.gap_start"), client.text("unloader.gap_end")
        taken.notes.append(
            "client.cfg: [unloader] interval = gap is for once: acct publish --interval gap "
            f"--from {first or 'DAY'} --to DAY, the first day after {last or 'the last'}"
        )
    if interval not in ("latest", "all", "gap"):
        raise UsageError(f"{client.path}: [unloader] interval = {interval}",
                         hint="one of latest, gap, all")  # fmt: skip
    taken.settings["publish.interval"] = "all" if interval == "all" else "latest"


def _send(client: Ini, sender: Ini, taken: Taken) -> None:
    """[ssm] and sender.cfg: who sends it, and to whom."""
    path, layout = sender.text("messaging.path"), sender.text("messaging.path_type")
    if path and taken.settings.setdefault("publish.path", path) != path:
        taken.notes.append(
            f"sender.cfg: [messaging] path = {path} is not where the client writes: "
            f"publish.path is {taken.settings['publish.path']}"
        )
    if path:
        taken.settings["publish.layout"] = "directory" if layout == "directory" else "simple"
    if not (protocol := sender.text("sender.protocol") or ("STOMP" if path else "")):
        return
    if protocol.upper() != "AMS":
        taken.notes.append(f"sender.cfg: {protocol} is not spoken: ssmsend goes on sending, or AMS")
        return
    ams = {"host": "broker.host", "project": "messaging.ams_project",
           "topic": "messaging.destination"}  # fmt: skip
    for key, name in ams.items():
        if value := sender.text(name):
            taken.settings[f"publish.ams.{key}"] = value
    if sender.text("messaging.token"):
        taken.notes.append(
            "sender.cfg: [messaging] token is a secret and not copied: put it into a file that "
            "only the service may read, and name that as publish.ams.token_file"
        )
    sends = client.is_on("ssm.enabled", default=True)
    taken.settings["publish.via"] = "ams" if sends else "queue"
    if sends:
        taken.notes.append("stop the cron job of apelclient and ssmsend before acct run sends")


def _benchmarks(client: Ini, taken: Taken) -> None:
    """[spec_updater]: manual_spec1, manual_spec2, … as far as they follow, and the local spec."""
    for number in count(1):
        key = f"spec_updater.manual_spec{number}"
        if not (text := client.text(key)):
            break
        _one_benchmark(text, key, taken)
    later = [name for name in client.names() if name.startswith("spec_updater.manual_spec")]
    for name in later[number - 1 :]:
        taken.notes.append(
            f"client.cfg: {_shown(name)} is left out, as APEL does: there is no manual_spec{number}"
        )
    kind, value = client.text("spec_updater.spec_type"), client.text("spec_updater.spec_value")
    machine = taken.settings.get("site.machine_name", "")
    if kind and value and machine:
        _one_benchmark(f"{machine},{kind},{value}", "spec_updater.spec_type", taken)


def _one_benchmark(text: str, name: str, taken: Taken) -> None:
    try:
        host, kind, level, _ = parts_of(text)
    except UsageError as error:
        taken.notes.append(
            f"client.cfg: {_shown(name)} is left out: {error}; acct benchmark set mends it"
        )
        return
    also = any(other.host == host for other in taken.benchmarks)
    taken.benchmarks.append(Benchmark(host, kind, level, also=also))
    taken.benchmarks.sort(key=lambda one: one.host)


def _left(files: dict[str, Ini], taken: Taken) -> None:
    """What has no place here, by the table, and what nobody knows."""
    left: dict[Option, list[str]] = defaultdict(list)
    for file, ini in files.items():
        for name in ini.names():
            option = _known(file, name)
            if option is None:
                taken.notes.append(f"{file}.cfg: {_shown(name)} is not known and left out")
            elif not option.places and ini.content.get(*name.split(".", 1)):
                left[option].append(name.partition(".")[2])
    for option, keys in left.items():
        section = option.name.partition(".")[0]
        taken.unneeded.append(f"{option.file}.cfg: [{section}] {', '.join(keys)}: {option.doc}")


def _known(file: str, name: str) -> Option | None:
    return next((o for o in OPTIONS if o.file == file and fnmatchcase(name, o.name)), None)


def _shown(name: str) -> str:
    section, _, key = name.partition(".")
    return f"[{section}] {key}"
