"""A message in two, where it is larger than the other side takes."""

import re

_END = re.compile(rb"^%%[ \t]*$\n?", re.MULTILINE)
_RECORD = re.compile(rb"<((?:[\w.-]+:)?(?:Storage)?UsageRecord)[\s>]")


def halves(text: bytes) -> tuple[bytes, bytes] | None:
    """Two messages with the records of one, in order; None: it has no two, or is not of that kind.

    A text message is a line that says its type, and records that end in `%%`. XML is cut between
    the elements that are records.
    """
    text = text.replace(b"\r\n", b"\n").lstrip()
    cut = _xml(text) if text.startswith(b"<") else _text(text)
    if cut is None:
        return None
    head, records, foot = cut
    middle = len(records) // 2
    if not middle:
        return None
    parts = records[:middle], records[middle:]
    return head + b"".join(parts[0]) + foot, head + b"".join(parts[1]) + foot


def _text(text: bytes) -> tuple[bytes, list[bytes], bytes] | None:
    """What stands before the records, the records, and what stands after them."""
    head, _, rest = text.partition(b"\n")
    if not head.startswith(b"APEL-"):
        return None
    records = [record for record in _END.split(rest) if record.strip()]
    ended = [record if record.endswith(b"\n") else record + b"\n" for record in records]
    return head + b"\n", [record + b"%%\n" for record in ended], b""


def _xml(text: bytes) -> tuple[bytes, list[bytes], bytes] | None:
    """The same; nothing where a comment or CDATA could look like an element."""
    first = _RECORD.search(text)
    if first is None or b"<!" in text:
        return None
    end = b"</" + first[1] + b">"
    *records, foot = text[first.start() :].split(end)
    return text[: first.start()], [record + end for record in records], foot
