"""Realistic job messages in any number, and the same text split by plain Python."""

import random
from collections.abc import Iterator
from pathlib import Path

MESSAGES, RECORDS = 200, 1000
_VOS = ("atlas", "cms", "lhcb", "alice", "ops", "dteam", "biomed", "ilc", "na62", "t2k.org")
_ROLES = ("production", "pilot", "NULL")
_START = 1_767_225_600  # 2026-01-01


def write(
    folder: Path, copies: int = 1, *, ragged: bool = False, scattered: bool = False
) -> list[Path]:
    """`copies` times 200 messages of 1,000 different jobs of 20 fields, in a new folder.

    Args:
        folder: Made here.
        copies: Of each message, with other job ids.
        ragged: Fields are left out and stand in any order.
        scattered: Users are of every VO in every role: nearly each job is a summary of its own.
    """
    folder.mkdir(parents=True)
    files = []
    for number, text in enumerate(_texts(ragged=ragged, scattered=scattered)):
        for copy in range(copies):
            file = folder / f"{copy}-{number:04}"
            file.write_text(text.replace(".0\nLocalUserId", f".{copy}\nLocalUserId"))
            files.append(file)
    return files


def split_plainly(files: list[Path]) -> int:
    """Every record as a dictionary, the obvious way; how many there were."""
    found = 0
    for file in files:
        for record in file.read_text().partition("\n")[2].split("%%"):
            if record := record.strip():
                dict(line.split(": ", 1) for line in record.split("\n"))
                found += 1
    return found


def _texts(*, ragged: bool = False, scattered: bool = False) -> Iterator[str]:
    chance = random.Random(1)
    ended = _START
    for message in range(MESSAGES):
        records = []
        for number in range(RECORDS):
            ended += chance.randrange(120)
            record = _record(chance, message * RECORDS + number, ended, scattered=scattered)
            records.append(_unlike(chance, record) if ragged else record)
        yield "APEL-individual-job-message: v0.3\n" + "%%\n".join(records) + "%%\n"


def _unlike(chance: random.Random, record: str) -> str:
    """Without some optional lines, and sometimes in another order."""
    lines = [line for line in record.splitlines(keepends=True)
             if not line.startswith(("Memory", "Queue")) or chance.random() < 0.7]  # fmt: skip
    if chance.random() < 0.3:
        chance.shuffle(lines)
    return "".join(lines)


def _record(chance: random.Random, number: int, ended: int, *, scattered: bool) -> str:
    """A user is of one VO and has one role, unless users are scattered."""
    cores, user = chance.choice((1, 1, 1, 4, 8)), chance.randrange(300)
    vo, role = _VOS[user % len(_VOS)], _ROLES[user // len(_VOS) % len(_ROLES)]
    if scattered:
        vo, role = chance.choice(_VOS), chance.choice(_ROLES)
    wall = chance.randrange(60, 100_000)
    dn = f"/DC=ch/DC=cern/OU=Organic Units/OU=Users/CN=user{user}/CN={700000 + user}/CN=Some Body"
    return f"""Site: EXAMPLE-NORTH
SubmitHost: ce{chance.randrange(4)}.north.example:9619/condor
MachineName: ce.north.example
Queue: {chance.choice(("long", "short", "grid"))}
LocalJobId: {number}.0
LocalUserId: pilot{chance.randrange(40):02}
GlobalUserName: {dn} {user}
FQAN: /{vo}/Role={role}/Capability=NULL
WallDuration: {wall}
CpuDuration: {int(wall * cores * chance.random())}
Processors: {cores}
NodeCount: 1
StartTime: {ended - wall}
EndTime: {ended}
InfrastructureDescription: APEL-HTCONDOR
InfrastructureType: grid
MemoryReal: {chance.randrange(1000, 8_000_000)}
MemoryVirtual: {chance.randrange(1000, 8_000_000)}
ServiceLevelType: HEPSPEC
ServiceLevel: 12.35
"""
