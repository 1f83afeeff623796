"""From a signer's certificate to a trust anchor.

Source: RFC 5280, 6.1, by cryptography's verifier with the policy of transport sheet 3.2.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtensionOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from ingest.security import walker
from ingest.security.anchors import Authorities
from ingest.security.certificate import Certificate, CertificateError, read_certificate
from ingest.security.refusal import RefusalError, printable

_MOST_EXTRAS = 16
_PROXY_INFO = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.14")
_PROXY_NAMES = ("proxy", "limited proxy")
_COMMON_NAME = "2.5.4.3"


def check_validity(certificate: Certificate, at: datetime) -> None:
    """Raises `RefusalError` (EXPIRED) outside the certificate's own dates."""
    who = printable(certificate.dn)
    if at > certificate.not_after:
        ended = f"{certificate.not_after:%Y-%m-%d %H:%M}Z"
        raise RefusalError(
            "EXPIRED", f"the certificate of {who} expired {ended}; it needs a new one"
        )
    if at < certificate.not_before:
        begins = f"{certificate.not_before:%Y-%m-%d %H:%M}Z"
        what = f"the certificate of {who} is not valid before {begins}; retry then"
        raise RefusalError("EXPIRED", what, retryable=True)


def check_purpose(certificate: Certificate) -> None:
    """Raises `RefusalError` (CHAIN) for a proxy, or a certificate that may not sign messages."""
    usage = certificate.extension(ExtensionOID.KEY_USAGE)
    who = printable(certificate.dn)
    if _is_proxy(certificate):
        what = f"{who} is a proxy certificate; sign with the host certificate"
        raise RefusalError("CHAIN", what, retryable=False)
    if usage and isinstance(usage.value, x509.KeyUsage):
        if usage.value.digital_signature or usage.value.content_commitment:
            return
        what = f"the certificate of {who} is not for signatures; sign with another"
        raise RefusalError("CHAIN", what, retryable=False)


def _is_proxy(certificate: Certificate) -> bool:
    """By its extension (RFC 3820), or by the name that older tools gave it."""
    if certificate.extension(_PROXY_INFO):
        return True
    *parent, last = certificate.subject or ((),)
    named = any(kind == _COMMON_NAME and value in _PROXY_NAMES for kind, value in last)
    return named and tuple(parent) == certificate.issuer


def build_chain(
    leaf: Certificate,
    extras: Sequence[bytes],
    authorities: Authorities,
    at: datetime,
    *,
    legacy: bool,
) -> tuple[Certificate, ...]:
    """The chain, leaf first, anchor last.

    Args:
        leaf: Whose key signed.
        extras: DER certificates of the message: intermediates at best, never anchors.
        authorities: Whom we trust.
        at: When every certificate of the chain must be valid.
        legacy: Also accept SHA-1 and short keys.

    Raises:
        RefusalError: CHAIN; ALGO when there is a chain that only legacy mode accepts.
    """
    if any(leaf.der == anchor.der for anchor in authorities.anchors):
        return (leaf,)
    others = _readable(leaf, extras)
    try:
        found = _verified(leaf, others, authorities, at)
    except (VerificationError, UnsupportedAlgorithm, ValueError) as error:
        why = str(error)
    else:
        return found
    chain = walker.walk(leaf, others, authorities, at)
    if chain is None:
        raise RefusalError("CHAIN", _no_chain(leaf, why))
    if walker.is_weak(chain) and not legacy:
        who = printable(leaf.dn)
        raise RefusalError(
            "ALGO", f"the chain of {who} uses SHA-1 or short keys; set trust.legacy_algorithms"
        )
    return chain


def _no_chain(leaf: Certificate, why: str) -> str:
    issuer = printable("".join(f"/{value}" for rdn in leaf.issuer for _, value in rdn))
    what = f"no trusted CA vouches for {printable(leaf.dn)}, issued by {issuer}"
    return f"{what}; add its CA to trust.ca_path and retry ({printable(why, 120)})"


def _readable(leaf: Certificate, extras: Sequence[bytes]) -> list[Certificate]:
    """Possible intermediates; a self-signed stranger would only mislead the verifier."""
    found = []
    for der in extras[:_MOST_EXTRAS]:
        try:
            certificate = read_certificate(der)
        except CertificateError:
            continue
        if der != leaf.der and not certificate.self_signed:
            found.append(certificate)
    return found


def _verified(
    leaf: Certificate, extras: list[Certificate], authorities: Authorities, at: datetime
) -> tuple[Certificate, ...]:
    verifier = (
        PolicyBuilder()
        .store(Store([anchor.loaded for anchor in authorities.anchors]))
        .time(at.astimezone(UTC).replace(tzinfo=None))
        .extension_policies(ca_policy=_CA_POLICY, ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    between = [*authorities.intermediates, *extras]
    pool = [member.loaded for member in between if member.der != leaf.der]
    chain = verifier.verify(leaf.loaded, pool).chain
    known = {member.loaded: member for member in [*between, *authorities.anchors, leaf]}
    return tuple(known[member] for member in chain)


def _may_sign_certificates(
    _policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None
) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("a CA that may not sign certificates")


_CA_POLICY = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign_certificates)
)
