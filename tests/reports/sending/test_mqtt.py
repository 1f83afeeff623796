"""Sending to a real Mosquitto: only what a subscriber's queue has taken leaves ours."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from appliance.errors import UsageError
from appliance.remotes import PublishMqtt
from ingest.envelope import Envelope
from ingest.spool import Layout, SpoolSource
from reports.sending import fortune, link
from reports.sending.mqtt import MqttTransport, topic_of
from reports.sending.sender import Sender
from reports.sending.transport import Denied, Dropped, NotAccepted, Sealed, TooLarge, TryLater
from tests.broker import Broker, free_port, make_certificates, until

TOPIC = "apel/v1/gLite-APEL/UKI-NORTH"
SITE = "UKI-NORTH"
PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def quick_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fortune, "BACK_OFF_S", (0.05,))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker.start(tmp_path) as running:
        yield running


def settings(broker: Broker, **changes: Any) -> PublishMqtt:
    return replace(PublishMqtt(host="127.0.0.1", port=broker.port), **changes)


def plain(text: bytes) -> Sealed:
    return Sealed(text, "text/plain")


class Receiver:
    """A subscriber with a session that outlives its connections."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.got: list[Any] = []
        """paho's messages, whose properties no type declares."""
        self._client: Client | None = None

    def __enter__(self) -> "Receiver":
        client = self._broker.client(client_id="receiver")
        subscribed = threading.Event()
        client.on_message = lambda _, __, message: self.got.append(message)
        client.on_subscribe = lambda *_: subscribed.set()
        client.on_connect = lambda client, *_: client.subscribe("apel/#", qos=1)
        terms = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        terms.SessionExpiryInterval = 3600
        client.connect("127.0.0.1", self._broker.port, clean_start=False, properties=terms)
        client.loop_start()
        assert subscribed.wait(PATIENCE_S)
        self._client = client
        return self

    def __exit__(self, *_: object) -> None:
        assert self._client is not None
        self._client.disconnect()
        self._client.loop_stop()

    def bodies(self) -> list[bytes]:
        return [bytes(message.payload) for message in self.got]


def sent(transport: MqttTransport, payload: bytes = b"x") -> NotAccepted | None:
    """Why a message is not accepted, if so."""
    try:
        transport.send(plain(payload), "1")
    except NotAccepted as refused:
        return refused
    else:
        return None
    finally:
        transport.close()


def test_a_message_comes_whole_with_its_id_and_is_not_retained(broker: Broker) -> None:
    transport = MqttTransport(settings(broker), SITE)
    with Receiver(broker) as receiver:
        transport.send(Sealed(b"\x00\xff" * 5000, "multipart/signed"), "6b015994/6b0159950c8713")
        until(lambda: receiver.got, "it comes")
        transport.close()
    [message] = receiver.got
    assert (message.topic, bytes(message.payload)) == (TOPIC, b"\x00\xff" * 5000)
    assert (message.qos, message.retain) == (1, False)
    assert message.properties.ContentType == "multipart/signed"
    assert dict(message.properties.UserProperty) == {
        "empaid": "6b015994/6b0159950c8713",
        "sha256": hashlib.sha256(b"\x00\xff" * 5000).hexdigest(),
    }
    assert not hasattr(message.properties, "MessageExpiryInterval")


def test_without_a_subscriber_nothing_leaves_the_queue_until_there_is_one(
    broker: Broker, queue: SpoolSource, outgoing: Layout
) -> None:
    for number in range(3):
        outgoing.add(b"%d" % number)
    sender = Sender(queue, plain, MqttTransport(settings(broker), SITE))
    sender.drain(0.3, threading.Event())
    assert (outgoing.count(), sender.sent) == (3, 0)
    assert "nobody has subscribed" in sender.problems()[0]
    with Receiver(broker) as receiver:
        sender.drain(PATIENCE_S, threading.Event())
        until(lambda: len(receiver.got) == 3, "they come")
    assert receiver.bodies() == [b"0", b"1", b"2"]
    assert (outgoing.count(), sender.problems()) == (0, [])


def test_a_broker_that_is_down_is_waited_for(
    broker: Broker, queue: SpoolSource, outgoing: Layout
) -> None:
    with Receiver(broker):
        pass  # its session stays at the broker
    broker.stop()
    outgoing.add(b"while it was down")
    sender = Sender(queue, plain, MqttTransport(settings(broker), SITE))
    stop = threading.Event()
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    try:
        until(sender.problems, "it notices")
        assert "cannot be reached" in sender.problems()[0]
        broker.restart()
        until(lambda: sender.sent, "it is sent")
    finally:
        stop.set()
        sender.wake()
        thread.join()
    with Receiver(broker) as receiver:
        until(lambda: receiver.got, "it was kept for the receiver")
    assert (receiver.bodies(), outgoing.count()) == ([b"while it was down"], 0)


def test_what_the_brokers_list_forbids_is_denied(tmp_path: Path) -> None:
    acl = "user north\ntopic write apel/v1/gLite-APEL/UKI-SOUTH\n"
    with Broker.start(tmp_path, users={"north": "word"}, acl=acl) as broker:
        password = tmp_path / "password"
        password.write_text("word\n")
        given = settings(broker, username="north", password_file=password)
        refused = sent(MqttTransport(given, SITE))
        assert type(refused) is Denied
        assert TOPIC in str(refused)
        assert "Not authorized" in str(refused)
        assert type(sent(MqttTransport(given, "UKI-SOUTH"))) is TryLater  # only nobody listens
        password.write_text("wrong\n")
        assert "username and password_file" in str(sent(MqttTransport(given, SITE)))


def test_what_the_broker_says_is_too_large_is_never_published(tmp_path: Path) -> None:
    with Broker.start(tmp_path, settings=["max_packet_size 10000"]) as broker:
        transport = MqttTransport(settings(broker), SITE)
        with Receiver(broker) as receiver:
            assert type(sent(transport, b"x" * 10_000)) is TooLarge
            assert sent(transport, b"x" * 9_000) is None
            overhead = next(size for size in range(9_990, 9_000, -1)
                            if sent(transport, b"x" * size) is None)  # fmt: skip
            until(lambda: len(receiver.got) == 2, "both come")
        assert "Packet too large" not in (tmp_path / "broker/output").read_text()
        assert overhead > 9_500  # the limit is used, not avoided by far


def test_a_message_on_which_the_broker_hangs_up_is_told_from_a_broker_that_is_gone(
    tmp_path: Path,
) -> None:
    with Broker.start(tmp_path, settings=["message_size_limit 100"]) as broker, Receiver(broker):
        transport = MqttTransport(settings(broker), SITE)
        assert type(sent(transport, b"x" * 200)) is Dropped
        assert sent(transport, b"x") is None
    assert type(sent(transport, b"x")) is TryLater


# paho leaves the socket of a failed handshake to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_with_tls_the_client_shows_its_certificate_and_the_broker_has_to_be_the_right_one(
    tmp_path: Path,
) -> None:
    tls, others = (make_certificates(tmp_path / name) for name in ("tls", "others"))
    with Broker.start(tmp_path, certificates=tls) as broker:
        ours = {"certificate": tls.client, "key": tls.client_key}
        good = settings(broker, tls=True, ca_file=tls.ca, **ours)
        with Receiver(broker) as receiver:
            assert sent(MqttTransport(good, SITE)) is None
            until(lambda: receiver.got, "it comes")
        stranger = replace(good, ca_file=others.ca)
        assert "TLS fails" in str(sent(MqttTransport(stranger, SITE)))
        nobody = replace(good, certificate=None, key=None)
        assert type(sent(MqttTransport(nobody, SITE))) in (TryLater, Dropped)
        with pytest.raises(UsageError, match=r"\[publish\.mqtt\]"):
            MqttTransport(replace(good, key=others.client_key), SITE)


def test_a_port_where_nobody_speaks_mqtt_is_no_reason_to_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(link, "ANSWER_S", 0.1)
    nothing = PublishMqtt(host="127.0.0.1", port=free_port())
    assert "cannot be reached" in str(sent(MqttTransport(nothing, SITE)))


def test_probing_reaches_the_broker_and_publishes_nothing(broker: Broker) -> None:
    with Receiver(broker) as receiver:
        MqttTransport(settings(broker, client_id="ours"), SITE).probe()
        broker.publish("apel/sentinel", b"sentinel")
        until(lambda: receiver.got, "the sentinel comes")
    assert receiver.bodies() == [b"sentinel"]
    broker.stop()
    with pytest.raises(TryLater, match="cannot be reached"):
        MqttTransport(settings(broker), SITE).probe()


@pytest.mark.parametrize(
    ("changes", "topic"),
    [
        ({}, TOPIC),
        ({"producer": "ce.north"}, "apel/v1/gLite-APEL/ce.north"),
        ({"prefix": "p", "stream": "s"}, "p/v1/s/UKI-NORTH"),
        ({"topic": "any/topic at all"}, "any/topic at all"),
    ],
)
def test_the_topic_says_stream_and_producer_unless_it_is_given(
    changes: dict[str, str], topic: str
) -> None:
    assert topic_of(PublishMqtt(**changes), SITE) == topic  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [{"topic": "a/#"}, {"topic": "$SYS/a"}, {"producer": "a/b"}])
def test_a_topic_that_nobody_can_publish_to_is_wrong_usage(changes: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        topic_of(PublishMqtt(**changes), SITE)  # type: ignore[arg-type]


def test_without_a_site_the_producer_has_to_be_named() -> None:
    with pytest.raises(UsageError, match=r"publish\.mqtt\.producer"):
        topic_of(PublishMqtt(), "")


DYING = """
import os, signal, sys, threading
from pathlib import Path
from appliance.config import Spool
from appliance.remotes import PublishMqtt
from ingest.spool import SpoolSource
from reports.sending.mqtt import MqttTransport
from reports.sending.sender import Sender
from reports.sending.transport import Sealed

class Dying(SpoolSource):
    def settle(self, envelope, *, accepted):
        os.kill(os.getpid(), signal.SIGKILL)

queue = Dying(Spool(path=Path(sys.argv[1]), layout="simple"), 1000, 0.5)
transport = MqttTransport(PublishMqtt(host="127.0.0.1", port=int(sys.argv[2])), "UKI-NORTH")
Sender(queue, lambda text: Sealed(text, "text/plain"), transport).drain(20, threading.Event())
"""


def test_a_sender_killed_between_acceptance_and_removal_sends_again_and_loses_nothing(
    broker: Broker, queue: SpoolSource, outgoing: Layout
) -> None:
    names = [outgoing.add(text) for text in (b"one", b"two")]
    with Receiver(broker) as receiver:
        for _ in range(2):
            command = [sys.executable, "-c", DYING, str(outgoing.path), str(broker.port)]
            done = subprocess.run(command, check=False, env=os.environ, capture_output=True)
            assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        assert outgoing.waiting().names == names
        sender: Sender[Envelope] = Sender(queue, plain, MqttTransport(settings(broker), SITE))
        sender.drain(PATIENCE_S, threading.Event())
        until(lambda: len(receiver.got) == 4, "all come")
    assert receiver.bodies() == [b"one", b"one", b"one", b"two"]
    ids = [dict(message.properties.UserProperty)["empaid"] for message in receiver.got]
    assert ids == [names[0], names[0], names[0], names[1]]
    assert outgoing.count() == 0
