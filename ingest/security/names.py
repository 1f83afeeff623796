"""Distinguished names as people write them, and every spelling of one that lists may hold.

Source: transport sheet 3.5; RFC 5280, 4.1.2.4.
"""

import re

from ingest.security.asn1 import SEQUENCE, SET, Asn1Error, Node, parse

Name = tuple[tuple[tuple[str, str], ...], ...]
"""RDNs in order; each a tuple of (dotted type, value) in encoding order."""

_SHORT = {
    "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L",
    "2.5.4.8": "ST", "2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title",
    "2.5.4.13": "description", "2.5.4.15": "businessCategory", "2.5.4.17": "postalCode",
    "2.5.4.41": "name", "2.5.4.42": "GN", "2.5.4.43": "initials",
    "2.5.4.44": "generationQualifier", "2.5.4.46": "dnQualifier", "2.5.4.65": "pseudonym",
    "2.5.4.97": "organizationIdentifier", "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
    "1.2.840.113549.1.9.2": "unstructuredName",
}  # fmt: skip
_STRINGS = {
    12: "utf-8",
    18: "ascii",
    19: "ascii",
    20: "utf-8",
    22: "ascii",
    26: "ascii",
    28: "utf-32-be",
    30: "utf-16-be",
}  # fmt: skip - string types by tag; T61String holds what OpenSSL put there: UTF-8 or nothing
_SYNONYMS = (("/Email=", "/emailAddress="), ("/E=", "/emailAddress="), ("/USERID=", "/UID="))
_HOST_VALUE = re.compile(r"[a-z][a-z0-9-]*/[A-Za-z0-9.-]+")  # `host/apel.example.org`


def read_name(der: bytes) -> Name:
    """The name that a DER (or BER) Name holds.

    Raises:
        Asn1Error: Not a Name, or a value that is no text.
    """
    return tuple(
        tuple(_attribute(member) for member in rdn.children(SET))
        for rdn in parse(der).children(SEQUENCE)
    )


def _attribute(node: Node) -> tuple[str, str]:
    kind, value = node.children(SEQUENCE, least=2)[:2]
    if value.tag not in _STRINGS:
        return kind.oid(), "#" + value.raw.hex()
    try:
        return kind.oid(), value.value.decode(_STRINGS[value.tag])
    except UnicodeDecodeError:
        raise Asn1Error("a name that is not the text it claims to be") from None


def canonical(name: Name) -> str:
    """`/C=UK/O=eScience/CN=host/apel.example.org`: in order, slash-separated, nothing escaped."""
    return "".join(f"/{_SHORT.get(kind, kind)}={value}" for rdn in name for kind, value in rdn)


def spellings(name: Name) -> frozenset[str]:
    """What a list may say for this name: canonical, as OpenSSL 1 prints it, and as OpenSSL 3."""
    compat = "".join(
        "/" + "+".join(f"{_SHORT.get(kind, kind)}={_escaped(value, '/+')}" for kind, value in rdn)
        for rdn in name
    )
    return frozenset((canonical(name), _escaped(canonical(name)), compat))


def _escaped(value: str, besides: str = "") -> str:
    r"""Bytes outside 0x20-0x7E as `\xHH`, these characters behind a backslash."""
    return "".join(
        ("\\" if chr(octet) in besides else "") + chr(octet)
        if 0x20 <= octet <= 0x7E  # noqa: PLR2004 - printable ASCII
        else f"\\x{octet:02X}"
        for octet in value.encode()
    )


def normalised(entry: str) -> str:
    """A list's line with today's attribute names."""
    for old, new in _SYNONYMS:
        entry = entry.replace(old, new)
    return entry


def is_ambiguous(name: Name) -> bool:
    """Whether a value looks like several, as `a/CN=b` does; `host/apel.example.org` does not."""
    return any(
        "/" in value and not _HOST_VALUE.fullmatch(value) for rdn in name for _, value in rdn
    )
