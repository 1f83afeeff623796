"""A message in two, where it is larger than the other side takes."""

import re

_END = re.compile(rb"^%%[ \t]*$\n?", re.MULTILINE)


def halves(text: bytes) -> tuple[bytes, bytes] | None:
    """Two messages with the records of one, in order; None: it has no two, or is not of that kind.

    A text message is a line that says its type, and records that end in `%%`.
    """
    head, _, rest = text.replace(b"\r\n", b"\n").lstrip().partition(b"\n")
    if not head.startswith(b"APEL-"):
        return None
    records = [record for record in _END.split(rest) if record.strip()]
    middle = len(records) // 2
    if not middle:
        return None
    return _message(head, records[:middle]), _message(head, records[middle:])


def _message(head: bytes, records: list[bytes]) -> bytes:
    ended = [record if record.endswith(b"\n") else record + b"\n" for record in records]
    return head + b"\n" + b"".join(record + b"%%\n" for record in ended)
