"""From a batch log to a report: `acct load --as`, `acct benchmark`, `acct join`."""

import json
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.acceptance.site import Site

JOBS = """\
4401|grid_77|cms031|cms|2025-06-02T12:30:11|2025-06-02T14:20:11|01:50:00|52800|grid|8|1|wn31|||COMPLETED
4402|grid_78|dune7|dune|2025-06-02T12:30:11|2025-06-02T14:20:11|01:50:00|52800|grid|8|1|wn31|||FAILED
"""


@pytest.fixture(params=["through the service", "without a service"])
def ready(site: Site, request: pytest.FixtureRequest) -> Iterator[Site]:
    with (site.data / "acct.toml").open("a") as file:
        file.write('\n[[join.map]]\nuser = "cms*"\nvo = "cms"\nvo_role = "Role=pilot"\n')
    with site.run() if request.param == "through the service" else nullcontext():
        yield site


def test_a_batch_log_becomes_jobs_and_says_what_did_not(ready: Site) -> None:
    log = ready.file("slurm_acc.20250602", JOBS)
    ready.output("load", "--as", "slurm", "--site", "S1", "--machine-name", "batch1", log)
    [row] = ready.json("report", "--from", "2025")
    assert (row["vo"], row["jobs"], row["wall_work"]) == ("cms", 1, None)

    ready.output("benchmark", "set", "batch1", "HEPSPEC", "10", "--site", "S1")
    [row] = ready.json("report", "--from", "2025")
    assert row["benchmark"] == "HEPSPEC"
    assert round(row["wall_work"], 3) == 146.667  # 6600 s · 8 cores · 10 / 3600

    found = ready.json("join")
    assert (found["events"], found["grid"], found["none"]) == (0, 1, 1)
    assert found["reasons"] == {"no_gatekeeper": 1}
    [odd] = ready.json("join", "--unmatched")
    assert (odd["reason"], odd["job"], odd["line"]) == ("no_gatekeeper", "4402", 2)
    assert odd["file"].endswith("slurm_acc.20250602")
    wrong = ready.acct("join", "--reason", "bad_luck")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "one of no_gatekeeper" in wrong.stderr


def test_a_setting_that_changes_is_followed_by_the_next_command(site: Site) -> None:
    log = site.file("slurm_acc.20250602", JOBS)
    site.output("load", "--as", "slurm", "--site", "S1", "--machine-name", "batch1", log)
    assert site.query("SELECT * FROM jobs") == []
    site.environment["ACCT_JOIN__LOCAL_JOBS"] = "true"
    found = site.query("SELECT vo, infrastructure_type FROM jobs ORDER BY vo")
    assert [tuple(row) for row in found] == [("cms", "local"), ("dune", "local")]


AD = {
    "GlobalJobId": "ce1#9001.0#1748866900", "Owner": "cms031", "JobStatus": 4, "JobUniverse": 9,
    "RoutedFromJobId": "812.0", "GridJobId": "batch slurm ce1_9619 slurm/20250602/4402",
    "JobStartDate": 1748867420, "CompletionDate": 1748874100, "RemoteWallClockTime": 6680.0,
    "RequestCpus": 8, "orig_AuthTokenSubject": "robot", "orig_AuthTokenGroups": "/dune/prod",
}  # fmt: skip


@pytest.mark.parametrize("first", ["htcondor", "slurm"])
def test_a_ce_and_its_batch_system_tell_of_one_job(site: Site, first: str) -> None:
    files = {"slurm": JOBS, "htcondor": json.dumps(AD) + "\n"}
    for name in sorted(files, key=lambda name: name != first):
        log = site.file(f"{name}.log", files[name])
        site.output("load", "--as", name, "--site", "S1", "--machine-name", "batch1", log)
    told = "SELECT local_job_id, vo, global_user_name, wall_duration, processors FROM jobs"
    assert site.query(told) == [("4402", "dune", "robot", 6600, 8)]
    assert site.json("join")["reasons"] == {"no_gatekeeper": 1, "batch_log": 1}
    [odd] = site.json("join", "--unmatched", "--reason", "batch_log")
    assert (odd["job"], odd["file"].endswith("htcondor.log")) == (AD["GlobalJobId"], True)
    assert site.acct("rebuild", "--check").returncode == 0


def test_the_issuer_and_subject_of_a_token_say_whose_job_it_was(site: Site) -> None:
    with (site.data / "acct.toml").open("a") as file:
        file.write(
            '\n[[join.map]]\ntoken_issuer = "https://tokens.example.org/*"\n'
            'token_subject = "robot"\nvo = "belle"\nvo_group = "/belle/prod"\n'
        )
    told = {"AuthTokenIssuer": "https://tokens.example.org/belle", "AuthTokenGroups": None}
    ad = {k: v for k, v in (AD | {"orig_AuthTokenGroups": None} | told).items() if v is not None}
    log = site.file("history", json.dumps(ad) + "\n")
    site.output("load", "--as", "htcondor", "--site", "S1", "--machine-name", "batch1", log)
    assert site.query("SELECT vo, vo_group, global_user_name FROM jobs") == [
        ("belle", "/belle/prod", "robot")
    ]
