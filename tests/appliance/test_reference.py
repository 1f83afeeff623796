"""The documentation says what the program does: it is made from the same declarations."""

from pathlib import Path

import pytest

from appliance.records.catalogue import by_header
from appliance.records.declare import snake
from appliance.records.reference import reference


def test_the_reference_of_records_is_that_of_the_declarations() -> None:
    written = Path(__file__).parents[2] / "docs/records.md"
    assert written.read_text() == reference(), "make docs writes it anew"


@pytest.mark.parametrize(
    ("wire", "column"),
    [("GlobalUserName", "global_user_name"), ("FQAN", "fqan"), ("LocalJobId", "local_job_id")],
)
def test_columns_are_the_wire_names_in_snake_case(wire: str, column: str) -> None:
    assert snake(wire) == column


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("APEL-individual-job-message: v0.3", True),
        ("APEL-individual-job-message:v0.1", True),
        (" APEL-individual-job-message : v9 : x", True),
        ("APEL-individual-job-message:", True),
        ("APEL-individual-job-message", False),
        ("apel-individual-job-message: v0.3", False),
        ("", False),
    ],
)
def test_a_header_is_known_by_its_exact_name_and_any_version(header: str, known: bool) -> None:
    assert (by_header(header) is not None) is known
