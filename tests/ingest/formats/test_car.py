"""CAR documents give the job records that the record sheet says, and what it adds to them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.repository import Loaded
from tests.documents import AUR_NS, CAR_NS, EXAMPLE_8_9, car, element, job

Load = Callable[..., Loaded]


@pytest.fixture
def row(repository: LocalRepository, load: Load) -> Callable[[str], dict[str, Any]]:
    """The one row that a message gives."""

    def loaded(text: str) -> dict[str, Any]:
        assert load(text).problems == ()
        found = repository.query("SELECT * FROM jobs")
        [values] = found.rows
        return dict(zip(found.columns, values, strict=True))

    return loaded


Row = Callable[[str], dict[str, Any]]


def test_the_sheets_example_8_9_gives_its_row_with_memory(row: Row) -> None:
    found = row(EXAMPLE_8_9)
    expected = {
        "local_job_id": "9001", "vo": "bio.example", "vo_group": "/bio.example",
        "vo_role": "Role=pilot", "wall_duration": 3602, "cpu_duration": 3304, "processors": 2,
        "node_count": 0, "start_time": datetime(2024, 6, 1, 1),
        "end_time": datetime(2024, 6, 1, 2, 0, 2), "infrastructure_type": "grid",
        "infrastructure_description": "arc-slurm", "memory_real": 2048, "memory_virtual": None,
        "service_level_type": "custom", "service_level": Decimal("1.000"),
        "global_user_name": "/CN=Cy Moss", "local_user_id": "grid003", "queue": "q",
        "site": "EXAMPLE-EAST", "machine_name": "arc.east.example", "submit_host": "None",
    }  # fmt: skip
    assert {name: found[name] for name in expected} == expected


def test_example_8_9_is_normalised_by_its_level_of_one(
    repository: LocalRepository, load: Load
) -> None:
    load(EXAMPLE_8_9)
    repository.summarise()
    assert repository.query(
        "SELECT normalised_wall_duration, normalised_cpu_duration FROM normalised_super_summaries"
    ).rows == [(3602, 3304)]


@pytest.mark.parametrize("before", ["<!-- by hand -->", "<?xml-stylesheet href='x'?>", "\n\n "])
def test_b29_a_comment_or_instruction_may_stand_before_the_root(row: Row, before: str) -> None:
    assert row(before + car())["local_job_id"] == "1"


def test_a_lone_record_as_root_is_a_message(row: Row) -> None:
    text = job().replace("<p:UsageRecord>", f'<p:UsageRecord xmlns:p="{CAR_NS}">')
    assert row(text)["site"] == "S1"


def test_a_record_is_found_at_any_depth_and_so_are_its_elements(row: Row) -> None:
    text = car(
        f"<p:A><x xmlns=''><p:B>{job(element('Queue', 'q').join(['<y>', '</y>']))}</p:B></x></p:A>"
    )
    assert row(text)["queue"] == "q"


def test_elements_of_another_namespace_or_outside_records_say_nothing(row: Row) -> None:
    foreign = f"<p:Queue>before</p:Queue>{job('<Queue>other</Queue>')}<p:Queue>after</p:Queue>"
    assert row(car(foreign))["queue"] == "None"


def test_the_first_of_several_elements_counts_even_if_another_is_in_it(row: Row) -> None:
    text = car(job("<p:Queue>a<p:Queue>b</p:Queue>c<!-- d --></p:Queue>", element("Queue", "e")))
    assert row(text)["queue"] == "ac"


def test_cdata_and_character_references_are_text(row: Row) -> None:
    found = row(car(job("<p:Queue>a<![CDATA[<&]]>&lt;&#x41;&amp;</p:Queue>")))
    assert found["queue"] == "a<&<A&"


def test_text_is_not_trimmed_but_numbers_are(row: Row) -> None:
    found = row(car(job(element("Queue", " long\n"), Processors="\n 8 ", NodeCount="1_0")))
    assert (found["queue"], found["processors"], found["node_count"]) == (" long\n", 8, 10)


@pytest.mark.parametrize("null", ["", "none", "NULL"])
def test_null_text_is_none_as_in_text_messages(row: Row, null: str) -> None:
    assert row(car(job(element("Queue", null))))["queue"] == "None"


@pytest.mark.parametrize(("group", "role"), [("group", "role"), ("vo-group", "vo-role")])
def test_both_spellings_of_group_and_role_are_read(row: Row, group: str, role: str) -> None:
    found = row(
        car(
            job(
                element("Group", "geo"),
                element("GroupAttribute", "/geo/sim", type=group),
                element("GroupAttribute", "Role=x", type=role),
            )
        )
    )
    assert (found["vo"], found["vo_group"], found["vo_role"]) == ("geo", "/geo/sim", "Role=x")


CPU = [
    ([("all", "PT1S"), ("user", "PT2S")], 1),
    ([("user", "PT2S"), ("all", "PT1S")], 1),
    ([("user", "PT2S"), ("system", "PT1S")], 2),
    ([("", "PT2S")], 2),
]


@pytest.mark.parametrize(("given_", "seconds"), CPU)
def test_cpu_time_is_the_one_for_all_else_the_first(
    row: Row, given_: list[tuple[str, str]], seconds: int
) -> None:
    elements = [element("CpuDuration", text, usageType=use) for use, text in given_]
    assert row(car(job(*elements, CpuDuration=None)))["cpu_duration"] == seconds


def test_two_cpu_times_for_all_are_none(load: Load) -> None:
    twice = [element("CpuDuration", "PT1S", usageType="all")] * 2
    [problem] = load(car(job(*twice, CpuDuration=None))).problems
    assert " MAN: record 1, line 2, CpuDuration: " in problem


MEMORY = [("2048", "KB", 2048), ("3", "MB", 3072), ("2", "GB", 2 << 20), ("4096", "B", 4),
          ("8192", "b", 1), ("7", None, 7), ("1536", "B", 2), (" 5 ", "KB", 5)]  # fmt: skip


@pytest.mark.parametrize(("text", "unit", "kb"), MEMORY)
def test_memory_is_read_with_its_unit(row: Row, text: str, unit: str | None, kb: int) -> None:
    units = {"storageUnit": unit} if unit else {}
    memory = [element("Memory", text, type=kind, **units) for kind in ("Shared", "Physical")]
    found = row(car(job(*memory)))
    assert (found["memory_real"], found["memory_virtual"]) == (kb, kb)


def test_of_several_amounts_of_memory_the_maximum_counts(row: Row) -> None:
    memory = [
        element("Memory", "1", type="Physical", metric="average"),
        element("Memory", "2", type="Physical", metric="max"),
    ]
    assert row(car(job(*memory)))["memory_real"] == 2


def levels(*given_: tuple[str, str]) -> Iterable[str]:
    return [element("ServiceLevel", text, type=kind) for kind, text in given_]


def test_the_preferred_of_several_levels_counts_and_all_are_kept(row: Row) -> None:
    found = row(car(job(*levels(("si2k", "2500"), ("hepspec", "10"), ("HEPscore23", "11.25")))))
    assert (found["service_level_type"], found["service_level"]) == ("HEPscore23", Decimal("11.25"))
    assert found["service_levels"] == (
        '{"HEPscore23": 11.250, "HEPSPEC": 10.000, "si2k": 2500.000}'
    )


def test_an_unknown_benchmark_beside_a_known_one_is_passed_over(row: Row) -> None:
    found = row(car(job(*levels(("other", "5"), ("HepSpec", " 1e1 ")))))
    assert (found["service_level_type"], found["service_level"]) == ("HEPSPEC", Decimal(10))


def test_a_job_that_ends_a_fraction_of_a_second_before_it_starts_is_refused(load: Load) -> None:
    start, end = "2024-06-01T00:00:00.7Z", "2024-06-01T00:00:00.2Z"
    [problem] = load(car(job(StartTime=start, EndTime=end))).problems
    assert " ORD: " in problem


BAD = {
    "B28": (f'<a:SummaryRecord xmlns:a="{AUR_NS}"/>', "AUR"),
    "B30": (car(job("<p:ServiceLevel type='HEPSPEC'>10</p:ServiceLevel>")), "BEN"),
    "B31": (car(job(WallDuration="10")), "MAN"),
    "level without text": (car(job(element("ServiceLevel", "", type="HEPSPEC"))), "BEN"),
    "custom said aloud": (car(job(element("ServiceLevel", "1", type="custom"))), "BEN"),
    "level no number": (car(job(element("ServiceLevel", "x", type="HEPSPEC"))), "FLT"),
    "second level no number": (car(job(*levels(("HEPSPEC", "1"), ("si2k", "x")))), "FLT"),
    "negative level": (car(job(element("ServiceLevel", "-1", type="HEPSPEC"))), "DBR"),
    "epoch": (car(job(EndTime="1717200060")), "TIM"),
    "second 60": (car(job(EndTime="2024-06-01T00:01:60Z")), "TIM"),
    "no such day": (car(job(EndTime="2024-06-31T00:01:00Z")), "TIM"),
    "year 0": (car(job(StartTime="0000-06-01T00:01:00Z")), "TIM"),
    "time empty": (car(job(EndTime="")), "TIM"),
    "time missing": (car(job(EndTime=None)), "MAN"),
    "no site": (car(job(Site=None)), "MAN"),
    "order": (car(job(EndTime="2024-05-31")), "ORD"),
    "future": (car(job(EndTime="2100-01-01")), "FUT"),
    "processors": (car(job(Processors="two")), "INT"),
    "negative": (car(job(Processors="-1")), "DBR"),
    "too long": (car(job(WallDuration="P99Y")), "DBR"),
    "long name": (car(job(Queue="q" * 101)), "DBL"),
    "memory": (car(job(element("Memory", "5", type="Physical", storageUnit="pages"))), "INT"),
    "second record": (car(job(), job(LocalJobId="2", Site="")), "MAN"),
    "no records": (f'<p:UsageRecords xmlns:p="{CAR_NS}"/>', "XNR"),
    "unknown namespace": (car(namespace="http://example.org/"), "XNS"),
    "no namespace": ("<UsageRecords/>", "XNS"),
    "not closed": (car()[:-5], "XML"),
    "junk": (f"{car()}x", "XML"),
    "no XML": ("<", "XML"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_document_is_refused_whole_with_its_reason(
    repository: LocalRepository, load: Load, name: str
) -> None:
    text, code = BAD[name]
    loaded = load(text)
    assert (loaded.rejected, loaded.records) == (1, 0)
    assert repository.query("SELECT count(*) FROM jobs").rows == [(0,)]
    assert f" {code}: " in loaded.problems[0]


def test_a_problem_names_record_line_element_and_value(load: Load) -> None:
    bad = job(element("Queue", "q"), "\n", LocalJobId="2", CpuDuration="1h")
    [problem] = load(car(job(), bad.replace("<p:Cpu", "\n<p:Cpu"))).problems
    assert problem.endswith(
        "MAN: record 2, line 4, CpuDuration: "
        "'1h' is not a duration like PT1H30M, and CpuDuration is mandatory"
    )


def test_a_problem_of_an_attribute_names_it(load: Load) -> None:
    [problem] = load(car(job(element("ServiceLevel", "5", type="kSI")))).problems
    assert "BEN: record 1, line 2, ServiceLevel@type: 'kSI' is not a known benchmark" in problem


TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=40,
)


@st.composite
def jobs(draw: st.DrawFn, number: int) -> dict[str, Any]:
    start = draw(st.datetimes(datetime(2000, 1, 1), datetime(2026, 1, 1))).replace(microsecond=0)
    wall = draw(st.integers(0, 10**6))
    return {
        "LocalJobId": f"{number}",
        "Site": draw(TEXTS.filter(lambda text: meant(text) != "None")),
        **{name: draw(TEXTS) for name in ("Queue", "LocalUserId", "MachineName")},
        "WallDuration": wall,
        "CpuDuration": draw(st.integers(0, 10**6)),
        "Processors": draw(st.integers(0, 128)),
        "StartTime": start,
        "EndTime": start + timedelta(seconds=wall),
    }


def written(records: list[dict[str, Any]]) -> str:
    """As ElementTree writes it."""
    top = ET.Element(f"{{{CAR_NS}}}UsageRecords")
    for record in records:
        held = ET.SubElement(top, f"{{{CAR_NS}}}UsageRecord")
        for name, value in record.items():
            text = f"PT{value}S" if name.endswith("Duration") else f"{value}"
            ET.SubElement(held, f"{{{CAR_NS}}}{name}").text = text
    return ET.tostring(top, encoding="unicode")


def meant(value: Any) -> Any:
    """What is stored for a text."""
    null = isinstance(value, str) and value.lower() in ("none", "null")
    return "None" if null else value


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_what_elementtree_writes_is_what_is_stored(
    repository: LocalRepository, load: Load, data: st.DataObject
) -> None:
    records = [data.draw(jobs(n)) for n in range(data.draw(st.integers(1, 9)))]
    assert load(written(records)).problems == ()
    with repository.store.cursor() as cursor:
        columns = (
            "local_job_id, site, queue, local_user_id, machine_name, wall_duration, cpu_duration, "
            "processors, start_time::TIMESTAMP, end_time::TIMESTAMP"
        )
        found = cursor.execute(f"SELECT {columns} FROM store.jobs ORDER BY local_job_id").fetchall()
        for table in ("jobs", "messages", "raw_texts", "due"):
            cursor.execute(f"DELETE FROM store.{table}")
    assert found == [tuple(map(meant, record.values())) for record in records]
