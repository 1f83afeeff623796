"""The MQTT inbox as a source: keeps a connection, and gives what it delivers."""

import logging
import random
import socket
import threading
import time
from collections.abc import Callable

from paho.mqtt.enums import MQTTProtocolVersion

from appliance.errors import UsageError
from appliance.printable import printable
from appliance.remotes import Mqtt
from ingest.envelope import Envelope
from ingest.mqtt import session
from ingest.mqtt.connection import Connection
from ingest.mqtt.deliveries import Delivery

log = logging.getLogger(__name__)

BACK_OFF_S = (1, 2, 4, 8, 16, 32, 60)
STABLE_S = 60.0
"""A connection that lasted so long, or acknowledged anything, was a good one."""
QUEUE_MESSAGES = 4
"""Between the network and the intake: so many of the largest messages, in bytes."""


class MqttSource:
    """Takes messages from one broker. Faults of the broker are in `state`, never exceptions."""

    def __init__(self, mqtt: Mqtt, max_bytes: int) -> None:
        session.check(mqtt)
        self.name = f"mqtt:{mqtt.host}:{mqtt.port}"
        self._mqtt = mqtt
        self._most_bytes = max_bytes * QUEUE_MESSAGES
        self._wake: Callable[[], None] = lambda: None
        self._connection: Connection | None = None
        self._pings = 0
        self._state = "not started"
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, wake: Callable[[], None]) -> None:
        """Begin to connect; `wake` is called from the network thread.

        Raises:
            UsageError: The password, the certificate or the key cannot be read.
        """
        session.check(self._mqtt)
        self._wake = wake
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="mqtt-keeper", daemon=True)
        self._thread.start()

    def state(self) -> str:
        """One line for status, such as `connected to broker:1883 (MQTT 5)`, or what is wrong."""
        return self._state

    def pings(self) -> int:
        """How many keep-alive messages of old senders came; they are acknowledged, not taken."""
        current = self._connection
        return self._pings + (current.pings if current else 0)

    def take(self, most: int, most_bytes: int) -> list[Envelope]:
        """What has been delivered, oldest first; larger than the limit too, and whole."""
        if (connection := self._connection) is None:
            return []
        got = connection.deliveries.get(most, most_bytes)
        return [self._envelope(connection, delivery) for delivery in got]

    def _envelope(self, connection: Connection, delivery: Delivery) -> Envelope:
        return Envelope(
            body=delivery.payload,
            source=self.name,
            source_name=printable(f"{delivery.topic}#{delivery.empaid or delivery.mid}"),
            received_at=delivery.received_at,
            require_signature=self._mqtt.require_signature,
            ticket=(connection, delivery),
            empaid=delivery.empaid,
        )

    def settle(self, envelope: Envelope, *, accepted: bool) -> None:  # noqa: ARG002 - both are final
        """Acknowledge, once all that came before is settled too.

        After the connection has ended this does nothing: the broker delivers the message again,
        and it is recognised as a duplicate.
        """
        connection, delivery = _ticket(envelope)
        connection.deliveries.done(delivery)

    def release(self, envelope: Envelope) -> None:
        """Disconnect and come back later: only then does a broker deliver a message again."""
        connection, _ = _ticket(envelope)
        if connection is self._connection and connection.deliveries.close():
            self._say(f"{self.name} paused: we cannot store messages now")
            connection.close()

    def depth(self) -> int:
        """How many messages are here and not settled; how many wait at the broker, it keeps."""
        connection = self._connection
        return len(connection.deliveries) if connection else 0

    def stop(self) -> None:
        """Disconnect; the broker keeps our session and what is not settled."""
        self._stopping.set()
        if (connection := self._connection) is not None:
            connection.close()
        if self._thread is not None:
            self._thread.join()
        self._say("stopped")

    def _say(self, state: str) -> None:
        """Each change is logged once."""
        if state != self._state:
            self._state = state
            log.info("%s", state)

    def _run(self) -> None:
        """Keep a connection until stopped."""
        failures = 0
        while not self._stopping.is_set():
            failures = 1 if self._try_once() else failures + 1
            longest = BACK_OFF_S[min(failures, len(BACK_OFF_S)) - 1]
            self._stopping.wait(longest * random.uniform(0.5, 1.0))  # noqa: S311 - jitter

    def _try_once(self) -> bool:
        try:
            return self._once()
        except UsageError as error:  # a file that was fine when we started
            self._say(str(error))
        except Exception:  # the edge of our thread: without it there is no inbox
            log.exception("%s: connecting failed", self.name)
            self._say(f"{self.name}: connecting failed; see the log")
        return False

    def _once(self) -> bool:
        """One connection, to its end; whether it was a good one."""
        with _only_user_of(session.client_id(self._mqtt), self.name):
            began = time.monotonic()
            connection = self._serve(MQTTProtocolVersion.MQTTv5)
            if connection.version_refused and not self._stopping.is_set():
                connection = self._serve(MQTTProtocolVersion.MQTTv311)
        return bool(connection.deliveries.acknowledged) or time.monotonic() - began >= STABLE_S

    def _serve(self, version: MQTTProtocolVersion) -> Connection:
        connection = Connection(self._mqtt, version, self._most_bytes, self._wake, self._say)
        self._connection = connection
        if self._stopping.is_set():
            return connection
        connection.serve()
        self._pings, connection.pings = self._pings + connection.pings, 0
        return connection


def _ticket(envelope: Envelope) -> tuple[Connection, Delivery]:
    match envelope.ticket:
        case (Connection() as connection, Delivery() as delivery):
            return connection, delivery
        case _:
            raise TypeError(f"not an envelope of an MQTT source: {envelope.source_name}")


def _only_user_of(client_id: str, broker: str) -> socket.socket:
    """A claim on a client id, on this machine: two users throw each other out for ever.

    It is an abstract socket name, so that the kernel drops it with the process.

    Raises:
        UsageError: Another process has it.
    """
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    try:
        claim.bind(f"\0acct/{broker}/{client_id}"[:107])
    except OSError as error:
        claim.close()
        raise UsageError(
            f"another process here uses the MQTT client id {client_id}",
            hint="stop it, or give each its own mqtt.client_id",
        ) from error
    return claim
