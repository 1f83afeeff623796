"""XML that means harm is refused where it begins, and costs no more than its own size."""

import tracemalloc
from collections.abc import Callable

import pytest

from appliance.errors import Problem
from appliance.repository import Loaded
from ingest.formats.text import recognise
from ingest.formats.xmlmessage import XmlMessage
from ingest.formats.xmlreader import DEEPEST
from ingest.formats.xmlrecords import wide
from tests.documents import CAR_NS, car, element, job

Load = Callable[..., Loaded]

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "billion laughs": f'<!DOCTYPE lolz [<!ENTITY l0 "lol">{LAUGHS}]>',
    "quadratic": f'<!DOCTYPE a [<!ENTITY a "{"x" * 100_000}">]>',
    "a file": '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "the net": '<!DOCTYPE a SYSTEM "http://example.org/a.dtd">',
    "parameters": '<!DOCTYPE a [<!ENTITY % a SYSTEM "http://example.org/a.dtd">%a;]>',
    "harmless": "<!DOCTYPE UsageRecords>",
}


@pytest.mark.parametrize("name", DOCTYPES)
def test_a_doctype_is_refused_before_it_is_read(load: Load, name: str) -> None:
    [problem] = load(f"<!-- x -->\n{DOCTYPES[name]}{car(job(element('Queue', '')))}").problems
    assert "XNS: line 2: a DOCTYPE is refused" in problem


def test_an_entity_that_nobody_declared_is_not_well_formed(load: Load) -> None:
    [problem] = load(car(job("<p:Queue>&lol;</p:Queue>"))).problems
    assert "XML: record 1, line 2: not well-formed: undefined entity" in problem


def test_elements_too_deep_within_each_other_are_refused(load: Load) -> None:
    fine = DEEPEST - 3
    assert load(car(job("<x>" * fine + "</x>" * fine))).accepted == 1
    for deep in ("<x>" * 1_000_000, "<p:Queue>" * 100_000):
        [problem] = load(car(job(deep))).problems
        assert f"XML: record 1, line 2: more than {DEEPEST} elements" in problem


def test_a_record_within_a_record_is_refused(load: Load) -> None:
    [problem] = load(car(job(job()))).problems
    assert "XML: record 1, line 2: a record within a record" in problem


def test_the_same_attribute_twice_is_not_well_formed(load: Load) -> None:
    [problem] = load(car(job("<p:Infrastructure p:type='a' p:type='b'/>"))).problems
    assert "duplicate attribute" in problem


def test_a_huge_value_is_refused_by_its_length_and_shown_in_part(load: Load) -> None:
    huge = "x" * 4_000_000
    for more in (element("Queue", huge), element("Infrastructure", "", description=huge)):
        [problem] = load(car(job(more))).problems
        assert " DBL: " in problem
        assert "4000000 characters" in problem
        assert len(problem) < 300


def test_many_attributes_and_namespaces_do_no_harm(load: Load) -> None:
    attributes = " ".join(f'a{n}="{n}"' for n in range(50_000))
    spaces = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(5_000))
    assert load(car(job(f"<x {attributes} {spaces}/>"))).accepted == 1


CONTROLS = [chr(n) for n in (0, 0x1D, 0x1E, 0x1F)]


@pytest.mark.parametrize("control", [*CONTROLS, *(f"&#{ord(c)};" for c in CONTROLS)])
def test_the_characters_that_part_staged_values_cannot_be_written(load: Load, control: str) -> None:
    [problem] = load(car(job(f"<p:Queue>a{control}b</p:Queue>"))).problems
    assert " XML: " in problem


def test_what_parts_text_records_is_text_in_xml(load: Load) -> None:
    assert load(car(job(element("Queue", "a\n%%\n%%%\nSite: S2")))).accepted == 1


def test_names_that_imitate_a_namespace_say_nothing(load: Load) -> None:
    spoof = f"<Queue xmlns='{CAR_NS} Queue'>x</Queue><Q xmlns:q='{CAR_NS} '><q:Queue/></Q>"
    loaded = load(car(job(spoof)))
    assert loaded.accepted == 1 or " XML: " in loaded.problems[0]


def test_a_full_message_takes_no_more_memory_than_a_few_times_its_size() -> None:
    text = car(*[job(element("Queue", "q" * 60), "<p:Host>h</p:Host>" * 20)] * 20_000)
    assert 13 << 20 < len(text) < 16 << 20
    message = recognise(text)
    assert isinstance(message, XmlMessage)
    tracemalloc.start()
    try:
        staged = wide(message)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(staged, str)
    assert most < 2 * len(text)


@pytest.mark.parametrize("filler", ["<p:Host>h</p:Host>", "<x/>", "x<!-- x -->", "<![CDATA[x]]>"])
def test_filler_outside_of_records_takes_no_memory(filler: str) -> None:
    text = car(filler * 100_000, job())
    message = recognise(text)
    assert isinstance(message, XmlMessage)
    tracemalloc.start()
    try:
        assert not isinstance(wide(message), Problem)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2 << 20  # expat's own buffer is half of it
