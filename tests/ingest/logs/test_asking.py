"""A batch system that is asked in turns: it holds up nobody, and can be stopped at any moment."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from appliance.config import Collect, Config
from appliance.errors import AcctError
from appliance.local import LocalRepository
from ingest.logs.asking import CollectSource
from tests.ingest.logs.test_collecting import row

PATIENCE_S = 60.0
"""Only a failure waits so long."""


@dataclass
class Asked:
    """A source whose program is the test's own."""

    source: CollectSource
    program: Path
    woken: threading.Event = field(default_factory=threading.Event)

    def prints(self, script: str) -> None:
        self.program.write_text(f"#!/bin/sh\n{script}\n")
        self.program.chmod(0o755)

    def turn(self) -> list[bytes]:
        """The first turn starts the program, the next one gives what it printed."""
        self.woken.clear()
        assert self.source.take(1) == []
        assert self.woken.wait(PATIENCE_S)
        return [piece.body for piece in self.source.take(1)]


@pytest.fixture
def asked(config: Config, repository: LocalRepository, tmp_path: Path) -> Asked:
    program = tmp_path / "sacct"
    entry = Collect(program=str(program), site="S1", machine_name="b", from_=datetime(2025, 6, 1),
                    window_h=100_000.0)  # fmt: skip
    made = Asked(CollectSource(config, entry, repository.store), program)
    made.source.start(made.woken.set)
    return made


def test_a_program_that_hangs_is_ended_and_asked_again_after_a_start(asked: Asked) -> None:
    asked.prints("exec sleep 600")
    assert asked.source.take(1) == []
    assert asked.source.take(1) == [], "nobody waits for it"
    assert asked.source.is_pending
    asked.source.stop()
    assert not asked.source.is_pending
    asked.prints(f"printf '{row(1).strip()}\\n'")
    asked.source.start(asked.woken.set)
    assert asked.turn() == [row(1).encode()]
    asked.source.stop()


def test_what_was_not_taken_in_is_asked_for_again(
    asked: Asked, repository: LocalRepository
) -> None:
    asked.prints(f"printf '{row(1).strip()}\\n'")
    asked.source.stop()  # as a service whose intake began anew
    asked.source.start(asked.woken.set)
    assert asked.turn() == [row(1).encode()]
    asked.source.release()
    assert asked.turn() == [row(1).encode()], "it is no repeat"
    assert asked.source.depth() == 1
    asked.source.settle()
    assert asked.source.take(1) == []
    assert asked.source.depth() == 0, "asked for all there is"
    asked.source.stop()


def test_a_failure_is_raised_once_its_program_has_ended(asked: Asked) -> None:
    asked.prints("echo 'sacct: error: no' >&2; exit 3")
    with pytest.raises(AcctError, match=r"sacct failed \(3\): sacct: error: no"):
        asked.turn()
    asked.source.release()
    assert asked.source.depth() == 1
    asked.prints("exit 0")
    assert asked.turn() == []
    assert asked.source.figures()["asked_until"], "nothing ended, and that is known"
    asked.source.stop()
