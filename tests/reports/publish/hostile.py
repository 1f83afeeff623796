"""Records of every type with hostile texts, generated from the declarations."""

import re
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from appliance.records.declare import Field, Kind, RecordType

LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""A text message is cut there: no value of one can hold them."""
NASTY = ["%", "100%", "a%b%c", "'", '"', "';--", "$now", "a: b", ": ", "{HEPSPEC: 1}", "<a>",
         "&amp;", "]]>", "<!--", "é", "日本語", "\U0001f600", "e\u0301", "\\n", "a\tb", "--",
         "=", "[x]",
         "NULLS", "none.", "/DC=a/CN=b c"]  # fmt: skip

JUNE = 1717200000
"""2024-06-01T00:00:00Z."""
MONTH_S = 30 * 86400


def texts(limit: int, *, xml: bool = False) -> st.SearchStrategy[str]:
    """What a field can hold; in XML without the characters that it has no way to write."""
    categories: list[Any] = ["Cs", *(["Cc", "Cn", "Co"] if xml else [])]
    letters = st.characters(exclude_categories=categories, exclude_characters=LINE_ENDS + "\0")
    any_text = st.one_of(st.sampled_from(NASTY), st.text(letters, max_size=20))
    return any_text.map(lambda text: re.sub("%+", "%", text)[:limit].strip()).filter(
        lambda text: text.lower() not in ("", "none", "null")
    )


def values(field: Field, *, xml: bool = False) -> st.SearchStrategy[str | None]:
    """The text of a field; None leaves it out."""
    found = {
        Kind.TEXT: texts(min(field.limit, 255), xml=xml),
        Kind.INTEGER: st.integers(field.low, field.high).map(str),
        Kind.DECIMAL: st.integers(max(field.low, 0) * 1000, 9_999_999_999).map(
            lambda n: f"{n // 1000}.{n % 1000:03}"
        ),
        Kind.TIME: st.integers(-62135596800, 253402300799).map(str),
    }[field.kind]
    return found if field.mandatory else st.none() | found


def records(
    kind: RecordType, *, xml: bool = False, **given: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, str | None]]:
    """Records by wire name.

    Args:
        kind: Of which type.
        xml: They are to be written as XML, too.
        given: Other values for some fields.
    """
    own = {f.wire: values(f, xml=xml) for f in kind.fields}
    return st.fixed_dictionaries({**own, **given})


def text_message(header: str, records: list[dict[str, str | None]]) -> str:
    """A text message of these records."""
    lines = [
        "".join(f"{name}: {value}\n" for name, value in record.items() if value is not None)
        + "%%\n"
        for record in records
    ]
    return f"{header}\n{''.join(lines)}"


def iso(seconds: int) -> str:
    """Seconds since the epoch as XML has them."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
