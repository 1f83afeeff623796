"""Who signed a message, proven step by step; whom to believe is another question.

Source: RFC 5652, 5.4 to 5.6; transport sheet 2.5, steps 6 to 10.
"""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import hashes

from ingest.security.algorithms import Scheme, check_key, digest_of, scheme_of, signature_fits
from ingest.security.asn1 import SEQUENCE, SET, Asn1Error, Node, element
from ingest.security.certificate import Certificate
from ingest.security.cms import DATA, SignedData, SignerInfo, broken, select, signer_info
from ingest.security.refusal import RefusalError, printable

_CONTENT_TYPE, _DIGEST, _TIME = (f"1.2.840.113549.1.9.{last}" for last in (3, 4, 5))
_DIGEST_OID = bytes.fromhex("06092a864886f70d010904")
_TIME_FORMS = {0x17: "%y%m%d%H%M%S%z", 0x18: "%Y%m%d%H%M%S%z"}


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that verified: this certificate's key signed the content."""

    certificate: Certificate
    signing_time: float | None
    """The sender's claim, seconds since the epoch; never to decide by."""


def verify(signed: SignedData, content: bytes, *, legacy: bool) -> list[Signature]:
    """Every signature verified over the content.

    Raises:
        RefusalError: CMS, ALGO, SIGNER, DIGEST or SIG; it names the claimed signer if known.
    """
    digests: dict[str, bytes] = {}
    return [_verify_one(node, signed, content, digests, legacy=legacy) for node in signed.signers]


def _verify_one(
    node: Node, signed: SignedData, content: bytes, digests: dict[str, bytes], *, legacy: bool
) -> Signature:
    try:
        info = signer_info(node)
        certificate = select(info.sid, signed.certificates)
    except Asn1Error as error:
        raise broken(error) from None
    try:
        return _verify_with(certificate, info, content, digests, legacy=legacy)
    except Asn1Error as error:
        refusal = broken(error)
    except RefusalError as error:
        refusal = error
    refusal.claimed_signer = printable(certificate.dn)
    raise refusal


def _verify_with(
    certificate: Certificate,
    info: SignerInfo,
    content: bytes,
    digests: dict[str, bytes],
    *,
    legacy: bool,
) -> Signature:
    digest = digest_of(info.digest, legacy=legacy)
    scheme = scheme_of(info.algorithm)
    if scheme.named is not None and scheme.named is not type(digest):
        raise RefusalError("SIG", "the signature names another hash than the digest; sign again")
    check_key(certificate.key, certificate.dn, legacy=legacy)
    if info.attributes is None:
        _refuse_hidden_attributes(content)
        _require_fit(certificate, scheme, digest, info.signature, (content,))
        return Signature(certificate, None)
    if digest.name not in digests:
        digests[digest.name] = _hashed(content, digest)
    values = _attribute_values(info.attributes)
    _check_attributes(values, digests[digest.name])
    _require_fit(certificate, scheme, digest, info.signature, _signed_bytes(info.attributes))
    return Signature(certificate, _signing_time(values.get(_TIME)))


def _hashed(content: bytes, digest: hashes.HashAlgorithm) -> bytes:
    hasher = hashes.Hash(digest)
    hasher.update(content)
    return hasher.finalize()


def _attribute_values(attributes: Node) -> dict[str, Node]:
    """The set of values of each attribute."""
    found: dict[str, Node] = {}
    for attribute in attributes.children():
        kind, values = attribute.children(SEQUENCE, least=2)[:2]
        if kind.oid() in found:
            raise Asn1Error("the same attribute twice")
        values.require(SET)
        found[kind.oid()] = values
    return found


def _check_attributes(values: dict[str, Node], digest: bytes) -> None:
    if _CONTENT_TYPE not in values or _only(values[_CONTENT_TYPE]).oid() != DATA:
        raise Asn1Error("signed attributes without the content's type")
    if _DIGEST not in values:
        raise Asn1Error("signed attributes without the content's digest")
    if not hmac.compare_digest(_only(values[_DIGEST]).octets(), digest):
        raise RefusalError(
            "DIGEST", "the content was changed after it was signed; have it sent again"
        )


def _only(values: Node) -> Node:
    inside = values.children(SET)
    if len(inside) != 1:
        raise Asn1Error("an attribute without its one value")
    return inside[0]


def _signed_bytes(attributes: Node) -> Iterator[bytes]:
    """The set as transmitted, under its own tag; if need be, the DER that it should have been."""
    yield b"\x31" + attributes.raw[1:]
    yield element(SET, b"".join(sorted(member.der() for member in attributes.children())))


def _require_fit(
    certificate: Certificate,
    scheme: Scheme,
    digest: hashes.HashAlgorithm,
    signature: bytes,
    candidates: Iterable[bytes],
) -> None:
    for signed in candidates:
        if signature_fits(certificate.key, scheme, digest, signature, signed):
            return
    raise RefusalError(
        "SIG", f"the signature is not by the key of {printable(certificate.dn)}; have it sent again"
    )


def _refuse_hidden_attributes(content: bytes) -> None:
    """Signed attributes passed off as content: they carry a genuine signature.

    Source: RFC 5652, 11 (last paragraph); Strenzke, IACR ePrint 2023/1801.
    """
    if content[:1] == b"\x31" and _DIGEST_OID in content[:4096]:
        raise RefusalError("SIG", "the content is another message's signed attributes")


def _signing_time(values: Node | None) -> float | None:
    if values is None:
        return None
    try:
        value = _only(values)
        stated = value.value.decode("ascii")
        return datetime.strptime(stated, _TIME_FORMS[value.tag]).timestamp()  # noqa: DTZ007 - %z
    except (ValueError, KeyError, OverflowError):
        return None
