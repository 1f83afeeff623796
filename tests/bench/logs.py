"""Batch logs: from a file to committed events, the whole process."""

import random
import resource
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.bench.following import following
from tests.bench.measures import MILLION, Figure, acct, timed

_START = 1_748_867_411  # 2025-06-02


def logs(folder: Path) -> Iterator[Figure]:
    """A million lines each, into a new store; the best of three."""
    for made, (line, least) in _LOGS.items():
        file = folder / f"{made}.log"
        _write(file, line)
        took, cpu, size = min(_load(folder, made, file) for _ in range(3))
        yield Figure(f"acct load --as {made}, 1 M lines, whole process", MILLION / took, "lines/s",
                     least, True)  # fmt: skip
        yield Figure("  processor time of it, all threads", cpu, "s")
        delimited = least == _DELIMITED
        yield Figure("  file, with the raw text", size, "B/line", 120 if delimited else None)
        file.unlink()
    yield from following(folder, _slurm)


def _load(folder: Path, made: str, file: Path) -> tuple[float, float, float]:
    """Seconds, seconds of processors, bytes a line."""
    data = folder / made
    acct(data, "init")
    before = _cpu_s()
    words = ("load", "--as", made, "--site", "S", "--machine-name", "M", str(file))
    took = timed(partial(acct, data, *words))
    cpu, size = _cpu_s() - before, (data / "acct.duckdb").stat().st_size / MILLION
    shutil.rmtree(data)
    return took, cpu, size


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _write(file: Path, line: Callable[[random.Random, int, int, int], str]) -> None:
    chance = random.Random(1)
    ended = _START
    with file.open("w") as out:
        for number in range(MILLION):
            ended += chance.randrange(3)
            wall = chance.randrange(60, 100_000)
            out.write(line(chance, number, ended, wall))


def _slurm(chance: random.Random, number: int, ended: int, wall: int) -> str:
    days, rest = divmod(wall, 86400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    elapsed = f"{days}-{clock}" if days else clock
    start, end = (f"{datetime.fromtimestamp(t, UTC):%Y-%m-%dT%H:%M:%S}"
                  for t in (ended - wall, ended))  # fmt: skip
    user = f"cms{chance.randrange(300):03}"
    return (
        f"{4400 + number}|grid_{number % 100}|{user}|cms|{start}|{end}|{elapsed}|{wall * 8}|grid|8|"
        f"1|wn{chance.randrange(400)}|||COMPLETED\n"
    )


def _sge(chance: random.Random, number: int, ended: int, wall: int) -> str:
    return (
        f"grid.q:wn{chance.randrange(400)}.example.org:lhcb:lhcb{chance.randrange(300):03}:"
        f"cream_{number}:{700123 + number}:sge:0:{ended - wall - 400}:{ended - wall}:{ended}:0:0:"
        f"{wall}:{wall * 0.9:.1f}:55.2:0:0:0:0:0:9000:12:0:0.0:0:0:0:0:100:50:NONE:"
        f"defaultdepartment:mp:8:0:{wall * 7.3:.2f}:{chance.random() * 50000:.1f}:3.2:"
        f"-q grid.q -pe mp 8:0.0:NONE:{chance.randrange(10**10)}.0:0:0\n"
    )


def _pbs(chance: random.Random, number: int, ended: int, wall: int) -> str:
    """Seven lines in eight have the same keys; half of the hosts are listed, half are ranges."""
    cores, node = chance.choice((1, 4, 8)), chance.randrange(400)
    user, queued = f"dune{chance.randrange(300):03}", ended - wall - 400
    listed = "+".join(f"wn{node}/{core}" for core in range(cores))
    hosts = listed if number % 2 else f"wn{node}/0-{cores - 1}"
    account = f"account=a{number % 5} " if number % 8 == 0 else ""
    return (
        f"{datetime.fromtimestamp(ended, UTC):%m/%d/%Y %H:%M:%S};E;{88120 + number}.pbs01.example;"
        f"user={user} group=dune {account}jobname=pilot_{number % 50} queue=grid ctime={queued} "
        f"qtime={queued} etime={queued} start={ended - wall} owner={user}@ce01.example.org "
        f"exec_host={hosts} Resource_List.neednodes=1:ppn={cores} Resource_List.nodect=1 "
        f"Resource_List.nodes=1:ppn={cores} Resource_List.walltime=48:00:00 session=4411 "
        f"end={ended} Exit_status=0 resources_used.cput={_clock(wall * cores)} "
        f"resources_used.mem={chance.randrange(10**7)}kb "
        f"resources_used.vmem={chance.randrange(10**7)}kb resources_used.walltime={_clock(wall)}\n"
    )


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _lsf(chance: random.Random, number: int, ended: int, wall: int) -> str:
    """One command in ten has quotes in it; half of the hosts are listed, half are counted."""
    cores, node = chance.choice((1, 4, 8)), chance.randrange(400)
    user, queued = f"belle{chance.randrange(300):03}", ended - wall - 400
    listed = " ".join([f'"wn{node}"'] * cores)
    hosts = f"{cores} {listed}" if number % 2 else f'1 "{cores}*wn{node}"'
    command = '"#!/bin/sh; echo ""hi"""' if number % 10 == 0 else '"run.sh"'
    return (
        f'"JOB_FINISH" "10.1" {ended} {551200 + number} 40110 33816602 {cores} {queued} 0 0 '
        f'{ended - wall} "{user}" "gridq" "" "" "" "ce01.example.org" "/home/{user}" "" '
        f'"/dev/null" "/dev/null" "{queued}.{number}" 0 {hosts} 64 1.25 "pilot" {command} '
        f'{wall * cores * 0.9:.6f} 120.25 0 0 -1 0 0 500 3 0 0 0 -1 0 0 0 20 10 -1 "" "default" 0 '
        f'{cores} "" "" 0 {chance.randrange(10**7)} 9437184 "" "" ""\n'
    )


def _htcondor(chance: random.Random, number: int, ended: int, wall: int) -> str:
    cores = chance.choice((1, 4, 8))
    return (
        f"ce01.example.org#{9001 + number}.0#{ended - wall - 400}|atlas{chance.randrange(300):03}|"
        f"{wall}|{wall * cores * 9 // 10}|{wall // 50}|{ended - wall}|{ended}|"
        f"{chance.randrange(10**7)}|15728640|{cores}|{chance.choice(('1.0', '1.15'))}|\n"
    )


def _blah(chance: random.Random, number: int, ended: int, wall: int) -> str:
    """One line in eight has an FQAN more than the others."""
    vo, host = chance.choice(("atlas", "cms", "lhcb")), "ce01.example.org"
    more = f'"userFQAN=/{vo}/Role=NULL/Capability=NULL" ' * (2 if number % 8 == 0 else 1)
    return (
        f'"timestamp={datetime.fromtimestamp(ended, UTC):%Y-%m-%d %H:%M:%S}" '
        f'"userDN=/DC=org/DC=example/CN=Robot: pilot {number % 300}" '
        f'"userFQAN=/{vo}/Role=pilot/Capability=NULL" {more}"ceID={host}:9619/{host}-condor" '
        f'"jobID={number}.0_{host}" "lrmsID={host}#{9001 + number}.0#{ended - wall}" '
        f'"localUser={vo}{number % 99}"\n'
    )


_DELIMITED, _KEYED = 500_000, 150_000
"""Lines a second, at least: of logs that a separator cuts, and of those that keys or quotes do."""
_LOGS = {
    "slurm": (_slurm, _DELIMITED),
    "sge": (_sge, _DELIMITED),
    "htcondor": (_htcondor, _DELIMITED),
    "blah": (_blah, _KEYED),
    "pbs": (_pbs, _KEYED),
    "lsf": (_lsf, _KEYED),
}
