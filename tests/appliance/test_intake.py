"""The intake: a source that fails harms no other, and a fault of ours loses nothing."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from appliance.config import Config
from appliance.errors import AcctError
from appliance.intake import Intake
from appliance.local import LocalRepository
from ingest.envelope import Envelope
from tests.jobs import message, record


@dataclass
class Shelf:
    """A source that gives what lies on it, and remembers what became of it."""

    name: str
    waiting: list[str] = field(default_factory=list)
    broken: str = ""
    settled: list[bool] = field(default_factory=list)
    released: int = 0

    def start(self, wake: Callable[[], None]) -> None:
        if self.broken == "start":
            raise AcctError("it does not start", hint="mend it")

    def take(self, most: int, most_bytes: int) -> list[Envelope]:
        if self.broken == "take":
            raise AcctError("it gives nothing", hint="mend it")
        taken, self.waiting = self.waiting, []
        return [Envelope(text.encode(), self.name, text, 1.0, False) for text in taken]

    def settle(self, envelope: Envelope, *, accepted: bool) -> None:
        self.settled.append(accepted)

    def release(self, envelope: Envelope) -> None:
        self.released += 1
        self.waiting.append(envelope.source_name)

    def depth(self) -> int:
        if self.broken:
            raise AcctError("gone")
        return len(self.waiting)

    def state(self) -> str:
        return "fine"

    def stop(self) -> None: ...


@pytest.mark.parametrize("broken", ["start", "take"])
def test_a_source_that_fails_is_reported_and_harms_no_other(
    config: Config, repository: LocalRepository, broken: str
) -> None:
    bad, good = Shelf("bad", broken=broken), Shelf("good", [message()])
    intake = Intake(config, repository, [bad, good])
    assert intake.once()
    assert good.settled == [True]
    states = [fed.state() for fed in intake.fed]
    assert states[0].endswith("; mend it")
    assert states[1] == "fine"
    assert [fed.waiting() for fed in intake.fed] == [0, 0]


def test_accepted_and_refused_messages_are_both_settled(
    config: Config, repository: LocalRepository
) -> None:
    shelf = Shelf("shelf", [message(), "nonsense", message(record(LocalJobId="2"))])
    intake = Intake(config, repository, [shelf])
    intake.once()
    assert shelf.settled == [True, False, True]
    [[_, messages, records, rejected]] = intake.pace.table()
    assert (messages, records, rejected) == (3, 2, 1)


def test_where_the_fault_is_ours_everything_is_given_back_and_taken_later(
    config: Config, repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf("shelf", [message()])
    intake = Intake(config, repository, [shelf])

    def full(*_: object) -> None:
        raise AcctError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(repository.pipeline, "take_in", full)
        intake.once()
    assert (shelf.settled, shelf.released) == ([], 1)
    assert intake.fed[0].state() == "the disk is full"
    intake.fed[0].again_at = 0.0
    intake.once()
    assert shelf.settled == [True]
    assert intake.fed[0].state() == "fine"


def test_summaries_are_made_once_nothing_waits(config: Config, repository: LocalRepository) -> None:
    intake = Intake(config, repository, [Shelf("shelf", [message()])])
    intake.once()
    intake.once()
    assert repository.status()["unsummarised"] == 0
    assert len(repository.query("SELECT * FROM super_summaries").rows) == 1


def test_draining_takes_all_and_ends(config: Config, repository: LocalRepository) -> None:
    shelf = Shelf("shelf", [message(record(LocalJobId=str(n))) for n in range(3)])
    Intake(config, repository, [shelf]).drain(0.0, threading.Event())
    assert shelf.settled == [True] * 3
