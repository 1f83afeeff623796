"""Signing and encrypting as configured: bad files are named at once, renewals are noticed."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.config import Publish, Trust
from appliance.errors import AcctError, UsageError
from reports.sending.sealing import Sealer
from tests.pki import DAY, Pki, openssl

TEXT = b"APEL-sync-message: v0.1\nSite: A\n%%\n"


def trust(pki: Pki, host: str = "a", **changes: Any) -> Trust:
    holder = pki.holders[host]
    return Trust(**({"certificate": holder.cert, "key": holder.key_file} | changes))


def test_a_message_is_signed_and_encrypted_or_left_alone_as_configured(pki: Pki) -> None:
    signed = Sealer(Publish(), trust(pki))(TEXT)
    assert signed.content_type == "multipart/signed"
    encrypted = Sealer(Publish(encrypt_to=pki.server_cert), trust(pki))(TEXT)
    assert encrypted.content_type == "application/pkcs7-mime"
    plain = Sealer(Publish(sign=False), Trust())(TEXT)
    assert (plain.payload, plain.content_type) == (TEXT, "text/plain")


def test_what_does_not_serve_is_named_before_anything_is_sent(pki: Pki, tmp_path: Path) -> None:
    missing, nonsense = tmp_path / "missing.pem", tmp_path / "nonsense.pem"
    nonsense.write_text("no PEM")
    locked = tmp_path / "locked.pem"
    key = pki.holders["rsa"].key_file
    locked.write_bytes(openssl("pkey", "-in", key, "-aes128", "-passout", "pass:secret"))
    other = pki.holders["b"].key_file
    for publish, given, said in [
        (Publish(), Trust(), "nothing to sign with"),
        (Publish(), Trust(certificate=pki.server_cert), "trust.key is not set"),
        (Publish(), trust(pki, certificate=missing), f"cannot read {missing}"),
        (Publish(), trust(pki, certificate=nonsense), f"{nonsense} is no PEM certificate"),
        (Publish(), trust(pki, key=nonsense), f"{nonsense} is no unencrypted PEM key"),
        (Publish(), trust(pki, key=locked), f"{locked} is no unencrypted PEM key"),
        (Publish(), trust(pki, key=other), f"{other} is not the key of"),
        (Publish(encrypt_to=missing), trust(pki), f"cannot read {missing}"),
        (Publish(encrypt_to=pki.holders["b"].cert), trust(pki), "it is not RSA"),
        (Publish(encrypt_to=pki.server_cert, sign=False), Trust(), "without publish.sign"),
    ]:
        with pytest.raises(UsageError) as refused:
            Sealer(publish, given)
        assert said in str(refused.value)


def test_nothing_is_signed_with_an_expired_certificate_until_it_is_renewed(
    pki: Pki, tmp_path: Path
) -> None:
    pki.host("short", until=DAY)
    holder = pki.holders["short"]
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    shutil.copy(holder.cert, certificate)
    shutil.copy(holder.key_file, key)
    now = [datetime.now(UTC)]
    given = Trust(certificate=certificate, key=key)
    sealer = Sealer(Publish(), given, clock=lambda: now[0])
    sealer(TEXT)
    now[0] += timedelta(days=2)
    with pytest.raises(AcctError, match="expired"):
        sealer(TEXT)
    assert "expired" in sealer.warnings()[0]

    shutil.copy(pki.holders["a"].key_file, key)
    Path(shutil.copy(pki.holders["a"].cert, tmp_path / "new.pem")).replace(certificate)
    assert sealer(TEXT).content_type == "multipart/signed"
    assert sealer.warnings() == []


def test_the_end_of_a_certificate_and_our_own_as_the_receivers_are_foretold(pki: Pki) -> None:
    pki.host("ending", key="rsa", until=timedelta(hours=20))
    ending = pki.holders["ending"]
    given = Trust(certificate=ending.cert, key=ending.key_file)
    warnings = Sealer(Publish(encrypt_to=ending.cert), given).warnings()
    assert [line.split(" ")[0] for line in warnings] == ["our", "the", "publish.encrypt_to"]
    assert "expires" in warnings[0]
