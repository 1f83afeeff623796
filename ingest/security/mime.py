"""MIME entities as they are really sent, by searches that stay fast on large messages.

Source: RFC 2045, RFC 2046 (5.1), RFC 8551 (3.1); transport sheet 2.1 to 2.3.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.security.refusal import RefusalError, printable

_LONGEST_HEADERS = 65_536
_LONGEST_VALUE = 4096
_MOST_LINES = 1000
_MOST_LOOKALIKES = 1000  # lines that begin like the boundary and go on
_MARKS = (b"content-type:", b"content-transfer-encoding:")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))', re.DOTALL)
_SPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Entity:
    """Headers by lower-case name (the first of each), unfolded; and what follows the blank line."""

    headers: dict[str, str]
    data: bytes
    begin: int = 0
    """Where the body begins in `data`: large messages are not copied to be looked at."""
    complete: bool = True
    """False: no blank line ends the headers, so something was cut off."""

    @property
    def body(self) -> bytes:
        """What follows the blank line."""
        return self.data[self.begin :]

    @property
    def kind(self) -> str:
        """The media type in lower case; text/plain when nothing is stated."""
        stated = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return stated or "text/plain"

    @property
    def encoding(self) -> str:
        """The transfer encoding in lower case, or empty."""
        return self.headers.get("content-transfer-encoding", "").strip().lower()

    def parameter(self, name: str) -> str:
        """A parameter of the content type, unquoted, or empty."""
        for key, quoted, bare in _PARAMETER.findall(self.headers.get("content-type", "")):
            if key.lower() == name:
                return re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        return ""


def read_entity(data: bytes, marks: tuple[bytes, ...] = _MARKS) -> Entity | None:
    """The entity, or None: no MIME header before the first blank line, so all of it is content.

    Accounting texts look like mail headers (`Site: UKI-NORTH`); only MIME's own names count.
    """
    if not _marked(data[:_LONGEST_HEADERS], marks):  # before a search through all of a long text
        return None
    end, body = _blank_line(data)
    block = data[: min(end, _LONGEST_HEADERS)]
    if not _marked(block, marks):
        return None
    return Entity(_headers(block), data, body, complete=body > end)


def _marked(block: bytes, marks: tuple[bytes, ...]) -> bool:
    found = block.lower()
    return any(found.startswith(mark) or b"\n" + mark in found for mark in marks)


def _blank_line(data: bytes) -> tuple[int, int]:
    """Where the headers end and where the body begins; the same when no blank line is there."""
    if data[:1] == b"\n" or data[:2] == b"\r\n":
        return 0, data.index(b"\n") + 1
    lf = data.find(b"\n\n")
    crlf = data.find(b"\n\r\n", 0, lf if lf >= 0 else len(data))
    if crlf >= 0:
        return crlf, crlf + 3
    return (lf, lf + 2) if lf >= 0 else (len(data), len(data))


def _headers(block: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    name = ""
    for line in block.split(b"\n", _MOST_LINES)[:_MOST_LINES]:
        text = line.rstrip(b"\r").decode("latin-1")
        if text[:1] in (" ", "\t"):
            if name and len(headers[name]) < _LONGEST_VALUE:
                headers[name] += " " + text.strip()[:_LONGEST_VALUE]
            continue
        key, colon, value = text.partition(":")
        name = key.strip().lower() if colon else ""
        if name in headers:
            name = ""
        elif name:
            headers[name] = value.strip()[:_LONGEST_VALUE]
    return headers


def split_signed(entity: Entity) -> tuple[bytes, bytes]:
    """The exact bytes of the signed part, and those of the signature part.

    The line end before a boundary belongs to the boundary.

    Raises:
        RefusalError: MIME, unless there are exactly two parts, properly closed.
    """
    boundary = entity.parameter("boundary")
    if not boundary:
        raise RefusalError("MIME", "the multipart header names no boundary; the message is cut off")
    parts = _parts(entity, b"--" + boundary.encode("latin-1"))
    if len(parts) != 2:  # noqa: PLR2004 - content and signature
        raise RefusalError("MIME", f"a signed message has two parts, this one {len(parts)}")
    return parts[0], parts[1]


def _parts(entity: Entity, delimiter: bytes) -> list[bytes]:
    parts: list[bytes] = []
    begin: int | None = None
    for newline, line_end, closing in _delimiters(entity, delimiter):
        if begin is not None:
            parts.append(_without_line_end(entity.data, begin, newline))
        if closing or len(parts) > 2:  # noqa: PLR2004 - two are wanted
            return parts
        begin = line_end + 1
    raise RefusalError("MIME", "the closing boundary is missing: the message is cut off")


def _delimiters(entity: Entity, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
    """Each boundary line: the LF before it (-1: none), its own LF, and whether it is the last."""
    data, line_end = entity.data, entity.begin - 1
    for _ in range(_MOST_LOOKALIKES):
        if line_end < 0 and data.startswith(delimiter):
            at = -1
        else:
            at = data.find(b"\n" + delimiter, max(line_end, 0))
            if at < 0:
                return
        after = at + 1 + len(delimiter)
        line_end = data.find(b"\n", after)
        line_end = len(data) if line_end < 0 else line_end
        rest = data[after : min(line_end, after + _LONGEST_VALUE)].rstrip(_SPACE)
        if rest in (b"", b"--"):
            yield at, line_end, rest == b"--"


def _without_line_end(data: bytes, begin: int, newline: int) -> bytes:
    """Up to the line end whose LF is at `newline`; an empty part has none of its own."""
    return data[begin : newline - 1 if data[newline - 1 : newline] == b"\r" else newline]


def canonical(content: bytes) -> bytes:
    """Detached content as it was hashed: every line end CR LF, all CR before an LF dropped.

    Source: RFC 8551, 3.1.1; transport sheet 2.3, agreed with OpenSSL on 95 awkward bodies.
    """
    return with_lf(content).replace(b"\n", b"\r\n")


def with_lf(content: bytes) -> bytes:
    """The same lines with every line end LF alone; a CR elsewhere stays."""
    if b"\r" not in content:
        return content
    without = content.translate(None, b"\r")
    if len(content) - len(without) == content.count(b"\r\n"):
        return without  # every CR stands before an LF: a third of the time of `replace`
    if b"\r\r\n" in content:
        content = _shorten_runs(content)
    return content.rstrip(b"\r").replace(b"\r\n", b"\n")


def _shorten_runs(content: bytes) -> bytes:
    """One CR before each LF: runs go in powers of two, so that no run costs a pass a CR."""
    for power in range(len(content).bit_length(), -1, -1):
        content = content.replace(b"\r" * (1 << power) + b"\r\n", b"\r\n")
    return content


def transfer_decoded(entity: Entity, *, code: str) -> bytes:
    """The body without its transfer encoding.

    Raises:
        RefusalError: The given code, when the encoding is unknown or broken.
    """
    match entity.encoding:
        case "base64":
            return strict_base64(entity.body, code=code)
        case "quoted-printable":
            return _from_quoted_printable(entity.body, code=code)
        case "" | "7bit" | "8bit" | "binary":
            return entity.body
    named = printable(entity.encoding, 40)
    raise RefusalError(code, f"unknown transfer encoding {named}; use quoted-printable")


def strict_base64(data: bytes, *, code: str) -> bytes:
    """Base64 with white space, and nothing else."""
    try:
        return binascii.a2b_base64(data.translate(None, _SPACE), strict_mode=True)
    except binascii.Error:
        raise RefusalError(code, "the base64 text is damaged or cut off; send it again") from None


def _from_quoted_printable(data: bytes, *, code: str) -> bytes:
    joined = re.sub(rb"=[ \t]++(?=\r?\n|\Z)", b"=", data)
    if re.search(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)", joined):
        raise RefusalError(code, "the quoted-printable text is damaged; send it again")
    return binascii.a2b_qp(joined)
