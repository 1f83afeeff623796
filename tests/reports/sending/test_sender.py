"""The sender: nothing leaves the queue that was not accepted; one bad message stops no other."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from dirq.QueueSimple import QueueSimple

from appliance.config import Spool
from appliance.errors import AcctError
from ingest.envelope import Envelope
from ingest.spool import Layout, SpoolSource, open_layout
from reports.sending import fortune
from reports.sending.sender import Sender
from reports.sending.transport import (
    Denied,
    Dropped,
    Sealed,
    TooLarge,
    Transport,
    TryLater,
    Unfit,
)
from tests.broker import until
from tests.jobs import message, record

PATIENCE_S = 20.0


class Parent:
    """The other side: accepts what `judge` does not refuse."""

    name = "parent"
    wanted_bytes = 1_000_000

    def __init__(self) -> None:
        self.accepted: list[bytes] = []
        self.empaids: list[str] = []
        self.tries = 0
        self.closed = 0
        self.judge: Callable[[bytes], AcctError | None] = lambda _: None

    def send(self, sealed: Sealed, empaid: str) -> None:
        self.tries += 1
        if (refusal := self.judge(sealed.payload)) is not None:
            raise refusal
        self.accepted.append(sealed.payload)
        self.empaids.append(empaid)

    def probe(self) -> None: ...

    def close(self) -> None:
        self.closed += 1


def plain(text: bytes) -> Sealed:
    return Sealed(text, "text/plain")


@pytest.fixture(autouse=True)
def quick_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fortune, "BACK_OFF_S", (0.01,))


@pytest.fixture
def parent() -> Parent:
    return Parent()


@pytest.fixture
def sender(queue: SpoolSource, parent: Parent) -> Sender[Envelope]:
    transport: Transport = parent
    return Sender(queue, plain, transport)


@contextmanager
def running(sender: Sender[Envelope]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        sender.wake()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def drained(sender: Sender[Envelope], patience_s: float = PATIENCE_S) -> None:
    sender.drain(patience_s, threading.Event())


def test_what_waits_goes_in_order_under_its_name_and_leaves_the_queue(
    sender: Sender[Envelope],
    parent: Parent,
    outgoing: Layout,
) -> None:
    names = [outgoing.add(b"message %d" % number) for number in range(5)]
    drained(sender)
    assert parent.accepted == [b"message %d" % number for number in range(5)]
    assert parent.empaids == names
    assert (outgoing.count(), sender.sent, sender.problems()) == (0, 5, [])
    assert parent.closed


def test_who_cannot_be_reached_is_tried_again_and_nothing_is_lost(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    outgoing.add(b"one")
    parent.judge = lambda _: TryLater("down") if parent.tries < 4 else None
    drained(sender)
    assert (parent.tries, parent.accepted, outgoing.count()) == (4, [b"one"], 0)
    assert sender.problems() == []


def test_patience_ends_and_says_why(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    outgoing.add(b"one")
    parent.judge = lambda _: TryLater("the host is down")
    drained(sender, 0.2)
    assert parent.tries > 1
    assert (outgoing.count(), sender.problems()) == (1, ["the host is down"])


def test_a_refusal_that_only_people_can_mend_is_not_tried_again_soon(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    outgoing.add(b"one")
    outgoing.add(b"two")
    parent.judge = lambda _: Denied("no right to this topic")
    drained(sender)
    assert (parent.tries, outgoing.count()) == (1, 2)
    assert sender.problems() == ["no right to this topic"]


def test_a_message_that_is_refused_for_itself_stays_and_the_others_go(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    names = [outgoing.add(text) for text in (b"one", b"bad", b"three")]
    parent.judge = lambda text: Unfit("bad") if text == b"bad" else None
    drained(sender)
    assert parent.accepted == [b"one", b"three"]
    assert outgoing.waiting().names == [names[1]]
    assert sender.problems() == [f"{names[1]} is not sent: bad"]


def test_a_message_that_ends_the_connection_again_and_again_does_not_stop_the_others(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    names = [outgoing.add(text) for text in (b"poison", b"two")]
    parent.judge = lambda text: Dropped("hung up") if text == b"poison" else None
    drained(sender)
    assert (parent.tries, parent.accepted) == (4, [b"two"])  # three times poison, once two
    assert outgoing.waiting().names == [names[0]]


def test_a_message_too_large_goes_in_halves_of_whole_records(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    records = [record(LocalJobId=str(number)) for number in range(4)]
    name = outgoing.add(message(*records).encode())
    parent.judge = lambda text: TooLarge("413") if text.count(b"LocalJobId") > 1 else None
    drained(sender)
    assert [text.count(b"LocalJobId") for text in parent.accepted] == [1, 1, 1, 1]
    assert parent.empaids == [f"{name}.{half}.{quarter}" for half in (1, 2) for quarter in (1, 2)]
    assert parent.tries == 7  # once whole, two halves, four quarters
    assert outgoing.count() == 0


def test_more_than_the_other_side_wants_is_halved_before_it_is_sent(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    text = message(record(LocalJobId="1"), record(LocalJobId="2")).encode()
    outgoing.add(text)
    parent.wanted_bytes = len(text) - 1
    drained(sender)
    assert (parent.tries, len(parent.accepted)) == (2, 2)


def test_what_cannot_be_halved_is_tried_whole_and_stays_if_it_is_refused(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    outgoing.add(b"<xml/>" * 10)
    parent.wanted_bytes = 10
    parent.judge = lambda _: TooLarge("413")
    drained(sender)
    assert (parent.tries, outgoing.count()) == (1, 1)
    parent.judge = lambda _: None
    drained_again = Sender(queue_of(outgoing), plain, parent)
    drained(drained_again)
    assert (parent.accepted, outgoing.count()) == ([b"<xml/>" * 10], 0)


def queue_of(outgoing: Layout) -> SpoolSource:
    return SpoolSource(Spool(path=outgoing.path, layout="simple"), 1_000_000, 0.5)


def test_the_service_sends_what_comes_while_it_runs(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    with running(sender):
        for number in range(20):
            outgoing.add(b"%d" % number)
        until(lambda: len(parent.accepted) == 20, "all are sent")
    assert parent.accepted == [b"%d" % number for number in range(20)]


def test_who_asks_to_send_now_waits_for_no_back_off(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    """After a refusal the sender would try again in ten minutes; mended, it is asked to now."""
    outgoing.add(b"denied")
    outgoing.add(b"unfit")
    refusals = {b"denied": Denied("no right"), b"unfit": Unfit("bad")}
    parent.judge = refusals.get
    with running(sender):
        until(lambda: sender.problems() == ["no right"], "it was refused")
        refusals.pop(b"denied")
        sender.now(PATIENCE_S)
        assert parent.accepted == [b"denied"]
        assert len(sender.problems()) == 1
        refusals.clear()
        sender.now(PATIENCE_S)
        assert parent.accepted == [b"denied", b"unfit"]
        assert (sender.problems(), sender.sent) == ([], 2)
    assert outgoing.count() == 0


def test_a_fault_of_ours_keeps_messages_until_it_is_mended(
    queue: SpoolSource, parent: Parent, outgoing: Layout
) -> None:
    outgoing.add(b"one")
    faults = [AcctError("our certificate has expired")] * 3

    def seal(text: bytes) -> Sealed:
        if faults:
            raise faults.pop()
        return plain(text)

    drained(Sender(queue, seal, parent))
    assert (parent.accepted, outgoing.count()) == ([b"one"], 0)


def test_two_senders_of_ours_do_not_share_a_queue(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    outgoing.add(b"one")
    parent.judge = lambda _: Denied("wait")
    with running(sender):
        until(lambda: parent.tries, "the first is at work")
        with pytest.raises(AcctError, match="another process reads"):
            drained(Sender(queue_of(outgoing), plain, parent))


@pytest.mark.parametrize("layout", ["directory", "dirq", "simple"])
def test_every_layout_can_be_sent_from(
    tmp_path: Path, parent: Parent, layout: Literal["directory", "dirq", "simple"]
) -> None:
    outgoing = open_layout(tmp_path, layout)
    name = outgoing.add(b"one", empaid="")
    drained(Sender(SpoolSource(Spool(path=tmp_path, layout=layout), 100, 0.5), plain, parent))
    assert (parent.accepted, parent.empaids, outgoing.count()) == ([b"one"], [name], 0)


def test_a_queue_that_a_foreign_sender_empties_too_gives_each_message_once(
    sender: Sender[Envelope], parent: Parent, outgoing: Layout
) -> None:
    """An SSM sender has a message locked: it is left to it."""
    rival = QueueSimple(str(outgoing.path))
    locked, _ = outgoing.add(b"locked by another"), outgoing.add(b"free")
    assert rival.lock(locked)
    drained(sender, 0.3)
    assert parent.accepted == [b"free"]
    assert rival.get(locked) == b"locked by another"


def test_what_is_larger_than_we_read_is_put_where_people_find_it(
    outgoing: Layout, parent: Parent
) -> None:
    outgoing.add(b"x" * 200)
    outgoing.add(b"one")
    sender = Sender(SpoolSource(Spool(outgoing.path, "simple"), 100, 0.5), plain, parent)
    drained(sender)
    assert parent.accepted == [b"one"]
    [kept] = (outgoing.path / "oversize").iterdir()
    assert kept.read_bytes() == b"x" * 200
    assert str(outgoing.path / "oversize") in sender.problems()[0]
