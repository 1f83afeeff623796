"""From the outgoing queue of one acct, signed and encrypted, to the rows of another."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.spool import open_layout
from tests.acceptance.site import Site, becomes, eventually
from tests.ams import Ams, Answer
from tests.broker import Broker, Certificates, make_certificates, until
from tests.jobs import message, record
from tests.pki import Pki, openssl

USER = "/DC=org/CN=Jan Žižkov"
TEXT = message(record(LocalJobId="1", GlobalUserName=USER), record(LocalJobId="2"))


def brokers_keys(section: str, broker: Broker) -> str:
    tls: Certificates | None = broker.certificates
    assert tls is not None
    return f"""
[{section}]
host = "127.0.0.1"
port = {broker.port}
tls = true
ca_file = "{tls.ca}"
certificate = "{tls.client}"
key = "{tls.client_key}"
"""


def sending_site(directory: Path, pki: Pki, broker: Broker) -> Site:
    """Host a's: publishes to the broker, signed, and encrypted to the server."""
    signer = pki.holders["a"]
    settings = f"""
[site]
name = "UKI-NORTH-T2"
[trust]
certificate = "{signer.cert}"
key = "{signer.key_file}"
[[spool]]
path = "spool/incoming"
[publish]
via = "mqtt"
encrypt_to = "{pki.server_cert}"
"""
    return Site.make(directory / "sender", settings + brokers_keys("publish.mqtt", broker))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker.start(tmp_path, certificates=make_certificates(tmp_path / "tls")) as running:
        yield running


@pytest.fixture
def sender(tmp_path: Path, certificates: Pki, broker: Broker) -> Site:
    return sending_site(tmp_path, certificates, broker)


@pytest.fixture
def parent(tmp_path: Path, certificates: Pki, broker: Broker) -> Site:
    """The server's: believes host a, and opens what is encrypted to it."""
    settings = f"""
[trust]
ca_path = "{certificates.ca_path}"
allowed_dns = "dns"
certificate = "{certificates.server_cert}"
key = "{certificates.server_key}"
"""
    inbox = 'enabled = true\ntopic = "apel/v1/gLite-APEL/#"\nclient_id = "parent"\n'
    site = Site.make(tmp_path / "parent", settings + brokers_keys("mqtt", broker) + inbox)
    (site.data / "dns").write_text(certificates.dn("a") + "\n")
    return site


def publish(site: Site, *texts: str) -> None:
    outgoing = open_layout(site.data / "spool/outgoing", "simple")
    for text in texts:
        outgoing.add(text.encode())


def left(site: Site) -> int:
    return open_layout(site.data / "spool/outgoing", "simple").count()


def subscribed(site: Site) -> bool:
    [source] = [s for s in site.client.status()["sources"] if s["name"].startswith("mqtt:")]
    return str(source["state"]).startswith("connected")


def test_what_a_service_publishes_becomes_the_rows_of_another_under_its_dn(
    sender: Site, parent: Site, certificates: Pki
) -> None:
    with parent.run(), sender.run():
        eventually(lambda: subscribed(parent), "the parent listens")
        publish(sender, TEXT, message(record(LocalJobId="3")))
        becomes(parent.jobs, 3)
        rows = parent.query(
            "SELECT local_job_id, global_user_name, publisher_dn FROM jobs ORDER BY local_job_id"
        )
        dn = certificates.dn("a")
        assert rows[0] == ("1", USER, dn)
        assert [(job, signer) for job, _, signer in rows[1:]] == [("2", dn), ("3", dn)]
        becomes(lambda: left(sender), 0)
        state = sender.json("status")["sender"]
        assert (state["waiting"], state["sent"], state["problems"]) == (0, 2, [])
        assert "2 sent" in sender.output("status")
        assert sender.acct("check").stdout == ""


def test_a_service_that_is_killed_while_it_sends_loses_no_message(
    sender: Site, parent: Site
) -> None:
    with parent.run():
        eventually(lambda: subscribed(parent), "the parent listens")
        publish(sender, *(message(record(LocalJobId=str(number))) for number in range(300)))
        for remaining in (280, 180):
            killed = sender.start()
            until(lambda: left(sender) < remaining, "some are gone")  # noqa: B023
            killed.kill()
        assert left(sender) > 0, "it was killed too late to tell anything"
        assert sender.acct("run", "--once").returncode == 0
        becomes(parent.jobs, 300)
        assert left(sender) == 0
        assert parent.json("status")["messages"]["rejected"] == 0


def test_acct_send_says_how_many_went_and_asks_the_service_if_one_runs(
    sender: Site, parent: Site
) -> None:
    publish(sender, TEXT)
    nobody = sender.acct("send", "--patience", "0.5")
    assert (nobody.returncode, left(sender)) == (1, 1)
    assert "0 messages sent, 1 wait" in nobody.stderr
    assert "nobody has subscribed" in nobody.stderr
    with parent.run():
        eventually(lambda: subscribed(parent), "the parent listens")
        assert sender.acct("send").stderr == "1 messages sent, 0 wait\n"
        with sender.run():
            assert sender.json("send") == {"sent": 0, "waiting": 0, "problems": []}
        becomes(parent.jobs, 2)


def test_once_ends_with_1_if_something_could_not_go(
    tmp_path: Path, certificates: Pki, sender: Site
) -> None:
    publish(sender, TEXT)
    tls = make_certificates(tmp_path / "strict")
    with Broker.start(tmp_path / "strict", certificates=tls, acl="topic read #\n") as strict:
        denied = sending_site(tmp_path / "denied", certificates, strict)
        publish(denied, TEXT)
        done = denied.acct("run", "--once")
        assert (done.returncode, left(denied)) == (1, 1)
        assert "Not authorized" in done.stderr


def test_check_names_what_keeps_us_from_sending(
    sender: Site, broker: Broker, certificates: Pki
) -> None:
    assert sender.acct("check").returncode == 0
    broker.stop()
    done = sender.acct("check")
    assert done.returncode == 1
    assert f"127.0.0.1:{broker.port} cannot be reached" in done.stdout
    broker.restart()
    sender.environment["ACCT_TRUST__KEY"] = str(certificates.holders["b"].key_file)
    done = sender.acct("check")
    assert done.stdout.count("is not the key of") == 1
    started = sender.acct("run", "--once")
    assert (started.returncode, "is not the key of" in started.stderr) == (2, True)
    sender.environment["ACCT_PUBLISH__VIA"] = "queue"
    done = sender.acct("send")
    assert done.returncode == 2
    assert 'publish.via = "mqtt" or "ams" makes acct send' in done.stderr


def test_messages_go_to_ams_as_ssm_sends_them(tmp_path: Path, certificates: Pki) -> None:
    with Ams.start(tmp_path) as ams:
        certificate, key = ams.own
        given = ams.settings()
        site = Site.make(tmp_path / "site", f"""
[trust]
certificate = "{certificate}"
key = "{key}"
[[spool]]
path = "spool/incoming"
[publish]
via = "ams"
encrypt_to = "{certificates.server_cert}"
[publish.ams]
host = "{given.host}"
port = {given.port}
token_port = {given.token_port}
ca_file = "{given.ca_file}"
""")  # fmt: skip
        publish(site, TEXT, TEXT.replace("LocalJobId: 1", "LocalJobId: 3"))
        names = open_layout(site.data / "spool/outgoing", "simple").waiting().names
        ams.answers(Answer(503), Answer(500, b"", after_storing=True))
        done = site.acct("send", "--json")
        assert (done.returncode, json.loads(done.stdout)["sent"]) == (0, 2), done.stderr
        # The second answer was lost: the first message is there twice, and nothing is missing.
        assert ams.empaids() == [names[0], names[0], names[1]]
        recipient = "-recip", certificates.server_cert, "-inkey", certificates.server_key
        inside = openssl("smime", "-decrypt", *recipient, stdin=ams.bodies()[2])
        verified = openssl(
            "smime", "-verify", "-purpose", "any", "-CAfile", ams.certificates.ca, stdin=inside
        )
        assert b"LocalJobId: 3" in verified
        assert left(site) == 0
        assert "cannot send" not in site.acct("check").stdout
        ams.answers(Answer(403))
        publish(site, TEXT)
        refused = site.acct("send")
        assert (refused.returncode, left(site)) == (1, 1)
        assert "the service's administrators grant it" in refused.stderr
