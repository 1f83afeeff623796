"""Batch logs: from a file to committed events, the whole process."""

import random
import resource
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.bench.measures import MILLION, Figure, acct, timed

_START = 1_748_867_411  # 2025-06-02


def logs(folder: Path) -> Iterator[Figure]:
    """A million lines each, into a new store."""
    for made, line in (("slurm", _slurm), ("sge", _sge)):
        file = folder / f"{made}.log"
        _write(file, line)
        data = folder / made
        acct(data, "init")
        words = ("load", "--as", made, "--site", "S", "--machine-name", "M", str(file))
        before = _cpu_s()
        took = timed(partial(acct, data, *words))
        cpu = _cpu_s() - before
        rate = MILLION / took
        yield Figure(f"acct load --as {made}, 1 M lines, whole process", rate, "lines/s",
                     500_000, True)  # fmt: skip
        yield Figure("  processor time of it, all threads", cpu, "s")
        size = (data / "acct.duckdb").stat().st_size / MILLION
        yield Figure("  file, with the raw text", size, "B/line", 120)


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
