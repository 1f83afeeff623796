"""Storage, virtual machines, and the reference's figures, asked of a running service."""

import json
from collections.abc import Iterator

import pytest

from tests.acceptance.site import Site
from tests.documents import EXAMPLE_8_8
from tests.jobs import message, record
from tests.reports.test_cloud import EXAMPLE_8_6, EXAMPLE_8_7
from tests.sheets import CLOUD
from tests.sheets import message as of_type

FROM = "--from", "2024", "--to", "2025"
HOUR = {"WallDuration": "3600", "CpuDuration": "1800", "Processors": "2"}
JOBS = (
    message(record(VO="Atlas", MachineName="a", **HOUR)),
    message(record(VO="atlas", MachineName="b", **HOUR)),
    message(record(VO="cms", LocalJobId="2", **HOUR)),
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site.make(tmp_path_factory.mktemp("f"))
    texts = (*JOBS, EXAMPLE_8_6, EXAMPLE_8_7, EXAMPLE_8_8, of_type(CLOUD, Status="completed"))
    with site.run():
        for number, text in enumerate(texts):
            site.output("load", site.file(f"{number}", text))
        yield site


def test_storage_is_reported_in_the_unit_that_is_asked_for(loaded: Site) -> None:
    table = """\
site           vo           share   media  month    tb_months  used_tb
─────────────  ───────────  ──────  ─────  ───────  ─────────  ───────
EXAMPLE-NORTH  geo.example  tape-a  tape   2024-06      0.300    9.000
─────────────  ───────────  ──────  ─────  ───────  ─────────  ───────
total                                                   0.300
"""
    question = ("report", "storage", *FROM, "--by", "site,vo,share,media,month")
    assert loaded.output(*question, "--metric", "tb_months,used_tb") == table
    [row] = loaded.json("report", "storage", *FROM, "--unit", "GB", "--where", "media=tape")
    assert row == {
        "vo": "geo.example", "media": "tape", "gb_months": 300.0, "used_gb": 9000.0, "files": 42,
        "gap_hours": 0.0, "covered": 1.0,
    }  # fmt: skip


def test_machines_are_reported_and_what_is_left_out_is_told(loaded: Site) -> None:
    done = loaded.acct("report", "cloud", *FROM, "--by", "service", "--format", "csv",
                       "--metric", "core_hours,memory_gb_hours")  # fmt: skip
    assert done.stdout.splitlines()[1:] == [
        "stack-1,96.0,192.0,0.0", f"stack-2,{2.5 * 87400 / 3600},,{87400 / 3600}",
    ]  # fmt: skip
    assert done.stderr == "1 machines of no known month are left out; --by month shows them\n"
    months = loaded.json("report", "cloud", *FROM, "--by", "month", "--metric", "vms")
    assert [tuple(row.values()) for row in months] == [
        ("0000-00", 1),
        ("2024-06", 1),
        ("2024-07", 2),
    ]


def test_the_references_figures_say_so_and_why(loaded: Site) -> None:
    done = loaded.acct("report", *FROM, "--as-apel", "--metric", "jobs,wall_hours,wall_work")
    assert (
        done.stdout
        == """\
As APEL 2.5.0 would have it

vo     benchmark  jobs  wall_hours  wall_work
─────  ─────────  ────  ──────────  ─────────
Atlas  HEPSPEC       1         1.0       10.0
cms    HEPSPEC       1         1.0       10.0
─────  ─────────  ────  ──────────  ─────────
total                2         2.0       20.0
"""
    )
    assert done.stderr.splitlines() == [
        "1 jobs share site, number and end with a job of another machine: the one loaded last "
        "counts",
        "1 spellings of names count as others that differ in case, accents or blanks at their end",
    ]
    plain = loaded.json("report", *FROM, "--metric", "jobs,wall_work")
    assert [tuple(row.values()) for row in plain] == [
        ("Atlas", "HEPSPEC", 1, 20.0), ("atlas", "HEPSPEC", 1, 20.0), ("cms", "HEPSPEC", 1, 20.0),
    ]  # fmt: skip


def test_what_the_reference_would_hold_is_exported(loaded: Site) -> None:
    jobs = json.loads(loaded.output("export", "jobs", "--as-apel", "--format", "json"))
    assert sorted((job["vo"], job["machine_name"]) for job in jobs) == [
        ("Atlas", "b"), ("cms", "None"),
    ]  # fmt: skip
    question = ("export", "super_summaries", "--as-apel", "--format", "json")
    held = json.loads(loaded.output(*question, "--month", "2024-06"))
    assert sorted((row["vo"], row["number_of_jobs"]) for row in held) == [("Atlas", 1), ("cms", 1)]


WRONG = {
    ("report", "storage", "--by", "queue"): "--by queue: there is none; one of site, system, ",
    ("report", "storage", "--unit", "HEPSPEC"): "--unit HEPSPEC: there is none; one of TB, TiB, ",
    ("report", "cloud", "--unit", "TB"): "--unit TB: cloud has no units to choose from",
    ("report", "cloud", "--from", "2024-06-02"): "machines are known by month, not by day; ",
    ("report", "cloud", "--metric", "jobs"): "--metric jobs: there is none; one of vms, ",
}


def test_what_a_subject_does_not_have_is_refused_with_what_it_has(loaded: Site) -> None:
    for arguments, words in WRONG.items():
        done = loaded.acct(*arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert done.stderr.startswith(f"acct: {words}"), done.stderr


def test_a_report_without_anything_says_when_there_would_be_something(loaded: Site) -> None:
    done = loaded.acct("report", "storage", "--from", "2020", "--to", "2021")
    assert done.stderr == (
        "no such storage from 2020-01-01 to 2021-01-01; there is storage from 2024-06 to 2024-07\n"
    )
