"""A test PKI and the messages that senders make with it, by the openssl command.

    pki = Pki.make(tmp_path)
    pki.allow("a")
    message = pki.sign(b"APEL-individual-job-message: v0.3\\n...", host="a")
    trust = TrustStore.from_config(pki.trust())

Root, intermediate and hosts have EC keys, made in no time; the server, which receives encrypted
messages, and hosts with `key="rsa"` have RSA keys.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from appliance.config import Trust
from ingest.security.asn1 import element

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAY = timedelta(days=1)
_KINDS = {
    "DC": NameOID.DOMAIN_COMPONENT,
    "C": NameOID.COUNTRY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "L": NameOID.LOCALITY_NAME,
    "CN": NameOID.COMMON_NAME,
    "UID": NameOID.USER_ID,
    "emailAddress": NameOID.EMAIL_ADDRESS,
}


def new_key(kind: str = "ec") -> Key:
    """`ec` (P-256), `rsa` (2048 bits), or `rsa1024` and the like."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, int(kind[3:] or 2048))


def name(dn: str) -> x509.Name:
    """A name from its slash form; `+` joins the attributes of one RDN."""
    rdns = [[part.split("=", 1) for part in rdn.split("+")] for rdn in dn.split("/")[1:]]
    return x509.Name(
        x509.RelativeDistinguishedName(
            x509.NameAttribute(_KINDS[kind], value) for kind, value in rdn
        )
        for rdn in rdns
    )


@dataclass(frozen=True)
class Holder:
    """A certificate with its key, and the PEM files of both."""

    certificate: x509.Certificate
    key: Key
    cert: Path
    key_file: Path
    dn: str

    def write(self) -> "Holder":
        self.cert.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        self.key_file.write_bytes(
            self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return self


def key_usage(*granted: str) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{usage: usage in granted for usage in every})


@dataclass
class Pki:
    """A CA directory, hosts that sign, and a server to encrypt to."""

    directory: Path
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    holders: dict[str, Holder] = field(default_factory=dict)

    @classmethod
    def make(cls, directory: Path) -> "Pki":
        """Root, intermediate (issues the rest), hosts a and b, the server, an empty allow list."""
        pki = cls(directory)
        pki.ca_path.mkdir(parents=True, exist_ok=True)
        pki.authority("root", "/DC=org/DC=example/CN=Test Root")
        pki.authority("intermediate", "/DC=org/DC=example/CN=Test Grid CA", issuer="root")
        for ca in ("root", "intermediate"):
            pki.trust_in(ca)
        pki.host("a")
        pki.host("b")
        pki.host("server", key="rsa")
        pki.dns.write_text("# allowed DNs\n")
        return pki

    # Paths

    @property
    def ca_path(self) -> Path:
        return self.directory / "certificates"

    @property
    def dns(self) -> Path:
        """The allow list."""
        return self.directory / "dns"

    @property
    def server_cert(self) -> Path:
        return self.holders["server"].cert

    @property
    def server_key(self) -> Path:
        return self.holders["server"].key_file

    def dn(self, host: str) -> str:
        """The DN of a host, in canonical form."""
        return self.holders[host].dn

    def trust(self, **changes: Any) -> Trust:
        """The `[trust]` section that fits."""
        settings: dict[str, Any] = {
            "ca_path": self.ca_path,
            "crls": "if-present",
            "allowed_dns": self.dns,
            "certificate": self.server_cert,
            "key": self.server_key,
        }
        return Trust(**(settings | changes))

    def allow(self, *who: str) -> Path:
        """Writes the allow list: names of hosts, or DNs."""
        lines = [one if one.startswith("/") else self.dn(one) for one in who]
        self.dns.write_text("".join(f"{line}\n" for line in ["# allowed DNs", *lines]))
        return self.dns

    # Certificates

    def authority(self, called: str, dn: str, issuer: str | None = None, **more: Any) -> Holder:
        """A CA certificate; without issuer it is a root. It is trusted only by `trust_in`."""
        basic = x509.BasicConstraints(ca=True, path_length=None)
        usage = key_usage("key_cert_sign", "crl_sign")
        return self.issue(called, dn, issuer, extensions=[(basic, True), (usage, True)], **more)

    def trust_in(self, called: str) -> Path:
        """Puts a certificate into the CA directory."""
        path = self.ca_path / f"{called}.pem"
        path.write_bytes(self.holders[called].cert.read_bytes())
        return path

    def host(self, called: str, issuer: str = "intermediate", **more: Any) -> Holder:
        """A host certificate: `dn`, `key`, `since`, `until`, `usage` may be given."""
        dn = more.pop("dn", f"/DC=org/DC=example/OU=hosts/CN={called}.example.org")
        usage = more.pop("usage", ("digital_signature", "key_encipherment"))
        constraints = x509.BasicConstraints(ca=False, path_length=None)
        extensions: list[tuple[x509.ExtensionType, bool]] = [(constraints, True)]
        extensions += [(key_usage(*usage), True)] if usage else []
        return self.issue(
            called, dn, issuer, extensions=[*extensions, *more.pop("plus", [])], **more
        )

    def issue(
        self,
        called: str,
        dn: str | x509.Name,
        issuer: str | None,
        *,
        extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
        key: str | Key = "ec",
        since: timedelta = -DAY,
        until: timedelta = 365 * DAY,
        serial: int | None = None,
    ) -> Holder:
        """Any certificate; `since` and `until` count from now."""
        own = new_key(key) if isinstance(key, str) else key
        subject = name(dn) if isinstance(dn, str) else dn
        above = self.holders[issuer] if issuer else None
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(above.certificate.subject if above else subject)
            .public_key(own.public_key())
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(self.now + since)
            .not_valid_after(self.now + until)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        signed = builder.sign(above.key if above else own, hashes.SHA256())
        return self.keep(called, signed, own, dn if isinstance(dn, str) else "")

    def keep(self, called: str, certificate: x509.Certificate, key: Key, dn: str) -> Holder:
        """Remembers a certificate, and writes its files."""
        files = self.directory / f"{called}-cert.pem", self.directory / f"{called}-key.pem"
        self.holders[called] = Holder(certificate, key, *files, dn.replace("+", "/")).write()
        return self.holders[called]

    # Revocation

    def crl(
        self,
        issuer: str,
        revoked: Sequence[str] = (),
        *,
        since: timedelta = -DAY,
        until: timedelta = 30 * DAY,
        key: Key | None = None,
        extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
        number: int = 1,
    ) -> x509.CertificateRevocationList:
        """A CRL of this CA that lists these hosts; `key`: signed by a stranger."""
        holder = self.holders[issuer]
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(holder.certificate.subject)
            .last_update(self.now + since)
            .next_update(self.now + until)
            .add_extension(x509.CRLNumber(number), False)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        for host in revoked:
            entry = x509.RevokedCertificateBuilder()
            entry = entry.serial_number(self.holders[host].certificate.serial_number)
            builder = builder.add_revoked_certificate(
                entry.revocation_date(self.now + since).build()
            )
        return builder.sign(key or holder.key, hashes.SHA256())

    # Messages

    def sign(
        self,
        body: bytes,
        host: str = "a",
        *options: str,
        tool: str = "smime",
        text: bool = True,
        wire: bool = True,
    ) -> bytes:
        """The signed message, as `openssl smime -sign -text` writes it.

        Args:
            body: The record text; with `text=False` a whole part with its own headers.
            host: Whose key signs.
            options: More of openssl's, such as `-nodetach`.
            tool: `smime` or `cms`.
            text: Let openssl put `Content-Type: text/plain` before the body.
            wire: Lines end in LF alone, as the senders' text mode leaves them.
        """
        holder = self.holders[host]
        who = () if "-signer" in options else ("-signer", holder.cert, "-inkey", holder.key_file)
        made = openssl(tool, "-sign", *(("-text",) if text else ()), *who, *options, stdin=body)
        return made.replace(b"\r\n", b"\n") if wire and not _is_der(options) else made

    def encrypt(
        self, message: bytes, *options: str, to: str = "server", tool: str = "smime"
    ) -> bytes:
        """The message encrypted to the server (or another host), with `-aes128` unless told."""
        cipher = () if any(o.startswith(("-aes", "-des")) for o in options) else ("-aes128",)
        whom = () if "-recip" in options else (self.holders[to].cert,)
        return openssl(tool, "-encrypt", *cipher, *options, *whom, stdin=message)


def with_sha1(signed: x509.Certificate | x509.CertificateRevocationList, key: Key) -> bytes:
    """The same certificate or CRL under a SHA-1 signature, DER; only RSA keys.

    cryptography does not make such signatures, so the algorithm is swapped in the bytes.
    """
    assert isinstance(key, rsa.RSAPrivateKey)
    if isinstance(signed, x509.CertificateRevocationList):
        body = signed.tbs_certlist_bytes
    else:
        body = signed.tbs_certificate_bytes
    old, new = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    body = body.replace(old, new)
    signature = key.sign(body, padding.PKCS1v15(), hashes.SHA1())
    algorithm = element(0x30, element(0x06, new) + b"\x05\x00")
    return element(0x30, body + algorithm + element(0x03, b"\0" + signature))


def _is_der(options: Sequence[str]) -> bool:
    return "DER" in options


def openssl(*arguments: object, stdin: bytes = b"") -> bytes:
    """What the openssl command answers."""
    done = subprocess.run(
        ["openssl", *map(str, arguments)], input=stdin, capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"openssl {' '.join(map(str, arguments))}: {done.stderr.decode()}")
    return done.stdout
