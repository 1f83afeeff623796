"""Rows 23 to 25: from the signed part to the text, and line ends as OpenSSL judges them."""

import base64
import quopri
from typing import Any

import pytest

from ingest.security import mime
from ingest.security.open import text_of
from ingest.security.refusal import RefusalError
from ingest.security.text import text_of_part
from tests.pki import Pki

XML = '<?xml version="1.0"?>\n<ur>Žižkov = é</ur>'
QUOTED = quopri.encodestring(XML.encode())


def part(headers: str, body: bytes) -> bytes:
    return headers.encode() + b"\n\n" + body


ACCEPTED = {
    "no headers": XML.encode(),
    "no blank line": b"Site: UKI\nStatus: ok",
    "records that look like headers": b"Site: UKI\n\nContent-Type: in the second record",
    "utf-8": part("Content-Type: text/xml; charset=UTF-8", XML.encode()),
    "bom": part("Content-Type: text/xml", b"\xef\xbb\xbf" + XML.encode()),
    "quoted-printable": part("content-transfer-encoding: quoted-printable", QUOTED),
    "Quoted-Printable": part(
        'Content-Type: text/xml;\n charset="utf-8"\nCONTENT-TRANSFER-ENCODING: Quoted-Printable',
        QUOTED.replace(b"=\n", b"=  \n"),
    ),
    "base64": part("Content-Transfer-Encoding: base64", base64.encodebytes(XML.encode())),
    "latin-2": part("Content-Type: text/plain; charset=iso-8859-2", XML.encode("iso-8859-2")),
    "latin-1": part("Content-Type: text/plain; charset=ISO-8859-1", b"\xe9"),
}
REFUSED = {
    "an encoding that nobody knows": (b'<?xml version="1.0" encoding="x-klingon"?><a/>', "TEXT"),
    "invalid utf-8": (part("Content-Type: text/plain", b"Site: \xff\xfe"), "TEXT"),
    "unknown charset": (part("Content-Type: text/plain; charset=x-klingon", b"a"), "TEXT"),
    "no text codec": (part("Content-Type: text/plain; charset=hex", b"61"), "TEXT"),
    "slow codec": (part("Content-Type: text/plain; charset=punycode", b"a-" * 9), "TEXT"),
    "not ascii": (part("Content-Type: text/plain; charset=us-ascii", b"\xc3\xa9"), "TEXT"),
    "bad escape": (part("Content-Transfer-Encoding: quoted-printable", b"a=ZZ"), "TEXT"),
    "bad base64": (part("Content-Transfer-Encoding: base64", b"YW%j"), "TEXT"),
    "uuencode": (part("Content-Transfer-Encoding: x-uuencode", b"a"), "TEXT"),
    "parts inside": (part("Content-Type: multipart/mixed; boundary=x", b"--x--"), "MIME"),
    "nothing": (part("Content-Type: text/plain", b" \r\n"), "EMPTY"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_rows_23_and_25_text_is_decoded_however_it_was_wrapped(
    name: str, pki: Pki, receiver: Any
) -> None:
    opened = receiver.opened(pki.sign(ACCEPTED[name], text=False))
    wanted = {"latin-1": "é", "no blank line": "Site: UKI\nStatus: ok"}.get(name, XML)
    wanted = ACCEPTED[name].decode() if name.startswith("records") else wanted
    assert opened.text == text_of(opened.kept) == wanted


@pytest.mark.parametrize("name", REFUSED)
def test_row_24_what_cannot_become_text_is_refused(name: str, pki: Pki, receiver: Any) -> None:
    sent, code = REFUSED[name]
    refused = receiver.refused(pki.sign(sent, text=False))
    assert (refused.problem.code, refused.retryable) == (code, False)
    assert refused.claimed_signer == pki.dn("a")


DECLARED = {
    "latin-1": (b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", "é"),
    "the header's charset first": (
        part("Content-Type: text/xml; charset=utf-8", b'<?xml encoding="latin-1"?>\xc3\xa9'), "é"
    ),
    "no utf-16, or it could not be read": (b'<?xml encoding="UTF-16"?>\xc3\xa9', "é"),
}  # fmt: skip


@pytest.mark.parametrize("name", DECLARED)
def test_without_a_charset_the_xml_declaration_says_the_encoding(name: str) -> None:
    sent, held = DECLARED[name]
    assert held in text_of_part(sent)


def test_lines_end_in_lf_whatever_was_sent() -> None:
    assert text_of_part(b"\r\na: b\r\nc: d\n\r\n") == "a: b\nc: d"


def test_what_was_never_kept_is_no_text() -> None:
    for other in (b"", b"\xff", b"\x30\x80\x00"):
        with pytest.raises(ValueError, match=r"EMPTY|TEXT|CMS"):
            text_of(other)


# Canonical line ends

AWKWARD = [
    b"",
    b"\n\n a \n\n",
    b"trailing \t\n.\n..\nFrom me\n",
    b"-\n--\n- -\n",
    b"x" * 1023 + b"\n" + b"y" * 1025 + b"\n",
    b"no end",
    b"\x00\x0c\n\xe2\x80\xa8\n\x85\n",
    b"a\r\r\nb\r\n",
    b"a\r\r\r\r\nb\n",
]


@pytest.mark.parametrize("content", AWKWARD, ids=range(len(AWKWARD)))
def test_line_ends_are_restored_as_openssl_signed_them(
    content: bytes, pki: Pki, receiver: Any
) -> None:
    sent = pki.sign(b"Site: x\n\n" + content + b"\nend", text=False, wire=False)
    wanted = receiver.opened(sent).entity
    for way in (sent.replace(b"\r\n", b"\n"), sent.replace(b"\r", b"").replace(b"\n", b"\r\n")):
        assert receiver.opened(way).entity == wanted


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        (b"a\nb", b"a\r\nb"),
        (b"a\r\nb\n", b"a\r\nb\r\n"),
        (b"a\r\r\r\nb\r\r\n\r\n", b"a\r\nb\r\n\r\n"),
        (b"a\rb\n\r", b"a\rb\r\n"),
        (b"\r" * 1001 + b"\n", b"\r\n"),
    ],
)
def test_all_cr_before_an_lf_go_and_others_stay(sent: bytes, wanted: bytes) -> None:
    assert mime.canonical(sent) == wanted
    assert mime.canonical(wanted) == wanted


def test_the_line_end_before_a_boundary_belongs_to_the_boundary() -> None:
    for end in (b"\n", b"\r\n"):
        lines = [b"before", b"--x", b"a", b"", b"--xy", b"--x", b"b", b"--x--", b"--x"]
        entity = mime.Entity({"content-type": "multipart/signed; boundary=x"}, end.join(lines))
        assert mime.split_signed(entity) == (b"a" + end + end + b"--xy", b"b")


@pytest.mark.parametrize(
    "body", [b"--x\na\n--x--", b"--x\na\n--x\nb\n--x\nc\n--x--", b"--x\na\n--x\nb", b"", b"--x--"]
)
def test_other_than_two_closed_parts_are_refused(body: bytes) -> None:
    with pytest.raises(RefusalError, match="MIME"):
        mime.split_signed(mime.Entity({"content-type": "multipart/signed; boundary=x"}, body))
