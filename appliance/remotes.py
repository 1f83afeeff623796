"""What `acct.toml` may say of other machines: brokers that we receive from and send to."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar


def setting(default: Any, doc: str) -> Any:
    """A key with its default and the sentence that explains it to an administrator."""
    if isinstance(default, list | dict):
        return field(default_factory=lambda: type(default)(default), metadata={"doc": doc})
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class Broker:
    """An MQTT broker, and how we prove to it who we are."""

    section: ClassVar[str]
    """Where in `acct.toml` it stands, for messages."""
    host: str = setting("localhost", "The broker.")
    port: int = setting(1883, "1883 plain, 8883 with TLS by custom.")
    tls: bool = setting(False, "Speak TLS.")
    ca_file: Path | None = setting(None, "CAs for the broker; without it the system's.")
    certificate: Path | None = setting(None, "Our client certificate, PEM.")
    key: Path | None = setting(None, "Its key, PEM, not encrypted.")
    username: str = setting("", "For brokers that ask for one.")
    password_file: Path | None = setting(None, "A file that holds the password and nothing else.")


@dataclass(frozen=True, slots=True)
class Mqtt(Broker):
    """An inbox on an MQTT broker."""

    section: ClassVar[str] = "mqtt"
    enabled: bool = setting(False, "Subscribe at all.")
    topic: str = setting("acct/inbox/#", "What to subscribe to.")
    client_id: str = setting(
        "", "Names our session at the broker; default: acct- and the host name."
    )
    require_signature: bool = setting(True, "Refuse what is not signed by an allowed DN.")


@dataclass(frozen=True, slots=True)
class PublishMqtt(Broker):
    """The broker that via = "mqtt" sends to, with MQTT 5."""

    section: ClassVar[str] = "publish.mqtt"
    topic: str = setting("", "Where to publish; without it <prefix>/v1/<stream>/<producer>.")
    prefix: str = setting("apel", "The first level of the topic.")
    stream: str = setting("gLite-APEL", "What kind of records, as the topics of AMS are named.")
    producer: str = setting("", "Who we are to the broker; without it the site's name.")
    client_id: str = setting("", "Default: acct-sender-, the host name and a random number.")


@dataclass(frozen=True, slots=True)
class PublishAms:
    """The ARGO Messaging Service that via = "ams" sends to (pip install acct[ams])."""

    host: str = setting("", "Such as msg.argo.grnet.gr.")
    port: int = setting(443, "Of the service.")
    project: str = setting("accounting", "The project.")
    topic: str = setting("gLite-APEL", "The topic in it.")
    token_file: Path | None = setting(
        None, "A file with a token; without it [trust] certificate is exchanged for one."
    )
    token_port: int = setting(8443, "Where certificates are exchanged for tokens.")
    ca_file: Path | None = setting(None, "CAs for the service; without it the public ones.")
