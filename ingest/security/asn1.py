"""ASN.1 as it arrives: a reader for BER and DER, and definite-length DER out.

Only what is asked for is read; a definite length is skipped, an indefinite one walked once.
Source: X.690.
"""

from dataclasses import dataclass, field

MAX_DEPTH = 32
MAX_NODES = 100_000
_CONSTRUCTED = 0x20
_HIGH_TAG = 0x1F
_INDEFINITE = 0x80
_LONGEST_OID = 32  # bytes; the longest in use has 11
INTEGER, OCTET_STRING, OID, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31


class Asn1Error(ValueError):
    """Not the ASN.1 that was expected. Its text never quotes the data."""


@dataclass(slots=True)
class _Source:
    data: bytes
    left: int = MAX_NODES


@dataclass(slots=True)
class Node:
    """One element: `source.data[start:end]`, its content `[body:stop]`."""

    tag: int
    """The identifier octet, class and constructed bit included."""
    start: int
    body: int
    stop: int
    end: int
    depth: int
    source: _Source
    _inside: "list[Node] | None" = field(default=None, repr=False)

    @property
    def raw(self) -> bytes:
        """The whole encoding as transmitted."""
        return self.source.data[self.start : self.end]

    @property
    def value(self) -> bytes:
        """The content octets as transmitted."""
        return self.source.data[self.body : self.stop]

    def children(self, expected: int | None = None, least: int = 0) -> "list[Node]":
        """The elements inside; `expected` is the tag that this element must have.

        Raises:
            Asn1Error: Another tag, a primitive element, a broken one inside, fewer than `least`.
        """
        if not self.tag & _CONSTRUCTED or (expected is not None and self.tag != expected):
            raise Asn1Error(f"an element with tag {self.tag:02x} at byte {self.start}")
        if self._inside is None:
            self._inside = _members(self.source, self.body, self.stop, self.depth + 1, closed=True)
        if len(self._inside) < least:
            raise Asn1Error(f"an element without its {least} parts at byte {self.start}")
        return self._inside

    def octets(self) -> bytes:
        """An OCTET STRING's octets, under any tag; a constructed one's chunks joined."""
        if not self.tag & _CONSTRUCTED:
            return self.value
        return b"".join(chunk.octets() for chunk in self.children())

    def integer(self) -> int:
        """An INTEGER's value."""
        self.require(INTEGER)
        return int.from_bytes(self.value, signed=True)

    def oid(self) -> str:
        """An OBJECT IDENTIFIER, dotted."""
        self.require(OID)
        return dotted(self.value)

    def require(self, tag: int) -> None:
        """Raises `Asn1Error` unless this is the tag."""
        if self.tag != tag:
            raise Asn1Error(f"tag {self.tag:02x} instead of {tag:02x} at byte {self.start}")

    def der(self) -> bytes:
        """The same element with definite lengths, strings joined, primitive values untouched."""
        if not self.tag & _CONSTRUCTED:
            return element(self.tag, self.value)
        if self.tag == OCTET_STRING | _CONSTRUCTED:
            return element(OCTET_STRING, self.octets())
        return element(self.tag, b"".join(child.der() for child in self.children()))


def parse(data: bytes, padding: bytes = b"\0") -> Node:
    """The one element that the data holds; nothing but `padding` bytes may follow it.

    Raises:
        Asn1Error: Broken, too deep, too many elements, or something follows.
    """
    node = _read(_Source(data), 0, len(data), 0)
    if data[node.end :].strip(padding):
        raise Asn1Error(f"{len(data) - node.end} bytes after the end")
    return node


def element(tag: int, content: bytes) -> bytes:
    """An encoded element, DER."""
    size = len(content)
    if size < _INDEFINITE:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, _INDEFINITE | len(length))) + length + content


def dotted(value: bytes) -> str:
    """An object identifier's content octets as text: `1.2.840.113549.1.7.2`."""
    if not 0 < len(value) <= _LONGEST_OID or value[-1] & 0x80:
        raise Asn1Error("a broken object identifier")
    arcs, arc = [], 0
    for octet in value:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def _read(source: _Source, at: int, limit: int, depth: int) -> Node:
    source.left -= 1
    if depth > MAX_DEPTH or source.left < 0:
        raise Asn1Error("nested too deep" if depth > MAX_DEPTH else "too many elements")
    data, body = source.data, at + 2
    if body > limit:
        raise Asn1Error("it ends too early")
    tag, length = data[at], data[at + 1]
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise Asn1Error(f"a tag number above 30 at byte {at}")
    if length == _INDEFINITE:
        return _read_indefinite(source, at, limit, depth)
    if length > _INDEFINITE:
        body += length & 0x7F
        length = int.from_bytes(data[at + 2 : body])
    if body + length > limit:
        raise Asn1Error(f"an element at byte {at} is longer than what holds it")
    return Node(tag, at, body, body + length, body + length, depth, source)


def _read_indefinite(source: _Source, at: int, limit: int, depth: int) -> Node:
    tag = source.data[at]
    if not tag & _CONSTRUCTED:
        raise Asn1Error(f"a primitive element without length at byte {at}")
    inside = _members(source, at + 2, limit, depth + 1, closed=False)
    stop = inside[-1].end if inside else at + 2
    return Node(tag, at, at + 2, stop, stop + 2, depth, source, inside)


def _members(source: _Source, at: int, limit: int, depth: int, *, closed: bool) -> list[Node]:
    """The elements from `at`: up to `limit` when closed, else up to the `00 00` before it."""
    found = []
    while at < limit if closed else source.data[at : min(at + 2, limit)] != b"\0\0":
        found.append(_read(source, at, limit, depth))
        at = found[-1].end
    return found
