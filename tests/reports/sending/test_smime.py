"""What we sign and encrypt, openssl verifies and decrypts, and so does our own intake."""

import base64
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.keypair import read_pair
from ingest.security.open import Opened, open_message
from ingest.security.trust import TrustStore
from reports.sending.smime import encrypt, entity, sign
from reports.sending.transport import Unfit
from tests.pki import Pki, openssl

TEXT = b"APEL-individual-job-message: v0.3\nSite: UKI-NORTH-T2\nLocalJobId: 77\n%%\n"
AWKWARD = {
    "plain": TEXT,
    "CRLF": TEXT.replace(b"\n", b"\r\n"),
    "lone CR": b"one\rtwo\r\r\nthree\n",
    "no final newline": b"one\ntwo",
    "blank lines": b"\n\none\n\n\n",
    "spaces at the end of lines": b"one  \n\ttwo\t\n",
    "a long line": b"x" * 5000 + b"\n",
    "From and dashes": b"From me\n--\n------\n.\n..\n",
    "beyond ASCII": "GlobalUserName: /CN=Jan Žižkov\u2028=3D\n".encode(),
    "a word that old receivers mistake": b"Note: application/pkcs7-mime\n",
    "control characters": b"one\x00\x0b\x0ctwo\n",
    "XML": b'<?xml version="1.0"?>\n<sr:StorageUsageRecords/>\n',
}


def as_read(text: bytes) -> str:
    """The text with LF, outer white space gone: what a loader gets."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode().strip()


def signed_by(pki: Pki, text: bytes, host: str = "a") -> bytes:
    holder = pki.holders[host]
    return sign(text, read_pair(holder.cert, holder.key_file))


def opened(pki: Pki, message: bytes) -> Opened:
    pki.allow("a", "rsa")
    found = open_message(
        message, require_signature=True, received_at=time.time(),
        trust=lambda: TrustStore.from_config(pki.trust()), max_bytes=1 << 24,
    )  # fmt: skip
    assert isinstance(found, Opened), found
    return found


def verified(pki: Pki, message: bytes, tool: str = "smime") -> bytes:
    """What openssl says was signed."""
    bundle = pki.directory / "bundle.pem"
    chain = (pki.holders[name].cert.read_bytes() for name in ("root", "intermediate"))
    bundle.write_bytes(b"".join(chain))
    return openssl(tool, "-verify", "-purpose", "any", "-CAfile", bundle, stdin=message)


def decrypted(pki: Pki, message: bytes, tool: str = "smime") -> bytes:
    return openssl(
        tool, "-decrypt", "-recip", pki.server_cert, "-inkey", pki.server_key, stdin=message
    )


@pytest.mark.parametrize("host", ["a", "rsa"])
@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_openssl_and_our_intake_verify_what_we_sign(pki: Pki, text: bytes, host: str) -> None:
    message = signed_by(pki, text, host)
    assert b"".join(verified(pki, message).splitlines()) == b"".join(entity(text).splitlines())
    found = opened(pki, message)
    assert (found.text, found.signer) == (as_read(text), pki.dn(host))


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_what_is_on_the_wire_kills_no_receiver_of_old(pki: Pki, text: bytes) -> None:
    message = signed_by(pki, text)
    assert message.isascii()
    assert b"\r" not in message
    assert b"pkcs7-mime" not in message
    head = message.partition(b"\n\n")[0].decode()
    assert 'multipart/signed; protocol="application/x-pkcs7-signature"; micalg="sha-256"' in head


def test_a_signed_message_carries_the_signers_certificate_alone(pki: Pki) -> None:
    printed = openssl("smime", "-pk7out", stdin=signed_by(pki, TEXT))
    certificates = openssl("pkcs7", "-print_certs", stdin=printed).decode()
    assert certificates.count("BEGIN CERTIFICATE") == 1
    assert "CN = a.example.org" in certificates


@pytest.mark.parametrize("cipher", ["aes128", "aes256"])
@pytest.mark.parametrize("tool", ["smime", "cms"])
def test_openssl_and_our_intake_open_what_we_encrypt(pki: Pki, cipher: str, tool: str) -> None:
    text = AWKWARD["beyond ASCII"]
    message = encrypt(signed_by(pki, text), pki.holders["server"].certificate, cipher)
    assert message.isascii()
    assert b"GlobalUserName" not in base64.b64decode(message.split(b"\n\n", 1)[1])
    inside = decrypted(pki, message, tool)
    assert verified(pki, inside, tool).splitlines() == entity(text).splitlines()
    found = opened(pki, message)
    assert (found.text, found.signer) == (as_read(text), pki.dn("a"))
    form = openssl("smime", "-pk7out", stdin=message)
    assert f"{cipher[:3]}-{cipher[3:]}-cbc".encode() in openssl(
        "cms", "-cmsout", "-print", "-inform", "PEM", stdin=form
    )


def test_the_same_text_signed_again_is_the_same_to_the_receiver(pki: Pki) -> None:
    """Its hash tells a repeat, whatever the boundary, the time and the key of encryption."""
    once, again = signed_by(pki, TEXT), signed_by(pki, TEXT)
    twice = encrypt(again, pki.holders["server"].certificate)
    assert opened(pki, once).entity == opened(pki, twice).entity


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_comes_out_as_it_went_in(pki: Pki, text: str) -> None:
    body = text.encode()
    if not body.strip() or not as_read(body):
        return
    found = opened(pki, signed_by(pki, body))
    assert found.text == as_read(body)


@pytest.mark.parametrize("body", [b"", b" \n\n", "é".encode("latin-1")])
def test_what_no_receiver_would_take_is_not_signed(body: bytes) -> None:
    with pytest.raises(Unfit):
        entity(body)


def test_a_receipt_of_the_fixture_is_no_accident(pki: Pki, tmp_path: Path) -> None:
    """A changed byte is found: the checks above can fail."""
    message = signed_by(pki, TEXT).replace(b"LocalJobId: 77", b"LocalJobId: 78")
    with pytest.raises(RuntimeError, match="digest"):
        verified(pki, message)
    trust = TrustStore.from_config(replace(pki.trust(), allowed_dns=pki.allow("a")))
    found = open_message(
        message,
        require_signature=True,
        received_at=time.time(),
        trust=lambda: trust,
        max_bytes=1 << 24,
    )
    assert not isinstance(found, Opened)
