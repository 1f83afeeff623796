"""One connection to the broker, from the attempt to its end; the next one is another object."""

import re
import threading
import time
from collections.abc import Callable

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from appliance.broker import ANSWER_S, caught, cut, refusal, unreachable
from appliance.remotes import Mqtt
from ingest.mqtt import session
from ingest.mqtt.deliveries import Deliveries, Delivery

FAREWELL_S = 10.0
"""How long a connection may take to close."""
_ELEMENT_ID = re.compile(r"(?:.*/)?([0-9a-f]{8}/[0-9a-f]{14})")
"""The sender's element id as the last two topic levels: transport sheet, 6.1."""


class Connection:
    """Paho's client and what it delivered; its callbacks run in paho's network thread."""

    def __init__(
        self,
        mqtt: Mqtt,
        version: MQTTProtocolVersion,
        most_bytes: int,
        wake: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._mqtt = mqtt
        self._version = version
        self._wake = wake
        self._say = say
        self._broker = f"{mqtt.host}:{mqtt.port}"
        self._client = session.open_client(mqtt, version)
        self._client.on_connect = caught(self._on_connect)
        self._client.on_subscribe = caught(self._on_subscribe)
        self._client.on_message = caught(self._on_message)
        self._client.on_unsubscribe = lambda client, *_: client.disconnect()
        self._client.on_disconnect = caught(self._on_disconnect)
        self._answered = threading.Event()
        self._over = threading.Event()
        """It has ended, or is to end."""
        self._ended = threading.Event()
        self._explained = False
        self.deliveries = Deliveries(self._client.ack, session.WINDOW, most_bytes)
        self.version_refused = False
        """The broker does not speak this version, or hung up on it without an answer."""
        self.pings = 0

    def serve(self) -> None:
        """Connect, and return when the connection has ended; what happened was said."""
        try:
            session.connect(self._client, self._mqtt)
        except (OSError, ValueError) as error:  # ValueError: a host name that cannot be one
            self._explain(unreachable(self._mqtt, error))
            return
        self._client.loop_start()
        if self._over.is_set():  # closed while we were connecting
            self.close()
        if not self._answered.wait(ANSWER_S):
            self._explain(f"{self._broker} does not answer; is it an MQTT broker?")
            self.close()
        self._over.wait()
        if not self._ended.wait(FAREWELL_S):  # a peer that takes nothing any more
            cut(self._client)
        self._client.loop_stop()
        self.deliveries.close()

    def close(self) -> None:
        """Say good-bye once the broker has our acknowledgements; the session stays there.

        Mosquitto drops what it has not read of a connection when the next one comes, so we ask
        for something that it answers, and that changes nothing.
        """
        self.deliveries.close()
        self._over.set()
        code, _ = self._client.unsubscribe(f"{session.client_id(self._mqtt)}/farewell")
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._client.disconnect()

    def _explain(self, text: str) -> None:
        """Say why it ended; only the first cause counts, the rest follows from it."""
        if not self._explained:
            self._explained = True
            self._say(text)

    def _on_connect(
        self,
        client: Client,
        _: object,
        flags: ConnectFlags,
        code: ReasonCode,
        __: Properties | None,
    ) -> None:
        self._answered.set()
        if not code.is_failure:
            if flags.session_present:  # we are subscribed; messages may come before the answer
                self._say_connected()
            session.subscribe(client, self._mqtt.topic)
            return
        self.version_refused = code.getName() == "Unsupported protocol version"
        self._explain(refusal(self._mqtt, "us", code))

    def _on_subscribe(
        self, client: Client, _: object, __: int, codes: list[ReasonCode], ___: Properties | None
    ) -> None:
        if codes[0].is_failure:
            self._explain(refusal(self._mqtt, f"the subscription to {self._mqtt.topic}", codes[0]))
            client.disconnect()
        else:
            self._say_connected()

    def _say_connected(self) -> None:
        self._say(f"connected to {self._broker} ({session.VERSIONS[self._version]})")

    def _on_disconnect(
        self,
        _: Client,
        __: object,
        flags: DisconnectFlags,
        code: ReasonCode,
        ___: Properties | None,
    ) -> None:
        if not self._over.is_set():
            self._ended_by_broker(flags, code)
        self.deliveries.close()
        for event in (self._answered, self._ended, self._over):
            event.set()

    def _ended_by_broker(self, flags: DisconnectFlags, code: ReasonCode) -> None:
        if not self._answered.is_set():
            self.version_refused = True
            self._explain(f"{self._broker} hung up on us; check tls, certificate and key")
        elif flags.is_disconnect_packet_from_server:
            self._explain(refusal(self._mqtt, "us", code))
        else:
            ours = session.client_id(self._mqtt)
            self._explain(
                f"{self._broker}: connection lost; if this repeats, see the broker's log, and "
                f"whether another client uses the id {ours}"
            )

    def _on_message(self, _: Client, __: object, message: MQTTMessage) -> None:
        empaid = _empaid(message)
        ping = message.topic.rsplit("/", 1)[-1] == "ping" or empaid == "ping"
        body = bytes(message.payload)
        delivery = Delivery(
            message.mid, message.qos, message.topic, body, empaid, time.time(), ping
        )
        self.pings += ping
        if self.deliveries.put(delivery) and not ping:
            self._wake()


def _empaid(message: MQTTMessage) -> str:
    """The sender's id: a user property, else the end of the topic."""
    pairs = getattr(message.properties, "UserProperty", []) if message.properties else []
    named = dict(reversed(pairs))
    if empaid := named.get("empaid") or named.get("empa-id"):
        return str(empaid)
    found = _ELEMENT_ID.fullmatch(message.topic)
    return found[1] if found else ""
