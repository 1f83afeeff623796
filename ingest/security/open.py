"""The one door of this room: a received message goes in, its believed text or a refusal comes out.

The order is the transport sheet's: decrypt (2.6), verify (2.5), trust (3), only then the text.
"""

import logging
from dataclasses import dataclass

from appliance.errors import Problem
from ingest.security import cms, mime
from ingest.security.decrypt import decrypt, noise
from ingest.security.refusal import RefusalError, printable
from ingest.security.shape import Cms, Plain, shape_of
from ingest.security.text import text_of_part
from ingest.security.trust import TrustStore
from ingest.security.verify import verify

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A message whose text may be read."""

    text: str
    """For the record parser: decoded, CRLF as LF, outer white space gone."""
    entity: bytes
    """The canonical verified content, or the body if unsigned; its SHA-256 tells repeats."""
    kept: bytes
    """To be stored as proof: the signed message without its encryption, or the body if unsigned."""
    signer: str | None
    """Canonical DN; None: unsigned."""
    signing_time: float | None
    """The sender's claim, seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that is not believed."""

    problem: Problem
    """A code of the transport sheet, and one sentence: what failed on what, what to do."""
    claimed_signer: str
    """A DN that nobody vouches for, safe on a terminal; empty if unknown."""
    retryable: bool
    """Whether it may pass unaltered later. Source: transport sheet 7."""


def open_message(
    body: bytes,
    *,
    require_signature: bool,
    received_at: float,
    trust: TrustStore,
    max_bytes: int,
) -> Opened | Refused:
    """Open a message: whatever the bytes, the answer is one of the two.

    Args:
        body: As it was received.
        require_signature: Refuse what is unsigned; a signature that is there must hold anyway.
        received_at: Seconds since the epoch; certificates must have been valid then.
        trust: Whom to believe; threads may share it.
        max_bytes: Larger messages are refused.

    Raises:
        AcctError: The fault is ours: no trust anchors, an unreadable list or key.
    """
    try:
        _check_size(body, max_bytes)
        return _open(body, trust, received_at, require_signature=require_signature)
    except RefusalError as error:
        problem = Problem(error.code, error.reason)
        return Refused(problem, error.claimed_signer, error.retryable)


def text_of(kept: bytes) -> str:
    """The record text of a message that was opened before, from what was kept of it.

    Asks nobody about trust: that was settled when it was opened.

    Raises:
        ValueError: These bytes were never kept by `open_message`.
    """
    try:
        shape = shape_of(kept)
        if isinstance(shape, Plain):
            return text_of_part(shape.body)
        kind, content = cms.content_info(shape.data)
        if kind != cms.SIGNED:
            raise RefusalError("CMS", "this is no signed message")
        inside, _ = _contents(cms.read_signed(content), shape)
        return text_of_part(inside)
    except RefusalError as error:
        raise ValueError(str(error)) from None


def _check_size(body: bytes, max_bytes: int) -> None:
    if len(body) > max_bytes:
        size = f"{len(body)} bytes are more than {max_bytes}"
        raise RefusalError("BIG", f"{size}; send fewer records a message, or raise the limit")
    if not body or body.isspace():
        raise RefusalError("EMPTY", "the message is empty; there is nothing to load")


def _open(body: bytes, trust: TrustStore, received_at: float, *, require_signature: bool) -> Opened:
    shape = shape_of(body)
    if isinstance(shape, Plain):
        return _unsigned(shape, require_signature=require_signature)
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


def _unsigned(shape: Plain, *, require_signature: bool) -> Opened:
    if require_signature:
        raise _no_signature(shape.body)
    return Opened(text_of_part(shape.body), shape.body, shape.body, None, None)


def _no_signature(body: bytes) -> RefusalError:
    try:
        body.decode()
    except UnicodeDecodeError:
        return RefusalError("MIME", "these bytes are no message; send S/MIME")
    return RefusalError("UNSIGNED", "the message carries no signature; sign it with S/MIME")


def _decrypted(body: bytes) -> Cms:
    """The signed message that was encrypted; noise is told like any other damage."""
    if not body.strip():
        raise RefusalError("EMPTY", "there is nothing inside the encryption")
    shape = shape_of(body)
    if isinstance(shape, Cms):
        return shape
    refusal = _no_signature(body)
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
