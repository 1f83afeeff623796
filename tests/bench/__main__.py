"""Prints each figure beside its budget. The machine is noisy: look at ratios within one run."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.joining import joining
from tests.bench.logs import logs
from tests.bench.measures import Figure, cold_start, every_type, intake, many_jobs, service, xml
from tests.bench.publishing import publishing

GROUPS: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "intake": intake,
    "join": joining,
    "types": every_type,
    "xml": xml,
    "logs": logs,
    "cold": cold_start,
    "jobs": many_jobs,
    "service": service,
    "publish": publishing,
}


def main() -> None:
    """Measure everything, or the groups named on the command line."""
    chosen = sys.argv[1:] or list(GROUPS)
    print(f"{'what':58} {'measured':>14}   budget")
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix="acct-bench-") as folder:
            for figure in GROUPS[name](Path(folder)):
                print(figure, flush=True)


main()
