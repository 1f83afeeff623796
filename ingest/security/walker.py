"""Chains that cryptography's verifier will not build: SHA-1, short keys, names spelt differently.

Stricter than it where it knows less: any critical extension but the four below ends the path.
Source: RFC 5280, 6.1; transport sheet 3.2.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtensionOID

from ingest.security.algorithms import SHORTEST_RSA, SHORTEST_RSA_LEGACY
from ingest.security.anchors import Authorities
from ingest.security.certificate import Certificate
from ingest.security.crls import issued_by

_MAX_DEPTH = 8
_MOST_CHECKS = 64  # certificates in a message could be made to fit in endless ways
_UNDERSTOOD = frozenset(
    (
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    )
)


@dataclass(slots=True)
class _Search:
    authorities: Authorities
    extras: list[Certificate]
    at: datetime
    left: int = _MOST_CHECKS


def walk(
    leaf: Certificate, extras: list[Certificate], authorities: Authorities, at: datetime
) -> tuple[Certificate, ...] | None:
    """A chain from the leaf to an anchor, SHA-1 and short RSA keys allowed; None: there is none."""
    if not _understood(leaf):
        return None
    return _extend((leaf,), _Search(authorities, extras, at))


def is_weak(chain: tuple[Certificate, ...]) -> bool:
    """Whether it needs legacy mode; an anchor's own signature counts for nothing."""
    return any(_short_key(member) for member in chain) or any(
        isinstance(member.loaded.signature_hash_algorithm, hashes.SHA1) for member in chain[:-1]
    )


def _short_key(certificate: Certificate) -> bool:
    return isinstance(certificate.key, rsa.RSAPublicKey) and certificate.key.key_size < SHORTEST_RSA


def _extend(chain: tuple[Certificate, ...], search: _Search) -> tuple[Certificate, ...] | None:
    for issuer in _candidates(chain[-1], search):
        if issuer.der in {member.der for member in chain} or search.left <= 0:
            continue
        if not _may_issue(issuer, chain, search.at):
            continue
        search.left -= 1
        if not _issued(chain[-1], issuer):
            continue
        longer = (*chain, issuer)
        if any(issuer is anchor for anchor in search.authorities.anchors):
            return longer
        found = _extend(longer, search) if len(longer) <= _MAX_DEPTH else None
        if found:
            return found
    return None


def _candidates(child: Certificate, search: _Search) -> Iterator[Certificate]:
    """Anchors first: the shortest way out."""
    known = search.authorities
    for group in (known.anchors, known.intermediates, search.extras):
        yield from (candidate for candidate in group if candidate.subject == child.issuer)


def _issued(child: Certificate, issuer: Certificate) -> bool:
    return issued_by(child.loaded, child.loaded.tbs_certificate_bytes, issuer, legacy=True)


def _may_issue(issuer: Certificate, below: tuple[Certificate, ...], at: datetime) -> bool:
    if not issuer.not_before <= at <= issuer.not_after or not _understood(issuer):
        return False
    if isinstance(issuer.key, rsa.RSAPublicKey) and issuer.key.key_size < SHORTEST_RSA_LEGACY:
        return False
    constraints = issuer.extension(ExtensionOID.BASIC_CONSTRAINTS)
    if not constraints or not isinstance(constraints.value, x509.BasicConstraints):
        return False
    longest = constraints.value.path_length
    between = sum(not member.self_signed for member in below[1:])
    usage = issuer.extension(ExtensionOID.KEY_USAGE)
    signs = not usage or (isinstance(usage.value, x509.KeyUsage) and usage.value.key_cert_sign)
    return constraints.value.ca and signs and (longest is None or between <= longest)


def _understood(certificate: Certificate) -> bool:
    return all(
        extension.oid in _UNDERSTOOD
        if extension.critical
        else extension.oid != ExtensionOID.NAME_CONSTRAINTS
        for extension in certificate.loaded.extensions
    )
