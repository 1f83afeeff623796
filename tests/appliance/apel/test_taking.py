"""An APEL client's configuration is taken over, and what is not is told."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from appliance.apel.logs import local_zone
from appliance.apel.options import OPTIONS
from appliance.apel.patterns import from_regex
from appliance.apel.reference import reference
from appliance.apel.taking import Taken, take_over
from appliance.errors import UsageError
from appliance.example import keys
from appliance.repository import Benchmark
from tests.apel import CLIENT, PARSER, SENDER


def taken(folder: Path, **files: str) -> Taken:
    for name, text in files.items():
        (folder / f"{name}.cfg").write_text(text.replace("SPOOL", "/var/spool/apel"))
    return take_over(folder)


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Taken:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    return taken(tmp_path, parser=PARSER, client=CLIENT, sender=SENDER)


def test_every_setting_has_its_place(whole: Taken) -> None:
    assert whole.settings == {
        "site.name": "EXAMPLE-SITE",
        "site.machine_name": "batch.example.org",
        "join.local_jobs": True,
        "publish.local_jobs": True,
        "publish.withhold_dns": True,
        "publish.include_vos": ["atlas", "cms", "lhcb"],
        "publish.datasets": ["super_summaries"],
        "publish.style": "v0.4",
        "publish.path": "/var/spool/apel/outgoing",
        "publish.layout": "simple",
        "publish.interval": "latest",
        "publish.via": "ams",
        "publish.ams.host": "msg.example.org",
        "publish.ams.project": "accounting",
        "publish.ams.topic": "gLite-APEL",
        "publish.encrypt_to": "/etc/grid-security/servercert.pem",
        "trust.certificate": "/etc/grid-security/hostcert.pem",
        "trust.key": "/etc/grid-security/hostkey.pem",
        "trust.ca_path": "/etc/grid-security/certificates",
    }


def test_logs_are_file_patterns(whole: Taken) -> None:
    assert whole.logs == [
        {"format": "blah", "path": "/var/lib/condor-ce/apel/blah*"},
        {
            "format": "slurm",
            "path": "/var/log/[[]apel]/**/slurm_acc." + "[0-9]" * 8,
            "parallel": True,  # Slurm always says its cores
            "timezone": "Europe/Berlin",
        },
    ]


def test_benchmarks_are_those_that_apel_applies(whole: Taken) -> None:
    assert whole.benchmarks == [
        Benchmark("batch.example.org", "HEPSPEC", Decimal("9.5")),
        Benchmark("ce1.example.org:9619/ce1-condor", "HEPSPEC", Decimal("10.32")),
        Benchmark("ce1.example.org:9619/ce1-condor", "HEPscore23", Decimal(12), also=True),
        Benchmark("ce2.example.org:9619/ce2-condor", "HEPscore23", Decimal("11.6")),
    ]


def test_what_wants_a_look_and_what_has_no_place_is_told(whole: Taken) -> None:
    notes = "\n".join(whole.notes)
    assert "lrms_server = other.example.org is left out: site.machine_name is batch" in notes
    assert "manual_spec5 is left out, as APEL does: there is no manual_spec4" in notes
    assert "acct publish --interval gap --from 2026-01-01" in notes
    assert "publish.ams.token_file" in notes
    left = "\n".join(whole.unneeded)
    assert "parser.cfg: [db] hostname, password: not needed: the store is one file" in left
    assert "client.cfg: [spec_updater] ldap_host: not needed: acct benchmark import" in left
    assert "50%off" not in left + notes
    assert "verysecret" not in left + notes + str(whole.settings)


def test_one_file_alone_is_enough_and_bytes_of_an_editor_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "client.cfg").write_bytes(b"\xef\xbb\xbf[joiner]\r\nlocal_jobs = false\r\n")
    found = take_over(tmp_path)
    assert found.settings == {"join.local_jobs": False, "publish.local_jobs": False}


def test_stomp_is_left_to_ssmsend(tmp_path: Path) -> None:
    stomp = SENDER.replace("AMS", "STOMP").replace("path_type: dirq", "path_type: directory")
    found = taken(tmp_path, sender=stomp)
    assert "publish.via" not in found.settings
    assert found.settings["publish.layout"] == "directory"
    assert any("STOMP is not spoken" in note for note in found.notes)


def test_usage_records_are_for_jobs_alone(tmp_path: Path) -> None:
    text = "[unloader]\nsend_ur = true\nsend_summaries = {}\ndict_benchmark_type = false\n"
    jobs = taken(tmp_path, client=text.format("false")).settings
    summaries = taken(tmp_path, client=text.format("true")).settings
    assert (jobs["publish.datasets"], jobs["publish.style"]) == (["jobs"], "ur")
    assert summaries["publish.datasets"] == ["super_summaries"]
    assert "publish.style" not in summaries


def test_an_unloader_that_is_off_publishes_nothing(tmp_path: Path) -> None:
    found = taken(tmp_path, client="[unloader]\nenabled = false\n")
    assert found.settings["publish.datasets"] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"enabled = true\n", "no section headers"),
        (b"[blah]\nenabled\n", "[line 2]"),
        (b"[blah]\nenabled = true\n#\xff\n", "line 3 is not UTF-8"),
        (b"[blah]\nenabled = perhaps\n", "[blah] enabled = 'perhaps' is not true or false"),
        (b"[blah]\nenabled = true\n dir = x\n", "[blah] enabled goes on over several lines"),
    ],
)
def test_a_file_that_cannot_be_understood_is_named(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "parser.cfg"
    file.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        take_over(tmp_path)
    assert str(file) in str(refused.value)
    assert said in str(refused.value)


def test_a_wrong_interval_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="interval = lately; one of latest, gap, all"):
        taken(tmp_path, client="[unloader]\ninterval = lately\n")


def test_a_directory_without_any_of_them_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no parser\.cfg, client\.cfg or sender\.cfg"):
        take_over(tmp_path)
    with pytest.raises(UsageError, match="no directory"):
        take_over(tmp_path / "nowhere")
    (tmp_path / "parser.cfg").mkdir()
    with pytest.raises(UsageError, match="cannot read"):
        take_over(tmp_path)


def test_a_bad_benchmark_or_log_is_left_out_and_told(tmp_path: Path) -> None:
    found = taken(
        tmp_path,
        client="[spec_updater]\nmanual_spec1 = ce1,HEPSPEC06,10\nmanual_spec2 = ce2,si2k,9\n",
        parser="[batch]\ntype = Maui\ndir = /x\n[blah]\nfilename_prefix = x\n[extra]\na = 1\n",
    )
    assert [one.host for one in found.benchmarks] == ["ce2"]
    assert found.logs == []
    notes = "\n".join(found.notes)
    assert "manual_spec1 is left out: there is no benchmark 'HEPSPEC06'; did you mean" in notes
    assert "[batch] is left out: it says no type" in notes
    assert "[blah] is left out: it says no dir" in notes
    assert "parser.cfg: [extra] a is not known" in notes


@pytest.mark.parametrize(
    ("expression", "pattern"),
    [
        ("", "*"),
        ("blahp.log", "blahp.log*"),
        (r"^\d{8}$", "[0-9]" * 8),
        (r"20\d\d[0-9]{2}", "20" + "[0-9]" * 4 + "*"),
        ("slurm.*", "slurm*"),
        (r"acc.+\.log$", "acc?*.log"),
        (r"a{3}", "aaa*"),
        (r"\$x", "$x*"),
        ("a|b", None),
        (r"x\d+", None),
        ("(a)?", None),
        ("[a-c]", None),
    ],
)
def test_regular_expressions_become_patterns_where_one_says_the_same(
    expression: str, pattern: str | None
) -> None:
    assert from_regex(expression) == pattern


def test_a_regular_expression_that_no_pattern_says_takes_every_file_and_is_told(
    tmp_path: Path,
) -> None:
    text = "[blah]\ndir = /d\nfilename_prefix = (a|b)\n"
    found = taken(tmp_path, parser=text)
    assert found.logs == [{"format": "blah", "path": "/d/*"}]
    assert "filename_prefix = (a|b) is no file pattern" in found.notes[0]


def test_factors_of_grid_engines_hosts_are_to_be_saved(tmp_path: Path) -> None:
    found = taken(tmp_path, parser="[batch]\ntype = SGE\ndir = /d\n")
    assert found.logs == [{"format": "sge", "path": "/d/*", "parallel": False}]
    assert any("join.qhost" in note for note in found.notes)


@pytest.mark.parametrize(("said", "zone"), [("Asia/Kolkata", "Asia/Kolkata"), ("CEST-9x", "UTC")])
def test_the_zone_is_this_hosts(monkeypatch: pytest.MonkeyPatch, said: str, zone: str) -> None:
    monkeypatch.setitem(os.environ, "TZ", said)
    assert local_zone() == zone


def test_the_documentation_is_made_from_the_table() -> None:
    written = Path(__file__).parents[3] / "docs/from-apel.md"
    assert written.read_text() == reference(), "make docs writes it anew"


def test_every_place_is_a_key_of_acct_toml() -> None:
    """But for those that the rooms of publishing and sending declare themselves."""
    of_others = {f"publish.{name}" for name in (
        "datasets", "interval", "style", "local_jobs", "include_vos", "exclude_vos",
        "withhold_dns", "via", "encrypt_to", "ams.host", "ams.project", "ams.topic",
        "ams.token_file",
    )}  # fmt: skip
    of_logs = {f"logs.{name}" for name in ("format", "path", "parallel")}
    places = {place for option in OPTIONS for place in option.places}
    assert places - keys() - of_others - of_logs == {"(benchmarks)"}
