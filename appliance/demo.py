"""The demonstration: a site of the size of a small one, half a year of it, through the spool."""

import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.cli import note
from appliance.configfile import load_config
from appliance.errors import AcctError
from appliance.repository import Question
from appliance.setup import set_up

_SITE = "DEMO-NORTH"
_DAYS = 180
_JOBS_A_DAY = 60
_VOS = {"atlas": 8, "cms": 5, "lhcb": 3, "biomed": 2, "dteam": 1}
"""VO by its share of the jobs."""
_ROLES = ("production", "pilot", "NULL")
_HOSTS = ("ce1.north.example", "ce2.north.example")
_LONG_S = 3600
_CORES = (1, 1, 1, 4, 8)


def show(keep: Path | None, *, tui: bool, as_json: bool) -> None:
    """Make the site, take it in, print the report, and open the UI where there is a terminal."""
    from appliance.local import LocalRepository
    from appliance.screen import open_screen
    from appliance.service import Service
    from reports.render import write

    with _place(keep) as data:
        for _ in set_up(data, _SITE):
            pass
        config = load_config(data, environment={"ACCT_SERVICE__RESCAN_S": "1"})
        written = fill(config.spool[0].path, datetime.now(UTC))
        note(f"{written} messages lie in {config.spool[0].path}; acct run --once takes them in")
        Service(config).once()
        with LocalRepository.open(config, read_only=True) as repository:
            write(
                repository.report(Question(by=("vo",))), "json" if as_json else "table", sys.stdout
            )
            refused = repository.messages("rejected", 5)
        for row in refused.dicts():
            note(f"refused: {row['source_name']}: {row['error']}")
        if tui and sys.stdin.isatty() and sys.stdout.isatty():
            open_screen(config)


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        if keep.exists() and any(keep.iterdir()):
            raise AcctError(f"{keep} is not empty", hint="the demonstration wants a new directory")
        yield keep.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="acct-demo-"))
    try:
        yield folder / "data"
    finally:
        shutil.rmtree(folder)


def fill(spool: Path, now: datetime) -> int:
    """Write half a year of messages, one a day, and one that is bad; how many."""
    chance = random.Random(2026)  # noqa: S311 # the same site every time
    for number in range(_DAYS):
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        day = midnight - timedelta(days=_DAYS - number)
        jobs = [_job(chance, number, n, day) for n in range(_JOBS_A_DAY)]
        _write(spool / f"{day:%Y%m%d}", jobs)
    _write(
        spool / "bad", [_job(chance, _DAYS, 0, now).replace("WallDuration: ", "WallDuration: x")]
    )
    return _DAYS + 1


def _write(file: Path, jobs: list[str]) -> None:
    partial = file.with_name(f".{file.name}")
    text = "%%\n".join(jobs)
    partial.write_text(f"APEL-individual-job-message: v0.3\n{text}%%\n", encoding="utf-8")
    partial.replace(file)


def _job(chance: random.Random, day: int, number: int, begun: datetime) -> str:
    vo = chance.choices(list(_VOS), list(_VOS.values()))[0]
    cores, host = chance.choice(_CORES), chance.choice(_HOSTS)
    wall = int(chance.lognormvariate(9, 1)) + 30
    end = int(begun.timestamp()) + chance.randrange(86_400)
    return f"""Site: {_SITE}
SubmitHost: {host}:9619/long
MachineName: batch.north.example
Queue: {"long" if wall > _LONG_S else "short"}
LocalJobId: {day * 1000 + number}.0
LocalUserId: {vo}{chance.randrange(20):03}
GlobalUserName: /DC=example/O=Users/CN={vo} user {chance.randrange(1, 12)}
FQAN: /{vo}/Role={chance.choice(_ROLES)}/Capability=NULL
WallDuration: {wall}
CpuDuration: {int(wall * cores * chance.betavariate(9, 2))}
Processors: {cores}
NodeCount: 1
StartTime: {end - wall}
EndTime: {end}
InfrastructureDescription: APEL-CREAM-PBS
InfrastructureType: grid
MemoryReal: {chance.randrange(100_000, 4_000_000)}
MemoryVirtual: {chance.randrange(4_000_000, 8_000_000)}
ServiceLevelType: HEPscore23
ServiceLevel: {11.5 if host == _HOSTS[0] else 14.2}
"""
