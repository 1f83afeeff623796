"""One connection of a producer to the broker; its callbacks run in paho's network thread."""

import threading
from typing import NoReturn

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from appliance.broker import (
    ANSWER_S,
    KEEPALIVE_S,
    caught,
    cut,
    open_client,
    refusal,
    unreachable,
)
from appliance.remotes import PublishMqtt
from reports.sending.transport import Denied, Dropped, TooLarge, TryLater

SUCCESS, UNHEARD, TOO_LARGE = 0x00, 0x10, 0x95
LATER = {0x80, 0x83, 0x88, 0x89, 0x8B, 0x8D, 0x97, 0x9F}
"""Unspecified, server's own fault, unavailable, busy, shutting down, timeout, quota, rate."""
CONFIGURED = {0x87, 0x90}
"""Not authorized, topic name invalid: no message will fare better."""
ACCEPT_S = 30.0
"""How long the broker may take to accept a message."""
_FAREWELL_S = 5.0
_LARGEST_PACKET = 268_435_455
"""Of the protocol."""


class Link:
    """From the attempt to connect to the end."""

    def __init__(self, settings: PublishMqtt, client_id: str) -> None:
        """Read the files that prove who we are.

        Raises:
            UsageError: One cannot be read or is not what it should be.
        """
        self._settings = settings
        self._client = open_client(settings, client_id, MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = caught(self._on_connect)
        self._client.on_publish = caught(self._on_publish)
        self._client.on_disconnect = caught(self._on_disconnect)
        self._changed = threading.Condition()
        self._greeted: ReasonCode | None = None
        self._farewell: ReasonCode | None = None
        """What the broker said when it hung up, if it said anything."""
        self._answers: dict[int, ReasonCode] = {}
        self._running = False
        self.ended = False
        self.most_bytes = _LARGEST_PACKET
        """Of a packet: what the broker said when we connected."""

    def open(self) -> None:
        """Connect.

        Raises:
            TryLater: The broker cannot be reached, or cannot take us now.
            Denied: It does not want us.
        """
        broker = self._settings
        try:
            self._client.connect(broker.host, broker.port, KEEPALIVE_S, clean_start=True)
        except (OSError, ValueError) as error:  # ValueError: a host name that cannot be one
            raise TryLater(unreachable(broker, error)) from None
        self._client.loop_start()
        self._running = True
        with self._changed:
            self._changed.wait_for(lambda: self._greeted or self.ended, ANSWER_S)
        if self._greeted is None:
            self._not_greeted()
        elif self._greeted.is_failure:
            said = refusal(broker, "us", self._greeted)
            raise TryLater(said) if self._greeted.value in LATER else Denied(said)

    def _not_greeted(self) -> NoReturn:
        where = f"{self._settings.host}:{self._settings.port}"
        if self.ended:
            hint = "it must speak MQTT 5; check tls, certificate and key"
            raise TryLater(f"{where} hung up on us", hint=hint)
        raise TryLater(f"{where} does not answer", hint="is it an MQTT broker?")

    def publish(self, topic: str, payload: bytes, properties: Properties) -> ReasonCode:
        """Publish one message at QoS 1; what the broker answers.

        Raises:
            Dropped: The connection ended first.
            TooLarge: It did, and the broker said that this was why.
            TryLater: The broker is silent.
        """
        info = self._client.publish(topic, payload, qos=1, retain=False, properties=properties)
        with self._changed:
            if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
                self._changed.wait_for(lambda: info.mid in self._answers or self.ended, ACCEPT_S)
            if info.mid in self._answers:
                return self._answers.pop(info.mid)
        where = f"{self._settings.host}:{self._settings.port}"
        if self._farewell is not None and self._farewell.value == TOO_LARGE:
            raise TooLarge(f"{where} hung up: {self._farewell.getName()}")
        if self.ended or info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            why = f": {self._farewell.getName()}" if self._farewell else ""
            raise Dropped(f"{where} hung up on a message{why}", hint="see the broker's log")
        raise TryLater(f"{where} does not say that it has the message")

    def close(self) -> None:
        """Hang up."""
        self._client.disconnect()
        if not self._running:
            return
        with self._changed:
            said_goodbye = self._changed.wait_for(lambda: self.ended, _FAREWELL_S)
        if not said_goodbye:
            cut(self._client)
        self._client.loop_stop()
        self._running = False

    def _on_connect(
        self, _: Client, __: object, ___: ConnectFlags, code: ReasonCode, terms: Properties | None
    ) -> None:
        with self._changed:
            self.most_bytes = getattr(terms, "MaximumPacketSize", self.most_bytes)
            self._greeted = code
            self._changed.notify_all()

    def _on_publish(
        self, _: Client, __: object, mid: int, code: ReasonCode, ___: Properties | None
    ) -> None:
        with self._changed:
            self._answers[mid] = code
            self._changed.notify_all()

    def _on_disconnect(
        self,
        _: Client,
        __: object,
        flags: DisconnectFlags,
        code: ReasonCode,
        ___: Properties | None,
    ) -> None:
        with self._changed:
            self.ended = True
            if flags.is_disconnect_packet_from_server:
                self._farewell = code
            self._changed.notify_all()
