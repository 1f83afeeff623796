"""Opening what is signed or encrypted: decrypt, verify, trust, and only then the text."""

from ingest.security import cms, mime
from ingest.security.decrypt import decrypt, noise
from ingest.security.open import Opened, no_signature
from ingest.security.refusal import RefusalError, printable
from ingest.security.shape import Cms, shape_of
from ingest.security.text import text_of_part
from ingest.security.trust import TrustStore
from ingest.security.verify import verify


def open_signed(shape: Cms, body: bytes, trust: TrustStore, received_at: float) -> Opened:
    """Open a signed message, or one that is encrypted around that.

    Raises:
        RefusalError: It is not believed.
        AcctError: The fault is ours.
    """
    kind, content = cms.content_info(shape.data)
    if kind == cms.ENVELOPED and shape.detached is None:
        body = decrypt(content, trust.keys(), legacy=trust.legacy)
        shape = _decrypted(body)
        kind, content = cms.content_info(shape.data)
        if kind == cms.ENVELOPED:
            raise RefusalError("CMS", "it is encrypted twice; sign once, then encrypt once")
    if kind != cms.SIGNED:
        raise RefusalError("CMS", f"PKCS#7 type {kind} is not supported; use SignedData, AES-CBC")
    return _signed(cms.read_signed(content), shape, body, trust, received_at)


def signed_part(shape: Cms) -> bytes:
    """What a message signs, unasked whether that holds.

    Raises:
        RefusalError: It signs nothing.
    """
    kind, content = cms.content_info(shape.data)
    if kind != cms.SIGNED:
        raise RefusalError("CMS", "this is no signed message")
    inside, _ = _contents(cms.read_signed(content), shape)
    return inside


def _decrypted(body: bytes) -> Cms:
    """The signed message that was encrypted; noise is told like any other damage."""
    if not body.strip():
        raise RefusalError("EMPTY", "there is nothing inside the encryption")
    shape = shape_of(body)
    if isinstance(shape, Cms):
        return shape
    refusal = no_signature(body)
    raise noise() if refusal.code == "MIME" else refusal


def _contents(signed: cms.SignedData, shape: Cms) -> tuple[bytes, bytes]:
    """The content as a part to read, and in the form that was hashed."""
    if shape.detached is None and signed.content is not None:
        return signed.content, signed.content
    if shape.detached is not None and signed.content is None:
        lines = mime.with_lf(shape.detached)
        return lines, mime.canonical(lines)
    where = "nowhere" if signed.content is None else "both inside the signature and beside it"
    raise RefusalError("CMS", f"the signed content is {where}; send it once")


def _signed(
    signed: cms.SignedData, shape: Cms, body: bytes, trust: TrustStore, received_at: float
) -> Opened:
    part, hashed = _contents(signed, shape)
    signatures = verify(signed, hashed, legacy=trust.legacy)
    for signature in signatures:
        try:
            trust.check(signature.certificate, signed.certificates, received_at)
        except RefusalError as error:
            error.claimed_signer = printable(signature.certificate.dn)
            raise
    first = min(signatures, key=lambda signature: signature.certificate.dn)
    try:
        text = text_of_part(part)
    except RefusalError as error:
        error.claimed_signer = printable(first.certificate.dn)
        raise
    return Opened(text, hashed, body, first.certificate.dn, first.signing_time)
