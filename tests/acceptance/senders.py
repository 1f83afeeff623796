"""Senders that leave messages in spools, each as its own kind of program does."""

import random
import threading
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

from dirq.queue import Queue
from dirq.QueueSimple import QueueSimple

from tests.jobs import message, record

FIELDS = {"body": "string", "signer": "string", "empaid": "string?", "error": "string?"}
"""SSM's schema of its incoming queue."""
LAYOUTS = ("directory", "dirq", "simple")
SPOOLS = "".join(f'[[spool]]\npath = "{name}"\nlayout = "{name}"\n' for name in LAYOUTS)
"""The configuration of one spool of each layout."""
DN = "/DC=org/DC=example/CN=sender.example.org"


def leave(spool: Path, body: str) -> Path:
    """A message in the spool that is named as its layout."""
    if spool.name == "dirq":
        return Path(spool, Queue(str(spool), schema=FIELDS).add({"body": body, "signer": DN}))
    if spool.name == "simple":
        return Path(spool, QueueSimple(str(spool)).add(body))
    name = uuid.uuid4().hex
    (spool / f".{name}").write_text(body)
    return (spool / f".{name}").rename(spool / name)


class Sender:
    """A thread that leaves messages of some jobs in spools, and now and then a bad one.

    with Sender([spool], jobs_each=10) as sender:
        ...
    assert jobs == sender.jobs
    """

    def __init__(self, spools: list[Path], *, jobs_each: int, pause_s: float = 0.01) -> None:
        self.jobs: list[str] = []
        self.bad: list[str] = []
        """Texts of bad messages: no two are alike."""
        self._spools, self._jobs_each, self._pause_s = spools, jobs_each, pause_s
        self._enough = threading.Event()
        self._chance = random.Random(2026)
        self._failed: list[Exception] = []
        self._thread = threading.Thread(target=self._guarded)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._enough.set()
        self._thread.join()
        assert not self._failed, self._failed

    def _guarded(self) -> None:
        try:
            self._send()
        except Exception as error:  # noqa: BLE001 # for whoever ends us
            self._failed.append(error)

    def _send(self) -> None:
        while not self._enough.is_set():
            spool = self._chance.choice(self._spools)
            if self._chance.random() < 0.1:
                bad = message(record(LocalJobId=f"bad {len(self.bad)}", WallDuration="long"))
                leave(spool, bad)
                self.bad.append(bad)
            else:
                ids = [f"job {len(self.jobs) + n}" for n in range(self._jobs_each)]
                leave(spool, message(*(record(LocalJobId=name) for name in ids)))
                self.jobs += ids
            self._enough.wait(self._pause_s)
