"""Every text type gives the rows that the record sheet says, and refuses what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.records import catalogue
from appliance.records.catalogue import by_header
from appliance.records.job import JOB
from appliance.repository import Loaded
from ingest.envelope import Envelope
from tests import jobs, plain, plain_types
from tests.ingest.formats.test_rows import ENDS, ODD
from tests.sheets import BASES, CLOUD, CLOUD_SUMMARY, N3, SYNC, N, S, message, of

Load = Callable[..., Loaded]

BAD = {
    "B16": (message(S, Month="13"), "MON", "Month"),
    "B17": (
        message(S, EarliestEndTime="1719792001", LatestEndTime="1719792001"),
        "WIN",
        "EarliestEndTime",
    ),
    "B18": (message(S, NodeCount=None), "DBN", "NodeCount"),
    "B19": (message(S, WallDuration="-60"), "NEG", "WallDuration"),
    "B20": (message(S, Year="2099"), "FUT", "Month"),
    "B22": (message(N, NormalisedCpuDuration="{HEPscore23: 500}"), "MIX", "NormalisedCpuDuration"),
    "B23": (message(N, Infrastructure=None, InfrastructureType="grid"), "FLD", "Infrastructure"),
    "B24": (message(SYNC, NumberOfJobs=None), "MAN", "NumberOfJobs"),
    "B25 text": (message(CLOUD, CpuCount="two"), "FLT", "CpuCount"),
    "B25 negative": (message(CLOUD, CpuCount="-1"), "DBR", "CpuCount"),
    "B25 fraction": (message(CLOUD, WallDuration="12.5"), "INT", "WallDuration"),
    "B26": (message(CLOUD, VMUUID=None), "MAN", "VMUUID"),
    "B27": (message(CLOUD_SUMMARY, CpuCount=None, Benchmark=None), "DBN", "CpuCount"),
    "the month before the end of time": (message(S, Year="9999", Month="12"), "MON", "Year"),
    "a month beyond any integer": (message(S, Month="9" * 40), "MON", "Month"),
    "seconds beyond 64 bits": (message(S, CpuDuration="9223372036854775808"), "DBR", "CpuDuration"),
    "the last job before the first": (
        message(S, EarliestEndTime="1717200001", LatestEndTime="1717200000"),
        "ORD",
        "LatestEndTime",
    ),
    "an infinite array": (message(N, NormalisedWallDuration="{hepspec: 1e400}"), "DCT", "Wall"),
    "a null type in v0.3": (message(N3, ServiceLevelType="NULL"), "DBN", "ServiceLevelType"),
    "a null type after the arrays": (
        message(N, of(N) + "ServiceLevelType: NULL\n"),
        "DBN",
        "ServiceLevelType",
    ),
    "another type before the arrays": (
        message(N, "ServiceLevelType: HEPSPEC\n" + of(N)),
        "MIX",
        "ServiceLevelType",
    ),
    "a service level in a normalised summary": (message(N, ServiceLevel="1"), "FLD", "ServiceL"),
    "an FQAN in a summary": (message(S, FQAN="/geo"), "FLD", "FQAN"),
    "a site in a cloud record": (message(CLOUD, Site="S1"), "FLD", "Site"),
    "an update time in a sync record": (message(SYNC, UpdateTime="1"), "FLD", "UpdateTime"),
    "a machine that has been running for ever": (
        message(CLOUD, RecordCreateTime=None, WallDuration=str(2**63 - 1)),
        "TIM",
        "WallDuration",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_is_refused_with_its_reason_and_field(load: Load, name: str) -> None:
    text, code, field = BAD[name]
    [problem] = load(text).problems
    assert f" {code}: " in problem
    assert field in problem


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("APEL-summary-job-message: v0.2", "summary"),
        ("APEL-summary-job-message:v0.2", "summary"),  # B21: the reference is stricter, K1
        ("APEL-summary-job-message: v0.3", "normalised_summary"),
        ("APEL-summary-job-message: v0.4", "summary"),
        ("APEL-normalised-summary-message: v0.4", "normalised_summary"),
        ("APEL-summary-job-message: v0.1", None),
        ("APEL-normalised-summary-message: v0.3", None),
        ("APEL-sync-message: whatever", "sync"),
        ("APEL-cloud-message: v0.1", "cloud"),
        ("APEL-cloud-message :", "cloud"),
        ("APEL-cloud-summary-message: v0.4", "cloud_summary"),
        ("APEL-cloud-summary-message", None),
    ],
)
def test_a_header_announces_its_type(header: str, kind: str | None) -> None:
    found = by_header(header)
    assert (found[0].name if found else None) == kind


def test_a_reject_of_an_unknown_type_loads_once_the_type_is_known(
    repository: LocalRepository, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.pipeline  # made, and its modules imported, while all types are known
    with monkeypatch.context() as patched:
        patched.setattr(catalogue, "RECORD_TYPES", (JOB,))
        [problem] = load(message(S)).problems
    assert " HDR: " in problem
    assert repository.retry().accepted == 1
    assert repository.query("SELECT site, number_of_jobs FROM summaries").rows == [("S1", 1)]


def test_one_batch_may_hold_every_type(repository: LocalRepository, load: Load) -> None:
    loaded = load(*[message(base) for base in BASES.values()])
    assert (loaded.accepted, loaded.records) == (7, 7)
    kinds = repository.query("SELECT kind FROM messages ORDER BY message_id").rows
    assert [kind for (kind,) in kinds] == [
        "summary", "summary", "normalised_summary", "normalised_summary", "sync", "cloud",
        "cloud_summary",
    ]  # fmt: skip


def test_records_that_share_an_fqan_are_loaded_once_each(
    repository: LocalRepository, load: Load
) -> None:
    texts = [of(CLOUD, VMUUID=vm, FQAN="/geo/uk/Role=x") for vm in "abc"]
    load(message(CLOUD, *texts), jobs.message(jobs.record(FQAN="/geo/uk/Role=x")))
    found = repository.query("SELECT vo, vo_group, count(*) FROM cloud_records GROUP BY ALL").rows
    assert found == [("geo", "/geo/uk", 3)]
    assert repository.query("SELECT vo, count(*) FROM jobs GROUP BY ALL").rows == [("geo", 1)]


def test_all_benchmarks_of_arrays_are_kept(repository: LocalRepository, load: Load) -> None:
    load(
        message(N, NormalisedWallDuration="{HEPscore23: 40000.9, hepspec: 39600}",
                NormalisedCpuDuration="{HEPscore23: 9, hepspec: 8}")
    )  # fmt: skip
    with repository.store.cursor() as cursor:
        kept = cursor.execute(
            "SELECT service_level_type, normalised_wall_duration, normalised_wall_durations, "
            "normalised_cpu_durations FROM store.normalised_summaries"
        ).fetchall()
    assert kept == [
        ("HEPscore23", 40000, '{"HEPscore23": 40000, "HEPSPEC": 39600}',
         '{"HEPscore23": 9, "HEPSPEC": 8}'),
    ]  # fmt: skip


VALUES: dict[str, list[str]] = {
    "Month": ["6", "06", "12", "0", "13", "NULL", "9" * 30, "six", "-1", "1"],
    "Year": ["2024", "24", "9999", "10000", "2099", "1", "0"],
    "NodeCount": ["0", "-5", "2147483648", ""],
    "Processors": ["8", "none", "1.0"],
    "EarliestEndTime": ["1717200000", "1717199999", "1719792000", "1719792001", "NULL",
                        "2024-06-15T12:00:00Z", "noon"],
    "LatestEndTime": ["1717200000", "1719792000", "1719792001", "", "1717300000"],
    "WallDuration": ["0", "-1", "9223372036854775807", "9223372036854775808", "12.5", "Null",
                     "-9223372036854775809", "٣٤"],
    "CpuDuration": ["-0", "1_000", "x", "none"],
    "NumberOfJobs": ["0", "-1", "2147483647", "2147483648", ""],
    "ServiceLevel": ["10.0005", "nan", "-1", "9999999.9995", "none", "{hepspec: 10}",
                     "{si2k: 2437.5, hepspec: 9.75}", "{hepspec:1}", "{}", "{x: 1}"],
    "ServiceLevelType": ["hepspec", "HEPSPEC06", "NULL", "hepscore23", "x" * 50, "y" * 51, "si2k"],
    "NormalisedWallDuration": ["{HEPscore23: 40000.9, hepspec: 39600}", "{hepspec: 708.99}", "600",
                               "{hepspec: -0.5}", "{hepspec: -1}", "{hepspec: 9007199254740993}",
                               "{hepspec: 1e19}", "{hepspec: inf}", "{ si2k : 5 }", "NULL"],
    "NormalisedCpuDuration": ["{hepscore23: 5}", "{hepspec: 1, HEPSPEC: 2}", "{hepspec: 1e3}",
                              "-3", "{hepspec: 1}", "{other: 1, hepspec: 2}"],
    "VO": ["geo", "NONE", "Ünlü", "v" * 256],
    "InfrastructureType": ["grid", "local", "i" * 21],
    "Infrastructure": ["grid", "local", "i" * 21],
    "FQAN": ["/geo/Role=x", "NULL", "geo", "/geo/uk"],
    "Status": ["completed", "Completed", "suspended", "", "s" * 256],
    "RecordCreateTime": ["1717200000", "NULL", "0", "2024-07-01T00:00:00Z"],
    "StartTime": ["1717100000", "none", "253402300799", "later"],
    "EndTime": ["1720000000", "0", ""],
    "SuspendDuration": ["5", "-5", "9223372036854775807"],
    "CpuCount": ["1.456", "-1", "two", "", "0.0005"],
    "Benchmark": ["11.5", "-11.5", "none", "nan"],
    "BenchmarkType": ["hepscore23", "HEPSPEC06", ""],
    "PublicIPCount": ["-1", "2147483648"],
    "Memory": ["-9223372036854775808", "1e3"],
    "NumberOfVMs": ["-2", "", "2147483648"],
    "VMUUID": ["vm-1", "vm-2", "null"],
    "Site": ["S1", "S2"],
    "UpdateTime": ["whatever"],
    "Nonsense": ["1"],
}  # fmt: skip


@st.composite
def records(draw: st.DrawFn, base: dict[str, str], known: list[str], odd: bool) -> str:
    """A record near a base: some fields other, absent, repeated or in another order."""
    fields = dict(base)
    for name in draw(st.lists(st.sampled_from(known), max_size=3, unique=True)):
        if name != "Nonsense" or draw(st.integers(0, 9)) == 0:
            fields[name] = draw(st.sampled_from(VALUES[name]))
    items = list(fields.items())
    if draw(st.booleans()):
        items = draw(st.permutations(items))
    if draw(st.integers(0, 9)) == 0:
        items.pop(draw(st.integers(0, len(items) - 1)))
    if draw(st.integers(0, 9)) == 0:
        items.append(draw(st.sampled_from(items)))
    if not odd:
        return "".join(f"{name}: {value}\n" for name, value in items)
    return "".join(
        f"{draw(ODD)}{name}{draw(ODD)}:{draw(ODD)}{value}{draw(ODD)}{draw(ENDS)}"
        for name, value in items
    )


@st.composite
def messages(draw: st.DrawFn, header: str) -> str:
    sheet = plain_types.SHEETS[header]
    known = [name for name in VALUES if name in (*sheet.fields, *sheet.ignored, "Nonsense")]
    odd = draw(st.integers(0, 3)) == 0
    texts = draw(st.lists(records(BASES[header], known, odd), min_size=1, max_size=3))
    return f"{header}\n" + "%%\n".join(texts)


def taken(repository: LocalRepository, header: str, *texts: str) -> tuple[list[bool], list[Any]]:
    """Which of a batch of messages are accepted, and the rows they give, in key order."""
    sheet = plain_types.SHEETS[header]
    envelopes = [
        Envelope(text.encode(), "test", f"{n}", 1_780_000_000.0, False)
        for n, text in enumerate(texts)
    ]
    items = repository.pipeline.take_in(envelopes)
    kind, _ = by_header(header) or (JOB, None)
    names = {f.wire: f.name for f in kind.fields}
    names |= {c.name.title().replace("_", ""): c.name for c in kind.further}
    with repository.store.cursor() as cursor:
        found = cursor.execute(
            f"SELECT {', '.join(names.values())} FROM store.{sheet.dataset}"
        ).fetchall()
        for table in (sheet.dataset, "messages", "raw_texts", "due", "cloud_due"):
            cursor.execute(f"DELETE FROM store.{table}")
    rows = [dict(zip(names, row, strict=True)) for row in found]
    return [item.problem is None for item in items], _in_order(sheet, rows)


def expected(header: str, *texts: str) -> tuple[list[bool], list[Any]]:
    """The same from the plain parser: a later record replaces one with an equal key."""
    sheet = plain_types.SHEETS[header]
    last: dict[tuple[object, ...], dict[str, Any]] = {}
    accepted = []
    for text in texts:
        try:
            _, parsed = plain_types.parse(text)
        except plain.Refused:
            accepted.append(False)
            continue
        accepted.append(True)
        for row in parsed:
            last[tuple(row[name] for name in sheet.key)] = row
    return accepted, _in_order(sheet, list(last.values()))


def _in_order(sheet: plain_types.Sheet, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: tuple(row[name] for name in sheet.key))


@pytest.mark.parametrize("header", BASES)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_messages_give_the_rows_of_a_plain_parser(
    repository: LocalRepository, header: str, data: st.DataObject
) -> None:
    texts = data.draw(st.lists(messages(header), min_size=8, max_size=16, unique=True))
    assert taken(repository, header, *texts) == expected(header, *texts)
