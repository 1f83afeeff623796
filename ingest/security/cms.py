"""The structures of S/MIME taken apart: ContentInfo, SignedData, SignerInfo. Nothing is verified.

Source: RFC 5652, 3 and 5; transport sheet 2.5, steps 1 to 5.
"""

from dataclasses import dataclass

from ingest.security.asn1 import INTEGER, OCTET_STRING, SEQUENCE, SET, Asn1Error, Node, parse
from ingest.security.certificate import (
    Certificate,
    CertificateError,
    identity_of,
    key_identifier,
    read_certificate,
)
from ingest.security.names import read_name
from ingest.security.refusal import RefusalError

DATA, SIGNED, ENVELOPED = (f"1.2.840.113549.1.7.{last}" for last in (1, 2, 3))
_CONTEXT_0, _KEY_IDENTIFIER = 0xA0, 0x80
_MOST_CERTIFICATES = 32
_MOST_SIGNERS = 8


@dataclass(frozen=True, slots=True)
class SignedData:
    """The parts of a SignedData that matter."""

    content: bytes | None
    certificates: list[bytes]
    """DER, each once; their order means nothing."""
    signers: list[Node]


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signature, and by what it says it was made."""

    sid: Node
    digest: Node
    attributes: Node | None
    algorithm: Node
    signature: bytes


def content_info(data: bytes) -> tuple[str, Node]:
    """The type and the content of a ContentInfo.

    Raises:
        RefusalError: CMS.
    """
    try:
        members = parse(data, padding=b"\0\r\n").children(SEQUENCE)
        kind = members[0].oid() if members else ""
        inside = members[1].children(_CONTEXT_0) if len(members) > 1 else []
    except Asn1Error as error:
        raise broken(error) from None
    if not inside:
        raise RefusalError("CMS", "the PKCS#7 structure is empty; send it again")
    return kind, inside[0]


def broken(error: Asn1Error) -> RefusalError:
    """A structure that cannot be read."""
    return RefusalError("CMS", f"the PKCS#7 structure is broken ({error}); send it again")


def read_signed(content: Node) -> SignedData:
    """A SignedData taken apart; nothing is verified.

    Raises:
        RefusalError: CMS, for what is broken or no SignedData of ours.
    """
    try:
        members = content.children(SEQUENCE, least=4)
        found = _encapsulated(members[2])
        sets = {member.tag: member for member in members[3:]}
        certificates = sets[_CONTEXT_0].children() if _CONTEXT_0 in sets else []
        signers = sets[SET].children() if SET in sets else []
        kept = list(dict.fromkeys(node.raw for node in certificates if node.tag == SEQUENCE))
    except Asn1Error as error:
        raise broken(error) from None
    if not 0 < len(signers) <= _MOST_SIGNERS or len(kept) > _MOST_CERTIFICATES:
        counts = f"{len(signers)} signers, {len(kept)} certificates"
        raise RefusalError("CMS", f"the PKCS#7 structure has {counts}; sign once, with your own")
    return SignedData(found, kept, signers)


def _encapsulated(node: Node) -> bytes | None:
    kind, *content = node.children(SEQUENCE, least=1)
    if kind.oid() != DATA:
        raise Asn1Error("the signed content is not plain data")
    if not content:
        return None
    inside = content[0].children(_CONTEXT_0)
    if len(inside) != 1 or inside[0].tag & ~0x20 != OCTET_STRING:
        raise Asn1Error("the signed content is no string")
    return inside[0].octets()


def signer_info(node: Node) -> SignerInfo:
    """A SignerInfo taken apart.

    Raises:
        Asn1Error: It is broken.
    """
    members = node.children(SEQUENCE, least=5)
    attributes = [member for member in members[3:4] if member.tag == _CONTEXT_0]
    rest = members[3 + len(attributes) :]
    if len(rest) < 2 or rest[1].tag & ~0x20 != OCTET_STRING:  # noqa: PLR2004
        raise Asn1Error("a SignerInfo without signature")
    return SignerInfo(
        members[1], members[2], next(iter(attributes), None), rest[0], rest[1].octets()
    )


def select(sid: Node, certificates: list[bytes]) -> Certificate:
    """The one certificate that the signer identifier names, wherever it stands in the set.

    Raises:
        RefusalError: SIGNER, for none or several; CHAIN, when it cannot be read.
        Asn1Error: A broken identifier, or what is no certificate in the set.
    """
    matching = _matching(sid, certificates)
    if len(matching) != 1:
        what = "no certificate" if not matching else "several certificates"
        raise RefusalError("SIGNER", f"{what} in the message for its signer; send it with yours")
    try:
        return read_certificate(matching[0])
    except CertificateError:
        raise RefusalError("CHAIN", "the signer's certificate cannot be read") from None


def _matching(sid: Node, certificates: list[bytes]) -> list[bytes]:
    if sid.tag & ~0x20 == _KEY_IDENTIFIER:
        wanted = sid.octets()
        return [der for der in certificates if _key_identifier(der) == wanted]
    issuer, serial = _pair(sid)
    identities = {der: identity_of(der) for der in certificates}
    same = {der: of for der, of in identities.items() if of.serial == serial}
    exact = [der for der, of in same.items() if of.issuer == issuer]
    if exact or not same:
        return exact
    name = read_name(issuer)
    return [der for der, of in same.items() if read_name(of.issuer) == name]


def _pair(sid: Node) -> tuple[bytes, bytes]:
    issuer, serial = sid.children(SEQUENCE, least=2)[:2]
    serial.require(INTEGER)
    return issuer.der(), serial.value


def _key_identifier(der: bytes) -> bytes | None:
    try:
        return key_identifier(read_certificate(der))
    except CertificateError:
        return None
