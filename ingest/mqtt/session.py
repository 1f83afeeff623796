"""Our session at the broker: its name and its terms."""

import socket

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from appliance import broker
from appliance.errors import UsageError
from appliance.remotes import Mqtt

SESSION_S = 30 * 86_400
"""How long the broker keeps our queue while we are away; at least a week: sheet, 6.2."""
WINDOW = 1000
"""How many messages the broker sends before we acknowledge: a batch."""
VERSIONS = {MQTTProtocolVersion.MQTTv5: "MQTT 5", MQTTProtocolVersion.MQTTv311: "MQTT 3.1.1"}


def client_id(mqtt: Mqtt) -> str:
    """The name of our session: it must stay the same, or the queue is somebody else's."""
    return mqtt.client_id or f"acct-{socket.gethostname()}"


def check(mqtt: Mqtt) -> None:
    """Refuse a configuration that cannot work.

    Raises:
        UsageError: A bad topic filter, or a file that cannot be read or is not what it should be.
    """
    if not is_topic_filter(mqtt.topic):
        raise UsageError(
            f"mqtt.topic is no topic filter: {mqtt.topic!r}",
            hint="+ stands for one whole level, # for all that follow, at the end",
        )
    if not mqtt.host:
        raise UsageError("mqtt.host is empty", hint="name the broker")
    open_client(mqtt, MQTTProtocolVersion.MQTTv5)


def is_topic_filter(text: str) -> bool:
    """Whether a broker would take it for one: MQTT 5, 4.7."""
    levels = text.split("/")
    wild = all(level in {"+", "#"} for level in levels if "+" in level or "#" in level)
    size = len(text.encode("utf-8", "surrogatepass"))
    return bool(text) and wild and "#" not in levels[:-1] and "\0" not in text and size <= 65_535  # noqa: PLR2004


def open_client(mqtt: Mqtt, version: MQTTProtocolVersion) -> Client:
    """A client of our session, not connected yet.

    Raises:
        UsageError: A file cannot be read or is not what it should be.
    """
    return broker.open_client(mqtt, client_id(mqtt), version, manual_ack=True)


def connect(client: Client, mqtt: Mqtt) -> None:
    """Open the connection, with our old session if the broker still has it.

    Raises:
        OSError: The broker cannot be reached, or TLS fails.
    """
    if client.protocol is not MQTTProtocolVersion.MQTTv5:
        client.connect(mqtt.host, mqtt.port, broker.KEEPALIVE_S)
        return
    terms = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    terms.SessionExpiryInterval = SESSION_S
    terms.ReceiveMaximum = WINDOW
    # paho's default clean_start wipes the session at each process start: sheet, 6.2
    client.connect(mqtt.host, mqtt.port, broker.KEEPALIVE_S, clean_start=False, properties=terms)


def subscribe(client: Client, topic: str) -> None:
    """At QoS 1; retained messages come with the first subscription, not with each connection."""
    if client.protocol is MQTTProtocolVersion.MQTTv5:
        new_only = SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
        client.subscribe(topic, options=SubscribeOptions(qos=1, retainHandling=new_only))
    else:
        client.subscribe(topic, qos=1)
