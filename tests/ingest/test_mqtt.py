"""The MQTT inbox against a real broker."""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.errors import UsageError
from appliance.remotes import Mqtt
from ingest.envelope import Envelope, Source
from ingest.mqtt import MqttSource, connection, source
from tests.broker import Broker, make_certificates, until

MAX = 1_000_000
TOPIC = "acct/inbox/v1/gLite-APEL/north"


@pytest.fixture(autouse=True)
def quick_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests wait for reconnections, not for their delays."""
    monkeypatch.setattr(source, "BACK_OFF_S", (0.05,))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker.start(tmp_path) as running:
        yield running


def inbox(broker: Broker, client_id: str = "acct-test") -> Mqtt:
    return Mqtt(enabled=True, host="127.0.0.1", port=broker.port, client_id=client_id)


@contextlib.contextmanager
def started(mqtt: Mqtt) -> Iterator[MqttSource]:
    inbox = MqttSource(mqtt, MAX)
    inbox.start(lambda: None)
    try:
        yield inbox
    finally:
        inbox.stop()


@contextlib.contextmanager
def connected(mqtt: Mqtt) -> Iterator[MqttSource]:
    with started(mqtt) as inbox:
        until(lambda: inbox.state().startswith("connected"), "connected")
        yield inbox


def taken(inbox: MqttSource, count: int) -> list[Envelope]:
    got: list[Envelope] = []

    def enough() -> bool:
        got.extend(inbox.take(count, MAX * 100))
        return len(got) >= count

    until(enough, f"{count} come")
    return got


def settle_all(inbox: MqttSource, envelopes: list[Envelope]) -> None:
    for envelope in envelopes:
        inbox.settle(envelope, accepted=True)


def bodies(envelopes: list[Envelope]) -> list[bytes]:
    return [envelope.body for envelope in envelopes]


def nothing_waits(broker: Broker, mqtt: Mqtt) -> bool:
    """Whether the session's queue is empty: a message sent now is the first that comes."""
    broker.publish(TOPIC, b"sentinel")
    with connected(mqtt) as inbox:
        first = taken(inbox, 1)
        settle_all(inbox, first)
        return bodies(first) == [b"sentinel"]


def subscribe(mqtt: Mqtt) -> None:
    with connected(mqtt):
        pass


@contextlib.contextmanager
def old_broker(new: Broker, refusal: bytes) -> Iterator[int]:
    """A port that speaks 3.1.1 by handing on to a broker, and refuses MQTT 5 as old ones do."""

    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", new.port)) as upstream:
            hello = client.recv(65_536)  # CONNECT: ... 00 04 M Q T T version
            if hello[hello.index(b"MQTT") + 4] == 5:
                client.sendall(refusal)
                return
            upstream.sendall(hello)
            back = threading.Thread(target=pump, args=(upstream, client))
            back.start()
            pump(client, upstream)
            back.join()

    def accept(server: socket.socket, threads: list[threading.Thread]) -> None:
        with contextlib.suppress(OSError):
            while True:
                threads.append(threading.Thread(target=serve, args=(server.accept()[0],)))
                threads[-1].start()

    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threads.append(threading.Thread(target=accept, args=(server, threads)))
        threads[0].start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


OLD_REFUSALS = {"Mosquitto 1.5's answer": b"\x20\x02\x00\x01", "silence": b""}


def test_it_is_a_source(broker: Broker) -> None:
    inbox_source: Source = MqttSource(inbox(broker), MAX)
    assert inbox_source.name == f"mqtt:127.0.0.1:{broker.port}"


def test_a_message_comes_with_its_topic_and_the_senders_id(broker: Broker) -> None:
    with connected(inbox(broker)) as source:
        broker.publish(TOPIC, b"\x00body\xff", empaid="6b015994/6b0159950c8713")
        [envelope] = taken(source, 1)
        assert envelope.body == b"\x00body\xff"
        assert envelope.empaid == "6b015994/6b0159950c8713"
        assert envelope.source_name == f"{TOPIC}#6b015994/6b0159950c8713"
        assert envelope.require_signature
        source.settle(envelope, accepted=True)


def test_the_end_of_the_topic_is_the_senders_id_when_it_looks_like_one(broker: Broker) -> None:
    with connected(inbox(broker)) as source:
        broker.publish(f"{TOPIC}/6b015994/6b0159950c8713", b"body", five=False)
        assert taken(source, 1)[0].empaid == "6b015994/6b0159950c8713"


def test_an_upper_case_end_of_the_topic_is_no_id(broker: Broker) -> None:
    with connected(inbox(broker)) as source:
        broker.publish(f"{TOPIC}/6B015994/6b0159950c8713", b"body", five=False)
        assert taken(source, 1)[0].empaid == ""


def test_an_arrival_wakes_the_intake(broker: Broker) -> None:
    woken = threading.Event()
    source = MqttSource(inbox(broker), MAX)
    source.start(woken.set)
    until(lambda: source.state().startswith("connected"))
    broker.publish(TOPIC, b"body")
    assert woken.wait(20)
    source.stop()


def test_what_came_while_we_were_away_is_there_when_we_start(broker: Broker) -> None:
    subscribe(inbox(broker))
    broker.publish(TOPIC, *(b"%d" % number for number in range(1000)))
    with connected(inbox(broker)) as source:
        got = taken(source, 1000)
        assert bodies(got) == [b"%d" % number for number in range(1000)]
        settle_all(source, got)
    assert nothing_waits(broker, inbox(broker))


def test_what_was_not_settled_comes_again(broker: Broker) -> None:
    with connected(inbox(broker)) as source:
        broker.publish(TOPIC, b"one", b"two")
        first, _ = taken(source, 2)
        source.settle(first, accepted=True)
    with connected(inbox(broker)) as source:
        again = taken(source, 1)
        assert bodies(again) == [b"two"]
        settle_all(source, again)
    assert nothing_waits(broker, inbox(broker))


def test_acknowledgements_keep_the_order_of_arrival(broker: Broker) -> None:
    """Settled out of order, the second is not acknowledged before the first."""
    with connected(inbox(broker)) as source:
        broker.publish(TOPIC, b"one", b"two")
        _, second = taken(source, 2)
        source.settle(second, accepted=False)
    with connected(inbox(broker)) as source:
        assert bodies(taken(source, 2)) == [b"one", b"two"]


def test_a_released_message_comes_again_in_the_same_run(broker: Broker) -> None:
    with connected(inbox(broker)) as source:
        broker.publish(TOPIC, b"one", b"two")
        for envelope in taken(source, 2):
            source.release(envelope)
        again = taken(source, 2)
        assert bodies(again) == [b"one", b"two"]
        settle_all(source, again)
    assert nothing_waits(broker, inbox(broker))


def test_settling_for_a_connection_that_is_gone_acknowledges_nothing(broker: Broker) -> None:
    with connected(inbox(broker)) as source:
        broker.publish(TOPIC, b"one")
        [old] = taken(source, 1)
        broker.restart()
        [new] = taken(source, 1)
        source.settle(old, accepted=True)
    with connected(inbox(broker)) as source:
        assert bodies(taken(source, 1)) == [new.body]


CONSUMER = """
import sys, time
from appliance.remotes import Mqtt
from ingest.mqtt import MqttSource
source = MqttSource(Mqtt(host="127.0.0.1", port=int(sys.argv[1]), client_id="acct-test"), 10**6)
source.start(lambda: None)
got = []
while len(got) < 2:
    got += source.take(2, 10**9)
    time.sleep(0.01)
print(*(envelope.body.decode() for envelope in got), flush=True)
time.sleep(60)
"""


def killed_consumer(port: int) -> str:
    """What a consumer took before it was killed with SIGKILL."""
    arguments = [sys.executable, "-c", CONSUMER, str(port)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        took = process.stdout.readline().strip()
        process.kill()
    return took


@pytest.mark.parametrize("five", [True, False], ids=["MQTT 5", "MQTT 3.1.1"])
def test_a_consumer_killed_before_it_settles_loses_nothing(broker: Broker, five: bool) -> None:
    """The broker has a message for it after each kill, until one is settled."""
    with old_broker(broker, OLD_REFUSALS["Mosquitto 1.5's answer"]) as old_port:
        port = broker.port if five else old_port
        mqtt = replace(inbox(broker), port=port)
        subscribe(mqtt)
        broker.publish(TOPIC, b"one", b"two")
        assert killed_consumer(port) == "one two"
        assert killed_consumer(port) == "one two"
        with connected(mqtt) as source:
            got = taken(source, 2)
            assert bodies(got) == [b"one", b"two"]
            settle_all(source, got)
        assert nothing_waits(broker, mqtt)


def test_an_error_in_what_we_wake_does_not_end_the_inbox(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("of the intake")

    source = MqttSource(inbox(broker), MAX)
    source.start(broken)
    until(lambda: source.state().startswith("connected"))
    broker.publish(TOPIC, b"one", b"two")
    assert bodies(taken(source, 2)) == [b"one", b"two"]
    source.stop()
    assert "an MQTT callback failed" in caplog.text


def test_a_restarted_broker_is_found_again(broker: Broker) -> None:
    with connected(inbox(broker)) as source:
        broker.stop()
        until(lambda: "cannot be reached: Connection refused" in source.state())
        broker.restart()
        until(lambda: source.state().startswith("connected"))
        broker.publish(TOPIC, b"body")
        assert bodies(taken(source, 1)) == [b"body"]


def test_a_ping_is_counted_and_acknowledged_and_not_delivered(broker: Broker) -> None:
    subscribe(inbox(broker))
    broker.publish(f"{TOPIC}/ping", b"")
    broker.publish(TOPIC, b"", empaid="ping")
    broker.publish(TOPIC, b"body")
    with connected(inbox(broker)) as source:
        assert bodies(taken(source, 1)) == [b"body"]
        assert source.pings() == 2
    with connected(inbox(broker)) as source:
        assert bodies(taken(source, 1)) == [b"body"]
        assert source.pings() == 0


def test_retained_and_unassured_messages_are_accepted(broker: Broker) -> None:
    broker.publish(TOPIC, b"retained", retain=True)
    with connected(inbox(broker)) as source:
        broker.publish(TOPIC, b"unassured", qos=0)
        got = taken(source, 2)
        assert bodies(got) == [b"retained", b"unassured"]
        settle_all(source, got)
    assert nothing_waits(broker, inbox(broker))


def test_a_message_over_the_limit_comes_whole(broker: Broker) -> None:
    """It is refused later, and then its reject is the only copy."""
    with connected(inbox(broker)) as source:
        broker.publish(TOPIC, b"x" * (MAX * 5))
        assert len(taken(source, 1)[0].body) == MAX * 5


def test_a_full_queue_holds_the_broker_back_and_loses_nothing(broker: Broker) -> None:
    """Twelve messages of which four fit into the queue."""
    subscribe(inbox(broker))
    broker.publish(TOPIC, *(b"%02d" % number + b"x" * (MAX - 2) for number in range(12)))
    with connected(inbox(broker)) as source:
        until(lambda: source.depth() == 4)
        got: list[Envelope] = []

        def all_came() -> bool:
            got.extend(source.take(1, MAX))
            return len(got) == 12

        until(all_came)
        assert [body[:2] for body in bodies(got)] == [b"%02d" % number for number in range(12)]
        settle_all(source, got)
    assert nothing_waits(broker, inbox(broker))


def test_stopping_with_a_full_queue_does_not_hang(broker: Broker) -> None:
    subscribe(inbox(broker))
    broker.publish(TOPIC, *(b"x" * MAX for _ in range(8)))
    with connected(inbox(broker)) as source:
        until(lambda: source.depth() == 4)
    assert source.state() == "stopped"


def test_most_bytes_ends_a_batch_but_one_message_always_comes(broker: Broker) -> None:
    with connected(inbox(broker)) as source:
        broker.publish(TOPIC, b"x" * 100, b"y" * 100, b"z")
        until(lambda: source.depth() == 3)
        assert len(source.take(10, 101)) == 2
        assert len(source.take(10, 0)) == 1


def test_the_state_names_the_broker_and_the_version(broker: Broker) -> None:
    with connected(inbox(broker)) as source:
        assert source.state() == f"connected to 127.0.0.1:{broker.port} (MQTT 5)"


def test_a_wrong_password_is_in_the_state_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong\n")
    with Broker.start(tmp_path, users={"acct": "secret"}) as broker:
        mqtt = replace(inbox(broker), username="acct", password_file=tmp_path / "password")
        with started(mqtt) as source:
            until(lambda: "refuses us: Not authorized; check username" in source.state())
            (tmp_path / "password").write_text("secret\n")
            until(lambda: source.state().startswith("connected"), "the new password is read")


def test_each_change_of_state_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "ingest.mqtt.source")
    attempts = []
    with Broker.start(tmp_path, users={"acct": "secret"}) as broker:
        log = broker.directory / "output"
        with started(inbox(broker)):
            until(lambda: log.read_text().count("not authorised") >= 3, "three attempts")
        attempts = [r for r in caplog.messages if "refuses us" in r]
    assert len(attempts) == 1


def test_nobody_listening_is_in_the_state(broker: Broker) -> None:
    broker.stop()
    with started(inbox(broker)) as source:
        until(lambda: "cannot be reached: Connection refused" in source.state())


def test_a_host_that_does_not_exist_is_in_the_state() -> None:
    with started(Mqtt(host="no-such-host.invalid")) as source:
        until(lambda: "cannot be reached" in source.state())


def test_a_listener_that_is_no_broker_is_in_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ANSWER_S", 0.1)
    monkeypatch.setattr(connection, "FAREWELL_S", 0.1)
    silent = socket.create_server(("127.0.0.1", 0))
    mqtt = Mqtt(host="127.0.0.1", port=silent.getsockname()[1])
    with silent, started(mqtt) as source:
        until(lambda: "does not answer" in source.state())


def test_a_client_certificate_opens_a_tls_broker(tmp_path: Path) -> None:
    tls = make_certificates(tmp_path)
    settings = ("use_subject_as_username true",)
    with Broker.start(tmp_path, certificates=tls, settings=settings) as broker:
        mqtt = replace(
            inbox(broker), tls=True, ca_file=tls.ca, certificate=tls.client, key=tls.client_key
        )
        with connected(mqtt) as source:
            broker.publish(TOPIC, b"body")
            assert bodies(taken(source, 1)) == [b"body"]


def test_a_missing_client_certificate_is_in_the_state(tmp_path: Path) -> None:
    tls = make_certificates(tmp_path)
    with Broker.start(tmp_path, certificates=tls) as broker:
        mqtt = replace(inbox(broker), tls=True, ca_file=tls.ca)
        with started(mqtt) as source:
            until(lambda: "certificate and key" in source.state())


# paho leaves the socket of a failed handshake to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_of_another_ca_is_in_the_state(tmp_path: Path) -> None:
    tls, other = make_certificates(tmp_path), make_certificates(tmp_path / "other")
    with Broker.start(tmp_path, certificates=tls) as broker:
        mqtt = replace(inbox(broker), tls=True, ca_file=other.ca)
        with started(mqtt) as source:
            until(lambda: "TLS fails" in source.state() and "ca_file" in source.state())


def test_a_lost_connection_hints_at_a_second_client_with_our_id(broker: Broker) -> None:
    rival = broker.client(client_id="acct-test")
    with connected(inbox(broker)) as source:
        rival.connect("127.0.0.1", broker.port, clean_start=False)
        until(lambda: "another client uses the id acct-test" in source.state())
        rival.disconnect()


def test_two_sources_on_one_machine_do_not_share_a_client_id(broker: Broker) -> None:
    with connected(inbox(broker)) as first, started(inbox(broker)) as second:
        until(lambda: "another process here uses the MQTT client id" in second.state())
        assert first.state().startswith("connected")


@pytest.mark.parametrize("refusal", OLD_REFUSALS.values(), ids=OLD_REFUSALS.keys())
def test_a_broker_without_mqtt_5_is_spoken_to_in_3_1_1(broker: Broker, refusal: bytes) -> None:
    with old_broker(broker, refusal) as port:
        mqtt = replace(inbox(broker), port=port)
        with connected(mqtt) as source:
            assert source.state() == f"connected to 127.0.0.1:{port} (MQTT 3.1.1)"
            broker.publish(TOPIC, b"one", b"two")
            first, _ = taken(source, 2)
            source.settle(first, accepted=True)
        with connected(mqtt) as source:
            assert bodies(taken(source, 1)) == [b"two"]


def test_what_an_acl_hides_is_not_delivered(tmp_path: Path) -> None:
    acl = f"user acct\ntopic write {TOPIC}/#\ntopic read {TOPIC}/ours\n"
    (tmp_path / "password").write_text("secret")
    with Broker.start(tmp_path, users={"acct": "secret"}, acl=acl) as broker:
        mqtt = replace(inbox(broker), username="acct", password_file=tmp_path / "password")
        with connected(mqtt) as source:
            broker.publish(f"{TOPIC}/theirs", b"theirs")
            broker.publish(f"{TOPIC}/ours", b"ours")
            assert bodies(taken(source, 1)) == [b"ours"]


@pytest.mark.parametrize("topic", ["", "a/#/b", "a#", "a+/b", "a\0b", "a" * 65_536])
def test_a_wrong_topic_filter_is_a_usage_error(topic: str) -> None:
    with pytest.raises(UsageError, match="topic filter"):
        MqttSource(Mqtt(topic=topic), MAX)


@pytest.mark.parametrize("topic", ["#", "+", "a/+/b/#", "$SYS/broker", "é/ü"])
def test_a_right_topic_filter_is_taken(topic: str) -> None:
    MqttSource(Mqtt(topic=topic), MAX)


def test_an_unreadable_password_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="password_file"):
        MqttSource(Mqtt(username="acct", password_file=tmp_path / "none"), MAX)


def test_a_certificate_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("nothing")
    with pytest.raises(UsageError, match=r"cert\.pem"):
        MqttSource(Mqtt(tls=True, certificate=tmp_path / "cert.pem"), MAX)


def test_the_client_id_stays_the_same_without_configuration(broker: Broker) -> None:
    own = replace(inbox(broker), client_id="")
    subscribe(own)
    broker.publish(TOPIC, b"kept")
    with connected(own) as source:
        assert bodies(taken(source, 1)) == [b"kept"]
