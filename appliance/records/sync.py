"""The sync record: how many jobs a site has sent for a month. Source: APEL 2.5.0, sync v0.1."""

import re

from appliance.records.declare import LEAST32, Field, Kind, RecordType, WireForm


def _number(wire: str, doc: str) -> Field:
    """Any number: nothing is derived from it."""
    return Field(wire, Kind.INTEGER, doc, mandatory=True, low=LEAST32)


SYNC = RecordType(
    name="sync",
    dataset="sync_records",
    doc="What a site says it has sent, to be compared with what arrived.",
    fields=(
        Field("Site", doc="The site's name in GOCDB.", mandatory=True),
        Field("SubmitHost", doc="The gatekeeper and queue that took the jobs."),
        _number("NumberOfJobs", "Jobs."),
        _number("Month", "The month in which they ended."),
        _number("Year", "Its year."),
    ),
    key=("site", "submit_host", "month", "year"),
    forms=(WireForm("APEL-sync-message", re.compile(r".*", re.DOTALL), "v0.1"),),
)
