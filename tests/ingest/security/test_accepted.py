"""Every form in which a good message is really sent is opened, with the same text."""

import re
from typing import Any

import pytest

from ingest.security.asn1 import OCTET_STRING, SEQUENCE, Node, element, parse
from ingest.security.open import text_of
from tests.pki import Pki, openssl

SIGNING: list[tuple[str, ...]] = [
    ("smime",),
    ("smime", "-nodetach"),
    ("smime", "-noattr"),
    ("smime", "-md", "sha512"),
    ("smime", "-md", "sha224"),
    ("cms", "-cades"),
    ("cms", "-keyid"),
    ("cms", "-nodetach", "-stream"),
    ("cms", "-nodetach", "-outform", "DER"),
    ("cms", "-nodetach", "-outform", "PEM"),
    ("cms", "-nodetach", "-stream", "-outform", "DER"),
]
ENCRYPTING: list[tuple[str, ...]] = [
    ("smime", "-aes128"),
    ("smime", "-aes192"),
    ("smime", "-aes256"),
    ("smime", "-aes128", "-binary"),
    ("smime", "-aes128", "-stream"),
    ("cms", "-aes128", "-keyid"),
    ("cms", "-aes128", "-outform", "DER"),
    ("cms", "-aes128", "-stream", "-outform", "DER"),
]


@pytest.fixture(scope="module")
def rsa_host(pki: Pki) -> str:
    pki.host("rsa", key="rsa")
    return "rsa"


@pytest.mark.parametrize("how", SIGNING, ids=" ".join)
def test_a_signed_message_gives_its_text_and_signer(
    how: tuple[str, ...], pki: Pki, receiver: Any, body: bytes, text: str
) -> None:
    tool, *options = how
    opened = receiver.opened(pki.sign(body, "a", *options, tool=tool))
    assert (opened.text, opened.signer) == (text, pki.dn("a"))
    assert text_of(opened.kept) == text


@pytest.mark.parametrize("how", ENCRYPTING, ids=" ".join)
def test_an_encrypted_message_gives_its_text_and_signer(
    how: tuple[str, ...], pki: Pki, receiver: Any, signed: bytes, text: str
) -> None:
    tool, *options = how
    opened = receiver.opened(pki.encrypt(signed, *options, tool=tool))
    assert (opened.text, opened.signer) == (text, pki.dn("a"))
    assert text_of(opened.kept) == text


def test_what_is_kept_of_an_encrypted_message_can_be_verified_again(
    pki: Pki, receiver: Any, signed: bytes
) -> None:
    opened = receiver.opened(pki.encrypt(signed))
    again = receiver.opened(opened.kept, certificate=None, key=None)
    assert (again.entity, again.signer) == (opened.entity, opened.signer)


@pytest.mark.parametrize(
    "options", [(), ("-keyopt", "rsa_padding_mode:pss"), ("-md", "sha384", "-nodetach")]
)
def test_rsa_signatures_of_both_paddings_are_verified(
    options: tuple[str, ...], rsa_host: str, pki: Pki, receiver: Any, body: bytes
) -> None:
    message = pki.sign(body, rsa_host, *options, tool="cms")
    assert receiver.opened(message, [rsa_host]).signer == pki.dn(rsa_host)


def test_oaep_and_several_recipients_are_decrypted(
    rsa_host: str, pki: Pki, receiver: Any, signed: bytes, text: str
) -> None:
    oaep = ("-recip", str(pki.server_cert), "-keyopt", "rsa_padding_mode:oaep")
    assert receiver.opened(pki.encrypt(signed, *oaep, tool="cms")).text == text
    other = str(pki.holders[rsa_host].cert)
    both = openssl("smime", "-encrypt", "-aes128", other, pki.server_cert, stdin=signed)
    assert receiver.opened(both).text == text


def test_a_key_from_before_the_renewal_still_opens(
    rsa_host: str, pki: Pki, receiver: Any, signed: bytes, text: str
) -> None:
    from appliance.config import KeyPair

    old = KeyPair(pki.holders[rsa_host].cert, pki.holders[rsa_host].key_file)
    message = pki.encrypt(signed, to=rsa_host)
    assert receiver.opened(message, previous=[old]).text == text


def test_old_algorithms_are_opened_in_legacy_mode_only(
    pki: Pki, receiver: Any, signed: bytes, body: bytes, text: str
) -> None:
    for message in (pki.sign(body, "a", "-md", "sha1"), pki.encrypt(signed, "-des3")):
        refused = receiver.refused(message)
        assert (refused.problem.code, refused.retryable) == ("ALGO", True)
        assert receiver.opened(message, legacy_algorithms=True).text == text


def test_two_signers_must_both_be_allowed(pki: Pki, receiver: Any, body: bytes) -> None:
    both = [
        str(part)
        for holder in (pki.holders["b"], pki.holders["a"])
        for part in ("-signer", holder.cert, "-inkey", holder.key_file)
    ]
    message = pki.sign(body, "a", *both)
    assert receiver.opened(message).signer == pki.dn("a")
    assert receiver.code(message, ["a"]) == receiver.code(message, ["b"]) == "DN"


def test_certificates_beside_the_signers_do_not_disturb(
    pki: Pki, receiver: Any, signed: bytes, body: bytes
) -> None:
    extra = pki.sign(body, "a", "-certfile", str(pki.holders["b"].cert))
    assert len(extra) > len(signed) + 500
    assert receiver.opened(extra).signer == pki.dn("a")


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"mixed"])
def test_line_ends_on_the_way_do_not_matter(
    ends: bytes, pki: Pki, receiver: Any, signed: bytes, body: bytes
) -> None:
    sent = pki.sign(body, wire=False) if ends == b"mixed" else signed.replace(b"\n", ends)
    opened, plain = receiver.opened(sent), receiver.opened(signed)
    assert (opened.text, opened.entity) == (plain.text, plain.entity)
    assert text_of(opened.kept) == body.decode().strip()


def test_headers_come_in_any_case_order_and_folding(receiver: Any, signed: bytes) -> None:
    headers, _, rest = signed.partition(b"\n\n")
    boundary = re.search(rb'boundary="(.*?)"', headers)
    assert boundary
    odd = (
        b"Date: Mon, 1 Jan 2026 00:00:00 +0000\nMESSAGE-ID: <1@x>\ncontent-TYPE: Multipart/SIGNED;"
        b"\n\tBOUNDARY=" + b'"' + boundary[1] + b'"; micalg=md5\n ; protocol="x"\nX: y\n\n'
    )
    delimiter = b"--" + boundary[1]
    padded = rest.replace(delimiter + b"\n", delimiter + b" \t\n")
    assert receiver.code(odd + b"preamble\n" + rest + b"\nepilogue\n--x--\n") == "OK"
    assert receiver.code(b"\r\n" + odd + padded) == "OK"
    unclosed = rest.replace(delimiter + b"--", delimiter + b" --")
    assert receiver.code(odd + unclosed) == "MIME"


def ber(node: Node) -> bytes:
    """The same with indefinite lengths and strings in chunks, as Java senders write it."""
    if node.tag == OCTET_STRING and len(node.value) > 200:
        chunks = [node.value[at : at + 100] for at in range(0, len(node.value), 100)]
        return b"\x24\x80" + b"".join(element(4, chunk) for chunk in chunks) + b"\0\0"
    if not node.tag & 0x20 or _is_certificate(node):
        return node.raw
    return bytes((node.tag, 0x80)) + b"".join(ber(child) for child in node.children()) + b"\0\0"


def _is_certificate(node: Node) -> bool:
    return node.depth == 4 and node.tag == SEQUENCE and node.children()[0].tag == SEQUENCE


def test_indefinite_lengths_everywhere_even_in_the_signed_attributes(
    pki: Pki, receiver: Any, body: bytes, text: str
) -> None:
    der = pki.sign(body, "a", "-nodetach", "-outform", "DER", tool="cms")
    streamed = ber(parse(der))
    assert streamed.count(b"\x80") > der.count(b"\x80") + 10
    assert receiver.opened(streamed).text == text


def test_signing_the_same_text_again_gives_the_same_entity(
    pki: Pki, receiver: Any, signed: bytes, body: bytes
) -> None:
    entities = {
        receiver.opened(message).entity
        for message in (
            signed, pki.sign(body, "b"), pki.encrypt(signed), pki.sign(body, "a", "-nodetach"),
        )
    }  # fmt: skip
    assert len(entities) == 1


def test_unsigned_text_and_xml_pass_where_no_signature_is_asked(
    receiver: Any, body: bytes, text: str
) -> None:
    opened = receiver.opened(body, require=False)
    assert (opened.text, opened.signer, opened.entity, opened.kept) == (text, None, body, body)
    xml = '<?xml version="1.0"?>\r\n<a>\u00fc</a>\r\n'.encode()
    assert receiver.opened(xml, require=False).text == '<?xml version="1.0"?>\n<a>\u00fc</a>'


def test_an_unsigned_mime_text_is_decoded(receiver: Any) -> None:
    sent = b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nYWJj\n"
    opened = receiver.opened(sent, require=False)
    assert (opened.text, text_of(opened.kept)) == ("abc", "abc")


def test_a_broken_signature_is_refused_even_where_none_is_asked(
    receiver: Any, signed: bytes
) -> None:
    assert receiver.opened(signed, require=False).signer == receiver.pki.dn("a")
    assert receiver.code(signed.replace(b"234256", b"234257"), require=False) == "DIGEST"
    assert receiver.code(signed, ["b"], require=False) == "DN"


def test_the_signing_time_is_the_senders_claim(pki: Pki, receiver: Any, signed: bytes) -> None:
    claimed = receiver.opened(signed).signing_time
    assert claimed is not None
    assert abs(claimed - pki.now.timestamp()) < 3600
    assert receiver.opened(pki.sign(b"x: y", "a", "-noattr")).signing_time is None
