"""Sending to an MQTT broker. Source: transport sheet, 6.1 and 6.3.

MQTT 5 alone tells a producer that nobody has subscribed, or that the broker's list forbids it.
"""

import hashlib
import re
import secrets
import socket

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from appliance import broker
from appliance.errors import UsageError
from appliance.remotes import PublishMqtt
from reports.sending.link import CONFIGURED, LATER, SUCCESS, TOO_LARGE, UNHEARD, Link
from reports.sending.transport import Denied, Sealed, TooLarge, TryLater, Unfit

_PRODUCER = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONGEST_TOPIC = 65_535
_WANTED_BYTES = 1_000_000
"""Brokers carry more, but receivers need not: transport sheet, 6.7."""


class MqttTransport:
    """Publishes at QoS 1, one message after another; only reason code 0 counts as accepted."""

    wanted_bytes = _WANTED_BYTES

    def __init__(self, settings: PublishMqtt, site: str) -> None:
        """Look at the configuration; nothing is connected.

        Args:
            settings: `[publish.mqtt]`.
            site: The producer, where the settings name none.

        Raises:
            UsageError: A topic that is none, or a file that cannot be read.
        """
        if not settings.host:
            raise UsageError("publish.mqtt.host is empty", hint="name the broker")
        self._settings = settings
        self._topic = topic_of(settings, site)
        self._link: Link | None = None
        self.name = f"mqtt {settings.host}:{settings.port} {self._topic}"
        Link(settings, self._client_id())  # reads the files

    def _client_id(self) -> str:
        """A name of its own for each process: a producer keeps no session at the broker."""
        chance = f"acct-sender-{socket.gethostname()}-{secrets.token_hex(4)}"
        return self._settings.client_id or chance

    def send(self, sealed: Sealed, empaid: str) -> None:
        """See `Transport`."""
        if self._link is None or self._link.ended:
            self.close()
            self._link = Link(self._settings, self._client_id())
            self._link.open()
        properties = _properties(sealed, empaid)
        size = _packet_bytes(self._topic, properties, sealed.payload)
        if size > self._link.most_bytes:
            raise _too_large(size, f"takes at most {self._link.most_bytes}")
        code = self._link.publish(self._topic, sealed.payload, properties)
        if code.value == SUCCESS:
            return
        if code.value == UNHEARD:
            raise TryLater(
                f"nobody has subscribed to {self._topic}, so the broker would drop the message",
                hint="start the receiver, or check publish.mqtt.topic",
            )
        if code.value == TOO_LARGE:
            raise _too_large(size, "refuses it")
        said = broker.refusal(self._settings, f"a message to {self._topic}", code)
        if code.value in LATER:
            raise TryLater(said)
        raise Denied(said) if code.value in CONFIGURED else Unfit(said)

    def probe(self) -> None:
        """See `Transport`: under another name, for a sender may be connected under ours."""
        link = Link(self._settings, f"{self._client_id()}-check")
        try:
            link.open()
        finally:
            link.close()

    def close(self) -> None:
        """See `Transport`."""
        if self._link is not None:
            self._link.close()
            self._link = None


def topic_of(settings: PublishMqtt, site: str) -> str:
    """Where to publish.

    Raises:
        UsageError: That is no topic that one can publish to.
    """
    producer = settings.producer or site
    if not settings.topic and not _PRODUCER.fullmatch(producer):
        raise UsageError(
            f"publish.mqtt.producer = {producer!r} cannot be part of a topic",
            hint="the broker's administrator says who we are: letters, digits, . _ -",
        )
    topic = settings.topic or f"{settings.prefix}/v1/{settings.stream}/{producer}"
    size = len(topic.encode("utf-8", "surrogatepass"))
    if any(c in topic for c in "+#\0") or topic.startswith("$") or size > _LONGEST_TOPIC:
        raise UsageError(f"nobody can publish to {topic!r}", hint="a topic has no + and no #")
    return topic


def _properties(sealed: Sealed, empaid: str) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.PayloadFormatIndicator = 0
    properties.ContentType = sealed.content_type
    properties.UserProperty = ("empaid", empaid)
    # Assignment appends. The digest is for whoever looks for a fault; nobody relies on it.
    properties.UserProperty = ("sha256", hashlib.sha256(sealed.payload).hexdigest())
    return properties


def _packet_bytes(topic: str, properties: Properties, payload: bytes) -> int:
    """The size of the PUBLISH packet: header, topic, packet id, properties, payload."""
    return 5 + 2 + len(topic.encode()) + 2 + len(properties.pack()) + len(payload)  # type: ignore[no-untyped-call]


def _too_large(size: int, does: str) -> TooLarge:
    return TooLarge(
        f"the message is {size} bytes on the wire, and the broker {does}",
        hint="raise the broker's max_packet_size",
    )
