"""Rows 18 and 19: who may send and who may not, in every spelling, reread when it changes."""

from pathlib import Path
from typing import Any

import pytest

from appliance.errors import AcctError
from ingest.security import names
from ingest.security.certificate import load_certificate
from ingest.security.lists import read_list, watched_list
from tests.pki import Pki, openssl

ODD_NAMES = {
    "/C=UK/O=eScience/CN=host/apel.example.org",
    "/C=UK/CN=z+OU=ou+UID=u2",
    "/O=Žižkov é/CN=a",
    "/DC=org/CN=x/emailAddress=a@b.c",
    "/C=UK/O=a + b, c\\d/CN=tilde~ \"q\" 'r' #",
    "/DC=org/L=tab\there/CN=\x7f",
}


def from_slashes(text: str) -> Any:
    """As `tests.pki.name`, but `host/…` and `a + b` are values."""
    from cryptography import x509

    from tests.pki import _KINDS

    marked = text.replace("host/", "host\0").replace(" + ", " \1 ")
    return x509.Name(
        x509.RelativeDistinguishedName(
            x509.NameAttribute(_KINDS[kind], value.replace("\0", "/").replace("\1", "+"))
            for kind, value in (part.split("=", 1) for part in rdn.split("+"))
        )
        for rdn in marked.split("/")[1:]
    )


@pytest.mark.parametrize("text", sorted(ODD_NAMES))
def test_openssls_spelling_is_among_the_spellings(text: str, pki: Pki) -> None:
    holder = pki.issue("odd", from_slashes(text), "intermediate")
    printed = openssl("x509", "-noout", "-subject", "-nameopt", "compat", "-in", holder.cert)
    spelt = printed.decode().removeprefix("subject=").rstrip("\n")
    from cryptography.hazmat.primitives.serialization import Encoding

    subject = load_certificate(holder.certificate.public_bytes(Encoding.DER)).subject
    assert spelt in names.spellings(subject)
    if " + " not in text and "+" not in text:
        assert names.canonical(subject) == text


def test_multi_valued_names_are_flattened_in_encoding_order() -> None:
    name = ((("2.5.4.6", "UK"),), (("2.5.4.3", "z"), ("2.5.4.11", "ou"), ("1.2.3.4", "u")))
    assert names.canonical(name) == "/C=UK/CN=z/OU=ou/1.2.3.4=u"
    assert "/C=UK/CN=z+OU=ou+1.2.3.4=u" in names.spellings(name)


@pytest.mark.parametrize(
    ("value", "ambiguous"), [("host/a.b.org", False), ("a", False), ("a/CN=b", True), ("/", True)]
)
def test_a_value_that_looks_like_several_is_noticed(value: str, ambiguous: bool) -> None:
    assert names.is_ambiguous(((("2.5.4.3", value),),)) is ambiguous


def test_each_spelling_of_a_listed_dn_lets_its_holder_in(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    pki.issue("spelt", from_slashes("/O=Žižkov/CN=host/x/emailAddress=a@b.c"), "intermediate")
    message = pki.sign(body, "spelt")
    for line in (
        "/O=Žižkov/CN=host/x/emailAddress=a@b.c",
        "/O=Žižkov/CN=host/x/Email=a@b.c",
        "/O=Žižkov/CN=host/x/E=a@b.c",
        "  /O=\\xC5\\xBDi\\xC5\\xBEkov/CN=host/x/emailAddress=a@b.c \r",
        "/O=\\xC5\\xBDi\\xC5\\xBEkov/CN=host\\/x/emailAddress=a@b.c",
    ):
        assert receiver.opened(message, [line]).signer == "/O=Žižkov/CN=host/x/emailAddress=a@b.c"
    for line in ("/o=Žižkov/cn=host/x/emailAddress=a@b.c", "/O=Žižkov/CN=host/x"):
        assert receiver.code(message, [line]) == "DN"


def test_row_18_an_unlisted_signer_passes_after_the_list_changes(
    receiver: Any, signed: bytes, pki: Pki
) -> None:
    store = receiver.store(["b"])
    refused = receiver.refused(signed, store=store)
    assert (refused.problem.code, refused.retryable) == ("DN", True)
    assert refused.claimed_signer == pki.dn("a")
    assert str(receiver.dns) in refused.problem.reason
    receiver.dns.write_text(f"{pki.dn('a')}\n# and others\n")
    store.reload()
    assert receiver.code(signed, store=store) == "OK"


def test_row_19_the_banned_list_wins(
    receiver: Any, signed: bytes, pki: Pki, tmp_path: Path
) -> None:
    banned = tmp_path / "banned"
    banned.write_text(pki.dn("a"))
    refused = receiver.refused(signed, banned_dns=banned)
    assert (refused.problem.code, refused.retryable) == ("BANNED", True)
    banned.write_text(pki.dn("b"))
    assert receiver.code(signed, banned_dns=banned) == "OK"


def test_comments_and_blank_lines_are_ignored_and_strange_lines_told(tmp_path: Path) -> None:
    file = tmp_path / "dns"
    file.write_text("# /C=UK/CN=no\n\n /C=UK/CN=yes # no comment \nCN=odd\n")
    found = read_list(file)
    assert found.names == {"/C=UK/CN=yes # no comment"}
    assert len(found.warnings) == 1
    assert "line 4" in found.warnings[0]


def test_the_last_good_list_stays_when_the_file_empties_or_vanishes(tmp_path: Path) -> None:
    clock = [0.0]
    file = tmp_path / "dns"
    file.write_text("/CN=a\n")
    watched = watched_list(file, lambda: clock[0])
    assert watched.get().names == {"/CN=a"}
    for spoil in (lambda: file.write_text("# nobody\n"), file.unlink):
        spoil()
        clock[0] += 10
        assert watched.get().names == {"/CN=a"}
        assert "last good one stays" in watched.trouble()
    file.write_text("/CN=b\n")
    clock[0] += 9
    assert watched.get().names == {"/CN=a"}, "looked at every ten seconds, not more often"
    clock[0] += 1
    assert watched.get().names == {"/CN=b"}
    assert watched.trouble() == ""


def test_a_list_that_was_never_there_is_our_fault(tmp_path: Path) -> None:
    with pytest.raises(AcctError, match="cannot read"):
        watched_list(tmp_path / "dns").get()
