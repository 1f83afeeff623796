"""A message in two parts has all records of the whole, in order."""

from hypothesis import given
from hypothesis import strategies as st

from reports.sending.splitting import halves

HEAD = b"APEL-individual-job-message: v0.3\n"


def test_a_message_is_split_between_records_and_both_parts_say_their_type() -> None:
    found = halves(HEAD + b"Site: A\nNote: 50 %%\n%%\nSite: B\n%%\nSite: C\n%%\n")
    assert found == (
        HEAD + b"Site: A\nNote: 50 %%\n%%\n",
        HEAD + b"Site: B\n%%\nSite: C\n%%\n",
    )


def test_a_last_record_without_its_end_and_crlf_are_no_matter() -> None:
    found = halves(HEAD.replace(b"\n", b"\r\n") + b"Site: A\r\n%%\r\nSite: B")
    assert found == (HEAD + b"Site: A\n%%\n", HEAD + b"Site: B\n%%\n")


def test_what_has_one_record_or_is_no_text_message_stays_whole() -> None:
    assert halves(HEAD + b"Site: A\n%%\n") is None
    assert halves(HEAD) is None
    assert halves(b"<?xml version='1.0'?>\n%%\n<a/>\n%%\n") is None
    assert halves(b"") is None


def test_xml_is_split_between_its_records() -> None:
    head = b'<?xml version="1.0" ?>\n<urf:UsageRecords xmlns:urf="x">\n'
    one, two, three = (b"<urf:UsageRecord><urf:Site>%c</urf:Site></urf:UsageRecord>" % c
                       for c in b"abc")  # fmt: skip
    foot = b"\n</urf:UsageRecords>\n"
    assert halves(head + one + b"\n" + two + b"\n" + three + foot) == (
        head + one + foot, head + b"\n" + two + b"\n" + three + foot,
    )  # fmt: skip
    assert halves(head + one + foot) is None
    assert halves(head + foot) is None
    assert halves(head + one + b"<!-- " + two + b" -->" + three + foot) is None


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=50))
def test_no_record_is_lost_or_doubled(numbers: list[int]) -> None:
    def message(wanted: list[int]) -> bytes:
        return HEAD + b"".join(b"LocalJobId: %d\n%%%%\n" % number for number in wanted)

    found = halves(message(numbers))
    assert found is not None
    at = len(numbers) // 2
    assert found == (message(numbers[:at]), message(numbers[at:]))
