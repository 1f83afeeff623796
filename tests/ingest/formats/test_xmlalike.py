"""Records that look alike are read by a pattern: with the same result as by expat, or not."""

from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appliance.errors import Problem
from ingest.formats import xmlalike, xmlrecords
from ingest.formats.text import recognise
from ingest.formats.xmlmessage import XmlMessage
from ingest.formats.xmlreader import read
from tests.documents import CAR_NS, STAR_NS, car, element, job, share, star


def taken(text: str, monkeypatch: pytest.MonkeyPatch | None = None) -> str | Problem:
    """The rows of a document; with `monkeypatch`, as expat alone reads it."""
    message = recognise(text)
    assert isinstance(message, XmlMessage), message
    if monkeypatch is None:
        return xmlrecords.wide(message)
    with monkeypatch.context() as patch:
        patch.setattr(xmlrecords, "read", lambda *given, **_: read(*given))
        return xmlrecords.wide(message)


LEVEL = partial(element, "ServiceLevel")
GROUP = partial(element, "GroupAttribute")
MORE = [
    "",
    "<p:Queue></p:Queue>",
    "<p:Queue/>",
    "<p:Queue>a&amp;b</p:Queue>",
    "<p:Queue>a&#65;b</p:Queue>",
    "<p:Queue>a<![CDATA[b]]>c</p:Queue>",
    "<p:Queue>a<!-- b -->c</p:Queue>",
    "<p:Queue>a<?b?>c</p:Queue>",
    "<p:Queue>a<p:Host>b</p:Host>c</p:Queue>",
    "<p:Queue>a\rb\r\nc\td</p:Queue>",
    "<p:Queue>a]]>b</p:Queue>",
    "<p:Queue>a>b</p:Queue>",
    "<p:Queue>a\x01b</p:Queue>",
    "<p:Queue>a\uffffb</p:Queue>",
    "<p:Queue>\xe9\U0001f600</p:Queue>",
    "<p:Queue>a</p:Queue><p:Queue>b</p:Queue>",
    "<p:Queue>a</p:Queue ><p:Host>h</p:Host\n>",
    "<p:Host>&lt;p:UsageRecord></p:Host>",
    "<p:Queue xmlns:p='other'>a</p:Queue>",
    f"<q:Queue xmlns:q='{CAR_NS}'>a</q:Queue>",
    "<p:Infrastructure p:type='a\nb' p:description='c'/>",
    '<p:Infrastructure p:description="it\'s"   p:type = "&quot;x&quot;" />',
    "<p:Infrastructure p:description='a<b'/>",
    "<p:Infrastructure type='a' p:description='>' xmlns:r='r' r:type='b'/>",
    LEVEL("10", type="HEPSPEC"),
    LEVEL("10", type="HEPSPEC") + LEVEL("11", type="HEPscore23") + LEVEL("12", type="si2k"),
    LEVEL("1_0", type="hepspec") + LEVEL("11", type="HEPSPEC"),
    GROUP("/a/b", type="FQAN") + GROUP("g", type="group"),
    GROUP("x", attributeType="a") + GROUP("y", attributeType="a") + GROUP("z", attributeType="b"),
    GROUP("", attributeType="subgroup") + GROUP("z", attributeType=""),
    element("CpuDuration", "PT1S", usageType="all") + element("CpuDuration", "PT2S"),
    element("CpuDuration", "PT1S", usageType="all") * 2,
    element("Memory", "5", type="Physical", storageUnit="GB"),
    element("Memory", "5", type="Shared", metric="average")
    + element("Memory", "6", type="Shared", metric="max"),
    job(),
    "<p:UsageRecord/>",
    "</p:UsageRecord>",
]
TEXTS = st.sampled_from(["1", "2", "PT1M", "2024-06-01", " 3 ", "", "None", "x" * 300])
BETWEEN = st.sampled_from(
    ["\n", "", " text ", "<!-- a -->", "<!-- ", " -->", "<![CDATA[", "]]>", "<p:Host>h</p:Host>",
     "</p:wrap><p:wrap xmlns:p='other'>", f"</p:wrap><p:wrap xmlns:p='{STAR_NS}'>", "<?x", "?>",
     "<p:wrap>", "</p:wrap>", "<p:wrap xmlns:p='other'>", "&amp;", "<a x='", "'/>"]
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn, kind: str) -> str:
    """Few kinds of records, each several times in a row, and anything between them."""
    pieces = []
    for _ in range(draw(st.integers(1, 4))):
        more = draw(st.sampled_from(MORE))
        times = draw(st.integers(1, 5))
        record = job if kind == "car" else share
        names = ["LocalJobId", "Queue", "Site"] if kind == "car" else ["Site", "FileCount", "Group"]
        for _ in range(times):
            values = {name: draw(TEXTS) for name in names[: draw(st.sampled_from([1, 1, 3]))]}
            pieces.append(record(more, **values))
        pieces.append(draw(st.one_of(st.just("\n"), BETWEEN)))
    held = "".join(pieces)
    namespace = CAR_NS if kind == "car" else STAR_NS
    return f'<p:Records xmlns:p="{namespace}"><p:wrap>{held}</p:wrap></p:Records>'


HIDDEN = f"{car(job(), job(), job())[:-20]}<!-- {job()} --><![CDATA[{job()}]]></p:UsageRecords>"

QUEUE = "<q:Queue>a</q:Queue>"
INNER = [job(f"<p:Host xmlns:q='{space}'>{QUEUE}</p:Host>") for space in (CAR_NS, "o")]
OUTER = [f"<w xmlns:q='{s}'>{job(QUEUE) * 3}</w>" for s in (CAR_NS, "o", CAR_NS)]
BLANK = [job(f"<p:Infrastructure p:type='{v}'/>") for v in ("a", "b", "c", "d\te", "f\ng")]


@settings(max_examples=200, deadline=None)
@given(st.one_of(documents("car"), documents("star")))
@example(HIDDEN)
@example(car(*INNER[:1] * 3, INNER[1], INNER[0]))
@example(car(*OUTER))
@example(car(*BLANK))
def test_the_shortcut_reads_what_expat_reads(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        expected = taken(text, patch)
    assert taken(text) == expected


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_document_is_judged_as_by_expat(data: st.DataObject) -> None:
    """One edit at any place: what was pattern and gap before may be neither now."""
    kind = data.draw(st.sampled_from(["car", "star"]))
    text = car(*[job(MORE[-10])] * 4) if kind == "car" else star(*[share(MORE[-10])] * 4)
    at = data.draw(st.integers(len("<p:UsageRecords>"), len(text)))
    gone = data.draw(st.integers(0, 12))
    new = data.draw(st.sampled_from(["", "<", ">", "&", "&amp;", '"', "/", "p:", "\r", "]]>", "x",
                                     "<!--", "-->", "\x00", "\u0085", " xmlns:p='o'"]))  # fmt: skip
    text = text[:at] + new + text[at + gone :]
    if not isinstance(recognise(text), XmlMessage):
        return
    with pytest.MonkeyPatch.context() as patch:
        expected = taken(text, patch)
    assert taken(text) == expected


def by_expat(monkeypatch: pytest.MonkeyPatch, text: str) -> int:
    """How many records of a document expat reads."""
    read_: list[object] = []
    real = xmlalike.Alike.take

    def counted(self: xmlalike.Alike, values: list[str]) -> None:
        read_.append(values)
        real(self, values)

    monkeypatch.setattr(xmlalike.Alike, "take", counted)
    taken(text)
    return len(read_)


def test_of_records_that_look_alike_expat_reads_two(monkeypatch: pytest.MonkeyPatch) -> None:
    xmlalike._sighted.cache_clear()  # the first sight of a pattern says little
    text = car(*[job(LEVEL(str(n), type="si2k"), LocalJobId=str(n)) for n in range(100)])
    assert by_expat(monkeypatch, text) == 2
    assert by_expat(monkeypatch, text.replace("60S", "61S")) == 1  # the next one


def test_two_kinds_of_records_in_turn_are_both_known(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = [job(), job(element("Queue", "q"))]
    assert by_expat(monkeypatch, car(*[kinds[n % 2] for n in range(100)])) <= 4


def test_records_that_are_all_different_are_not_learned_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    real = xmlalike._sighted
    monkeypatch.setattr(xmlalike, "_sighted", lambda p: made.append(p) or real(p))  # type: ignore[func-returns-value]
    taken(car(*[job(f"<p:x{n}/>") for n in range(100)]))
    assert len(made) == xmlalike._FREE


def test_the_line_of_a_fault_behind_records_that_took_the_shortcut() -> None:
    found = taken(car(*[job()] * 50, "<p:UsageRecord>&x;</p:UsageRecord>"))
    assert isinstance(found, Problem)
    assert (found.code, found.record, found.line) == ("XML", 51, 52)
