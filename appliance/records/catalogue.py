"""Every record type that this program knows."""

from appliance.records.car import CAR
from appliance.records.declare import RecordType, WireForm
from appliance.records.job import JOB
from appliance.records.storage import STAR, STORAGE
from appliance.records.xml import XmlForm

RECORD_TYPES: tuple[RecordType, ...] = (JOB, STORAGE)
XML_FORMS: tuple[XmlForm, ...] = (CAR, STAR)
"""A message is the one whose namespace its root has."""


def by_header(header: str) -> tuple[RecordType, WireForm] | None:
    """The record type and form that a header line announces; None: unknown.

    The type stands before the first colon, the version after it, without the colons and spaces
    around it. Source: APEL 2.5.0.
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
