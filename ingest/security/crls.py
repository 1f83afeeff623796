"""Revocation lists. Source: RFC 5280, 5 and 6.3; transport sheet 3.3."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from ingest.security import names
from ingest.security.certificate import Certificate
from ingest.security.refusal import RefusalError, printable

_Padding = padding.PKCS1v15 | padding.PSS
_Digest = hashes.SHA1 | hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512
_CLOCK_SKEW = timedelta(minutes=5)
_UNDATED_LIFE = timedelta(days=30)
_LONG_AGO = -1


@dataclass(slots=True, eq=False)
class Crl:
    """A list, its issuer, and its serial numbers once somebody asks for them."""

    loaded: x509.CertificateRevocationList
    issuer: names.Name
    this_update: datetime
    next_update: datetime
    """When it must be replaced; 30 days after `this_update` when it does not say."""
    number: int
    _serials: frozenset[int] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def revokes(self, serial: int) -> bool:
        """Whether the serial number is listed, and not taken off again."""
        with self._lock:
            if self._serials is None:
                self._serials = frozenset(entry.serial_number for entry in self.loaded)
        if serial not in self._serials:
            return False
        entry = self.loaded.get_revoked_certificate_by_serial_number(serial)
        return entry is not None and not _removed(entry)

    def stale(self, now: datetime) -> bool:
        """Too old, or from the future."""
        return self.next_update < now or self.this_update > now + _CLOCK_SKEW


def read_crl(loaded: x509.CertificateRevocationList, issuer: names.Name) -> Crl:
    """A list made ready to be asked.

    Raises:
        ValueError: An extension that cannot be read.
    """
    this_update = loaded.last_update_utc
    number = _extension(loaded, x509.CRLNumber)
    return Crl(
        loaded,
        issuer,
        this_update,
        loaded.next_update_utc or this_update + _UNDATED_LIFE,
        number.crl_number if number else _LONG_AGO,
    )


def applies(crl: Crl, certificate: Certificate) -> bool:
    """Whether it is a complete, direct list for certificates of this kind."""
    for extension in crl.loaded.extensions:
        value = extension.value
        if isinstance(value, x509.DeltaCRLIndicator):
            return False
        if isinstance(value, x509.IssuingDistributionPoint):
            if not _covers(value, is_ca(certificate)):
                return False
        elif extension.critical:
            return False
    return True


def _covers(point: x509.IssuingDistributionPoint, ca: bool) -> bool:
    if point.indirect_crl or point.only_contains_attribute_certs or point.only_some_reasons:
        return False
    return not (point.only_contains_user_certs if ca else point.only_contains_ca_certs)


def is_ca(certificate: Certificate) -> bool:
    """Whether it may issue certificates."""
    found = certificate.extension(x509.BasicConstraints.oid)
    return bool(found and isinstance(found.value, x509.BasicConstraints) and found.value.ca)


def check_revocation(
    certificate: Certificate, issuer: Certificate, crls: list[Crl], now: datetime, *, legacy: bool
) -> bool:
    """Whether a list vouches for the certificate; False: there is none for its issuer.

    Raises:
        RefusalError: REVOKED; CRL when the lists are stale or forged.
    """
    fitting = [crl for crl in crls if applies(crl, certificate)]
    if not fitting:
        return False
    who = printable(issuer.dn)
    genuine = [crl for crl in fitting if _signed_by(crl, issuer, legacy=legacy)]
    if not genuine:
        raise RefusalError("CRL", f"the CRL of {who} is not signed by its key; run fetch-crl")
    newest = max(genuine, key=lambda crl: (crl.this_update, crl.number, crl.next_update))
    if newest.revokes(certificate.loaded.serial_number):
        raise RefusalError(
            "REVOKED", f"{printable(certificate.dn)} is revoked by {who}; it needs a new one"
        )
    if newest.stale(now):
        raise RefusalError(
            "CRL", f"the CRL of {who} ended {newest.next_update:%Y-%m-%d %H:%M}Z; run fetch-crl"
        )
    return True


def _signed_by(crl: Crl, issuer: Certificate, *, legacy: bool) -> bool:
    return issued_by(crl.loaded, crl.loaded.tbs_certlist_bytes, issuer, legacy=legacy)


def issued_by(
    child: x509.Certificate | x509.CertificateRevocationList,
    signed: bytes,
    issuer: Certificate,
    *,
    legacy: bool,
) -> bool:
    """Whether the issuer's key signed the child's bytes; SHA-1 counts in legacy mode only.

    By hand, since cryptography calls every SHA-1 signature of a certificate or CRL invalid.
    """
    try:
        digest, scheme = child.signature_hash_algorithm, child.signature_algorithm_parameters
        if not isinstance(digest, _Digest) or (isinstance(digest, hashes.SHA1) and not legacy):
            return False
        if isinstance(issuer.key, rsa.RSAPublicKey) and isinstance(scheme, _Padding):
            issuer.key.verify(child.signature, signed, scheme, digest)
        elif isinstance(issuer.key, ec.EllipticCurvePublicKey):
            issuer.key.verify(child.signature, signed, ec.ECDSA(digest))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _removed(entry: x509.RevokedCertificate) -> bool:
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return False
    return reason is x509.ReasonFlags.remove_from_crl


def _extension(
    crl: x509.CertificateRevocationList, kind: type[x509.CRLNumber]
) -> x509.CRLNumber | None:
    try:
        return crl.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
