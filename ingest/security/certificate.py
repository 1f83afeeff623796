"""An X.509 certificate with what is asked of it again and again, read once."""

import threading
import warnings
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from appliance.keypair import UNREADABLE
from ingest.security import names
from ingest.security.asn1 import SEQUENCE, Node, parse

_EXPLICIT_VERSION = 0xA0
_quiet = threading.Lock()


class CertificateError(ValueError):
    """Bytes that are no certificate, or one that holds what cannot be read."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a signer identifier selects by: raw DER names and the serial number's octets."""

    serial: bytes
    issuer: bytes
    subject: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """A certificate; compare `der`, never the object."""

    der: bytes
    identity: Identity
    loaded: x509.Certificate
    key: CertificatePublicKeyTypes
    subject: names.Name
    issuer: names.Name
    not_before: datetime
    not_after: datetime

    @property
    def dn(self) -> str:
        """The subject in canonical form."""
        return names.canonical(self.subject)

    @property
    def self_signed(self) -> bool:
        """Issued under its own name."""
        return self.identity.subject == self.identity.issuer

    def extension(self, oid: x509.ObjectIdentifier) -> x509.Extension[x509.ExtensionType] | None:
        """The extension with this identifier, if there is one."""
        try:
            return self.loaded.extensions.get_extension_for_oid(oid)
        except x509.ExtensionNotFound:
            return None


def identity_of(der: bytes) -> Identity:
    """Serial, issuer and subject, without reading the rest.

    Raises:
        Asn1Error: No certificate.
    """
    return _identity(parse(der))


def _identity(certificate: Node) -> Identity:
    fields = certificate.children(SEQUENCE, least=3)[0].children(SEQUENCE, least=6)
    at = 1 if fields[0].tag == _EXPLICIT_VERSION else 0
    serial, _, issuer, _, subject = fields[at : at + 5]
    return Identity(serial.value, issuer.raw, subject.raw)


@lru_cache(maxsize=512)
def read_certificate(der: bytes) -> Certificate:
    """As `load_certificate`; the last 512 are remembered, since a site signs with one for years."""
    return load_certificate(der)


def load_certificate(der: bytes) -> Certificate:
    """Everything about a certificate.

    Raises:
        CertificateError: Not a certificate, or one with a name, key or extension beyond reading.
    """
    try:
        identity = identity_of(der)
        loaded = _load_quietly(der)
        loaded.extensions  # noqa: B018 - broken ones are found here, not half-way
        return Certificate(
            der, identity, loaded, loaded.public_key(),
            names.read_name(identity.subject), names.read_name(identity.issuer),
            loaded.not_valid_before_utc, loaded.not_valid_after_utc,
        )  # fmt: skip
    except UNREADABLE as error:
        raise CertificateError("the certificate cannot be read") from error


def _load_quietly(der: bytes) -> x509.Certificate:
    """Without cryptography's warnings: old roots have the serial number 0, and stay."""
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x509.load_der_x509_certificate(der)


def key_identifier(certificate: Certificate) -> bytes | None:
    """The subject key identifier that the certificate states."""
    found = certificate.extension(x509.SubjectKeyIdentifier.oid)
    value = found.value if found else None
    return value.digest if isinstance(value, x509.SubjectKeyIdentifier) else None
