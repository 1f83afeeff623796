"""How fast each type of message is taken in, uniform and ragged."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

MESSAGES, RECORDS = 200, 1000
_VOS = ("atlas", "cms", "lhcb", "alice", "ops", "dteam", "biomed", "ilc", "na62", "t2k.org")


def write(folder: Path, name: str, *, ragged: bool) -> None:
    """200 messages of 1,000 different records of one type, in a new folder."""
    folder.mkdir(parents=True)
    chance = random.Random(1)
    header, record = TYPES[name]
    for message in range(MESSAGES):
        texts = [
            _lines(chance, record(chance, message * RECORDS + n), ragged) for n in range(RECORDS)
        ]
        text = f"{header}\n" + "%%\n".join(texts) + "%%\n"
        (folder / f"{message:04}").write_text(text)


def _lines(chance: random.Random, fields: dict[str, object], ragged: bool) -> str:
    """Ragged: without some optional fields, and sometimes in another order."""
    items = list(fields.items())
    if ragged:
        items = [item for item in items if item[0] not in _OPTIONAL or chance.random() < 0.7]
        if chance.random() < 0.3:
            chance.shuffle(items)
    return "".join(f"{name}: {value}\n" for name, value in items)


_OPTIONAL = {"VORole", "InfrastructureDescription", "SubmitHost", "NetworkType", "Disk", "VO"}


def _owner(chance: random.Random, number: int) -> dict[str, object]:
    vo, user = chance.choice(_VOS), number // 100 % 3000
    return {
        "Site": "EXAMPLE-NORTH",
        "Month": 1 + number // 20_000,
        "Year": 2025,
        "GlobalUserName": f"/DC=ch/DC=cern/OU=Organic Units/OU=Users/CN=user{user}/CN=Some Body",
        "VO": vo,
        "VOGroup": f"/{vo}",
        "VORole": f"Role={chance.choice(('production', 'pilot', 'NULL'))}",
        "SubmitHost": f"ce{number % 100}.north.example:9619/condor",
    }


def _usage(chance: random.Random) -> dict[str, object]:
    wall = chance.randrange(10**7)
    return {
        "NodeCount": 1,
        "Processors": chance.choice((1, 4, 8)),
        "WallDuration": wall,
        "CpuDuration": int(wall * chance.random() * 4),
        "NumberOfJobs": chance.randrange(1, 1000),
    }


def _summary(chance: random.Random, number: int) -> dict[str, object]:
    infrastructure = {"InfrastructureType": "grid", "InfrastructureDescription": "APEL-SLURM"}
    level = {"ServiceLevelType": "HEPSPEC", "ServiceLevel": chance.choice((9.75, 10.5, 12.125))}
    return {**_owner(chance, number), **infrastructure, **level, **_usage(chance)}


def _summary_v4(chance: random.Random, number: int) -> dict[str, object]:
    level = f"{{HEPscore23: {number / 1000}, hepspec: {number / 1001:.3f}}}"
    fields = _summary(chance, number) | {"ServiceLevel": level}
    return {name: value for name, value in fields.items() if name != "ServiceLevelType"}


def _normalised(chance: random.Random, number: int) -> dict[str, object]:
    usage = _usage(chance)
    work = {"NormalisedWallDuration": number * 17, "NormalisedCpuDuration": number * 13}
    return {**_owner(chance, number), "Infrastructure": "grid", **usage, **work}


def _normalised_v4(chance: random.Random, number: int) -> dict[str, object]:
    usage = _usage(chance)
    work = {
        "NormalisedWallDuration": f"{{hepscore23: {number * 17}, hepspec: {number * 16}}}",
        "NormalisedCpuDuration": f"{{hepscore23: {number * 13}, hepspec: {number * 12}}}",
    }
    return {**_owner(chance, number), "Infrastructure": "grid", **usage, **work}


def _sync(chance: random.Random, number: int) -> dict[str, object]:
    return {
        "Site": f"SITE-{number % 1000}",
        "SubmitHost": f"ce{number // 1000}.example",
        "NumberOfJobs": chance.randrange(10**6),
        "Month": 1 + number % 12,
        "Year": 2025,
    }


def _cloud(chance: random.Random, number: int) -> dict[str, object]:
    made = 1_735_689_600 + number * 120
    user = number % 500
    vo = _VOS[user % len(_VOS)]
    wall = chance.randrange(10**6)
    return {
        "RecordCreateTime": made,
        "VMUUID": f"{number % 150_000:08x}-7d0f-4d0e-9f00-0123456789ab",
        "SiteName": "EXAMPLE-CLOUD",
        "CloudComputeService": "stack-1",
        "MachineName": f"vm-{number}",
        "LocalUserId": f"user{user}",
        "LocalGroupId": f"project{number % 50}",
        "GlobalUserName": f"/DC=example/CN=user {user}",
        "FQAN": f"/{vo}/Role=NULL/Capability=NULL",
        "Status": "started",
        "StartTime": made - wall,
        "SuspendDuration": 0,
        "WallDuration": wall,
        "CpuDuration": wall * 2,
        "CpuCount": chance.choice((1, 2, 4)),
        "NetworkType": "IPv4",
        "NetworkInbound": chance.randrange(1000),
        "NetworkOutbound": chance.randrange(1000),
        "Memory": 4096,
        "Disk": 40,
        "BenchmarkType": "HEPSPEC06",
        "Benchmark": 11.5,
        "ImageId": f"img-{user % 20}",
        "CloudType": "OpenStack",
    }


def _cloud_summary(chance: random.Random, number: int) -> dict[str, object]:
    owner = _owner(chance, number)
    del owner["Site"], owner["SubmitHost"]
    return {
        "SiteName": "EXAMPLE-CLOUD",
        "CloudComputeService": f"stack-{number % 100}",
        **owner,
        "Status": "completed",
        "CloudType": "OpenStack",
        "ImageId": f"img-{number}",
        "WallDuration": chance.randrange(10**7),
        "CpuDuration": chance.randrange(10**7),
        "CpuCount": 2.5,
        "Memory": 4096,
        "BenchmarkType": "HEPSPEC06",
        "Benchmark": 11.5,
        "NumberOfVMs": 3,
    }


TYPES: dict[str, tuple[str, Callable[[random.Random, int], dict[str, object]]]] = {
    "summary v0.2": ("APEL-summary-job-message: v0.2", _summary),
    "summary v0.4": ("APEL-summary-job-message: v0.4", _summary_v4),
    "normalised v0.3": ("APEL-summary-job-message: v0.3", _normalised),
    "normalised v0.4": ("APEL-normalised-summary-message: v0.4", _normalised_v4),
    "sync": ("APEL-sync-message: v0.1", _sync),
    "cloud": ("APEL-cloud-message: v0.4", _cloud),
    "cloud summary": ("APEL-cloud-summary-message: v0.4", _cloud_summary),
}
"""Header and record by the name of a type."""


def all_of_them() -> Iterator[tuple[str, bool]]:
    """Every type, uniform and ragged."""
    return ((name, ragged) for name in TYPES for ragged in (False, True))
