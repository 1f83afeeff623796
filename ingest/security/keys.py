"""Our own certificate and key, and the earlier ones. Source: transport sheet 3.4."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509 import load_pem_x509_certificate

from appliance.config import Trust
from appliance.errors import AcctError
from ingest.security.certificate import UNREADABLE, Certificate, load_certificate
from ingest.security.decrypt import OwnKey
from ingest.security.watched import Watched

_EVERY_S = 60.0
_SOON = timedelta(hours=24)


def watched_keys(settings: Trust, clock: Callable[[], float]) -> Watched[list[OwnKey]]:
    """Our pairs, the current one first; read again within a minute of a change."""

    def stamp() -> object:
        return [file.stat().st_mtime_ns for pair in key_files(settings) for file in pair]

    def load() -> list[OwnKey]:
        return load_keys(key_files(settings))

    where = settings.certificate or settings.key or Path("trust.certificate")
    return Watched(where, stamp=stamp, load=load, every_s=_EVERY_S, clock=clock)


def key_files(settings: Trust) -> list[tuple[Path, Path]]:
    """(certificate, key) of every pair that is configured, the current one first.

    Raises:
        AcctError: One of the two is set without the other.
    """
    earlier = [(pair.certificate, pair.key) for pair in settings.previous]
    if settings.certificate is None and settings.key is None:
        return earlier
    if settings.certificate is None or settings.key is None:
        lacking = "certificate" if settings.certificate is None else "key"
        raise AcctError(f"trust.{lacking} is not set", hint="set both certificate and key")
    return [(settings.certificate, settings.key), *earlier]


def load_keys(files: list[tuple[Path, Path]]) -> list[OwnKey]:
    """The pairs, read.

    Raises:
        OSError: A file cannot be read.
        AcctError: No PEM, an encrypted key, or a key that is not the certificate's.
    """
    return [_load_pair(certificate, key) for certificate, key in files]


def _load_pair(certificate_file: Path, key_file: Path) -> OwnKey:
    certificate = _certificate(certificate_file)
    try:
        key = load_pem_private_key(_read(key_file), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise AcctError(
            f"{key_file} is no unencrypted PEM key", hint="convert it: openssl pkey"
        ) from None
    if not _belong_together(certificate, key):
        raise AcctError(
            f"{key_file} is not the key of {certificate_file}", hint="set the two that match"
        )
    return OwnKey(certificate, key)


def _certificate(file: Path) -> Certificate:
    try:
        loaded = load_pem_x509_certificate(_read(file))
        return load_certificate(loaded.public_bytes(Encoding.DER))
    except UNREADABLE:
        raise AcctError(f"{file} is no PEM certificate", hint="set trust.certificate") from None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise AcctError(
            f"cannot read {file}: {error.strerror}", hint="check [trust] and its permissions"
        ) from None


def _belong_together(certificate: Certificate, key: PrivateKeyTypes) -> bool:
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(*form) == certificate.key.public_bytes(*form)


def key_warnings(own: OwnKey, now: datetime) -> list[str]:
    """What the doctor says of our current pair."""
    found = []
    who, ends = own.certificate.dn, own.certificate.not_after
    if ends < now:
        found.append(f"our certificate {who} expired {ends:%Y-%m-%d %H:%M}Z; renew it")
    elif ends < now + _SOON:
        found.append(f"our certificate {who} expires {ends:%Y-%m-%d %H:%M}Z; renew it now")
    if not isinstance(own.key, rsa.RSAPrivateKey):
        found.append(f"our certificate {who} is not RSA: nobody can encrypt to us; get an RSA one")
    return found
