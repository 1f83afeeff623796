"""Whatever stands in HTCondor's history, in each of its forms: every line ends in one outcome."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.repository import Loaded
from ingest.logs.htcondor import _ATTRIBUTES, HTCONDOR
from tests.ingest.logs.taken import piece
from tests.ingest.logs.test_htcondor import (
    FIRST,
    REMOVED,
    Ad,
    history_file,
    json_array,
    json_array_at_once,
    json_lines,
    long_form,
)

ANY = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70), st.floats(), st.sampled_from([0, -1, 1748874011, 253402300800])
)
TEXTS = st.one_of(
    st.text(max_size=6),
    st.sampled_from([
        "undefined", "error", "None", "/Expr(ifThenElse(a, 1, 2))/", "nan", "inf", "1e400", "1e18",
        "9223372036854775808", "-1", "+5", "1_000", "²", "/", "//Role=", "atlas,cms", "#", "#1#",
        "a#b#c", "=", '"', "\\", "***", "\u2028", "batch slurm x slurm/20250602/", "0x10", "1.15",
    ]),
)  # fmt: skip
WORDS = st.one_of(TEXTS, NUMBERS.map(str))
VALUES = st.one_of(
    NUMBERS, TEXTS, st.none(), st.booleans(), st.lists(NUMBERS, max_size=2),
    st.dictionaries(TEXTS, NUMBERS, max_size=2),
)  # fmt: skip
ADS = st.dictionaries(st.sampled_from(_ATTRIBUTES), VALUES, max_size=6).map(
    lambda said: REMOVED | said
)


def add_up(repository: LocalRepository, lines: list[str] | list[bytes]) -> Loaded:
    """Load them for a new batch host, and hold the counts to the lines and to what is kept."""
    machine = f"m{len(repository.messages('', 100_000).rows)}"
    made = piece("htcondor", lines)
    loaded = repository.load_logs([replace(made, machine_name=machine)])
    assert loaded.accepted == 1  # the database refused nothing
    assert loaded.records + loaded.lines_ignored + loaded.lines_failed == loaded.lines
    content = HTCONDOR.gather(made.body, made.layout).content
    texts = content.removesuffix(b"\n").split(b"\n")  # ads may share a line
    assert loaded.lines == max(len(made.body.removesuffix(b"\n").split(b"\n")), len(texts))
    with repository.store.cursor() as cursor:
        [(events, kept)] = cursor.execute(
            "SELECT (SELECT count(*) FROM store.events WHERE message_id = m), "
            "(SELECT count(*) FROM store.rejected_lines WHERE message_id = m) "
            "FROM (SELECT max(message_id) AS m FROM store.messages)"
        ).fetchall()
    assert kept == loaded.lines_failed
    assert min(loaded.records, 1) <= events <= loaded.records  # of equal keys one
    return loaded


def known(ad: Ad) -> Ad:
    """One that is a record, whatever the others are."""
    return REMOVED | {"GlobalJobId": "known#1.0#1", **ad}


FORMS = st.sampled_from([json_lines, json_array, json_array_at_once, long_form, history_file])


@ANY
@given(form=FORMS, ads=st.lists(ADS, max_size=8))
def test_no_value_of_an_ad_harms_the_others(
    repository: LocalRepository, form: Callable[..., list[str]], ads: list[Ad]
) -> None:
    lines = form(known({}), *ads, known({"GlobalJobId": "known#2.0#1"}))
    loaded = add_up(repository, lines)
    assert 2 <= loaded.records <= len(ads) + 2


@ANY
@given(
    values=st.lists(WORDS, max_size=13),
    changes=st.dictionaries(st.integers(0, 10), WORDS, max_size=3),
)
def test_no_value_of_a_line_harms_the_others(
    repository: LocalRepository, values: list[str], changes: dict[int, str]
) -> None:
    fields = FIRST.split("|")
    for at, value in changes.items():
        fields[at] = value
    odd = [line.replace("\n", " ") for line in ("|".join(values), "|".join(fields))]
    loaded = add_up(repository, [FIRST, *odd, FIRST.replace("#9001.", "#9002.")])
    assert (loaded.records >= 2, loaded.lines) == (True, 4)


STARTS = {"pipe": FIRST, "long": "Owner = 1", "json": '{"Owner": 1}', "array": "["}
PARTS = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([
        b"\n", b"\r\n", b"\n\n", b"\n***\n", b"|", b"{", b"}", b"[", b"]", b",", b'"', b" = ",
        b"GlobalJobId", b"JobStatus = 4", b'"Owner": ', b"{}", b"\\u0000", b"\x1f", b"\xff",
        json.dumps(REMOVED).encode(), FIRST.encode(),
    ]),
)  # fmt: skip


@ANY
@given(form=st.sampled_from(sorted(STARTS)), parts=st.lists(PARTS, max_size=16))
def test_any_bytes_at_all_end_in_outcomes(
    repository: LocalRepository, form: str, parts: list[bytes]
) -> None:
    add_up(repository, [STARTS[form].encode(), *b"".join(parts).split(b"\n")])


def plainly(ad: Ad) -> tuple[Any, ...] | None:
    """What a plain reading of an ad gives: id, wall, CPU, cores; None: it is no record."""
    wall, ended = ad["RemoteWallClockTime"], ad["CompletionDate"] or ad["EnteredCurrentStatus"]
    if ad["JobStatus"] not in (3, 4) or not wall or not ad["JobStartDate"]:
        return None
    if ended < ad["JobStartDate"] or wall < 0:
        return None
    used = "CumulativeRemoteUserCpu", "CumulativeRemoteSysCpu"
    if all(ad.get(name) is None for name in used):
        used = "RemoteUserCpu", "RemoteSysCpu"
    cpu = int(sum(ad.get(name) or 0.0 for name in used))
    return ad["GlobalJobId"], int(wall), cpu, ad["CpusProvisioned"] or ad["RequestCpus"]


USED = st.one_of(st.integers(0, 10**9), st.integers(0, 10**8).map(lambda cs: cs / 100))
CPUS = st.one_of(st.none(), USED)
JOBS = st.fixed_dictionaries({
    "JobStatus": st.sampled_from([1, 2, 3, 4, 4, 4]),
    "JobStartDate": st.sampled_from([0, 1748861000, 1748867411]),
    "CompletionDate": st.sampled_from([0, 1748866000, 1748870000]),
    "EnteredCurrentStatus": st.integers(1748870000, 1748880000),
    "RemoteWallClockTime": st.one_of(st.integers(-2, 10**6), st.floats(1, 10**6)),
    "RemoteUserCpu": USED, "RemoteSysCpu": CPUS,
    "CumulativeRemoteUserCpu": CPUS, "CumulativeRemoteSysCpu": CPUS,
    "CpusProvisioned": st.one_of(st.none(), st.integers(1, 128)), "RequestCpus": st.integers(1, 8),
})  # fmt: skip


@ANY
@given(
    found=st.lists(JOBS, min_size=1, max_size=10),
    form=st.sampled_from([json_lines, json_array, long_form]),
)
def test_ads_mean_what_a_plain_reading_says(
    repository: LocalRepository, found: list[Ad], form: Callable[..., list[str]]
) -> None:
    ads = [
        {name: value for name, value in (REMOVED | ad).items() if value is not None}
        | {"GlobalJobId": f"s#{n}.0#1"}
        for n, ad in enumerate(found)
    ]
    add_up(repository, form(*ads))
    rows = repository.query(
        "SELECT job_name, wall_duration, cpu_duration, processors FROM events "
        "WHERE message_id = (SELECT max(message_id) FROM messages)"
    ).rows
    told = [plainly(dict.fromkeys(("CpusProvisioned", "RemoteSysCpu")) | ad) for ad in ads]
    assert sorted(rows) == sorted(row for row in told if row)
