"""Our session at the broker: its name, its terms, and how we prove who we are."""

import socket
import ssl
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from appliance.config import Mqtt
from appliance.errors import UsageError

SESSION_S = 30 * 86_400
"""How long the broker keeps our queue while we are away; at least a week: sheet, 6.2."""
WINDOW = 1000
"""How many messages the broker sends before we acknowledge: a batch."""
KEEPALIVE_S = 60
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
    """A client that is not connected yet; reads the files anew, since certificates are renewed.

    Raises:
        UsageError: A file cannot be read or is not what it should be.
    """
    five = version is MQTTProtocolVersion.MQTTv5
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id(mqtt),
        protocol=version,
        clean_session=None if five else False,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    client.suppress_exceptions = True  # a second net: an exception would end the network thread
    if mqtt.username:
        client.username_pw_set(mqtt.username, _password(mqtt.password_file))
    if mqtt.tls:
        client.tls_set_context(_tls(mqtt))
    return client


def _password(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read mqtt.password_file {file}: {error}", hint="acct must be able to read it"
        ) from error


def _tls(mqtt: Mqtt) -> ssl.SSLContext:
    """TLS with the CAs that are configured, a file or a directory, else with the system's."""
    context = ssl.create_default_context()
    try:
        if mqtt.ca_file is not None:
            folder = mqtt.ca_file.is_dir()
            context = ssl.create_default_context(
                cafile=None if folder else str(mqtt.ca_file),
                capath=str(mqtt.ca_file) if folder else None,
            )
        if mqtt.certificate is not None:
            context.load_cert_chain(mqtt.certificate, mqtt.key)
    except OSError as error:  # ssl.SSLError is one
        files = [str(file) for file in (mqtt.ca_file, mqtt.certificate, mqtt.key) if file]
        raise UsageError(
            f"cannot use {', '.join(files)} for MQTT: {error}",
            hint="PEM files are wanted, and a key without a passphrase that fits the certificate",
        ) from error
    return context


def connect(client: Client, mqtt: Mqtt) -> None:
    """Open the connection, with our old session if the broker still has it.

    Raises:
        OSError: The broker cannot be reached, or TLS fails.
    """
    if client.protocol is not MQTTProtocolVersion.MQTTv5:
        client.connect(mqtt.host, mqtt.port, KEEPALIVE_S)
        return
    terms = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    terms.SessionExpiryInterval = SESSION_S
    terms.ReceiveMaximum = WINDOW
    # paho's default clean_start wipes the session at each process start: sheet, 6.2
    client.connect(mqtt.host, mqtt.port, KEEPALIVE_S, clean_start=False, properties=terms)


def subscribe(client: Client, topic: str) -> None:
    """At QoS 1; retained messages come with the first subscription, not with each connection."""
    if client.protocol is MQTTProtocolVersion.MQTTv5:
        new_only = SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
        client.subscribe(topic, options=SubscribeOptions(qos=1, retainHandling=new_only))
    else:
        client.subscribe(topic, qos=1)
