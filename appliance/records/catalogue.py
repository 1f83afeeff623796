"""Every record type that this program knows."""

from appliance.records.car import CAR
from appliance.records.cloud import CLOUD, CLOUD_SUMMARY
from appliance.records.declare import RecordType, WireForm
from appliance.records.event import EVENT
from appliance.records.gatekeeper import GATEKEEPER
from appliance.records.job import JOB
from appliance.records.storage import STAR, STORAGE
from appliance.records.summary import NORMALISED_SUMMARY, SUMMARY
from appliance.records.sync import SYNC
from appliance.records.xml import XmlForm

MESSAGE_TYPES: tuple[RecordType, ...] = (
    JOB,
    SUMMARY,
    NORMALISED_SUMMARY,
    SYNC,
    CLOUD,
    CLOUD_SUMMARY,
    STORAGE,
)
"""What messages bring: each is accepted or refused as a whole."""
LOG_TYPES: tuple[RecordType, ...] = (EVENT, GATEKEEPER)
"""What lines of logs bring: each line stands for itself."""
RECORD_TYPES = MESSAGE_TYPES + LOG_TYPES
XML_FORMS: tuple[XmlForm, ...] = (CAR, STAR)
"""A message is the one whose namespace its root has."""


def by_header(header: str) -> tuple[RecordType, WireForm] | None:
    """The record type and form that a header line announces; None: unknown.

    The type stands before the first colon, the version after it, without the colons and spaces
    around it. Source: APEL 2.5.0, which wants exactly one space in the headers of summaries.
    """
    name, colon, version = header.partition(":")
    if not colon:
        return None
    text = version.strip().strip(": ")
    return next(
        (
            (kind, form)
            for kind in RECORD_TYPES
            for form in kind.forms
            if form.header == name.strip() and form.version.fullmatch(text)
        ),
        None,
    )
