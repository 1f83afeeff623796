"""A certificate and its key from two PEM files, and what may be wrong with them.

Source: transport sheet 3.4.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from appliance.config import Trust
from appliance.errors import AcctError

UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises for a certificate or CRL that it cannot read: there is no one base."""
_SOON = timedelta(hours=24)


class KeyPair(NamedTuple):
    """A certificate and the key that belongs to it."""

    certificate: x509.Certificate
    key: PrivateKeyTypes


def own_files(trust: Trust) -> tuple[Path, Path] | None:
    """Our certificate and its key, as `[trust]` names them; None: it names neither.

    Raises:
        AcctError: One of the two is set without the other.
    """
    if trust.certificate is None and trust.key is None:
        return None
    if trust.certificate is None or trust.key is None:
        lacking = "certificate" if trust.certificate is None else "key"
        raise AcctError(f"trust.{lacking} is not set", hint="set both certificate and key")
    return trust.certificate, trust.key


def read_pair(certificate_file: Path, key_file: Path) -> KeyPair:
    """The two, read, and found to belong together.

    Raises:
        AcctError: No PEM, an encrypted key, or a key that is not the certificate's.
    """
    certificate = read_certificate(certificate_file, "trust.certificate")
    try:
        key = load_pem_private_key(_read(key_file, "trust.key"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise AcctError(
            f"{key_file} is no unencrypted PEM key", hint="convert it: openssl pkey"
        ) from None
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise AcctError(
            f"{key_file} is not the key of {certificate_file}", hint="set the two that match"
        )
    return KeyPair(certificate, key)


def read_certificate(file: Path, setting: str) -> x509.Certificate:
    """A certificate, PEM; `setting` is the key of `acct.toml` that names it.

    Raises:
        AcctError: It cannot be read, or is none.
    """
    try:
        loaded = x509.load_pem_x509_certificate(_read(file, setting))
        loaded.public_key()
        loaded.extensions  # noqa: B018 - broken ones are found here, not half-way
    except UNREADABLE:
        raise AcctError(f"{file} is no PEM certificate", hint=f"set {setting}") from None
    return loaded


def _read(file: Path, setting: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise AcctError(
            f"cannot read {file}: {error.strerror}", hint=f"check {setting} and its permissions"
        ) from None


def validity_warnings(who: str, ends: datetime, now: datetime) -> list[str]:
    """What the doctor says of the end of a certificate's life; times UTC."""
    if ends < now:
        return [f"{who} expired {ends:%Y-%m-%d %H:%M}Z; renew it"]
    if ends < now + _SOON:
        return [f"{who} expires {ends:%Y-%m-%d %H:%M}Z; renew it now"]
    return []
