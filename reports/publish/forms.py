"""Which dataset can be written how. Source: APEL 2.5.0, unloader."""

from dataclasses import dataclass

from appliance.errors import UsageError
from appliance.records.catalogue import XML_FORMS
from appliance.records.declare import Field, RecordType, WireForm
from appliance.records.xml import XmlForm
from reports.publish.sources import SOURCES, Source

STYLES = {
    "v0.3": "text, a benchmark's name and value apart",
    "v0.4": "text, benchmarks as arrays",
    "ur": "XML: CAR for jobs, StAR for storage",
}


@dataclass(frozen=True, slots=True)
class Form:
    """A dataset in one of its forms: text if it has `wire`, else XML."""

    source: Source
    wire: WireForm | None = None
    xml: XmlForm | None = None

    @property
    def kind(self) -> RecordType:
        """What its records are."""
        return self.source.kind

    @property
    def name(self) -> str:
        """The header of its messages, or what people call its XML."""
        if self.wire:
            return f"{self.wire.header}: {self.wire.writes}"
        return self.xml.name if self.xml else ""

    @property
    def arrays(self) -> frozenset[str]:
        """The fields that are written as arrays."""
        return self.wire.arrays if self.wire else frozenset()

    def fields(self) -> list[Field]:
        """The fields that its messages carry, on demand or always, in order."""
        if self.xml:
            return list(self.kind.fields)
        named = self.arrays  # an array names the benchmark itself
        return [f for f in self.kind.fields if f.written and not (named and f.benchmark)]


def form_of(dataset: str, style: str = "") -> Form:
    """The form of a dataset in a style; empty: its default.

    Raises:
        UsageError: There is no such dataset or style, or the dataset has no form in it.
    """
    if dataset not in SOURCES:
        raise UsageError(f"{dataset} has no messages", hint=f"one of {', '.join(SOURCES)}")
    if style and style not in STYLES:
        raise UsageError(f"there is no style {style}", hint=f"one of {', '.join(STYLES)}")
    forms = forms_of(dataset)
    chosen = style or next(iter(forms))
    if chosen not in forms:
        known = " or ".join(forms)
        raise UsageError(f"{dataset} cannot be written as {style}", hint=f"--style {known}")
    return forms[chosen]


def forms_of(dataset: str) -> dict[str, Form]:
    """The forms of a dataset by style, the default first."""
    source = SOURCES[dataset]
    texts: dict[str, WireForm] = {
        "v0.4" if wire.arrays else "v0.3": wire for wire in source.kind.forms
    }
    found = {style: Form(source, wire=texts[style]) for style in sorted(texts)}
    for xml in XML_FORMS:
        if xml.kind is source.kind:
            found["ur"] = Form(source, xml=xml)
    return found
