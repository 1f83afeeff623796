"""Opening a message: what came in is decrypted, verified, hashed and recognised."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance.errors import Problem
from ingest.envelope import Envelope
from ingest.formats.text import recognise
from ingest.item import Item
from ingest.security.open import Opened, open_message, text_of

if TYPE_CHECKING:
    from ingest.security.trust import TrustStore


def open_item(item: Item, trust: "Callable[[], TrustStore]", max_bytes: int) -> None:
    """Open a message: decrypt, verify, hash, recognise.

    Raises:
        AcctError: The fault is ours: no anchors, an unreadable key or list.
    """
    envelope = item.envelope
    if envelope.kept_at:
        item.sha256 = hashlib.sha256(envelope.body).hexdigest()
        item.refuse(_too_big(envelope))
        return
    found = open_message(
        envelope.body,
        require_signature=envelope.require_signature,
        received_at=envelope.received_at,
        trust=trust,
        max_bytes=max_bytes,
    )
    if not isinstance(found, Opened):
        item.sha256 = hashlib.sha256(envelope.body).hexdigest()
        item.refuse(found.problem)
        return
    item.signer = found.signer or envelope.vouched_signer or None
    item.signing_time = found.signing_time
    item.sha256 = hashlib.sha256(found.entity).hexdigest()
    recognised = recognise(found.text)
    if isinstance(recognised, Problem):
        item.refuse(recognised)
        return
    item.message = recognised
    item.kept = found.kept


def open_again(item: Item) -> None:
    """Recognise a message by the text that was kept of it when it was first accepted."""
    try:
        recognised = recognise(text_of(item.envelope.body))
    except ValueError as error:
        recognised = Problem("MIME", f"what was kept of it cannot be read: {error}")
    if isinstance(recognised, Problem):
        item.refuse(recognised)
    else:
        item.message = recognised


def _too_big(envelope: Envelope) -> Problem:
    """A message of which only the beginning was read is never loaded, whatever the limit now."""
    kept = f"this is its beginning, the whole lies in {envelope.kept_at}"
    return Problem("BIG", f"larger than the limit; {kept}: move it back to load it")
