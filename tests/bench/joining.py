"""Joining events with gatekeepers' lines and benchmarks: from nothing, and what is new."""

import statistics
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from appliance.configfile import load_config
from appliance.local import LocalRepository
from appliance.moments import BEGINNING
from appliance.repository import Benchmark
from appliance.resources import text
from appliance.store import Store
from tests.bench.measures import MILLION, Figure, timed

_SMALL = 1000
_CES = tuple(f"ce{n}.example:9619/ce-condor" for n in range(3))


def joining(folder: Path) -> Iterator[Figure]:
    """A million events and half as many lines of gatekeepers; then a thousand more."""
    data = folder / "joined"
    data.mkdir()
    config = load_config(data, environment={"ACCT_JOIN__LOCAL_JOBS": "true"})
    with LocalRepository(Store.open(config)) as repository:
        repository.set_benchmarks(
            [Benchmark(ce, "HEPSPEC", Decimal(10), site="SITE") for ce in _CES]
        )
        _bring(repository, 0, MILLION, 1)
        cpu = time.process_time()
        took = timed(repository.joiner.join)
        cpu = time.process_time() - cpu
        yield Figure("joining 1 M events with 500 k lines from nothing", took, "s", 5)
        yield Figure("  processor time of that", cpu, "s")
        yield Figure("  then summarising", timed(repository.summarise), "s")
        small = [_new(repository, turn) for turn in range(5)]
        yield Figure("joining 1,000 new events into 1 M", statistics.median(small), "s", 0.2)
        wanted = Benchmark(_CES[0], "HEPscore23", Decimal(12), BEGINNING, site="SITE")
        yield Figure("setting a benchmark of a third of the jobs", timed(
            lambda: repository.set_benchmarks([wanted])), "s")  # fmt: skip
        again = timed(lambda: repository.joiner.join(everything=True))
        yield Figure("joining all of it anew, nothing changed", again, "s")


def _new(repository: LocalRepository, turn: int) -> float:
    _bring(repository, MILLION + turn * _SMALL, _SMALL, 100 + 2 * turn)
    return timed(repository.joiner.join)


def _bring(repository: LocalRepository, first: int, rows: int, message: int) -> None:
    """As loading would: the rows, and the note that they are due."""
    lines = {"first": first, "rows": rows}
    with repository.store.transaction() as cursor:
        for name, number in (("logs", message), ("gatekeeper", message + 1 + rows // 200_000)):
            statement = text("tests", f"bench/synthetic_{name}.sql")
            cursor.execute(statement, lines | {"message": number})
        for table in ("events", "gatekeeper_records"):
            cursor.execute(
                f"INSERT INTO store.logs_due SELECT DISTINCT message_id, NULL FROM store.{table} "
                f"WHERE message_id >= {message}"
            )
