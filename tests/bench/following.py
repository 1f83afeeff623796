"""Following a log that grows: what it costs is to depend on what was appended alone."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.config import Logs
from appliance.configfile import load_config
from appliance.local import LocalRepository
from appliance.store import Store
from ingest.logs.source import LogSource
from tests.bench.measures import MILLION, Figure

Line = Callable[[random.Random, int, int, int], str]
_START = 1_748_867_411  # 2025-06-02
_APPENDED = 1000
_TIMES = 30


def following(folder: Path, line: Line) -> Iterator[Figure]:
    """The processor time of an append, to a small file and to a large one."""
    spent = {}
    for size in (_APPENDED, MILLION):
        spent[size] = _append(folder / f"grown-{size}", size, line)
    small, large = spent[_APPENDED], spent[MILLION]
    yield Figure("following: 1,000 lines appended to 1,000, processor", small * 1000, "ms")
    yield Figure("following: 1,000 lines appended to 1 M, processor", large * 1000, "ms")
    yield Figure("  the one by the other", large / small, "times", 3)


def _append(data: Path, size: int, line: Line) -> float:
    """Seconds of processor time, the median."""
    data.mkdir()
    log = data / "log"
    chance = random.Random(1)
    _write(log, chance, 0, size, line)
    config = load_config(data, environment={})
    store = Store.open(config)
    repository = LocalRepository(store)
    source = LogSource(config, Logs(path="log", site="S", machine_name="M"), store)
    try:
        _take(source, repository)
        spent = []
        for number in range(_TIMES):
            _write(log, chance, size + number * _APPENDED, _APPENDED, line)
            begun = time.process_time()
            assert _take(source, repository) == _APPENDED
            spent.append(time.process_time() - begun)
        return statistics.median(spent)
    finally:
        repository.close()


def _take(source: LogSource, repository: LocalRepository) -> int:
    source.release()  # look again
    lines = 0
    while pieces := source.take(1 << 26):
        lines += repository.log_intake.take_in(pieces).lines
        source.settle()
    return lines


def _write(log: Path, chance: random.Random, first: int, count: int, line: Line) -> None:
    with log.open("a") as out:
        for number in range(first, first + count):
            out.write(line(chance, number, _START + number * 2, chance.randrange(60, 100_000)))
