"""Reports and exports of one small site, every figure worked out by hand."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.acceptance.site import Site
from tests.jobs import V3, message, record

MAY_31, JUNE_1, JUNE_15 = "1717199999", "1717200000", "1718409600"  # 23:59:59, 00:00:00, 00:00:00
PRODUCTION = "/atlas/Žižkov/Role=production/Capability=NULL"
JOBS = message(
    # 1 h on 8 cores, 4 h of CPU time; 10 HEPscore23 a core
    record(
        Site="NORTH", SubmitHost="ce1", MachineName="m", Queue="long", LocalJobId="1",
        LocalUserId="u1", GlobalUserName="/CN=Ångström", FQAN=PRODUCTION, WallDuration="3600",
        CpuDuration="14400", Processors="8", NodeCount="2", StartTime="1717196399",
        EndTime=MAY_31, InfrastructureDescription="APEL-CREAM-PBS", InfrastructureType="grid",
        MemoryReal="1000", MemoryVirtual="2000", ServiceLevelType="HEPscore23", ServiceLevel="10",
    ),
    # half an hour on cores that nobody counted, a quarter of CPU time; 2500 si2k are 10 HEPSPEC
    record(
        Site="NORTH", SubmitHost="ce1", Queue="short", LocalJobId="2", VO="atlas",
        GlobalUserName="/CN=Ångström", WallDuration="1800", CpuDuration="900", StartTime=JUNE_1,
        EndTime=JUNE_1, InfrastructureType="grid", ServiceLevelType="si2k", ServiceLevel="2500",
    ),
    # 2 h on one core, 1 h of CPU time; 12.5 HEPSPEC
    record(
        Site="SOUTH", SubmitHost="ce2", Queue="long", LocalJobId="3", VO="cms",
        GlobalUserName="/CN=b", WallDuration="7200", CpuDuration="3600", Processors="1",
        StartTime=JUNE_1, EndTime=JUNE_15, InfrastructureType="local", ServiceLevel="12.5",
    ),
)  # fmt: skip
ALL = "--from", "2024", "--to", "2025"

# jobs, wall h, core-wall h, CPU h, wall work, CPU work, efficiency
ONE = (1, 1.0, 8.0, 4.0, 80.0, 40.0, 0.5)
TWO = (1, 0.5, 0.5, 0.25, 5.0, 2.5, 0.5)
THREE = (1, 2.0, 2.0, 1.0, 25.0, 12.5, 0.5)
METRICS = "jobs,wall_hours,core_wall_hours,cpu_hours,wall_work,cpu_work,efficiency"
HEADS = {"HEPscore23": ONE, "HEPSPEC": (2, 2.5, 2.5, 1.25, 30.0, 15.0, 0.5)}

BY = {
    "site": {"NORTH": 2, "SOUTH": 1},
    "vo": {"atlas": 2, "cms": 1},
    "vo_group": {"/atlas/Žižkov": 1, "None": 2},
    "vo_role": {"Role=production": 1, "None": 2},
    "user": {"/CN=Ångström": 2, "/CN=b": 1},
    "submit_host": {"ce1": 2, "ce2": 1},
    "month": {"2024-05": 1, "2024-06": 2},
    "year": {2024: 3},
    "queue": {"long": 2, "short": 1},
    "infrastructure": {"grid": 2, "local": 1},
    "benchmark": {"HEPscore23": 1, "HEPSPEC": 2},
    "processors": {8: 1, 0: 1, 1: 1},
}
TIMES = {
    ("2024-05", "2024-06"): {"1"},
    ("2024-06", "2024-07"): {"2", "3"},
    ("2024-05-31", "2024-06-01"): {"1"},
    ("2024-06-01", "2024-06-02"): {"2"},
    ("2024-06-02", "2024-06-16"): {"3"},
    ("2024", "2025"): {"1", "2", "3"},
    ("2024-06", ""): {"2", "3"},
    ("", "2024-06-01"): {"1"},
}
"""From, up to but not including, and the jobs that ended then, UTC."""
QUEUE_OF = {"1": ("long", 1.0), "2": ("short", 0.5), "3": ("long", 2.0)}

OF_JOB = [
    "site",
    "submit_host",
    "machine_name",
    "queue",
    "local_job_id",
    "local_user_id",
    "global_user_name",
    "fqan",
    "vo",
    "vo_group",
    "vo_role",
    "wall_duration",
    "cpu_duration",
    "processors",
    "node_count",
    "start_time",
    "end_time",
    "infrastructure_description",
    "infrastructure_type",
    "memory_real",
    "memory_virtual",
    "service_level_type",
    "service_level",
    "service_levels",
    "publisher_dn",
    "message_id",
    "update_time",
]
OF_SUMMARY = [
    "site",
    "month",
    "year",
    "global_user_name",
    "vo",
    "vo_group",
    "vo_role",
    "submit_host",
    "infrastructure_type",
    "infrastructure_description",
    "service_level_type",
    "service_level",
    "node_count",
    "processors",
    "earliest_end_time",
    "latest_end_time",
    "wall_duration",
    "cpu_duration",
    "number_of_jobs",
    "update_time",
]
OF_NORMALISED = [
    "site",
    "month",
    "year",
    "global_user_name",
    "vo",
    "vo_group",
    "vo_role",
    "submit_host",
    "infrastructure",
    "infrastructure_description",
    "service_level_type",
    "node_count",
    "processors",
    "earliest_end_time",
    "latest_end_time",
    "wall_duration",
    "cpu_duration",
    "normalised_wall_duration",
    "normalised_cpu_duration",
    "number_of_jobs",
    "update_time",
]
OF_MESSAGE = [
    "message_id",
    "source",
    "source_name",
    "received_at",
    "signer",
    "kind",
    "records",
    "bytes",
    "sha256",
    "state",
    "error",
]
DATASETS = {
    "jobs": OF_JOB,
    "super_summaries": OF_SUMMARY,
    "normalised_super_summaries": OF_NORMALISED,
    "messages": OF_MESSAGE,
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Served, so that the many questions are cheap; the file gives the same: see test_query."""
    site = Site.make(tmp_path_factory.mktemp("r"))
    with site.run():
        site.output("load", "--signer", "/CN=sender", site.file("jobs", JOBS))
        yield site


def counted(site: Site, *arguments: str) -> dict[Any, Any]:
    return dict(rows(site, *arguments, "--metric", "jobs"))


def rows(site: Site, *arguments: str) -> list[Any]:
    return [tuple(row.values()) for row in site.json("report", *arguments)]


def test_every_metric_is_as_worked_out_by_hand(loaded: Site) -> None:
    found = rows(loaded, *ALL, "--by", "benchmark", "--metric", METRICS)
    assert {row[0]: row[1:] for row in found} == HEADS
    found = rows(loaded, *ALL, "--by", "site,vo,month", "--metric", METRICS)
    assert sorted(found) == [
        ("NORTH", "atlas", "2024-05", "HEPscore23", *ONE),
        ("NORTH", "atlas", "2024-06", "HEPSPEC", *TWO),
        ("SOUTH", "cms", "2024-06", "HEPSPEC", *THREE),
    ]


def test_jobs_can_be_counted_by_every_dimension(loaded: Site) -> None:
    for name, wanted in BY.items():
        assert counted(loaded, *ALL, "--by", name) == wanted, name


def test_times_are_days_or_months_of_the_jobs_end(loaded: Site) -> None:
    for (since, until), jobs in TIMES.items():
        span = [*(["--from", since] if since else []), *(["--to", until] if until else [])]
        wanted: dict[str, float] = {}
        for queue, hours in (QUEUE_OF[job] for job in jobs):
            wanted[queue] = wanted.get(queue, 0) + hours
        found = rows(loaded, *span, "--by", "queue", "--metric", "wall_hours")
        assert dict(found) == wanted, (since, until)


def test_conditions_of_one_field_are_alternatives_and_fields_all_hold(loaded: Site) -> None:
    by_site = (*ALL, "--by", "site")
    assert counted(loaded, *by_site, "--where", "vo=atlas") == {"NORTH": 2}
    assert counted(loaded, *by_site, "--where", "vo=atlas", "--where", "vo=cms") == BY["site"]
    assert counted(loaded, *by_site, "--where", "vo=atlas", "--where", "queue=long") == {"NORTH": 1}
    assert counted(loaded, *by_site, "--where", "vo_group=/atlas/Žižkov") == {"NORTH": 1}
    assert counted(loaded, *by_site, "--where", "vo=' OR 1=1 --") == {}


def test_work_in_one_unit_leaves_out_what_was_never_measured_in_it(loaded: Site) -> None:
    found = rows(loaded, *ALL, "--by", "site", "--metric", "wall_work", "--unit", "HEPSPEC")
    assert {row[0]: row[1] for row in found} == {"NORTH": 5.0, "SOUTH": 25.0}
    found = rows(loaded, *ALL, "--by", "site", "--metric", "wall_work", "--unit", "si2k")
    assert {row[0]: row[1] for row in found} == {"NORTH": 1250.0, "SOUTH": 6250.0}


def test_totals_add_hours_and_never_two_benchmarks(loaded: Site) -> None:
    table = loaded.output("report", *ALL, "--metric", "jobs,core_wall_hours,efficiency,wall_work")
    assert table.splitlines()[-1].split() == ["total", "3", "10.5", "0.500"]
    june = loaded.output("report", "--from", "2024-06", "--to", "2024-07", "--metric", "wall_work")
    assert june.splitlines()[-1].split() == ["total", "30.0"]


def test_each_format_says_the_same(loaded: Site, tmp_path: Path) -> None:
    question = ("report", *ALL, "--by", "user", "--metric", "jobs,wall_hours,efficiency")
    assert loaded.output(*question, "--format", "csv") == (
        "user,jobs,wall_hours,efficiency\n/CN=b,1,2.0,0.5\n/CN=Ångström,2,1.5,0.5\n"
    )
    assert json.loads(loaded.output(*question, "--format", "json")) == [
        {"user": "/CN=b", "jobs": 1, "wall_hours": 2.0, "efficiency": 0.5},
        {"user": "/CN=Ångström", "jobs": 2, "wall_hours": 1.5, "efficiency": 0.5},
    ]
    assert loaded.output(*question, "--format", "markdown") == (
        "| user | jobs | wall_hours | efficiency |\n"
        "| --- | ---: | ---: | ---: |\n"
        "| /CN=b | 1 | 2.0 | 0.500 |\n"
        "| /CN=Ångström | 2 | 1.5 | 0.500 |\n"
        "| **total** | **3** | **3.5** | **0.500** |\n"
    )
    table = """\
user          jobs  wall_hours  efficiency
────────────  ────  ──────────  ──────────
/CN=b            1         2.0       0.500
/CN=Ångström     2         1.5       0.500
────────────  ────  ──────────  ──────────
total            3         3.5       0.500
"""
    assert loaded.output(*question) == table
    file = tmp_path / "report.txt"
    assert loaded.output(*question, "--output", str(file)) == ""
    assert file.read_text(encoding="utf-8") == table


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_dataset_is_exported_with_the_columns_of_the_contract(
    loaded: Site, dataset: str, tmp_path: Path
) -> None:
    found = list(csv.reader(io.StringIO(loaded.output("export", dataset))))
    assert found[0] == DATASETS[dataset]
    assert len(found) == (2 if dataset == "messages" else 4)
    as_json = json.loads(loaded.output("export", dataset, "--format", "json"))
    assert [list(row) for row in as_json] == [DATASETS[dataset]] * (len(found) - 1)
    file = tmp_path / "all.parquet"
    loaded.output("export", dataset, "--format", "parquet", "-o", str(file))
    with duckdb.connect() as reader:
        parquet = reader.read_parquet(str(file))
        assert parquet.columns == DATASETS[dataset]
        assert len(parquet.fetchall()) == len(found) - 1


def test_an_exported_job_says_all_that_was_sent(loaded: Site) -> None:
    [job] = json.loads(loaded.output("export", "jobs", "--format", "json", "--month", "2024-05"))
    assert job.pop("update_time").endswith("Z")
    assert job == {
        "site": "NORTH", "submit_host": "ce1", "machine_name": "m", "queue": "long",
        "local_job_id": "1", "local_user_id": "u1", "global_user_name": "/CN=Ångström",
        "fqan": PRODUCTION, "vo": "atlas", "vo_group": "/atlas/Žižkov",
        "vo_role": "Role=production", "wall_duration": 3600, "cpu_duration": 14400,
        "processors": 8, "node_count": 2, "start_time": "2024-05-31T22:59:59Z",
        "end_time": "2024-05-31T23:59:59Z", "infrastructure_description": "APEL-CREAM-PBS",
        "infrastructure_type": "grid", "memory_real": 1000, "memory_virtual": 2000,
        "service_level_type": "HEPscore23", "service_level": 10.0,
        "service_levels": '{"HEPscore23": 10.000}', "publisher_dn": "/CN=sender",
        "message_id": 1,
    }  # fmt: skip


def test_normalised_summaries_are_whole_benchmark_seconds(loaded: Site) -> None:
    found = loaded.query(
        "SELECT vo, month, service_level_type, normalised_wall_duration, normalised_cpu_duration "
        "FROM normalised_super_summaries ORDER BY wall_duration"
    )
    # 1800 s × 2500 si2k / 250, 900 × 10; 3600 × 10, 14400 × 10; 7200 × 12.5, 3600 × 12.5
    assert found == [
        ("atlas", 6, "si2k", 18_000, 9_000),
        ("atlas", 5, "HEPscore23", 36_000, 144_000),
        ("cms", 6, "HEPSPEC", 90_000, 45_000),
    ]


def test_nothing_depends_on_the_zone_or_the_language(loaded: Site) -> None:
    """The client's; the service's own is that of `test_a_site_elsewhere_gives_the_same`."""
    elsewhere = Site(loaded.data, ELSEWHERE, installed=True)  # Python reads it at its start
    for command in EVERYTHING:
        assert elsewhere.raw_output(*command) == loaded.raw_output(*command), command


ELSEWHERE = {"TZ": "America/St_Johns", "LANG": "C", "LC_ALL": "C"}
EVERYTHING = (
    ("report", *ALL, "--by", "user,month,vo_group"),
    ("report", "--from", "2024-05-31", "--to", "2024-06-01", "--format", "json"),
    ("export", "jobs", "--month", "2024-05"),
    ("export", "super_summaries", "--format", "json"),
    ("query", "SELECT end_time, end_time::TIMESTAMPTZ::VARCHAR AS z, fqan FROM jobs ORDER BY 1"),
    ("messages", "--format", "csv"),
)


def test_a_site_elsewhere_gives_the_same(loaded: Site, tmp_path: Path) -> None:
    away = Site.make(tmp_path, environment=ELSEWHERE)
    away.installed = True
    away.output("load", "--signer", "/CN=sender", away.file("jobs", JOBS))
    for command in EVERYTHING[:3]:
        assert untimed(away.raw_output(*command)) == untimed(loaded.raw_output(*command))


def untimed(found: bytes) -> list[bytes]:
    """The last column, when a row was loaded, is not the same in two stores."""
    return sorted(line.rsplit(b",", 1)[0] for line in found.splitlines())


WRONG = {
    ("report", "nonsense"): "there is no report nonsense; one of usage, ",
    ("report", "--by", "colour"): "--by colour: there is none; one of site, vo, ",
    ("report", "--by", "vo,vo"): "--by vo,vo names one twice",
    ("report", "--metric", "joy"): "--metric joy: there is none; one of jobs, ",
    ("report", "--where", "vo"): "--where vo is not F=V; --where vo=atlas",
    ("report", "--where", "x=1"): "--where x: there is none; one of site, ",
    ("report", "--unit", "HS06"): "--unit HS06: there is none; one of HEPscore23, HEPSPEC, si2k",
    ("report", "--from", "2024-13"): "--from 2024-13 is no day; 2026-05 or 2026-05-17",
    ("report", "--from", "2024-06", "--to", "2024-05"): "no time from 2024-06-01 to 2024-05-01; ",
    ("export", "nothing"): "there is no dataset nothing; one of ",
    ("export", "jobs", "--format", "xml"): "there is no format xml; one of csv, json, parquet",
    ("export", "jobs", "--month", "May"): "--month May is no day; 2026-05 or 2026-05-17",
    ("messages", "--state", "lost"): "--state lost; one of accepted, rejected, duplicate",
    ("messages", "99"): "there is no message 99; acct messages lists them",
    ("rejects", "retry", "1"): "message 1 is no reject; acct rejects list shows them",
    ("rejects", "drop"): "say which rejects; their numbers, or --all",
    ("summarise", "--month", "x"): "--month x is no day; 2026-05 or 2026-05-17",
}


def test_a_wrong_question_is_answered_with_the_right_ones(loaded: Site) -> None:
    for arguments, words in WRONG.items():
        done = loaded.acct(*arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert done.stderr.startswith(f"acct: {words}"), done.stderr
        assert done.stderr.count("\n") == 1


def test_a_message_can_be_found_and_read(loaded: Site) -> None:
    [listed] = loaded.json("messages", "--search", "/cn=SENDER", "--state", "accepted")
    assert listed["records"] == 3
    assert loaded.json("messages", "--search", "nobody") == []
    number = str(listed["message_id"])
    assert loaded.raw_output("messages", number, "--raw") == JOBS.encode()
    assert "GlobalUserName: /CN=Ångström" in loaded.output("messages", number)
    assert loaded.json("messages", number)["text"].startswith(V3)


def test_summaries_made_again_are_the_same(loaded: Site) -> None:
    figures = "SELECT * EXCLUDE update_time FROM super_summaries ORDER BY ALL"
    before = loaded.query(figures)
    assert loaded.json("summarise", "--all") == {"summarised": 3}
    assert loaded.json("summarise", "--month", "2024-06") == {"summarised": 2}
    assert loaded.json("summarise") == {"summarised": 0}
    assert loaded.query(figures) == before
