"""What the reference would say of the same messages, worked out by hand from the record sheet."""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.repository import Loaded, Question
from appliance.table import Value
from tests.documents import EXAMPLE_8_9
from tests.jobs import V4, message, record
from tests.reports.test_cloud import EXAMPLE_8_6, EXAMPLE_8_7
from tests.sheets import CLOUD, CLOUD_SUMMARY, SYNC, N, S, of
from tests.sheets import message as of_type

Load = Callable[..., Loaded]
JUNE = {"since": date(2024, 6, 1), "until": date(2024, 7, 1)}


def ask(repository: LocalRepository, *by: str, **more: object) -> list[tuple[Value, ...]]:
    return repository.report(Question(by=by, as_apel=True, **more)).rows  # type: ignore[arg-type]


def ours(repository: LocalRepository, *by: str, **more: object) -> list[tuple[Value, ...]]:
    return repository.report(Question(by=by, **more)).rows  # type: ignore[arg-type]


def exported(repository: LocalRepository, dataset: str, **more: Any) -> list[dict[str, str]]:
    pieces = repository.export(dataset, "csv", as_apel=True, **more)
    return list(csv.DictReader(io.StringIO(b"".join(pieces).decode())))


def both(repository: LocalRepository, *by: str, **more: object) -> tuple[object, object]:
    """The reference's rows, and ours."""
    return ask(repository, *by, **more), ours(repository, *by, **more)


JOBS = {"metrics": ("jobs", "wall_hours")}


def test_of_two_machines_with_one_job_number_the_last_loaded_counts(
    repository: LocalRepository, load: Load
) -> None:
    load(message(record(MachineName="a", VO="x", WallDuration="3600")))
    load(message(record(MachineName="b", VO="y", WallDuration="7200")))
    load(message(record(LocalJobId="2", MachineName="a", VO="x", WallDuration="1800")))
    assert ask(repository, "vo", **JOBS) == [("y", 1, 2.0), ("x", 1, 0.5)]
    assert ours(repository, "vo", **JOBS) == [("y", 1, 2.0), ("x", 2, 1.5)]
    found = repository.report(Question(as_apel=True))
    assert found.title == "As APEL 2.5.0 would have it"
    assert found.notes == (
        "1 jobs share site, number and end with a job of another machine: the one loaded last "
        "counts",
    )
    days = {"since": date(2024, 6, 1), "until": date(2024, 6, 2)}
    assert ask(repository, "vo", **JOBS, **days) == [("y", 1, 2.0), ("x", 1, 0.5)]
    behind = repository.jobs(Question(as_apel=True))
    assert sorted(str(row["machine_name"]) for row in behind.dicts()) == ["a", "b"]
    assert [row["machine_name"] for row in exported(repository, "jobs")] in (["a", "b"], ["b", "a"])


def test_names_that_differ_in_case_accents_or_blanks_are_one_in_their_first_spelling(
    repository: LocalRepository, load: Load
) -> None:
    load(message(record(VO="Atlas", WallDuration="3600")))
    load(message(record(VO="átlas", LocalJobId="2", EndTime="1719792000", WallDuration="3600")))
    load(message(record(VO="ATLAS", LocalJobId="3", WallDuration="3600")))
    apel, plain = both(repository, "vo", "month", **JOBS)
    assert apel == [("Atlas", "2024-06", 2, 2.0), ("Atlas", "2024-07", 1, 1.0)]
    assert plain == [
        ("ATLAS", "2024-06", 1, 1.0), ("Atlas", "2024-06", 1, 1.0), ("átlas", "2024-07", 1, 1.0),
    ]  # fmt: skip
    assert ask(repository, "vo", **JOBS, where=(("vo", ("aTLÁS ",)),)) == [("Atlas", 3, 3.0)]
    assert {row["vo"] for row in exported(repository, "jobs")} == {"Atlas"}
    notes = repository.report(Question(as_apel=True)).notes
    assert notes == ("2 spellings of names count as others that differ in case, accents or blanks "
                     "at their end",)  # fmt: skip


def test_job_numbers_that_differ_in_case_are_one_job(
    repository: LocalRepository, load: Load
) -> None:
    load(message(record(LocalJobId="job.a", Site="S1", WallDuration="60")))
    load(message(record(LocalJobId="JOB.A", Site="s1", WallDuration="3600")))
    assert ask(repository, "site", **JOBS) == [("S1", 1, 1.0)]
    [job] = exported(repository, "jobs")
    assert (job["site"], job["local_job_id"]) == ("S1", "JOB.A"), "the number as it came last"


def test_work_is_rounded_once_a_group_and_knows_no_cores(
    repository: LocalRepository, load: Load
) -> None:
    jobs = [record(LocalJobId=str(n), WallDuration="1", ServiceLevel="0.3") for n in range(3)]
    load(message(*jobs, record(LocalJobId="4", WallDuration="7200", Processors="8",
                               ServiceLevel="12.3456")))  # fmt: skip
    # 3 × 0.3 is 0.9, so 1 second; 7200 × 12.346 = 88891.2, so 88891
    [(_, _, work)] = ask(repository, "vo", metrics=("wall_work",))
    assert work == 88892 / 3600
    [(_, _, ours_)] = ours(repository, "vo", metrics=("wall_work",))
    assert ours_ == pytest.approx((0.9 + 8 * 88891.2) / 3600)


def test_of_several_benchmarks_one_is_seen(repository: LocalRepository, load: Load) -> None:
    load(message(record(ServiceLevelType=None, WallDuration="3600",
                        ServiceLevel="{hepspec: 8, HEPscore23: 9}"), header=V4))  # fmt: skip
    metrics = {"metrics": ("wall_work",)}
    assert both(repository, "vo", **metrics, unit="HEPSPEC") == (
        [("None", None, 1)], [("None", 8.0, 0)],
    )  # fmt: skip
    assert ask(repository, "vo", **metrics, unit="HEPscore23") == [("None", 9.0, 0)]
    assert exported(repository, "jobs")[0]["service_levels"] == '{"HEPscore23": 9.000}'


def test_a_job_without_a_benchmark_is_of_level_1_in_any_unit(
    repository: LocalRepository, load: Load
) -> None:
    load(EXAMPLE_8_9)  # 3602 s of wall on 2 cores, 3304 s of CPU time
    load(message(record(Site="EXAMPLE-EAST", VO="bio.example", WallDuration="3600")))
    metrics = {"metrics": ("wall_work", "cpu_work"), "unit": "HEPSPEC"}
    cpu = (3304 + 50 * 10) / 3600
    assert ask(repository, "vo", **metrics) == [("bio.example", 39602 / 3600, cpu, 0)]
    assert ours(repository, "vo", **metrics) == [("bio.example", 10.0, 500 / 3600, 1)]
    assert ask(repository, "vo", **metrics | {"unit": "si2k"}) == [
        ("bio.example", (3602 + 250 * 36000) / 3600, (3304 + 250 * 500) / 3600, 0)
    ]


def test_a_group_that_is_no_more_stays_until_it_comes_back(
    repository: LocalRepository, load: Load
) -> None:
    load(message(record(VO="wrong", WallDuration="3600")))
    load(message(record(VO="right", WallDuration="7200")))
    apel, plain = both(repository, "vo", **JOBS)
    assert apel == [("right", 1, 2.0), ("wrong", 1, 1.0)]
    assert plain == [("right", 1, 2.0)]
    assert repository.report(Question(as_apel=True)).notes == (
        "1 groups of which no job is left count as they were last",
    )
    assert [row["vo"] for row in exported(repository, "super_summaries")] == ["right", "wrong"]
    load(message(record(VO="wrong", LocalJobId="2", WallDuration="1800")))
    assert ask(repository, "vo", **JOBS) == [("right", 1, 2.0), ("wrong", 1, 0.5)]
    repository.summarise(everything=True)
    assert ask(repository, "vo", **JOBS) == [("right", 1, 2.0), ("wrong", 1, 0.5)]


def test_a_group_without_a_benchmark_is_never_taken_for_one_that_is_no_more(
    load: Load, repository: LocalRepository
) -> None:
    load(message(record()))
    with repository.store.transaction() as cursor:
        cursor.execute("TRUNCATE store.usage")
        cursor.execute("UPDATE store.jobs SET service_level = NULL, service_level_type = NULL")
    for _ in range(2):
        repository.summarise(everything=True)
    with repository.store.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM store.stale_usage").fetchall() == [(0,)]


def test_a_vanished_group_yields_to_one_whose_name_the_reference_takes_for_the_same(
    repository: LocalRepository, load: Load
) -> None:
    load(message(record(VO="atlas", WallDuration="3600")))
    load(message(record(VO="ATLAS", WallDuration="7200")))
    assert ask(repository, "vo", **JOBS) == [("atlas", 1, 2.0)]


def test_the_later_source_of_a_folded_key_stands_alone(
    repository: LocalRepository, load: Load
) -> None:
    level = {"ServiceLevelType": "HEPSPEC", "ServiceLevel": "10", "NodeCount": "1"}
    load(message(record(VO="Atlas", Processors="1", **level)))
    load(of_type(S, VO="atlas", WallDuration="7200", NumberOfJobs="5"))
    assert both(repository, "vo", **JOBS) == (
        [("Atlas", 5, 2.0)], [("atlas", 5, 2.0), ("Atlas", 1, 60 / 3600)],
    )  # fmt: skip


def test_received_summaries_of_a_folded_key_replace_each_other(
    repository: LocalRepository, load: Load
) -> None:
    load(of_type(S, VO="atlas", WallDuration="3600"))
    load(of_type(S, VO="ATLAS", WallDuration="7200"))
    load(of_type(N, VO="cms"), of_type(N, VO="Cms", WallDuration="1800"))
    load(of_type(SYNC), of_type(SYNC, Site="s1", NumberOfJobs="9"))
    assert ask(repository, "vo", **JOBS) == [("atlas", 1, 2.0), ("cms", 1, 0.5)]
    [summary] = exported(repository, "summaries")
    assert (summary["vo"], summary["wall_duration"]) == ("atlas", "7200")
    [normalised] = exported(repository, "normalised_summaries")
    assert (normalised["vo"], normalised["wall_duration"]) == ("cms", "1800")
    [sync] = exported(repository, "sync_records")
    assert (sync["site"], sync["number_of_jobs"]) == ("S1", "9")


def test_derived_and_received_cloud_summaries_replace_each_other_by_key_alone(
    repository: LocalRepository, load: Load
) -> None:
    load(EXAMPLE_8_6, EXAMPLE_8_7)
    same = {"VMUUID": "vm", "WallDuration": "3600", "CpuCount": "2.5", "BenchmarkType": "b",
            "Benchmark": "1"}  # fmt: skip
    received = {name: same[name] for name in ("CpuCount", "BenchmarkType", "Benchmark")}
    received |= {"Month": "6", "Status": "STARTED", "SiteName": "c1", "WallDuration": "36000"}
    load(of_type(CLOUD, **same))
    load(of_type(CLOUD_SUMMARY, of(CLOUD_SUMMARY, **received),
                 of(CLOUD_SUMMARY, **received | {"ImageId": "other"})))  # fmt: skip
    hours = {"metrics": ("wall_hours",), "subject": "cloud", "where": (("site", ("C1",)),)}
    # The summary of the same key yields to the record, that of another image is added.
    assert ask(repository, "image", **hours) == [("other", 10.0), ("None", 1.0)]
    assert ours(repository, "image", **hours) == [("None", 1.0)], "c1 is another site"
    held = exported(repository, "cloud_summaries")
    assert sorted((row["site_name"], row["image_id"], row["wall_duration"]) for row in held) == [
        ("C1", "None", "3600"), ("C1", "other", "36000"), ("EXAMPLE-CLOUD", "img-7", "85400"),
        ("EXAMPLE-CLOUD", "img-7", "87400"), ("EXAMPLE-CLOUD", "img-9", "87400"),
    ]  # fmt: skip


def test_machines_whose_ids_differ_in_case_are_one(repository: LocalRepository, load: Load) -> None:
    load(of_type(CLOUD, VMUUID="vm-a", WallDuration="3600"))
    load(of_type(CLOUD, VMUUID="VM-A", WallDuration="7200", RecordCreateTime="1719792000"))
    hours = {"metrics": ("wall_hours",), "subject": "cloud"}
    assert ask(repository, "month", **hours) == [("2024-06", 1.0), ("2024-07", 1.0)]
    assert ours(repository, "month", **hours) == [("2024-06", 1.0), ("2024-07", 2.0)]


@pytest.mark.parametrize(
    "dataset",
    ["jobs", "summaries", "normalised_summaries", "super_summaries", "sync_records",
     "normalised_super_summaries", "cloud_records", "cloud_summaries", "storage_records"],
)  # fmt: skip
def test_a_dataset_without_any_difference_is_exported_the_same(
    repository: LocalRepository, load: Load, dataset: str
) -> None:
    jobs = message(record(), record(LocalJobId="2", VO="b", ServiceLevelType="si2k"))
    load(jobs, of_type(S, VO="c"), of_type(N, VO="d"), of_type(SYNC))
    load(EXAMPLE_8_6, EXAMPLE_8_7)
    plain = b"".join(repository.export(dataset))
    assert b"".join(repository.export(dataset, as_apel=True)) == plain
    month = repository.export(dataset, "json", (2024, 6), as_apel=True)
    assert b"".join(month) == b"".join(repository.export(dataset, "json", (2024, 6)))


def test_every_dimension_and_metric_is_there_as_apel_too(
    repository: LocalRepository, load: Load
) -> None:
    from reports.catalogue import AS_APEL, SUBJECTS

    load(message(record()), EXAMPLE_8_6)
    for subject, known in SUBJECTS.items():
        question = {"subject": subject, "metrics": tuple(AS_APEL[subject].metrics)}
        for name in known.dimensions:
            ask(repository, name, **question)
    assert ask(repository, "vo", **JOBS, **JUNE) == ours(repository, "vo", **JOBS, **JUNE)


DRAWN = st.lists(
    st.tuples(
        st.sampled_from(["S1", "s1", "S2"]),
        st.sampled_from(["a", "b"]),  # the machine
        st.sampled_from(["x", "X", "y "]),  # the job's number
        st.sampled_from(["1717200060", "1719792000"]),  # June, July
        st.sampled_from(["v", "V", "w", "ẃ"]),
        st.integers(0, 5),  # hours
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=DRAWN)
def test_after_any_load_the_jobs_are_those_of_the_references_key(
    repository: LocalRepository, load: Load, drawn: list[tuple[str, str, str, str, str, int]]
) -> None:
    with repository.store.transaction() as cursor:
        for table in ("jobs", "usage", "stale_usage", "messages"):
            cursor.execute(f"DELETE FROM store.{table}")
    load(
        *[
            message(record(Site=site, MachineName=machine, LocalJobId=number, EndTime=end, VO=vo,
                           WallDuration=str(hours * 3600), Queue=str(at)))
            for at, (site, machine, number, end, vo, hours) in enumerate(drawn)
        ]
    )  # fmt: skip
    held = {(s, m, n.strip(), e): (at, v, h) for at, (s, m, n, e, v, h) in enumerate(drawn)}
    first: dict[str, str] = {}
    for _, vo, _ in sorted(held.values()):
        first.setdefault(_folded(vo), vo)
    kept = {}
    for (site, _, number, end), (_, vo, hours) in sorted(held.items(), key=lambda item: item[1]):
        kept[site.lower(), number.lower(), end] = first[_folded(vo)], hours
    wanted: dict[tuple[str, str], list[int]] = {}
    for (_, _, end), (vo, hours) in kept.items():
        sums = wanted.setdefault((vo, "2024-06" if end == "1717200060" else "2024-07"), [0, 0])
        sums[0], sums[1] = sums[0] + 1, sums[1] + hours
    found = {(row[0], row[1]): [*row[2:]] for row in ask(repository, "vo", "month", **JOBS)}
    assert found == wanted


def _folded(name: str) -> str:
    return name.lower().replace("ẃ", "w")
