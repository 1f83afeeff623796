"""HTCondor's history in every form: the log sheet's jobs and traps, each by hand."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from appliance.local import LocalRepository
from ingest.logs.htcondor import HTCONDOR
from tests.ingest.logs.taken import Taken, taken

FIRST = (
    "ce01.example.org#9001.0#1748866900|atlas17|6600|47000|820|1748867411|1748874011|11534336|"
    "15728640|8|"
)
SCALED = (
    "ce01.example.org#9002.0#1748866901|atlas17|6601|47001|820|1748867411|1748874012|11534336|"
    "15728640|8|1.15|"
)
SHIFTED = (
    "ce01.example.org#9003.0#1748866902|atlas17|47000|820|1748867411|1748874011|11534336|"
    "15728640|8|1.0|"
)
REMOVED = {
    "GlobalJobId": "ce01.example.org#9004.0#1748860000", "Owner": "atlas17", "JobStatus": 3,
    "JobUniverse": 5, "JobStartDate": 1748861000, "JobCurrentStartDate": 1748867411,
    "CompletionDate": 0, "EnteredCurrentStatus": 1748874011, "RemoteWallClockTime": 9000.0,
    "RemoteUserCpu": 47000.0, "RemoteSysCpu": 820.0, "CumulativeRemoteUserCpu": 62000.0,
    "CumulativeRemoteSysCpu": 1180.0, "NumJobStarts": 2, "CpusProvisioned": 8, "RequestCpus": 8,
    "RequestGPUs": 1, "ResidentSetSize_RAW": 11534336, "ImageSize_RAW": 15728640,
    "MachineAttrApelScaling0": 1.15,
    "x509UserProxyFirstFQAN": "/atlas/Role=pilot/Capability=NULL",
}  # fmt: skip
IDLE = {
    "GlobalJobId": "ce01.example.org#9005.0#1748870000", "Owner": "atlas17", "JobStatus": 3,
    "JobUniverse": 5, "CompletionDate": 0, "EnteredCurrentStatus": 1748870600,
    "RemoteWallClockTime": 0.0, "RequestCpus": 1,
}  # fmt: skip
COLUMNS = """job_name, local_user_id, local_user_group, wall_duration, cpu_duration, scale_factor,
start_time::VARCHAR, end_time::VARCHAR, memory_real, memory_virtual, processors, node_count,
infrastructure"""
Ad = dict[str, Any]


def condor(repository: LocalRepository, *lines: str | bytes, columns: str = COLUMNS) -> Taken:
    return taken(repository, "htcondor", lines, columns)


def json_lines(*ads: Ad) -> list[str]:
    return [json.dumps(ad) for ad in ads]


def json_array(*ads: Ad) -> list[str]:
    """As `condor_history -json` prints it."""
    objects = [json.dumps(ad, indent=2).split("\n") for ad in ads]
    return ["[", *[line for made in objects for line in [*made, ","]][:-1], "]"]


def json_array_at_once(*ads: Ad) -> list[str]:
    return [json.dumps(ads)]


def long_form(*ads: Ad) -> list[str]:
    return [line for ad in ads for line in [*attributes(ad), ""]]


def history_file(*ads: Ad) -> list[str]:
    banner = '*** Offset = 0 ClusterId = 1 ProcId = 0 Owner = "x" CompletionDate = 0'
    return [line for ad in ads for line in [*attributes(ad), banner]]


def attributes(ad: Ad) -> list[str]:
    return [f"{name} = {value if value == 'undefined' else json.dumps(value)}"
            for name, value in ad.items()]  # fmt: skip


FORMS = [json_lines, json_array, json_array_at_once, long_form, history_file]


def one(repository: LocalRepository, ad: Ad, columns: str) -> tuple[Any, ...]:
    found = condor(repository, *json_lines(ad), columns=columns)
    assert (found.failed, found.ignored) == ([], {})
    return found.rows[0]


def test_the_sheets_lines(repository: LocalRepository) -> None:
    found = condor(repository, FIRST, SCALED, SHIFTED)
    assert found.rows == [
        ("ce01.example.org#9001.0#1748866900", "atlas17", None, 6600, 47820, None,
         "2025-06-02 12:30:11", "2025-06-02 14:20:11", 11534336, 15728640, 8, 0,
         "APEL-CREAM-HTCONDOR"),
        ("ce01.example.org#9002.0#1748866901", "atlas17", None, 6601, 47821, 1.15,
         "2025-06-02 12:30:11", "2025-06-02 14:20:12", 11534336, 15728640, 8, 0,
         "APEL-CREAM-HTCONDOR"),
    ]  # fmt: skip
    assert [(at, code) for at, code, _ in found.failed] == [(3, "INT")]


def test_an_empty_scale_is_none(repository: LocalRepository) -> None:
    assert condor(repository, FIRST + "|", columns="scale_factor").rows == [(None,)]


def test_memory_that_nobody_measured_is_not_known(repository: LocalRepository) -> None:
    line = FIRST.replace("|11534336|15728640|", "|undefined||")
    found = condor(repository, line, columns="cpu_duration, memory_real, memory_virtual")
    assert found.rows == [(47820, None, None)]


@pytest.mark.parametrize(
    ("log", "code"),
    [
        (SHIFTED.replace("|1.0|", "|1|"), "RNG"),  # ends in 1970
        (FIRST.replace("|47000|", "|4700000|"), "RNG"),  # 106 times what 8 cores could do
        (FIRST.replace("|1748867411|", "|946684799|"), "RNG"),  # the last second of 1999
        (FIRST.replace("|6600|", "|-6600|"), "NEG"),
        (FIRST.replace("|1748874011|", "|1748867410|"), "ORD"),
        (FIRST.replace("|6600|", "|long|"), "INT"),
        (FIRST.replace("|47000|", "|many|"), "NUM"),
        (FIRST.replace("|11534336|", "|1e999|"), "MEM"),
        (FIRST.replace("|6600|", "|undefined|"), "MAN"),
        (FIRST + "0|", "NUM"),
        (FIRST + "1|2|", "COL"),
        ("atlas17|6600|", "COL"),
        (FIRST[FIRST.index("|") :], "MAN"),
        (FIRST.encode().replace(b"atlas17", b"atl\xe1s"), "UTF"),
    ],
)
def test_a_line_that_cannot_be_fails_alone(
    repository: LocalRepository, log: str | bytes, code: str
) -> None:
    found = condor(repository, SCALED, log)
    assert [(at, why) for at, why, _ in found.failed] == [(2, code)]
    assert len(found.rows) == 1


@pytest.mark.parametrize(("old", "new"), [("|6600|", "|0|"), ("|1748867411|", "|undefined|")])
def test_a_line_of_a_job_that_never_started_is_ignored(
    repository: LocalRepository, old: str, new: str
) -> None:
    found = condor(repository, FIRST.replace(old, new))
    assert (found.rows, found.ignored) == ([], {"never_started": 1})


@pytest.mark.parametrize("form", FORMS)
def test_the_sheets_ads(repository: LocalRepository, form: Callable[..., list[str]]) -> None:
    lines = form(REMOVED, IDLE)
    beyond = ", gpu_count::VARCHAR, state, vo, fqan, cpu_source, job_label"
    found = condor(repository, *lines, columns=COLUMNS + beyond)
    assert found.rows == [
        ("ce01.example.org#9004.0#1748860000", "atlas17", None, 9000, 63180, 1.15,
         "2025-06-02 10:43:20", "2025-06-02 14:20:11", 11534336, 15728640, 8, 0,
         "APEL-CREAM-HTCONDOR", "1.000", "removed", "atlas", "/atlas/Role=pilot/Capability=NULL",
         "CumulativeRemoteUserCpu+CumulativeRemoteSysCpu", "9004.0"),
    ]  # fmt: skip
    continued = {"continued": len(lines) - 2} if len(lines) > 2 else {}
    assert (found.ignored, found.failed) == ({"never_started": 1} | continued, [])


def test_ads_of_one_line_are_a_job_each(repository: LocalRepository) -> None:
    ads = [REMOVED | {"GlobalJobId": f"s#{n}.0#1"} for n in (1, 2, 3)]
    ads[1]["RemoteWallClockTime"] = "x"
    found = condor(repository, *json_array_at_once(*ads), columns="job_label, line")
    assert found.rows == [("1.0", 1), ("3.0", 3)]
    assert [(at, code) for at, code, _ in found.failed] == [(2, "NUM")]
    assert repository.query("SELECT local_job_id FROM jobs ORDER BY 1").rows == [
        ("s#1.0#1",), ("s#3.0#1",),
    ]  # fmt: skip
    assert repository.query("SELECT text LIKE '%s#2.0#1%' FROM rejected_lines").rows == [(True,)]


@pytest.mark.parametrize("form", FORMS)
def test_a_broken_ad_is_kept_as_it_was_and_costs_no_other(
    repository: LocalRepository, form: Callable[..., list[str]]
) -> None:
    lines = [*form(IDLE), *form(REMOVED | {"GlobalJobId": "broken", "RemoteWallClockTime": "x"})]
    lines += form(REMOVED)
    found = condor(repository, *lines)
    assert [code for _, code, _ in found.failed] == ["NUM"]
    assert [row[0] for row in found.rows] == ["ce01.example.org#9004.0#1748860000"]
    [(line, text)] = repository.query("SELECT line, text FROM rejected_lines").rows
    assert '"broken' in lines[int(str(line)) - 1] or "broken" in str(text)
    assert "broken" in str(text)
    assert "9004" not in str(text)


@pytest.mark.parametrize(
    "hurt",
    [b'{"GlobalJobId": "x", "Jo', b"{]", b'{"a": 1e', b'{"a":' * 100_000, b'{"Owner": "\xff'],
    ids=range(5),
)
def test_what_is_no_json_costs_no_other_ad(repository: LocalRepository, hurt: bytes) -> None:
    good = json.dumps(REMOVED)
    found = condor(repository, good, hurt, good.replace("9004", "9006"), columns="job_label")
    assert found.rows == [("9004.0",), ("9006.0",)]
    assert [at for at, *_ in found.failed] == [2]


def test_a_line_that_is_no_attribute_costs_its_ad_alone(repository: LocalRepository) -> None:
    lines = [*long_form(REMOVED), "Owner", "JobStatus = 4", "", *long_form(IDLE)]
    found = condor(repository, *lines)
    assert ([at for at, *_ in found.failed], len(found.rows)) == ([len(REMOVED) + 2], 1)


@pytest.mark.parametrize("value", ["\x1f", "\0", "\n", "\ud800"])
def test_odd_characters_cost_their_ad_alone(repository: LocalRepository, value: str) -> None:
    found = condor(repository, *json_lines(REMOVED | {"Owner": value}, REMOVED))
    assert ([(at, code) for at, code, _ in found.failed], len(found.rows)) == ([(1, "UTF")], 1)


def test_names_are_known_in_any_case(repository: LocalRepository) -> None:
    ad = {name.upper(): value for name, value in REMOVED.items()}
    assert one(repository, ad, "wall_duration, vo") == (9000, "atlas")


@pytest.mark.parametrize(
    ("said", "ignored"),
    [
        ({"RoutedToJobId": "12.0"}, "routed"),
        ({"JobUniverse": 7}, "local_universe"),
        ({"JobUniverse": 12}, "local_universe"),
        ({"JobStatus": 2}, "not_ended"),
        ({"RemoteWallClockTime": 0}, "never_started"),
        ({"JobStartDate": 0}, "never_started"),
    ],
)
def test_ads_that_are_no_job_of_ours_are_ignored(
    repository: LocalRepository, said: Ad, ignored: str
) -> None:
    found = condor(repository, *json_lines(REMOVED | said))
    assert (found.rows, found.failed, found.ignored) == ([], [], {ignored: 1})


@pytest.mark.parametrize(
    ("said", "column", "value"),
    [
        ({"CompletionDate": 1748870000, "JobStatus": 4}, "end_time::VARCHAR",
         "2025-06-02 13:13:20"),
        ({"JobStatus": 4}, "state", "completed"),
        ({"CumulativeRemoteUserCpu": "undefined", "CumulativeRemoteSysCpu": None}, "cpu_duration",
         47820),
        ({"CumulativeRemoteUserCpu": 3e12}, "cpu_duration", 1180),
        ({"CpusProvisioned": None}, "processors", 8),
        ({"CpusProvisioned": None, "RequestCpus": "/Expr(ifThenElse(x, 8, 1))/",
          "MachineAttrCpus0": 4}, "processors", 4),
        ({"GPUsProvisioned": 2}, "gpu_count::VARCHAR", "2.000"),
        ({"GPUs_DeviceName": "NVIDIA A100"}, "gpu_model", "NVIDIA A100"),
        ({"ResidentSetSize_RAW": None, "MemoryUsage": 10}, "memory_real", 10240),
        ({"GridJobId": "batch slurm ce01_9619 slurm/20250602/4401"}, "join_id", "4401"),
        ({"GridJobId": "condor schedd pool:9619 128.0"}, "join_id", "128.0"),
        ({"GridJobId": "batch slurm ce01_9619 slurm/20250602/4401"}, "batch_job", "4401"),
        ({"GridJobId": "batch pbs ce01 pbs/20250602/88.pbs01.org"}, "batch_job", "88.pbs01.org"),
        ({"GridJobId": "condor schedd pool:9619 128.0"}, "batch_job", "schedd#128.0"),
        ({"GridJobId": "arc https://arc1.org:443/arex/abc"}, "batch_job", None),
        ({"QDate": 1748860001}, "submit_time::VARCHAR", "2025-06-02 10:26:41"),
        ({"x509userproxysubject": "/CN=A \"B\" C"}, "global_user_name", '/CN=A "B" C'),
        ({"AuthTokenSubject": "sub1"}, "global_user_name", "sub1"),
        ({"orig_AuthTokenSubject": "sub2"}, "global_user_name", "sub2"),
        ({"AuthTokenSubject": "sub1"}, "token_subject", "sub1"),
        ({"orig_AuthTokenSubject": "sub2"}, "token_subject", "sub2"),
        ({"AuthTokenIssuer": "https://i1/"}, "token_issuer", "https://i1/"),
        ({"orig_AuthTokenIssuer": "https://i2/"}, "token_issuer", "https://i2/"),
        ({"AuthTokenIssuer": "https://i1/", "orig_AuthTokenIssuer": "x"}, "token_issuer",
         "https://i1/"),
        ({"x509UserProxyFirstFQAN": None, "AuthTokenGroups": "/cms/prod,/cms"}, "fqan",
         "/cms/prod"),
        ({"x509UserProxyFirstFQAN": None, "x509UserProxyVOName": "lhcb"}, "vo", "lhcb"),
        ({"MachineAttrApelScaling0": "undefined"}, "scale_factor", None),
        ({"MachineAttrApelSpecs0": {"HEPSPEC": 14.37}}, "host_specs", '{"HEPSPEC": 14.37}'),
    ],
)  # fmt: skip
def test_what_an_ad_says(repository: LocalRepository, said: Ad, column: str, value: object) -> None:
    assert one(repository, REMOVED | said, column) == (value,)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cut", [150, 400, 700, 1000, 1300])
def test_a_piece_ends_where_an_ad_does(form: Callable[..., list[str]], cut: int) -> None:
    ads = [REMOVED | {"GlobalJobId": f"s#{n}.0#1"} for n in range(6)]
    body = "\n".join(form(*ads)).encode() + b"\n"
    found = []
    while body:
        size = cut
        while not (end := HTCONDOR.boundary("").end(body[:size])) and size < len(body):
            size += cut
        end = end or len(body)
        found.append(HTCONDOR.gather(body[:end], ""))
        body = body[end:]
    rows = [
        row.split("\x1f") for piece in found for row in piece.content.decode().split("\n") if row
    ]
    assert [(row[1], row[2]) for row in rows] == [("", f"s#{n}.0#1") for n in range(6)]
