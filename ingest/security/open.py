"""The one door of this room: a received message goes in, its believed text or a refusal comes out.

The order is the transport sheet's: decrypt (2.6), verify (2.5), trust (3), only then the text.
What that takes is imported with the first message that is signed or encrypted (`signed`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appliance.errors import Problem
from ingest.security.refusal import RefusalError
from ingest.security.shape import Plain, shape_of
from ingest.security.text import text_of_part

if TYPE_CHECKING:
    from ingest.security.trust import TrustStore


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
    trust: "Callable[[], TrustStore]",
    max_bytes: int,
) -> Opened | Refused:
    """Open a message: whatever the bytes, the answer is one of the two.

    Args:
        body: As it was received.
        require_signature: Refuse what is unsigned; a signature that is there must hold anyway.
        received_at: Seconds since the epoch; certificates must have been valid then.
        trust: Gives whom to believe, asked where anything is signed or encrypted.
        max_bytes: Larger messages are refused.

    Raises:
        AcctError: The fault is ours: no trust anchors, an unreadable list or key.
    """
    try:
        _check_size(body, max_bytes)
        shape = shape_of(body)
        if isinstance(shape, Plain):
            return _unsigned(shape, require_signature=require_signature)
        from ingest.security.signed import open_signed  # noqa: PLC0415

        return open_signed(shape, body, trust(), received_at)
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
        from ingest.security.signed import signed_part  # noqa: PLC0415

        return text_of_part(signed_part(shape))
    except RefusalError as error:
        raise ValueError(str(error)) from None


def _check_size(body: bytes, max_bytes: int) -> None:
    if len(body) > max_bytes:
        size = f"{len(body)} bytes are more than {max_bytes}"
        raise RefusalError("BIG", f"{size}; send fewer records a message, or raise the limit")
    if not body or body.isspace():
        raise RefusalError("EMPTY", "the message is empty; there is nothing to load")


def _unsigned(shape: Plain, *, require_signature: bool) -> Opened:
    if require_signature:
        raise no_signature(shape.body)
    return Opened(text_of_part(shape.body), shape.body, shape.body, None, None)


def no_signature(body: bytes) -> RefusalError:
    """Why a message is refused that nobody signed."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return RefusalError("MIME", "these bytes are no message; send S/MIME")
    return RefusalError("UNSIGNED", "the message carries no signature; sign it with S/MIME")
