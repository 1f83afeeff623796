"""FQANs are taken apart as the record sheet's table has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fqan import parse
from tests import plain

TABLE = [
    ("/geo/Role=production/Capability=NULL", "geo", "/geo", "Role=production"),
    ("/geo/uk/south/Role=pilot", "geo", "/geo/uk/south", "Role=pilot"),
    ("/geo/Role=NULL/Capability=NULL", "geo", "/geo", "Role=NULL"),
    ("/geo", "geo", "/geo", "None"),
    ("/geo/", "geo", "/geo", "None"),
    ("/geo/ROLE=x/more", "geo", "/geo", "ROLE=x"),
    ("/geo/Role=", "geo", "/geo", "Role="),
    ("/geo/Role", "geo", "/geo/Role", "None"),
    ("/geo/MyRole=x", "geo", "/geo/MyRole=x", "None"),
    ("/geo/Capability=NULL", "geo", "/geo/Capability=NULL", "None"),
    ("/geo//uk", "geo", "/geo/uk", "None"),
    ("//geo", "", "/geo", "None"),
    ("/", "", "", "None"),
    ("//", "", "", "None"),
    ("/Role=x/geo", "Role=x", "", "Role=x"),
    ("geo", "geo", "None", "None"),
    ("geo/Role=x", "geo/Role=x", "None", "None"),
    ("/a/Role=p;/b/Role=q", "a", "/a", "Role=p"),
    ("; /a", "", "None", "None"),
]


@pytest.mark.parametrize(("fqan", "vo", "group", "role"), TABLE)
def test_the_sheets_table(fqan: str, vo: str, group: str, role: str) -> None:
    assert parse(fqan) == (vo, group, role)


@given(st.text(alphabet="/;aRole=rOLE-", max_size=20))
def test_any_text_is_read_as_the_sheet_says(fqan: str) -> None:
    assert parse(fqan) == plain.fqan(fqan)
