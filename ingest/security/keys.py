"""Our own certificate and key, and the earlier ones. Source: transport sheet 3.4."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.config import Trust
from appliance.errors import AcctError
from appliance.keypair import own_files, read_pair, validity_warnings
from ingest.security.certificate import CertificateError, load_certificate
from ingest.security.decrypt import OwnKey
from ingest.security.watched import Watched

_EVERY_S = 60.0


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
    current = own_files(settings)
    return [current, *earlier] if current else earlier


def load_keys(files: list[tuple[Path, Path]]) -> list[OwnKey]:
    """The pairs, read.

    Raises:
        OSError: A file cannot be read.
        AcctError: No PEM, an encrypted key, or a key that is not the certificate's.
    """
    return [_load_pair(certificate, key) for certificate, key in files]


def _load_pair(certificate_file: Path, key_file: Path) -> OwnKey:
    pair = read_pair(certificate_file, key_file)
    try:
        certificate = load_certificate(pair.certificate.public_bytes(Encoding.DER))
    except CertificateError:
        raise AcctError(
            f"{certificate_file} is no PEM certificate", hint="set trust.certificate"
        ) from None
    return OwnKey(certificate, pair.key)


def key_warnings(own: OwnKey, now: datetime) -> list[str]:
    """What the doctor says of our current pair."""
    who = own.certificate.dn
    found = validity_warnings(f"our certificate {who}", own.certificate.not_after, now)
    if not isinstance(own.key, rsa.RSAPrivateKey):
        found.append(f"our certificate {who} is not RSA: nobody can encrypt to us; get an RSA one")
    return found
