"""XML messages: what kind of message a document is, by the namespace of its root."""

from dataclasses import dataclass

from appliance.errors import Problem
from appliance.records.catalogue import XML_FORMS
from appliance.records.declare import RecordType
from appliance.records.xml import XmlForm
from ingest.formats.xmlreader import root_of

_AUR = "http://eu-emi.eu/namespaces/2012/11/aggregatedcomputerecord"


@dataclass(frozen=True, slots=True)
class XmlMessage:
    """A message whose root is known: its text, and what its records are."""

    form: XmlForm
    text: str

    @property
    def kind(self) -> RecordType:
        """What its records are."""
        return self.form.kind


def recognise_xml(text: str) -> XmlMessage | Problem:
    """What kind of message a document is; nothing behind the root's start tag is read."""
    root = root_of(text)
    if isinstance(root, Problem):
        return root
    if root.namespace == _AUR:
        reason = "aggregated usage records (AUR) are not taken in, as by APEL's server"
        return Problem("AUR", f"{reason}; send normalised summaries", line=root.line)
    for form in XML_FORMS:
        if form.namespace == root.namespace:
            return XmlMessage(form, text)
    known = " nor ".join(form.name for form in XML_FORMS)
    reason = f"the root's namespace {root.namespace[:80]!r} is neither that of {known}"
    return Problem("XNS", reason, line=root.line)
