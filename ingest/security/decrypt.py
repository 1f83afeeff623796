"""Messages encrypted to us.

Every damage is told in the same words: which step failed would help who guesses at keys.
Source: RFC 5652, 6; RFC 8017 (7.2); transport sheet 2.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from ingest.security.algorithms import algorithm_of, digest_of
from ingest.security.asn1 import OCTET_STRING, SEQUENCE, SET, Asn1Error, Node
from ingest.security.certificate import Certificate, key_identifier
from ingest.security.cms import DATA, broken
from ingest.security.names import canonical, read_name
from ingest.security.refusal import RefusalError, printable

_RSA, _OAEP, _MGF1 = (f"1.2.840.113549.1.1.{last}" for last in (1, 7, 8))
_3DES = "1.2.840.113549.3.7"
_KEY_BYTES = {
    "2.16.840.1.101.3.4.1.2": 16,
    "2.16.840.1.101.3.4.1.22": 24,
    "2.16.840.1.101.3.4.1.42": 32,
    _3DES: 24,
}
_MOST_RECIPIENTS = 64
_MOST_TRIED = 4


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A certificate of ours and its private key; only RSA can receive."""

    certificate: Certificate
    key: object


@dataclass(frozen=True, slots=True)
class _Recipient:
    rid: Node
    algorithm: Node
    encrypted_key: bytes


def decrypt(content: Node, ours: Sequence[OwnKey], *, legacy: bool) -> bytes:
    """What an EnvelopedData holds: a whole MIME message, which still has to be verified.

    Raises:
        RefusalError: CMS, ALGO, RCPT or DECRYPT.
    """
    try:
        return _decrypt(content, ours, legacy=legacy)
    except Asn1Error as error:
        raise broken(error) from None


def noise() -> RefusalError:
    """The one answer to everything that does not decrypt."""
    return RefusalError(
        "DECRYPT", "it is encrypted to us but does not decrypt: damaged; have it sent again"
    )


def _decrypt(content: Node, ours: Sequence[OwnKey], *, legacy: bool) -> bytes:
    members = content.children(SEQUENCE, least=3)
    at = next((n for n, member in enumerate(members) if member.tag == SET), None)
    if at is None or at + 1 >= len(members):
        raise Asn1Error("an EnvelopedData without recipients")
    recipients = _recipients(members[at])
    kind, cipher, *encrypted = members[at + 1].children(SEQUENCE, least=2)
    if kind.oid() != DATA or len(encrypted) != 1 or encrypted[0].tag & ~0x20 != 0x80:  # noqa: PLR2004
        raise Asn1Error("an EnvelopedData without plain encrypted data")
    oid, initial = algorithm_of(cipher)
    _check_cipher(oid, legacy=legacy)
    block = 8 if oid == _3DES else 16
    if initial is None or initial.tag != OCTET_STRING or len(initial.value) != block:
        raise Asn1Error("a cipher without initial vector")
    for recipient, own in _for_us(recipients, ours)[:_MOST_TRIED]:
        key = _content_key(recipient, own)
        if key is not None and len(key) == _KEY_BYTES[oid]:
            return _open(oid, key, initial.value, encrypted[0].octets())
    raise noise()


def _check_cipher(oid: str, *, legacy: bool) -> None:
    if oid == _3DES and not legacy:
        raise RefusalError(
            "ALGO", "it is encrypted with 3DES; use -aes128, or set trust.legacy_algorithms"
        )
    if oid not in _KEY_BYTES:
        raise RefusalError("ALGO", f"cipher {oid} is not allowed; encrypt with -aes128")


def _recipients(infos: Node) -> list[_Recipient]:
    """The key transport recipients; the other kinds have context tags, and are skipped."""
    choices = infos.children(SET)
    if len(choices) > _MOST_RECIPIENTS:
        raise Asn1Error(f"{len(choices)} recipients")
    found = []
    for info in choices:
        if info.tag == SEQUENCE:
            _, rid, algorithm, encrypted = info.children(least=4)[:4]
            found.append(_Recipient(rid, algorithm, encrypted.octets()))
    if choices and not found:
        raise RefusalError("ALGO", "it is encrypted by key agreement; encrypt to our RSA key")
    return found


def _for_us(
    recipients: list[_Recipient], ours: Sequence[OwnKey]
) -> list[tuple[_Recipient, OwnKey]]:
    pairs = [(to, own) for to in recipients for own in ours if _names(to.rid, own.certificate)]
    if not pairs:
        others = "; ".join(_described(to.rid) for to in recipients[:3]) or "nobody"
        ask = "add the key to trust.previous" if ours else "set trust.certificate and trust.key"
        raise RefusalError("RCPT", f"it is not encrypted to us but to {others}; {ask}, and retry")
    return pairs


def _names(rid: Node, certificate: Certificate) -> bool:
    if rid.tag & ~0x20 == 0x80:  # noqa: PLR2004 - [0] subjectKeyIdentifier
        return rid.octets() == key_identifier(certificate)
    issuer, serial = rid.children(SEQUENCE, least=2)[:2]
    if serial.value != certificate.identity.serial:
        return False
    return issuer.der() == certificate.identity.issuer or _same_name(issuer, certificate)


def _same_name(issuer: Node, certificate: Certificate) -> bool:
    try:
        return read_name(issuer.der()) == certificate.issuer
    except Asn1Error:
        return False


def _described(rid: Node) -> str:
    if rid.tag & ~0x20 == 0x80:  # noqa: PLR2004 - [0] subjectKeyIdentifier
        return f"key {rid.octets().hex()[:40]}"
    issuer, serial = rid.children(SEQUENCE, least=2)[:2]
    return f"serial {serial.value.hex()[:40]} of {printable(canonical(read_name(issuer.der())))}"


def _content_key(recipient: _Recipient, own: OwnKey) -> bytes | None:
    """The content key; None or one of a wrong length when it is not for this private key."""
    oid, parameters = algorithm_of(recipient.algorithm)
    if oid not in (_RSA, _OAEP):
        raise RefusalError("ALGO", f"key transport {oid} is not allowed; encrypt with plain RSA")
    if not isinstance(own.key, rsa.RSAPrivateKey):
        return None
    scheme = padding.PKCS1v15() if oid == _RSA else _oaep(parameters)
    try:
        return own.key.decrypt(recipient.encrypted_key, scheme)
    except ValueError:
        return None


def _oaep(parameters: Node | None) -> padding.OAEP:
    """RSAES-OAEP-params; what is absent has its default, SHA-1. Source: RFC 4055, 4.1."""
    digest: hashes.HashAlgorithm = hashes.SHA1()  # noqa: S303 - as the standard says
    masked: hashes.HashAlgorithm = digest
    for member in parameters.children(SEQUENCE) if parameters else []:
        inner = member.children(least=1)[0]
        if member.tag == 0xA0:  # noqa: PLR2004 - context tags of the structure
            digest = digest_of(inner, legacy=True)
        elif member.tag == 0xA1:  # noqa: PLR2004
            oid, masking = algorithm_of(inner)
            if oid != _MGF1 or masking is None:
                raise RefusalError("ALGO", "the OAEP mask function is not MGF1")
            masked = digest_of(masking, legacy=True)
        else:
            raise RefusalError("ALGO", "OAEP with a label is not allowed")
    return padding.OAEP(padding.MGF1(masked), digest, None)


def _open(oid: str, key: bytes, initial: bytes, encrypted: bytes) -> bytes:
    algorithm = TripleDES(key) if oid == _3DES else AES(key)
    decryptor = Cipher(algorithm, CBC(initial)).decryptor()
    unpadder = PKCS7(algorithm.block_size).unpadder()
    try:
        padded = decryptor.update(encrypted) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise noise() from None
