"""Configuration: what is not understood is an error, never a silent default."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from appliance.configfile import load_config
from appliance.errors import UsageError
from appliance.example import example


def written(folder: Path, text: str) -> Path:
    file = folder / "acct.toml"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[trust]\nca_pth = "x"', "unknown key trust.ca_pth; did you mean trust.ca_path?"),
        (
            "[publish.mqtt]\nprot = 1",
            "unknown key publish.mqtt.prot; did you mean publish.mqtt.port",
        ),
        ("[publish]\nmqtt = 1", "publish.mqtt = 1 is not a table"),
        ('[[spool]]\nlayout = "dirk"', "spool[0].layout = 'dirk'; one of directory, dirq, simple"),
        ('[mqtt]\nport = "x"', "mqtt.port = 'x' is not a whole number"),
        ("[mqtt]\nport = true", "mqtt.port = True is not a whole number"),
        ("[spools]", "unknown key spools; did you mean spool?"),
        ("trust = 1", "trust = 1 is not a table"),
        ("spool = 1", "spool = 1 is not a list of tables"),
        ("[site", "is not TOML"),
        ("data = 'x'", "unknown key data"),
        ('[publish]\ninterval = "newest"', "publish.interval = 'newest'; one of latest, all"),
        ('[publish]\ndatasets = ["job"]', "publish.datasets[0] = 'job'; one of jobs, summaries"),
        ('[publish]\ndatasets = "jobs"', "publish.datasets = 'jobs' is not a list"),
        ('[publish]\nstyle = "xml"', "publish.style = 'xml'; one of v0.3, v0.4, ur"),
        ("[publish]\ninclude_vos = [1]", "publish.include_vos[0] = 1 is not text"),
    ],
)
def test_a_wrong_key_or_value_names_the_file_the_key_and_the_right_one(
    tmp_path: Path, text: str, said: str
) -> None:
    file = written(tmp_path, text)
    with pytest.raises(UsageError) as refused:
        load_config(tmp_path, environment={})
    assert str(refused.value).startswith(str(file))
    assert said in str(refused.value)


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    written(tmp_path, "[mqtt]\nport = 1\n[[spool]]\npath = 'in'\n")
    config = load_config(
        tmp_path,
        environment={
            "ACCT_MQTT__PORT": "8883",
            "ACCT_JOIN__LOCAL_JOBS": "true",
            "ACCT_SPOOL__0__LAYOUT": "dirq",
            "ACCT_SERVICE__RESCAN_S": "0.5",
        },
    )
    assert (config.mqtt.port, config.join.local_jobs, config.service.rescan_s) == (8883, True, 0.5)
    assert config.spool[0].layout == "dirq"
    assert config.spool[0].path == tmp_path / "in"


def test_a_table_inside_a_table_is_read_and_the_environment_reaches_it(tmp_path: Path) -> None:
    written(tmp_path, "[publish]\nvia = 'mqtt'\n[publish.mqtt]\nport = 1\nkey = 'k.pem'\n")
    given = {"ACCT_PUBLISH__MQTT__PORT": "8883", "ACCT_PUBLISH__AMS__HOST": "ams.example.org"}
    publish = load_config(tmp_path, environment=given).publish
    assert (publish.via, publish.mqtt.port, publish.ams.host) == ("mqtt", 8883, "ams.example.org")
    assert publish.mqtt.key == tmp_path / "k.pem"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ACCT_PUBLISH__MQTT__PROT", "did you mean publish.mqtt.port?"),
        ("ACCT_JOIN__LOCAL_JOB", "did you mean join.local_jobs?"),
        ("ACCT_JION__LOCAL_JOBS", "did you mean join?"),
        ("ACCT_SPOOL__3__PATH", "no entry 3"),
    ],
)
def test_a_wrong_key_in_the_environment_is_an_error_too(
    tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said.replace("?", r"\?")):
        load_config(tmp_path, environment={name: "true"})


def test_a_list_in_the_environment_is_parted_by_commas(tmp_path: Path) -> None:
    names = {"ACCT_PUBLISH__DATASETS": "jobs, super_summaries", "ACCT_PUBLISH__INCLUDE_VOS": ""}
    config = load_config(tmp_path, environment=names)
    assert config.publish.datasets == ["jobs", "super_summaries"]
    assert config.publish.include_vos == []
    with pytest.raises(UsageError, match=r"publish.datasets\[1\] = 'job'; one of jobs"):
        load_config(tmp_path, environment={"ACCT_PUBLISH__DATASETS": "jobs,job"})


def test_the_environment_chooses_the_data_directory_and_a_flag_beats_it(tmp_path: Path) -> None:
    given = {"ACCT_DATA": str(tmp_path / "env")}
    assert load_config(environment=given).data == tmp_path / "env"
    assert load_config(tmp_path / "flag", environment=given).data == tmp_path / "flag"


def test_the_example_says_what_is_the_default_anyway(tmp_path: Path) -> None:
    plain = load_config(tmp_path, environment={})
    file = written(tmp_path, example({"site.name": "SITE"}))
    same = load_config(tmp_path, environment={})
    assert same.site.name == "SITE"
    assert (same.trust, same.mqtt, same.spool) == (plain.trust, plain.mqtt, plain.spool)
    lists = r"^#\[\[.*?(?=\n\n|\Z)"  # sections that are not there
    text = re.sub(lists, "", file.read_text(), flags=re.DOTALL | re.MULTILINE)
    uncommented = "\n".join(
        line[1:] if line.startswith("#") and line[1:2].islower() and " = " in line else line
        for line in text.splitlines()
        if not line.startswith("# ")
    )
    file.write_text(uncommented)
    everything = load_config(tmp_path, environment={})
    assert (everything.mqtt, everything.join) == (plain.mqtt, plain.join)
    assert (everything.service, everything.publish) == (plain.service, plain.publish)


def test_a_site_name_with_quotes_is_written_safely(tmp_path: Path) -> None:
    written(tmp_path, example({"site.name": 'A "quoted"\\ näme'}))
    assert load_config(tmp_path, environment={}).site.name == 'A "quoted"\\ näme'


def test_entries_of_the_map_have_times_as_toml_or_as_text(tmp_path: Path) -> None:
    written(
        tmp_path,
        '[[join.map]]\nuser = "dune*"\nvo = "dune"\nfrom = 2025-06-01\nuntil = "2025-07"\n'
        '[[join.host]]\nce = "ce1*"\nmachine_name = "batch1"\n',
    )
    join = load_config(tmp_path, environment={}).join
    assert (join.map[0].from_, join.map[0].until) == (datetime(2025, 6, 1), datetime(2025, 7, 1))
    assert (join.host[0].ce, join.host[0].machine_name) == ("ce1*", "batch1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[join.map]]\nfrom_ = "2025"', "unknown key join.map[0].from_; did you mean"),
        ('[[join.map]]\nfrom = "soon"', "join.map[0].from = 'soon' is no day or time"),
        ('[join]\nscale_by = "both"', "join.scale_by = 'both'; one of level, durations"),
    ],
)
def test_wrong_entries_of_join_are_named(tmp_path: Path, text: str, said: str) -> None:
    written(tmp_path, text)
    with pytest.raises(UsageError) as refused:
        load_config(tmp_path, environment={})
    assert said in f"{refused.value}; {refused.value.hint}"
