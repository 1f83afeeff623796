"""Whatever the bytes: an answer, never an exception, and never another content."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.security.asn1 import Asn1Error, element, parse
from ingest.security.open import Opened, text_of
from tests.pki import Pki

relaxed = settings(
    max_examples=400,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def messages(pki: Pki, signed: bytes, body: bytes) -> list[bytes]:
    return [
        signed,
        pki.sign(body, "a", "-nodetach", "-outform", "DER", tool="cms"),
        pki.sign(body, "a", "-nodetach", "-stream", "-outform", "DER", "-keyid", tool="cms"),
        pki.encrypt(signed, "-outform", "DER"),
        pki.encrypt(signed),
    ]


@relaxed
@given(
    which=st.integers(0, 4),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 4), st.binary(max_size=3)),
        min_size=1,
        max_size=3,
    ),
)
def test_damage_never_gives_other_accepted_content(
    messages: list[bytes], receiver: Any, signed: bytes, which: int, changes: Any
) -> None:
    sent = messages[which]
    for where, width, what in changes:
        at = int(where * len(sent))
        sent = sent[:at] + what + sent[at + width :]
    found = receiver.open(sent)
    if isinstance(found, Opened):
        good = receiver.opened(signed)
        assert (found.text, found.entity, found.signer) == (good.text, good.entity, good.signer)
        assert text_of(found.kept) == good.text
    else:
        assert found.problem.reason.isprintable()


@relaxed
@given(
    start=st.sampled_from(
        [
            b"",
            b"\x30\x80",
            b"\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80",
            b"Content-Type: multipart/signed; boundary=b\n\n--b\n",
            b"Content-Type: application/pkcs7-mime\n\n",
            b"-----BEGIN PKCS7-----\n",
        ]
    ),
    rest=st.binary(max_size=200),
    require=st.booleans(),
)
def test_noise_is_answered(receiver: Any, start: bytes, rest: bytes, require: bool) -> None:
    found = receiver.open(start + rest, require=require)
    assert isinstance(found, Opened) <= (not require)
    if isinstance(found, Opened):
        assert text_of(found.kept) == found.text


@relaxed
@given(
    tree=st.recursive(
        st.binary(max_size=300).map(lambda value: element(0x04, value)),
        lambda inner: st.lists(inner, max_size=4).map(lambda all_: element(0x30, b"".join(all_))),
    )
)
def test_der_is_read_and_written_back_unchanged(tree: bytes) -> None:
    assert parse(tree).der() == tree
    if tree[0] == 0x30:
        members = b"".join(child.raw for child in parse(tree).children())
        indefinite = parse(b"\x30\x80" + members + b"\0\0")
        assert indefinite.der() == tree
    with pytest.raises(Asn1Error):
        parse(tree[:-1])
    with pytest.raises(Asn1Error):
        parse(tree + b"\x01")


HOSTILE = {
    "many boundaries": b"Content-Type: multipart/signed; boundary=b\n\n" + b"--bx\n" * 3_000_000,
    "many quotes": b"Content-Type: multipart/signed" + b';a="' * 1_000_000 + b"\n\n",
    "many headers": b"Content-Type: x\n" + b"A: b\n" * 3_000_000 + b"\n",
    "equal signs": b"Content-Transfer-Encoding: quoted-printable\n\n" + b"= " * 7_000_000,
    "spaces": b"Content-Transfer-Encoding: quoted-printable\n\n=" + b" " * 15_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("require", [True, False])
def test_large_hostile_messages_are_answered(name: str, require: bool, receiver: Any) -> None:
    expected = {"MIME", "UNSIGNED", "TEXT", "EMPTY"}
    assert receiver.code(HOSTILE[name], require=require) in expected


LINES = {"pairs": b"x\r\r\n" * 3_000_000, "run": b"\r" * 15_000_000, "empty": b"\n" * 7_000_000}


@pytest.mark.parametrize("name", LINES)
def test_hostile_line_ends_are_answered(name: str, receiver: Any, signed: bytes) -> None:
    assert receiver.code(signed.replace(b"Site: ", LINES[name] + b"Site: ")) == "DIGEST"
