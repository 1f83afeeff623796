"""Rows of the transport sheet's section 7: each bad message with its code, and what to do."""

import base64
import os
import re
from typing import Any

import pytest

from ingest.security.open import Refused
from tests.pki import Pki

OPAQUE = b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n"


def b64(data: bytes) -> bytes:
    return OPAQUE + base64.encodebytes(data)


@pytest.mark.parametrize("sent", [b"", b"\n \n", b"\t\r\n"])
def test_row_1_nothing_is_empty(sent: bytes, receiver: Any) -> None:
    assert receiver.code(sent) == receiver.code(sent, require=False) == "EMPTY"


def test_row_1_a_signed_nothing_is_empty(pki: Pki, receiver: Any) -> None:
    assert receiver.code(pki.sign(b" \n")) == "EMPTY"


def test_row_2_over_the_limit_is_big_and_may_be_retried(receiver: Any, signed: bytes) -> None:
    assert receiver.code(signed, limit=len(signed)) == "OK"
    refused = receiver.refused(signed, limit=len(signed) - 1)
    assert (refused.problem.code, refused.retryable) == ("BIG", True)


def test_rows_4_and_5_what_carries_no_signature_is_unsigned(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    for sent in (body, b"Content-Type: text/plain\n\n" + body, pki.encrypt(body, "-text")):
        assert receiver.code(sent) == "UNSIGNED"


def test_row_5_encrypted_but_unsigned_is_refused_everywhere(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    assert receiver.code(pki.encrypt(body, "-text"), require=False) == "UNSIGNED"


def test_row_6_a_message_that_was_cut_off_is_not_mime(receiver: Any, signed: bytes) -> None:
    begin = signed.index(b"Content-Type:") + 30
    end = signed.rindex(b"--")
    assert {receiver.code(signed[:at]) for at in range(begin, end + 2, 37)} == {"MIME"}


def test_row_6_damaged_base64_is_not_mime(pki: Pki, receiver: Any, signed: bytes) -> None:
    assert receiver.code(signed.replace(b"\nMII", b"\nM%I")) == "MIME"
    assert receiver.code(pki.encrypt(signed)[:-40].rstrip() + b"%\n") == "MIME"


@pytest.mark.parametrize(
    "structure",
    [
        b"\x30\x80" * 100_000,
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x88" + b"\xff" * 8,
        b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80",
        b"\x30\x82\x40\x00" + b"\x05\x00" * 8192,
        b"\x30\x80" + b"\x05\x00" * 2_000_000,
        os.urandom(1000),
    ],
    ids=["deep", "huge", "huger", "open", "flat", "flood", "random"],
)
def test_rows_7_and_30_broken_structures_are_refused(structure: bytes, receiver: Any) -> None:
    assert receiver.code(b64(structure)) == "CMS"
    assert receiver.code(structure) in {"CMS", "MIME"}


def test_row_7_random_bytes_are_refused(receiver: Any) -> None:
    sent = b"\xff\xfe" + os.urandom(5000)
    assert receiver.code(sent) == "MIME"
    assert receiver.code(sent, require=False) == "TEXT"


def test_row_7_authenticated_encryption_is_not_supported(
    pki: Pki, receiver: Any, signed: bytes
) -> None:
    assert receiver.code(pki.encrypt(signed, "-aes-128-gcm", tool="cms")) == "CMS"


def test_row_7_content_both_inside_and_beside_or_nowhere(
    pki: Pki, receiver: Any, body: bytes, signed: bytes
) -> None:
    opaque = pki.sign(body, "a", "-nodetach", "-outform", "DER", tool="cms")
    detached = pki.sign(body, "a", "-outform", "DER", tool="cms")
    signature = re.compile(rb"(smime\.p7s\"\n\n).*?(\n\n---)", re.DOTALL)
    assert signature.search(signed)
    inside = signature.sub(rb"\g<1>" + base64.encodebytes(opaque) + rb"\g<2>", signed)
    assert receiver.code(inside) == "CMS"
    assert receiver.code(detached) == "CMS"


def test_row_8_a_short_rsa_key_is_refused_outside_legacy_mode(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    pki.host("short", key="rsa1024")
    message = pki.sign(body, "short")
    refused = receiver.refused(message, ["short"])
    assert (refused.problem.code, refused.retryable) == ("ALGO", True)
    assert receiver.code(message, ["short"], legacy_algorithms=True) == "OK"


def test_row_8_other_digests_are_refused_even_in_legacy_mode(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    sha1 = pki.sign(body, "a", "-md", "sha1", "-nodetach", "-outform", "DER")
    ripemd160 = sha1.replace(bytes.fromhex("06052b0e03021a"), bytes.fromhex("06052b24030201"))
    assert receiver.code(sha1, legacy_algorithms=True) == "OK"
    assert receiver.code(ripemd160, legacy_algorithms=True) == "ALGO"


def test_row_9_no_certificate_for_the_signer(pki: Pki, receiver: Any, body: bytes) -> None:
    assert receiver.code(pki.sign(body, "a", "-nocerts")) == "SIGNER"
    other = str(pki.holders["b"].cert)
    assert receiver.code(pki.sign(body, "a", "-nocerts", "-certfile", other)) == "SIGNER"


def test_row_9_the_same_certificate_twice_is_fine_two_different_are_not(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    own = pki.holders["a"]
    assert receiver.code(pki.sign(body, "a", "-certfile", str(own.cert))) == "OK"
    pki.host("twin", dn=own.dn, serial=own.certificate.serial_number)
    twin = str(pki.holders["twin"].cert)
    assert receiver.code(pki.sign(body, "a", "-certfile", twin)) == "SIGNER"


def test_row_10_changed_content_is_noticed(receiver: Any, signed: bytes) -> None:
    for changed in (
        signed.replace(b"234256", b"234257"),
        signed.replace(b"Content-Type: text/plain", b"Content-Type: text/plainx"),
        signed.replace(b"%%\n", b"%%\n\n"),
        signed.replace(b"Site: ", b"Site:  "),
    ):
        assert changed != signed
        refused = receiver.refused(changed)
        assert (refused.problem.code, refused.retryable) == ("DIGEST", False)
        assert refused.claimed_signer == receiver.pki.dn("a")


def test_row_11_a_changed_signature_or_attribute_is_noticed(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    der = bytearray(pki.sign(body, "a", "-nodetach", "-outform", "DER", tool="cms"))
    der[-3] ^= 1
    assert receiver.code(bytes(der)) == "SIG"
    der[-3] ^= 1
    time_at = der.index(bytes.fromhex("06092a864886f70d010905")) + 20
    der[time_at] ^= 1
    assert receiver.code(bytes(der)) == "SIG"


def test_row_11_signed_attributes_are_not_taken_for_content(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    from ingest.security.asn1 import element, parse

    der = pki.sign(body, "a", "-nodetach", "-outform", "DER", tool="cms")
    info = parse(der).children()
    signed_data = info[1].children()[0].children()
    signer = signed_data[-1].children()[0].children()
    attributes = b"\x31" + signer[3].raw[1:]
    content = element(
        0x30, signed_data[2].children()[0].raw + element(0xA0, element(4, attributes))
    )
    bare = element(0x30, b"".join(part.raw for part in (*signer[:3], *signer[4:])))
    parts = [*(part.raw for part in signed_data[:2]), content, signed_data[3].raw]
    forged = element(0x30, b"".join([*parts, element(0x31, bare)]))
    assert receiver.code(element(0x30, info[0].raw + element(0xA0, forged))) == "SIG"


def test_row_20_a_message_for_somebody_else_names_the_recipient(
    pki: Pki, receiver: Any, signed: bytes
) -> None:
    pki.host("other", key="rsa")
    message = pki.encrypt(signed, to="other")
    refused = receiver.refused(message)
    assert (refused.problem.code, refused.retryable) == ("RCPT", True)
    assert "Test Grid CA" in refused.problem.reason
    nobody = receiver.refused(message, certificate=None, key=None)
    assert (nobody.problem.code, nobody.retryable) == ("RCPT", True)


def test_row_21_damaged_ciphertext_does_not_decrypt(pki: Pki, receiver: Any, signed: bytes) -> None:
    der = pki.encrypt(signed, "-outform", "DER")
    key_at = der.index(bytes.fromhex("06092a864886f70d010101")) + 40
    for at, allowed in ((key_at, {"DECRYPT"}), (len(der) - 20, {"DECRYPT", "MIME"})):
        changed = bytearray(der)
        changed[at] ^= 0x55
        refused = receiver.refused(bytes(changed))
        assert refused.problem.code in allowed
        assert not refused.retryable


def test_row_22_two_layers_of_encryption_are_refused(
    pki: Pki, receiver: Any, signed: bytes
) -> None:
    assert receiver.code(pki.encrypt(pki.encrypt(signed))) == "CMS"
    assert receiver.code(pki.sign(pki.encrypt(signed), text=False)) == "CMS"


def test_reasons_are_safe_on_a_terminal_and_say_what_to_do(pki: Pki, receiver: Any) -> None:
    pki.host("evil", dn="/DC=org/CN=evil\x1b[31m\nred")
    refused = receiver.refused(pki.sign(b"a: b", "evil"))
    assert isinstance(refused, Refused)
    assert refused.problem.code == "DN"
    assert refused.problem.reason.isprintable()
    assert refused.claimed_signer.isprintable()
    assert str(receiver.dns) in refused.problem.reason
