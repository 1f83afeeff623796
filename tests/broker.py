"""A real Mosquitto of its own for a test, with whatever it needs in a directory of the test.

with Broker.start(tmp_path) as broker:
    broker.publish("acct/inbox/x", b"message")
"""

import ipaddress
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
DEADLINE_S = 20.0


def until(true: Callable[[], object], what: str = "") -> None:
    """Poll, and fail loudly when it does not come true."""
    deadline = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < deadline, f"not within {DEADLINE_S} s: {what}"
        time.sleep(0.01)


@dataclass(frozen=True)
class Certificates:
    """PEM files: a CA, and what it issued to the broker (for 127.0.0.1) and to a client."""

    ca: Path
    broker: Path
    broker_key: Path
    client: Path
    client_key: Path


def make_certificates(directory: Path, client_name: str = "apel.example.org") -> Certificates:
    """A CA of this moment and two certificates by it, valid for a day."""
    directory.mkdir(parents=True, exist_ok=True)
    ca_key, ca_name = ec.generate_private_key(ec.SECP256R1()), _name("Test CA")
    ca = _certificate(ca_name, ca_key.public_key(), ca_name, ca_key, is_ca=True)
    (directory / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    for file, name in (("broker", "localhost"), ("client", client_name)):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(_name(name), key.public_key(), ca_name, ca_key)
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (directory / f"{file}.pem").write_bytes(pem)
        (directory / f"{file}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    files = ("ca.pem", "broker.pem", "broker.key", "client.pem", "client.key")
    return Certificates(*(directory / file for file in files))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_ca: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        x509.CertificateBuilder(issuer, subject, public_key, x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(issuer_id, critical=False)
        .add_extension(_usage(signs_others=is_ca), critical=True)
    )
    if not is_ca:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(*, signs_others: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_others,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        encipher_only=False,
        decipher_only=False,
    )


def free_port() -> int:
    """A port that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Broker:
    """A Mosquitto on 127.0.0.1. Its sessions and queues outlive `stop` and `restart`."""

    directory: Path
    port: int
    users: Mapping[str, str]
    certificates: Certificates | None = None
    settings: tuple[str, ...] = ()
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @classmethod
    def start(
        cls,
        directory: Path,
        *,
        users: Mapping[str, str] | None = None,
        acl: str = "",
        certificates: Certificates | None = None,
        settings: Iterable[str] = (),
    ) -> Self:
        """Start one and wait until it accepts connections.

        Args:
            directory: Of the test; configuration, persistence and log are below `broker/` in it.
            users: Names and passwords; none: everybody may connect.
            acl: The text of Mosquitto's acl_file; empty: everybody may do everything.
            certificates: TLS with them; a client has to show one of the same CA.
            settings: Further lines of mosquitto.conf.
        """
        home = directory / "broker"
        home.mkdir(parents=True)
        home.chmod(0o700)
        lines = list(settings)
        if acl:
            (home / "acl").write_text(acl)
            lines.append(f"acl_file {home / 'acl'}")
        broker = cls(home, free_port(), dict(users or {}), certificates, tuple(lines))
        broker.restart()
        return broker

    def restart(self) -> None:
        """Stop it if it runs, and start it again on the same port."""
        self.stop()
        assert MOSQUITTO, "these tests need mosquitto"
        self._configure()
        with (self.directory / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [MOSQUITTO, "-c", self.directory / "mosquitto.conf"], stdout=output, stderr=output
            )
        until(self._listens, "mosquitto listens")

    def _configure(self) -> None:
        passwords = self.directory / "passwords"
        if self.users and not passwords.exists():
            passwords.write_text("".join(f"{user}:{word}\n" for user, word in self.users.items()))
            subprocess.run(["mosquitto_passwd", "-U", passwords], check=True, capture_output=True)
        lines = [
            f"listener {self.port} 127.0.0.1",
            *(["user root"] if os.geteuid() == 0 else []),
            f"password_file {passwords}" if self.users else "allow_anonymous true",
            "persistence true",
            f"persistence_location {self.directory}/",
            "autosave_interval 1",
            "autosave_on_changes true",
            "max_queued_messages 0",
            "max_inflight_messages 0",
            "set_tcp_nodelay true",
            *self.settings,
        ]
        if tls := self.certificates:
            lines += [f"cafile {tls.ca}", f"certfile {tls.broker}", f"keyfile {tls.broker_key}"]
            lines += ["require_certificate true"]
        (self.directory / "mosquitto.conf").write_text("\n".join([*lines, ""]))

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.directory / "output").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """End it cleanly: it saves its sessions and queues."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(DEADLINE_S)
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def publish(
        self,
        topic: str,
        *payloads: bytes,
        empaid: str = "",
        qos: int = 1,
        retain: bool = False,
        five: bool = True,
    ) -> None:
        """Publish one message after another; returns when the broker has them all."""
        client = self.client(five=five)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        properties = Properties(PacketTypes.PUBLISH) if five else None  # type: ignore[no-untyped-call]
        if empaid and properties is not None:
            properties.UserProperty = ("empaid", empaid)
        sent = [client.publish(topic, body, qos, retain, properties) for body in payloads]
        for message in sent:
            message.wait_for_publish(DEADLINE_S)
            assert message.is_published()
        client.disconnect()
        client.loop_stop()

    def client(self, *, five: bool = True, client_id: str = "") -> Client:
        """A client that may connect, not connected yet."""
        version = MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311
        client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=version)
        client.max_inflight_messages_set(1000)
        for user, password in list(self.users.items())[:1]:
            client.username_pw_set(user, password)
        if tls := self.certificates:
            client.tls_set(str(tls.ca), str(tls.client), str(tls.client_key))
        return client
