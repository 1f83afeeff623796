"""Rows 12 to 17 of the transport sheet's section 7: who vouches for the signer."""

import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from ingest.security.asn1 import element
from ingest.security.trust import TrustStore
from tests.pki import DAY, Pki, new_key, with_sha1

HOUR = timedelta(hours=1)


@pytest.fixture
def ca_path(pki: Pki, tmp_path: Path) -> Path:
    """A CA directory of this test's own."""
    return Path(shutil.copytree(pki.ca_path, tmp_path / "certificates"))


def put(ca_path: Path, name: str, crl: x509.CertificateRevocationList | bytes) -> None:
    pem = crl if isinstance(crl, bytes) else crl.public_bytes(Encoding.PEM)
    (ca_path / name).write_bytes(pem)


# Row 12: the set of certificates is outside the signature


@pytest.fixture(scope="module")
def swapped(pki: Pki) -> list[bytes]:
    """A stranger's signature with host a's certificate beside it, in both orders."""
    pki.issue("stranger", "/DC=org/CN=stranger", None)
    stranger, allowed = pki.holders["stranger"], pki.holders["a"]
    der = pki.sign(
        b"Site: forged", "stranger", "-nodetach", "-outform", "DER",
        "-certfile", str(allowed.cert), tool="cms",
    )  # fmt: skip
    first, second = (
        holder.certificate.public_bytes(Encoding.DER) for holder in (stranger, allowed)
    )
    orders = [first + second, second + first]
    there = next(order for order in orders if order in der)
    return [der.replace(there, order) for order in orders]


@pytest.mark.parametrize("order", [0, 1])
def test_row_12_an_allowed_certificate_beside_another_signature_proves_nothing(
    order: int, swapped: list[bytes], pki: Pki, receiver: Any
) -> None:
    refused = receiver.refused(swapped[order])
    assert refused.problem.code == "CHAIN"
    assert refused.claimed_signer == "/DC=org/CN=stranger"


def test_row_12_a_valid_but_unlisted_signer_cannot_borrow_a_listed_name(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    message = pki.sign(body, "b", "-certfile", str(pki.holders["a"].cert))
    refused = receiver.refused(message, ["a"])
    assert (refused.problem.code, refused.claimed_signer) == ("DN", pki.dn("b"))


def test_row_12_another_key_under_an_allowed_name_does_not_chain(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    pki.authority("impostor-ca", "/DC=org/DC=example/CN=Test Grid CA")
    pki.host("impostor", issuer="impostor-ca", dn=pki.dn("a"))
    extra = str(pki.holders["impostor-ca"].cert)
    assert receiver.code(pki.sign(body, "impostor", "-certfile", extra)) == "CHAIN"


# Row 13: no path


def test_row_13_unknown_and_self_signed_certificates_do_not_chain(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    pki.authority("unknown-ca", "/DC=org/CN=Unknown CA")
    pki.host("foreign", issuer="unknown-ca")
    pki.issue("alone", "/DC=org/CN=alone", None)
    for who in ("foreign", "alone"):
        refused = receiver.refused(pki.sign(body, who), [who])
        assert (refused.problem.code, refused.retryable) == ("CHAIN", True)


def test_row_13_a_missing_intermediate_may_come_with_the_message(
    ca_path: Path, pki: Pki, receiver: Any, body: bytes, signed: bytes
) -> None:
    (ca_path / "intermediate.pem").unlink()
    with_it = pki.sign(body, "a", "-certfile", str(pki.holders["intermediate"].cert))
    store = receiver.store(ca_path=ca_path)
    codes = [receiver.code(sent, store=store) for sent in (signed, with_it, signed)]
    assert codes == ["CHAIN", "OK", "CHAIN"], "what one message brings does not help the next"


def test_a_self_signed_host_in_the_directory_is_its_own_chain(
    ca_path: Path, pki: Pki, receiver: Any, body: bytes
) -> None:
    pki.issue("own", "/DC=org/CN=own", None)
    shutil.copy(pki.holders["own"].cert, ca_path)
    assert receiver.code(pki.sign(body, "own"), ["own"], ca_path=ca_path) == "OK"


def test_a_host_certificate_cannot_issue_others(pki: Pki, receiver: Any, body: bytes) -> None:
    pki.host("child", issuer="a")
    parent = str(pki.holders["a"].cert)
    assert receiver.code(pki.sign(body, "child", "-certfile", parent), ["child"]) == "CHAIN"


def test_endless_cross_signed_certificates_end_soon(pki: Pki, receiver: Any, body: bytes) -> None:
    key = new_key()
    pki.authority("x0", "/CN=X", key=key)
    for number in range(1, 14):
        above = f"x{number - 1}"
        pki.authority(f"x{number}", ("/CN=X", "/CN=Y")[number % 2], issuer=above, key=key)
    pki.host("maze", issuer="x13")
    bundle = pki.directory / "maze.pem"
    bundle.write_bytes(b"".join(pki.holders[f"x{n}"].cert.read_bytes() for n in range(14)))
    assert receiver.code(pki.sign(body, "maze", "-certfile", str(bundle)), ["maze"]) == "CHAIN"


def test_a_certificate_signed_by_an_unknown_algorithm_does_not_chain(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    host = pki.host("unknown-algorithm")
    der = host.certificate.public_bytes(Encoding.DER)
    ecdsa_sha256, nobody_knows = (bytes.fromhex(f"06082a8648ce3d0403{n}") for n in ("02", "7f"))
    assert der.count(ecdsa_sha256) == 2
    loaded = x509.load_der_x509_certificate(der.replace(ecdsa_sha256, nobody_knows))
    pki.keep("unknown-algorithm", loaded, host.key, host.dn)
    message = pki.sign(body, "unknown-algorithm")
    for legacy in (False, True):
        assert receiver.code(message, [host.dn], legacy_algorithms=legacy) == "CHAIN"


def test_a_certificate_of_no_known_version_does_not_chain(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    der = pki.sign(body, "a", "-nodetach", "-outform", "DER", tool="cms")
    version_3, version_67 = (bytes.fromhex(f"a0030201{n}") for n in ("02", "42"))
    assert der.count(version_3) == 1
    assert receiver.code(der.replace(version_3, version_67)) == "CHAIN"


def test_an_ended_or_constrained_intermediate_vouches_for_nobody(
    ca_path: Path, pki: Pki, receiver: Any, body: bytes
) -> None:
    allowed = [x509.DirectoryName(x509.Name([]))]
    subtrees = x509.NameConstraints(permitted_subtrees=None, excluded_subtrees=allowed)
    basic = x509.BasicConstraints(ca=True, path_length=None)
    pki.authority("ended", "/CN=Ended CA", issuer="root", until=-HOUR)
    pki.issue("narrow", "/CN=Narrow CA", "root", extensions=[(basic, True), (subtrees, True)])
    for ca in ("ended", "narrow"):
        shutil.copy(pki.holders[ca].cert, ca_path)
        pki.host(f"under-{ca}", issuer=ca)
        message = pki.sign(body, f"under-{ca}")
        for legacy in (False, True):
            settings = {"ca_path": ca_path, "legacy_algorithms": legacy}
            assert receiver.code(message, [f"under-{ca}"], **settings) == "CHAIN"


# Rows 14 and 15: dates and purpose


def test_row_14_dates_count_when_the_message_was_received(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    pki.host("old", since=-20 * DAY, until=-10 * DAY)
    pki.host("coming", since=10 * DAY, until=20 * DAY)
    now = time.time()
    for who, retryable in (("old", False), ("coming", True)):
        refused = receiver.refused(pki.sign(body, who), [who], at=now)
        assert (refused.problem.code, refused.retryable) == ("EXPIRED", retryable)
    assert receiver.code(pki.sign(body, "coming"), ["coming"], at=now + 15 * 86400) == "OK"


def test_row_15_a_proxy_is_refused(pki: Pki, receiver: Any, body: bytes) -> None:
    language = element(0x30, element(6, bytes.fromhex("2b06010505071501")))
    info = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.5.5.7.1.14"), element(48, language))
    pki.host("proxy", issuer="a", dn=pki.dn("a") + "/CN=123", plus=[(info, True)])
    pki.host("old-proxy", issuer="a", dn=pki.dn("a") + "/CN=proxy")
    for who in ("proxy", "old-proxy"):
        message = pki.sign(body, who, "-certfile", str(pki.holders["a"].cert))
        refused = receiver.refused(message, [who, "a"])
        assert (refused.problem.code, refused.retryable) == ("CHAIN", False)
        assert "proxy" in refused.problem.reason


def test_key_usage_counts_and_extended_key_usage_does_not(
    pki: Pki, receiver: Any, body: bytes
) -> None:
    pki.host("enciphers", usage=("key_encipherment",))
    pki.host("anything", usage=())
    server = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), True)
    pki.host("web", plus=[server])
    codes = [receiver.code(pki.sign(body, w), [w]) for w in ("enciphers", "anything", "web")]
    assert codes == ["CHAIN", "OK", "OK"]


# Rows 16 and 17: CRLs


def test_row_16_a_revoked_host_is_refused_whatever_the_age_of_the_list(
    ca_path: Path, pki: Pki, receiver: Any, signed: bytes
) -> None:
    for until in (DAY, -HOUR):
        put(ca_path, "0.r0", pki.crl("intermediate", ["a"], until=until))
        refused = receiver.refused(signed, ca_path=ca_path)
        assert (refused.problem.code, refused.retryable) == ("REVOKED", False)
    assert receiver.code(signed, ca_path=ca_path, crls="off") == "OK"


@pytest.mark.parametrize(
    ("lists", "off", "if_present", "require"),
    [
        ({}, "OK", "OK", "CRL"),
        ({"intermediate": {}}, "OK", "OK", "CRL"),
        ({"intermediate": {}, "root": {}}, "OK", "OK", "OK"),
        ({"intermediate": {"until": -HOUR}, "root": {}}, "OK", "CRL", "CRL"),
        ({"intermediate": {"since": HOUR}, "root": {}}, "OK", "CRL", "CRL"),
        ({"intermediate": {"key": new_key()}, "root": {}}, "OK", "CRL", "CRL"),
        ({"intermediate": {}, "root": {"until": -HOUR}}, "OK", "CRL", "CRL"),
    ],
    ids=["none", "no root's", "both", "stale", "future", "forged", "root's stale"],
)
def test_row_17_each_policy_for_crls(
    lists: dict[str, Any], off: str, if_present: str, require: str, request: Any
) -> None:
    pki, receiver, ca_path, signed = (
        request.getfixturevalue(name) for name in ("pki", "receiver", "ca_path", "signed")
    )
    for number, (issuer, more) in enumerate(lists.items()):
        put(ca_path, f"{number}.r0", pki.crl(issuer, **more))
    found = [
        receiver.code(signed, ca_path=ca_path, crls=p) for p in ("off", "if-present", "require")
    ]
    assert found == [off, if_present, require]


def test_row_17_is_retryable_and_says_so(
    ca_path: Path, pki: Pki, receiver: Any, signed: bytes
) -> None:
    put(ca_path, "0.r0", pki.crl("intermediate", until=-HOUR))
    refused = receiver.refused(signed, ca_path=ca_path)
    assert refused.retryable
    assert "fetch-crl" in refused.problem.reason


def test_the_newest_list_wins_and_delta_lists_do_not_count(
    ca_path: Path, pki: Pki, receiver: Any, signed: bytes
) -> None:
    put(ca_path, "0.r1", pki.crl("intermediate", ["a"], since=-2 * DAY))
    put(ca_path, "0.r0", pki.crl("intermediate"))
    assert receiver.code(signed, ca_path=ca_path) == "OK", "an older .r1 is left over"
    delta = (x509.DeltaCRLIndicator(1), True)
    put(ca_path, "0.r2", pki.crl("intermediate", ["a"], since=-HOUR, extensions=[delta]))
    assert receiver.code(signed, ca_path=ca_path) == "OK"


def test_a_list_for_cas_alone_says_nothing_of_hosts(
    ca_path: Path, pki: Pki, receiver: Any, signed: bytes
) -> None:
    kinds = dict.fromkeys(
        ("only_contains_user_certs", "indirect_crl", "only_contains_attribute_certs"), False
    )
    point = x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier("http://crl.example.org")], relative_name=None,
        only_contains_ca_certs=True, only_some_reasons=None, **kinds,
    )  # fmt: skip
    put(ca_path, "0.r0", pki.crl("intermediate", ["a"], extensions=[(point, True)]))
    assert receiver.code(signed, ca_path=ca_path) == "OK"


# SHA-1, which only legacy mode knows


@pytest.fixture(scope="module")
def old_world(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, an intermediate and a host `ancient`, signed with SHA-1; and a SHA-1 CRL."""
    ca_path = tmp_path_factory.mktemp("old") / "certificates"
    ca_path.mkdir()
    pki.authority("old-root", "/DC=org/CN=Old Root", key="rsa")
    key = pki.holders["old-root"].key
    middle = pki.authority("old-middle", "/DC=org/CN=Old CA", issuer="old-root")
    loaded = x509.load_der_x509_certificate(with_sha1(middle.certificate, key))
    pki.keep("old-middle", loaded, middle.key, middle.dn)
    pki.host("ancient", issuer="old-middle")
    for called in ("old-root", "old-middle"):
        shutil.copy(pki.holders[called].cert, ca_path)
    return ca_path


def test_sha1_certificates_pass_in_legacy_mode_only(
    old_world: Path, pki: Pki, receiver: Any, body: bytes
) -> None:
    message = pki.sign(body, "ancient")
    refused = receiver.refused(message, ["ancient"], ca_path=old_world)
    assert (refused.problem.code, refused.retryable) == ("ALGO", True)
    assert receiver.code(message, ["ancient"], ca_path=old_world, legacy_algorithms=True) == "OK"
    changed = pki.ca_path
    assert receiver.code(message, ["ancient"], ca_path=changed, legacy_algorithms=True) == "CHAIN"


def test_sha1_crls_count_in_legacy_mode_only(
    old_world: Path, pki: Pki, receiver: Any, body: bytes, tmp_path: Path
) -> None:
    ca_path = Path(shutil.copytree(old_world, tmp_path / "certificates"))
    key = pki.holders["old-root"].key
    put(ca_path, "1.r0", with_sha1(pki.crl("old-root", ["old-middle"]), key))
    message = pki.sign(body, "ancient")
    legacy = {"ca_path": ca_path, "legacy_algorithms": True}
    assert receiver.code(message, ["ancient"], **legacy) == "REVOKED"
    assert receiver.code(message, ["ancient"], ca_path=ca_path) == "ALGO"


def test_names_of_other_string_types_still_chain(
    ca_path: Path, pki: Pki, receiver: Any, body: bytes
) -> None:
    ca = pki.holders["intermediate"]
    spelt = x509.Name(
        x509.NameAttribute(part.oid, str(part.value), x509.name._ASN1Type.PrintableString)
        for part in ca.certificate.subject
    )
    assert spelt.public_bytes() != ca.certificate.subject.public_bytes()
    again = pki.issue("spelt-ca", spelt, "root", key=ca.key, extensions=[
        (x509.BasicConstraints(ca=True, path_length=0), True)])  # fmt: skip
    (ca_path / "intermediate.pem").write_bytes(again.cert.read_bytes())
    assert receiver.code(pki.sign(body, "a"), ca_path=ca_path) == "OK"


def test_a_remembered_chain_does_not_outlive_its_certificates(
    pki: Pki, receiver: Any, signed: bytes
) -> None:
    store: TrustStore = receiver.store()
    now = time.time()
    assert receiver.code(signed, store=store, at=now) == "OK"
    assert receiver.code(signed, store=store, at=now + 400 * 86400) == "EXPIRED"
