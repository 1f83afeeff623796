"""What a message is made of, by looking at its outside: nothing is verified or decrypted."""

from dataclasses import dataclass

from ingest.security import mime
from ingest.security.refusal import RefusalError, printable

_PEM = (b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----")
_MARKS = (b"content-type:", b"content-transfer-encoding:", b"mime-version:")
_OPAQUE = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_DER_LENGTHS = range(0x80, 0x89)


@dataclass(frozen=True, slots=True)
class Plain:
    """No S/MIME: a text, with MIME headers or without."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Cms:
    """A PKCS#7 structure, and what it signs if that stands beside it."""

    data: bytes
    """BER or DER."""
    detached: bytes | None = None
    """The exact bytes of the signed part, line ends as they came."""


def shape_of(body: bytes) -> Plain | Cms:
    """What the message is, by its first bytes and its MIME headers.

    Raises:
        RefusalError: MIME, when it is cut off or damaged.
    """
    if _is_der(body):
        return Cms(body)
    started = body[:64].lstrip()
    if started.startswith(_PEM):
        return Cms(_from_pem(body))
    entity = mime.read_entity(body.lstrip(b"\r\n"), _MARKS)
    if entity is None:
        return Plain(body)
    if not entity.complete:
        raise RefusalError("MIME", "no blank line ends the headers; the message is cut off")
    if entity.kind == "multipart/signed":
        content, signature = mime.split_signed(entity)
        return Cms(_signature_of(signature), content)
    if entity.kind in _OPAQUE:
        return Cms(_structure(entity))
    if entity.kind.startswith(("multipart/", "message/")):
        raise RefusalError("MIME", f"{printable(entity.kind, 40)} is not understood; send S/MIME")
    return Plain(body)


def _is_der(data: bytes) -> bool:
    """A SEQUENCE with a long or an indefinite length; no text in UTF-8 begins like that."""
    return data[:1] == b"\x30" and len(data) > 1 and data[1] in _DER_LENGTHS


def _from_pem(body: bytes) -> bytes:
    begin = body.index(b"-----", body.index(b"-----") + 5) + 5
    end = body.find(b"-----END", begin)
    if end < 0:
        raise RefusalError("MIME", "the PEM text has no end; the message is cut off")
    return mime.strict_base64(body[begin:end], code="MIME")


def _signature_of(part: bytes) -> bytes:
    entity = mime.read_entity(part)
    if entity is None:
        raise RefusalError("MIME", "the signature part has no MIME headers; send S/MIME")
    return _structure(entity)


def _structure(entity: mime.Entity) -> bytes:
    """The structure in an entity's body; without a stated encoding it may be base64 or bare."""
    if entity.encoding == "quoted-printable":
        raise RefusalError("MIME", "a PKCS#7 structure in quoted-printable; send base64")
    if entity.encoding == "base64" or not _is_der(entity.body):
        return mime.strict_base64(entity.body, code="MIME")
    return entity.body
