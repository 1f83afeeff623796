"""Bad input and bad luck: one line that says what, where and how to mend it, and nothing lost."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.acceptance.site import Done, Site, becomes, eventually
from tests.broker import Broker, free_port
from tests.jobs import message, record
from tests.pki import Pki


def complaint(done: Done) -> str:
    """The one line on standard error; nothing else may be said anywhere."""
    assert done.stdout == ""
    assert done.stderr.startswith("acct: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.removeprefix("acct: ").rstrip("\n")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            "[service]\nmemory_limits = '1GB'\n",
            "unknown key service.memory_limits; did you mean service.memory_limit?",
        ),
        ("[[spool]]\npth = 'x'\n", "unknown key spool[0].pth; did you mean spool[0].path?"),
        ("[mqqt]\nenabled = true\n", "unknown key mqqt; did you mean mqtt?"),
        ("[mqtt]\nport = '1883'\n", "mqtt.port = '1883' is not a whole number"),
        (
            "[[spool]]\nlayout = 'maildir'\n",
            "spool[0].layout = 'maildir'; one of directory, dirq, simple",
        ),
        ("[site\n", "acct.toml is not TOML: "),
    ],
)
def test_a_wrong_configuration_names_the_file_the_key_and_the_right_one(
    site: Site, settings: str, words: str
) -> None:
    (site.data / "acct.toml").write_text(settings)
    done = site.acct("report")
    assert done.returncode == 2
    assert str(site.data / "acct.toml") in complaint(done)
    assert words in complaint(done)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "ACCT_JOIN__LOCAL_JOB",
            "true",
            "unknown key join.local_job; did you mean join.local_jobs?",
        ),
        ("ACCT_MQTT__PORT", "many", "mqtt.port = 'many' is not a whole number"),
        ("ACCT_SPOOL__7__PATH", "x", "ACCT_SPOOL__7__PATH: no entry 7; there are 1"),
    ],
)
def test_a_wrong_environment_is_named(site: Site, name: str, value: str, words: str) -> None:
    site.environment[name] = value
    done = site.acct("query", "SELECT 1")
    assert done.returncode == 2
    assert words in complaint(done)


def test_a_spool_that_is_not_there_is_named(site: Site) -> None:
    site.incoming.rmdir()
    done = site.acct("run")
    assert done.returncode == 2
    assert f"no directory {site.incoming}; make it, or run acct init" in done.stderr
    checked = site.acct("check")
    assert checked.returncode == 1
    assert f"spool {site.incoming} is not there; make it" in checked.stdout


def test_a_spool_that_goes_away_is_taken_up_again(site: Site) -> None:
    with site.run(ACCT_SERVICE__RESCAN_S="0.1"):
        aside = site.incoming.rename(site.data / "aside")
        eventually(lambda: "No such file" in site.output("status"), "status tells")
        assert site.acct("check").returncode == 1
        aside.rename(site.incoming)
        site.spool(message())
        becomes(site.jobs, 1)


def test_a_certificate_that_cannot_be_read_stops_only_what_needs_it(
    tmp_path: Path, certificates: Pki
) -> None:
    """What is encrypted to us waits in its spool until the key is there."""
    own = f"""
[trust]
ca_path = "{certificates.ca_path}"
certificate = "{certificates.server_cert}"
key = "ourkey.pem"
[[spool]]
path = "signed"
require_signature = true
[[spool]]
path = "plain"
"""
    site = Site.make(tmp_path, own)
    (site.data / "dns").write_text(certificates.dn("a"))
    sealed = certificates.encrypt(certificates.sign(message(record(LocalJobId="sealed")).encode()))
    with site.run():
        site.spool(sealed, "sealed", "signed")
        site.spool(message(record(LocalJobId="plain")), "plain", "plain")
        eventually(lambda: "ourkey.pem" in site.output("status"), "status names the key")
        becomes(site.jobs, 1)
        assert (site.data / "signed/sealed").read_bytes() == sealed
        checked = site.acct("check")
        assert checked.returncode == 1
        assert "ourkey.pem" in checked.stdout
        (site.data / "ourkey.pem").write_bytes(certificates.server_key.read_bytes())
        becomes(site.jobs, 2)
    assert site.json("rejects", "list") == []


def test_refused_signers_and_a_lost_ca_directory_do_not_hold_up_the_rest(
    tmp_path: Path, certificates: Pki
) -> None:
    signed = '[[spool]]\npath = "signed"\nrequire_signature = true\n[[spool]]\npath = "plain"\n'
    site = Site.make(tmp_path, f"[trust]\nca_path = '{certificates.ca_path}'\n{signed}")
    (site.data / "dns").write_text(certificates.dn("a"))
    site.spool(certificates.sign(message().encode(), "b"), "stranger", "signed")
    assert site.acct("run", "--once").returncode == 1
    assert site.refusals()["stranger"].startswith("DN: ")
    site.configure(f"[trust]\nca_path = 'nowhere'\n{signed}")
    with site.run(ACCT_SERVICE__RESCAN_S="0.1"):
        site.spool(message(record(LocalJobId="plain")), "plain", "plain")
        becomes(site.jobs, 1)
        eventually(lambda: "nowhere" in site.output("status"), "status names the directory")
        assert [part["restarts"] for part in site.json("status")["parts"]] == [0, 0]
        assert site.acct("rejects", "retry").returncode == 1
    assert list(site.refusals()) == ["stranger"]


def test_a_client_certificate_for_the_broker_that_is_none_is_named(site: Site) -> None:
    (site.data / "client.pem").write_text("not a certificate")
    site.configure("[mqtt]\nenabled = true\ntls = true\ncertificate = 'client.pem'\n")
    done = site.acct("run")
    assert done.returncode == 2
    assert f"cannot use {site.data / 'client.pem'} for MQTT" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broker_that_refuses_or_is_not_there_harms_nobody_else(tmp_path: Path) -> None:
    with Broker.start(tmp_path, users={"acct": "right"}) as broker:
        (tmp_path / "password").write_text("wrong\n")
        site = Site.make(
            tmp_path,
            f"""
[mqtt]
enabled = true
host = "127.0.0.1"
port = {broker.port}
username = "acct"
password_file = "{tmp_path / "password"}"
require_signature = false
[[spool]]
path = "in"
""",
        )
        with site.run() as running:
            eventually(lambda: "authori" in site.output("status"), "status tells of the refusal")
            site.spool(message(), "good", "in")
            becomes(site.jobs, 1)
            assert site.acct("check").returncode == 1
            (tmp_path / "password").write_text("right\n")
            eventually(lambda: "connected to" in site.output("status"), "it tries again")
            assert "Traceback" not in running.log
    site.environment["ACCT_MQTT__PORT"] = str(free_port())
    done = site.acct("run", "--once")
    assert done.returncode in (0, 1), done.stderr
    assert "refused" in done.stderr


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"not a message", "HDR: "),
        (b"\x00\xff\xfe\x80" * 50, "TEXT: "),
        (b"", "EMPTY: "),
        (b"APEL-individual-job-message: v0.3\n\xff%%\n", "TEXT: "),
        (message(record(), record(LocalJobId=None)).encode(), "MAN: record 2, "),
    ],
    ids=["words", "bytes", "nothing", "not UTF-8", "a record without its id"],
)
def test_a_file_that_is_no_good_message_is_kept_as_it_is(
    site: Site, body: bytes, reason: str
) -> None:
    done = site.acct("load", site.file("bad", body))
    assert done.returncode == 1
    [row] = site.json("rejects", "list")
    assert row["error"].startswith(reason)
    assert row["error"] in done.stderr
    assert site.raw_output("rejects", "show", "--raw", row["message_id"]) == body


def test_a_message_larger_than_the_limit_is_kept_whole(site: Site) -> None:
    site.environment["ACCT_SERVICE__MAX_MESSAGE_BYTES"] = "1000"
    large = message(*(record(LocalJobId=str(n)) for n in range(50)))
    site.spool(large, "large")
    assert site.acct("run", "--once").returncode == 1
    assert site.refusals()["large"].startswith("BIG: ")
    kept = site.incoming / "oversize/large"
    assert kept.read_text() == large
    site.environment.clear()
    kept.rename(site.incoming / "large")
    assert site.acct("run", "--once").returncode == 0
    assert site.jobs() == 50


def test_a_newer_store_is_left_alone(site: Site) -> None:
    with duckdb.connect(site.data / "acct.duckdb") as store:
        store.execute("UPDATE store.program SET applied = 99")
    before = (site.data / "acct.duckdb").read_bytes()
    for command in ("report", "run", "load"):
        done = site.acct(command, *([site.file("good", message())] if command == "load" else []))
        assert done.returncode == 1
        assert "the store has form 99, this program" in done.stderr
        assert "install the newer acct" in done.stderr
        assert "Traceback" not in done.stderr
    assert (site.data / "acct.duckdb").read_bytes() == before


def test_a_data_directory_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    site = Site(tmp_path / "nowhere")
    for command in (["report"], ["run"], ["query", "SELECT 1"], ["tui"], ["summarise"]):
        done = site.acct(*command)
        assert done.returncode == 2
        assert complaint(done) == f"no directory {site.data}; acct init makes it"
    assert site.acct("check").returncode == 1
    assert not site.data.exists()


@pytest.mark.parametrize("damage", ["overwritten", "cut off", "another kind of file"])
def test_a_damaged_store_is_named_and_left_as_it_is(site: Site, damage: str) -> None:
    file = site.data / "acct.duckdb"
    whole = file.read_bytes()
    broken = {
        "overwritten": whole[:4096] + b"\xaa" * 65_536 + whole[69_632:],
        "cut off": whole[: len(whole) // 3],
        "another kind of file": b"SQLite format 3\0" * 1000,
    }[damage]
    file.write_bytes(broken)
    for command in ("report", "run", "check"):
        done = site.acct(command)
        assert done.returncode == 1, f"{command}: {done.stdout}{done.stderr}"
        said = done.stdout + done.stderr
        assert str(file) in said
        assert "damaged" in said
        assert "Traceback" not in said
    assert file.read_bytes() == broken


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "acct-test", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_on_a_full_disk_messages_wait_and_are_loaded_once_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    spool = tmp_path / "in"
    site = Site.make(small_disk, f'[[spool]]\npath = "{spool}"\n')
    large = message(
        *(record(LocalJobId=str(n), GlobalUserName=os.urandom(60).hex()) for n in range(20_000))
    )
    with site.run():
        ballast = fill(small_disk)
        site.spool(large, "large", str(spool))
        eventually(lambda: "space" in site.output("status").lower(), "status tells of the disk")
        assert (spool / "large").exists()
        assert site.jobs() == 0
        ballast.unlink()
        becomes(site.jobs, 20_000)
    assert site.json("rejects", "list") == []


def fill(disk: Path) -> Path:
    """Leave no room."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(bytes(65_536))
    return ballast
