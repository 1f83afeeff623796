"""Our own side: faults that are not the message's, reloading, what the doctor says, threads."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.config import Trust
from appliance.errors import AcctError
from ingest.security.anchors import load_authorities
from ingest.security.open import Opened, open_message
from ingest.security.trust import TrustStore
from tests.pki import DAY, Pki


@pytest.fixture
def ca_path(pki: Pki, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pki.ca_path, tmp_path / "certificates"))


# Faults of ours


def test_unsigned_use_needs_no_trust_at_all(receiver: Any, tmp_path: Path) -> None:
    nothing = TrustStore.from_config(Trust(ca_path=tmp_path / "no", allowed_dns=tmp_path / "none"))
    assert receiver.code(b"Site: x", require=False, store=nothing) == "OK"


@pytest.mark.parametrize("lacking", ["ca_path", "allowed_dns"])
def test_a_signed_message_without_anchors_or_list_is_our_fault(
    lacking: str, receiver: Any, signed: bytes, tmp_path: Path
) -> None:
    with pytest.raises(AcctError, match="missing") as caught:
        receiver.code(signed, **{lacking: tmp_path / "missing"})
    assert caught.value.hint


def test_a_directory_without_anchors_is_our_fault(
    receiver: Any, signed: bytes, tmp_path: Path
) -> None:
    (tmp_path / "certificates").mkdir()
    with pytest.raises(AcctError, match="no CA certificate"):
        receiver.code(signed, ca_path=tmp_path / "certificates")


def test_an_unreadable_key_is_our_fault_when_it_is_needed(
    pki: Pki, receiver: Any, signed: bytes, tmp_path: Path
) -> None:
    settings = {"key": tmp_path / "gone.pem"}
    assert receiver.code(signed, **settings) == "OK"
    with pytest.raises(AcctError, match="gone"):
        receiver.code(pki.encrypt(signed), **settings)
    with pytest.raises(AcctError, match="not the key of"):
        receiver.code(pki.encrypt(signed), key=pki.holders["a"].key_file)


# The CA directory


def test_files_are_told_apart_by_content(ca_path: Path, pki: Pki) -> None:
    (ca_path / "root.pem").rename(ca_path / "12345678.0")
    (ca_path / "87654321.0").symlink_to("12345678.0")
    (ca_path / "dangling.0").symlink_to("nowhere")
    (ca_path / "12345678.signing_policy").write_text("access_id_CA X509 '/CN=x'\n")
    (ca_path / "a.r0").write_bytes(pki.crl("root").public_bytes(Encoding.DER))
    (ca_path / "b.der").write_bytes(
        pki.authority("der-root", "/CN=DER").certificate.public_bytes(Encoding.DER)
    )
    text = b"Certificate:\n  Data:\n" + pki.authority("pem", "/CN=P").cert.read_bytes()
    (ca_path / "c.txt.pem").write_bytes(text + pki.crl("pem").public_bytes(Encoding.PEM))
    found = load_authorities(ca_path)
    dns = {anchor.dn for anchor in found.anchors}
    assert dns == {"/DC=org/DC=example/CN=Test Root", "/CN=DER", "/CN=P"}
    assert [one.dn for one in found.intermediates] == ["/DC=org/DC=example/CN=Test Grid CA"]
    assert sorted(len(lists) for lists in found.crls.values()) == [1, 1]
    assert found.warnings == []


def test_a_bundle_file_works_like_a_directory(
    pki: Pki, receiver: Any, signed: bytes, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(b"\n".join(path.read_bytes() for path in pki.ca_path.iterdir()))
    assert receiver.code(signed, ca_path=bundle) == "OK"


def test_broken_files_are_warnings(ca_path: Path, receiver: Any, signed: bytes) -> None:
    pem = (ca_path / "root.pem").read_text()
    (ca_path / "cut.pem").write_text(pem[:200])
    (ca_path / "trusted.pem").write_text(pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE"))
    store = receiver.store(ca_path=ca_path)
    assert receiver.code(signed, store=store) == "OK"
    told = "\n".join(store.warnings())
    assert "cut.pem" in told
    assert "trusted.pem" in told


def test_a_root_with_serial_zero_is_loaded_without_a_warning(ca_path: Path, pki: Pki) -> None:
    from ingest.security.asn1 import element, parse

    root = pki.holders["root"].certificate
    tbs = parse(root.tbs_certificate_bytes).children()
    changed = [tbs[0].raw, element(2, b"\0"), *(field.raw for field in tbs[2:])]
    outer = parse(root.public_bytes(Encoding.DER)).children()
    body = element(0x30, b"".join(changed)) + outer[1].raw + outer[2].raw
    (ca_path / "zero.0").write_bytes(element(0x30, body))
    assert len(load_authorities(ca_path).anchors) == 2


class Clock:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_directory_is_read_again_at_most_once_a_minute(
    ca_path: Path, pki: Pki, receiver: Any, signed: bytes
) -> None:
    receiver.store()
    clock = Clock()
    settings = pki.trust(ca_path=ca_path, allowed_dns=receiver.dns)
    store = TrustStore(settings, clock=clock)
    assert receiver.code(signed, store=store) == "OK"
    crl = pki.crl("intermediate", ["a"]).public_bytes(Encoding.PEM)
    (ca_path / "0.r0").write_bytes(crl)
    clock.now += 59
    assert receiver.code(signed, store=store) == "OK"
    clock.now += 1
    assert receiver.code(signed, store=store) == "REVOKED"
    (ca_path / "0.r0").unlink()
    store.reload()
    assert receiver.code(signed, store=store) == "OK"


def test_a_reload_forgets_the_chains_that_were_believed(
    ca_path: Path, pki: Pki, receiver: Any, signed: bytes
) -> None:
    store = receiver.store(ca_path=ca_path)
    assert receiver.code(signed, store=store) == "OK"
    crl = pki.crl("intermediate", ["a"]).public_bytes(Encoding.PEM)
    (ca_path / "0.r0").write_bytes(crl)
    store.reload()
    assert receiver.code(signed, store=store) == "REVOKED"


def test_the_last_good_directory_stays_in_use(ca_path: Path, receiver: Any, signed: bytes) -> None:
    store = receiver.store(ca_path=ca_path)
    assert receiver.code(signed, store=store) == "OK"
    shutil.rmtree(ca_path)
    ca_path.mkdir()
    store.reload()
    assert receiver.code(signed, store=store) == "OK"
    assert any("last good one stays" in line for line in store.warnings())


# What the doctor says


def test_all_well_is_silent(ca_path: Path, pki: Pki, receiver: Any) -> None:
    for issuer in ("root", "intermediate"):
        (ca_path / f"{issuer}.r0").write_bytes(pki.crl(issuer).public_bytes(Encoding.PEM))
    assert receiver.store(ca_path=ca_path).warnings() == []


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ({"allowed_dns": Path("/nowhere/dns")}, "/nowhere/dns"),
        ({"ca_path": Path("/nowhere/ca")}, "/nowhere/ca"),
        ({"banned_dns": Path("/nowhere/banned")}, "/nowhere/banned"),
        ({"key": None}, "trust.key is not set"),
        ({"key": Path("/nowhere/key")}, "/nowhere/key"),
        ({"legacy_algorithms": True}, "SHA-1"),
        ({}, "no CRL of /DC=org/DC=example/CN=Test Root"),
    ],
)
def test_warnings_name_what_is_wrong(spoil: dict[str, Any], told: str, pki: Pki) -> None:
    pki.allow("a")
    assert any(told in line for line in TrustStore(pki.trust(**spoil)).warnings())


def test_an_ending_certificate_a_stale_list_and_an_ec_key_are_told(
    ca_path: Path, pki: Pki, receiver: Any
) -> None:
    pki.host("ending", until=timedelta(hours=12))
    own = pki.holders["ending"]
    stale = pki.crl("root", until=-timedelta(hours=1)).public_bytes(Encoding.PEM)
    (ca_path / "0.r0").write_bytes(stale)
    store = receiver.store(ca_path=ca_path, certificate=own.cert, key=own.key_file)
    told = "\n".join(store.warnings())
    for part in ("expires", "not RSA", "stale CRL of /DC=org/DC=example/CN=Test Root"):
        assert part in told


def test_an_expired_certificate_of_ours_is_told(pki: Pki, receiver: Any) -> None:
    pki.host("expired", since=-3 * DAY, until=-DAY)
    own = pki.holders["expired"]
    store = receiver.store(certificate=own.cert, key=own.key_file)
    assert any("expired" in line and "renew" in line for line in store.warnings())


# Threads


def test_several_threads_may_share_a_store(
    pki: Pki, receiver: Any, signed: bytes, body: bytes
) -> None:
    store = receiver.store(["a"])
    sent = [signed, pki.sign(body, "b"), pki.encrypt(signed), signed[:-100]] * 50
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda message: receiver.code(message, store=store), sent))
    assert codes == ["OK", "DN", "OK", "MIME"] * 50


def test_a_crl_by_a_strange_name_still_answers(ca_path: Path, pki: Pki, signed: bytes) -> None:
    pki.allow("a")
    loaded = pki.crl("intermediate", ["b"])
    assert isinstance(loaded, x509.CertificateRevocationList)
    (ca_path / "readme-not-a-crl.md").write_bytes(loaded.public_bytes(Encoding.PEM))
    settings = replace(pki.trust(), ca_path=ca_path)
    found = open_message(
        signed,
        require_signature=True,
        received_at=time.time(),
        trust=lambda: TrustStore(settings),
        max_bytes=1 << 20,
    )
    assert isinstance(found, Opened)
    (ca_path / "readme-not-a-crl.md").unlink()
