"""Foreign dirq writers, readers and purgers racing ours on one queue: nothing lost or doubled."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.broker import until
from tests.ingest.spool.spools import OpenSource, everything

ELEMENTS = 300
"""Of each writer."""

DIRQ = """
import contextlib, sys, time
from dirq.queue import Queue
from dirq.QueueSimple import QueueSimple
path, layout, task, count = sys.argv[1:4] + [int(sys.argv[4])]
fields = {"body": "string", "signer": "string", "empaid": "string?"}
queue = Queue(path, schema=fields) if layout == "dirq" else QueueSimple(path)

def add(number):
    body = f"dirq-{number}"
    queue.add({"body": body, "signer": "/CN=x"} if layout == "dirq" else body)

def read(name):
    if queue.lock(name):
        got = queue.get(name)
        body = got["body"] if layout == "dirq" else got.decode()
        try:
            queue.remove(name)
            print(body, flush=True)
        except OSError:  # removed or not, it does not say: sheet, 1.6
            print(f"?{body}", flush=True)

if task == "write":
    for number in range(count):
        while True:
            with contextlib.suppress(OSError):  # its own purge breaks it: sheet, 1.6
                add(number)
                break
else:
    while True:
        for name in queue:
            with contextlib.suppress(OSError):
                read(name)
        with contextlib.suppress(OSError):
            queue.purge()
"""
OURS = """
import sys
from pathlib import Path
from ingest.spool import open_layout
queue = open_layout(Path(sys.argv[1]), sys.argv[2])
for number in range(int(sys.argv[3])):
    queue.add(f"ours-{number}".encode())
"""


@pytest.mark.parametrize("layout", ["dirq", "simple"])
def test_nothing_is_lost_or_doubled_beside_dirq(
    spool: Path, opened: OpenSource, layout: str, tmp_path: Path
) -> None:
    python, common = [sys.executable, "-c"], [str(spool), layout]
    taken: Counter[str] = Counter()
    with (tmp_path / "theirs").open("w") as theirs:
        reader = subprocess.Popen([*python, DIRQ, *common, "read", "0"], stdout=theirs)
        writers = [
            subprocess.Popen([*python, DIRQ, *common, "write", str(ELEMENTS)]),
            subprocess.Popen([*python, OURS, *common, str(ELEMENTS)]),
        ]
        source = opened(layout)

        def take() -> None:
            for envelope in everything(source):
                taken[envelope.body.decode()] += 1
                source.settle(envelope, accepted=True)

        def read_by_them() -> list[str]:
            return (tmp_path / "theirs").read_text().split()

        def all_done() -> bool:
            take()
            theirs = {body.lstrip("?") for body in read_by_them()}
            return len(taken.keys() | theirs) >= 2 * ELEMENTS

        try:
            until(all_done, f"{2 * ELEMENTS} elements come out")
            assert [writer.wait(20) for writer in writers] == [0, 0]
        finally:
            for process in (reader, *writers):
                process.kill()
                process.wait()
    taken.update(body for body in read_by_them() if body[0] != "?")
    for body in read_by_them():
        if body[0] == "?" and body[1:] not in taken:  # dirq failed after it was out of the queue
            taken[body[1:]] = 1
    wanted = {f"{who}-{number}" for who in ("dirq", "ours") for number in range(ELEMENTS)}
    assert taken == Counter(wanted)
