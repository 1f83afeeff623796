"""Signed and encrypted messages, made by openssl, on their way to a report."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.site import Site, becomes, eventually
from tests.broker import Broker, make_certificates
from tests.jobs import message, record
from tests.pki import Pki

TOPIC = "acct/inbox/v1/gLite-APEL/UKI-NORTH-T2"
HOUR = {"WallDuration": "3600", "CpuDuration": "3600"}
ATLAS = message(
    record(LocalJobId="1", VO="atlas", WallDuration="3600", CpuDuration="14400", Processors="8"),
    record(LocalJobId="2", VO="atlas", WallDuration="1800", CpuDuration="900"),
).encode()
CMS = message(
    record(LocalJobId="3", VO="cms", WallDuration="7200", CpuDuration="3600", ServiceLevel="12.5")
).encode()
LHCB = message(record(LocalJobId="4", VO="lhcb", **HOUR)).encode()

# atlas: 1 h on 8 cores and 0.5 h on one that was not counted: 8.5 core-hours, of which 15300 s of
# 30600 s were CPU time; × 10 HEPSPEC = 85. cms: 2 h on one core, half used; × 12.5 HEPSPEC = 25.
CMS_FIGURES = "cms,HEPSPEC,1,2.0,2.0,1.0,0.5,25.0\n"
FIGURES = f"""\
vo,benchmark,jobs,wall_hours,core_wall_hours,cpu_hours,efficiency,wall_work
{CMS_FIGURES}atlas,HEPSPEC,2,1.5,8.5,4.25,0.5,85.0
"""
REPORT = ("report", "--by", "vo", "--from", "2024-06", "--to", "2024-07", "--format", "csv")


def trusting(pki: Pki) -> str:
    """Host a may send; the list is the site's own, so that a test may change it."""
    return f"""
[trust]
ca_path = "{pki.ca_path}"
allowed_dns = "dns"
certificate = "{pki.server_cert}"
key = "{pki.server_key}"
"""


@pytest.fixture
def signed_site(tmp_path: Path, certificates: Pki) -> Site:
    spool = '[[spool]]\npath = "spool/incoming"\nrequire_signature = true\n'
    site = Site.make(tmp_path, trusting(certificates) + spool)
    allow(site, certificates.dn("a"))
    return site


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    tls = make_certificates(tmp_path / "tls")
    with Broker.start(tmp_path, certificates=tls) as running:
        yield running


@pytest.fixture
def subscribed_site(tmp_path: Path, certificates: Pki, broker: Broker) -> Site:
    tls = broker.certificates
    assert tls is not None
    inbox = f"""
[mqtt]
enabled = true
host = "127.0.0.1"
port = {broker.port}
tls = true
ca_file = "{tls.ca}"
certificate = "{tls.client}"
key = "{tls.client_key}"
client_id = "acct-acceptance"
"""
    site = Site.make(tmp_path, trusting(certificates) + inbox)
    allow(site, certificates.dn("a"))
    return site


def allow(site: Site, *dns: str) -> None:
    (site.data / "dns").write_text("".join(f"{dn}\n" for dn in dns))


def tampered(signed: bytes) -> bytes:
    assert signed.count(b"WallDuration: 3600") == 1
    return signed.replace(b"WallDuration: 3600", b"WallDuration: 9600")


def judged(site: Site) -> int:
    return sum(site.client.status()["messages"].values())


def test_signed_and_encrypted_messages_of_a_spool_become_the_figures_of_a_report(
    signed_site: Site, certificates: Pki
) -> None:
    with signed_site.run():
        signed_site.spool(certificates.sign(ATLAS), "signed")
        signed_site.spool(certificates.encrypt(certificates.sign(CMS)), "encrypted")
        becomes(signed_site.jobs, 3)
        becomes(lambda: signed_site.output(*REPORT), FIGURES)
        assert signed_site.query("SELECT DISTINCT publisher_dn FROM jobs") == [
            (certificates.dn("a"),)
        ]
        assert list(signed_site.incoming.glob("[!.]*")) == []


def test_what_cannot_be_believed_is_kept_as_sent_and_loads_once_its_signer_is_allowed(
    signed_site: Site, certificates: Pki
) -> None:
    stranger, changed = certificates.sign(ATLAS, "b"), tampered(certificates.sign(LHCB))
    with signed_site.run():
        sent = {"unsigned": LHCB, "tampered": changed, "stranger": stranger}
        for name, body in sent.items():
            signed_site.spool(body, name)
        becomes(lambda: judged(signed_site), 3)
        assert signed_site.jobs() == 0
        reasons = signed_site.refusals()
        assert {name: reason.split(":")[0] for name, reason in reasons.items()} == {
            "unsigned": "UNSIGNED",
            "tampered": "DIGEST",
            "stranger": "DN",
        }
        assert certificates.dn("b") in reasons["stranger"]
        numbers = {
            row["source_name"]: row["message_id"] for row in signed_site.json("rejects", "list")
        }
        for name, body in sent.items():
            assert signed_site.raw_output("rejects", "show", "--raw", numbers[name]) == body

    allow(signed_site, certificates.dn("a"), certificates.dn("b"))
    assert signed_site.json("rejects", "retry", numbers["stranger"]) == {
        "messages": 1, "accepted": 1, "rejected": 0, "records": 2, "ignored": 0,
    }  # fmt: skip
    assert signed_site.output(*REPORT) == FIGURES.replace(CMS_FIGURES, "")
    assert set(signed_site.refusals()) == {"unsigned", "tampered"}


def test_signed_and_encrypted_messages_of_a_broker_become_the_figures_of_a_report(
    subscribed_site: Site, certificates: Pki, broker: Broker
) -> None:
    with subscribed_site.run():
        eventually(lambda: connected(subscribed_site), "the inbox is connected")
        signed = certificates.sign(ATLAS), certificates.encrypt(certificates.sign(CMS))
        broker.publish(TOPIC, *signed, LHCB, tampered(certificates.sign(LHCB)))
        becomes(lambda: judged(subscribed_site), 4)
        becomes(lambda: subscribed_site.output(*REPORT), FIGURES)
        reasons = sorted(subscribed_site.refusals().values())
        assert [reason.split(":")[0] for reason in reasons] == ["DIGEST", "UNSIGNED"]


def test_a_thousand_messages_published_while_the_service_is_stopped_are_there_when_it_starts(
    subscribed_site: Site, certificates: Pki, broker: Broker
) -> None:
    with subscribed_site.run():
        eventually(lambda: connected(subscribed_site), "the inbox is connected")
    settings = (subscribed_site.data / "acct.toml").read_text()
    subscribed_site.configure(f"{settings}require_signature = false\n")
    burst = [message(record(LocalJobId=str(n))).encode() for n in range(1000)]
    broker.publish(TOPIC, *burst)
    with subscribed_site.run():
        becomes(subscribed_site.jobs, 1000)
        status = subscribed_site.json("status")
        assert (status["messages"]["accepted"], status["messages"]["rejected"]) == (1000, 0)
    assert subscribed_site.query("SELECT sum(number_of_jobs) AS jobs FROM super_summaries") == [
        (1000,)
    ]


def connected(site: Site) -> bool:
    [source] = [s for s in site.client.status()["sources"] if s["name"].startswith("mqtt:")]
    return str(source["state"]).startswith("connected")
