"""Reaching an MQTT broker: how we prove who we are, and what its refusals mean.

What the inbox and the sender have in common.
"""

import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from appliance.errors import UsageError
from appliance.remotes import Broker

Arguments = ParamSpec("Arguments")
log = logging.getLogger(__name__)

KEEPALIVE_S = 60
ANSWER_S = 15.0
"""How long the broker may take to answer CONNECT."""
_HINTS = {
    "Not authorized": "check username and password_file, or the broker's access list",
    "Bad user name or password": "check username and password_file",
    "Client identifier not valid": "set client_id to a name the broker accepts",
    "Session taken over": "another client uses our client_id: give each its own",
}


def open_client(
    broker: Broker, client_id: str, version: MQTTProtocolVersion, *, manual_ack: bool = False
) -> Client:
    """A client that is not connected yet; reads the files anew, since certificates are renewed.

    With MQTT 3.1.1 it keeps its session; MQTT 5 says so at each connection.

    Raises:
        UsageError: A file cannot be read or is not what it should be.
    """
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        protocol=version,
        clean_session=None if version is MQTTProtocolVersion.MQTTv5 else False,
        reconnect_on_failure=False,
        manual_ack=manual_ack,
    )
    client.suppress_exceptions = True  # a second net: an exception would end the network thread
    if broker.username:
        client.username_pw_set(broker.username, _password(broker))
    if broker.tls:
        client.tls_set_context(_tls(broker))
    return client


def _password(broker: Broker) -> str | None:
    file = broker.password_file
    if file is None:
        return None
    try:
        return file.read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read {broker.section}.password_file {file}: {error}",
            hint="acct must be able to read it",
        ) from error


def _tls(broker: Broker) -> ssl.SSLContext:
    """TLS with the CAs that are configured, a file or a directory, else with the system's."""
    context = ssl.create_default_context()
    ca: Path | None = broker.ca_file
    try:
        if ca is not None:
            context = ssl.create_default_context(
                cafile=None if ca.is_dir() else str(ca), capath=str(ca) if ca.is_dir() else None
            )
        if broker.certificate is not None:
            context.load_cert_chain(broker.certificate, broker.key)
    except OSError as error:  # ssl.SSLError is one
        files = [str(file) for file in (ca, broker.certificate, broker.key) if file]
        raise UsageError(
            f"cannot use {', '.join(files)} for MQTT ([{broker.section}]): {error}",
            hint="PEM files are wanted, and a key without a passphrase that fits the certificate",
        ) from error
    return context


def unreachable(broker: Broker, error: OSError | ValueError) -> str:
    """Why there is no connection, and what to look at."""
    where = f"{broker.host}:{broker.port}"
    if isinstance(error, ssl.SSLError):
        why = getattr(error, "verify_message", "") or error.reason or str(error)
        hint = f"check {broker.section}.host, ca_file, certificate and key"
        return f"{where}: TLS fails: {why}; {hint}"
    why = getattr(error, "strerror", "") or str(error) or type(error).__name__
    return f"{where} cannot be reached: {why}; is it running, are host and port right?"


def refusal(broker: Broker, what: str, code: ReasonCode) -> str:
    """What the broker refuses, and what to do about it."""
    name = code.getName()
    hint = _HINTS.get(name, "see the broker's log")
    return f"{broker.host}:{broker.port} refuses {what}: {name}; {hint}"


def caught(callback: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """A callback that cannot end paho's network thread."""

    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except Exception:  # the edge of a thread that is not ours
            log.exception("an MQTT callback failed")

    return guarded


def cut(client: Client) -> None:
    """End a connection without a good-bye, so that its network thread ends too."""
    open_socket = client.socket()
    if isinstance(open_socket, socket.socket):  # TLS too
        with suppress(OSError):
            open_socket.shutdown(socket.SHUT_RDWR)
