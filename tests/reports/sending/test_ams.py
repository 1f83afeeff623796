"""Sending to AMS: only an id counts as accepted, and each refusal has its own consequence."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.errors import UsageError
from reports.sending.ams import AmsTransport
from reports.sending.transport import Denied, NotAccepted, Sealed, TooLarge, TryLater
from tests.ams import HTML, Ams, Answer

MESSAGE = Sealed(b"MIME-Version: 1.0\n\nsigned \xff", "multipart/signed")


@pytest.fixture
def ams(tmp_path: Path) -> Iterator[Ams]:
    with Ams.start(tmp_path) as running:
        yield running


@pytest.fixture
def transport(ams: Ams) -> AmsTransport:
    return AmsTransport(ams.settings(), ams.own)


def test_a_message_is_published_with_its_id_under_a_token_for_our_certificate(
    ams: Ams, transport: AmsTransport
) -> None:
    transport.send(MESSAGE, "6b015994/6b0159950c8713")
    transport.send(MESSAGE, "6b015994/6b0159950c8714")
    assert ams.bodies() == [MESSAGE.payload, MESSAGE.payload]
    assert ams.empaids() == ["6b015994/6b0159950c8713", "6b015994/6b0159950c8714"]
    assert ams.tokens == ["token-0"]  # one exchange serves both


def test_an_expired_token_is_exchanged_once_and_the_message_goes(
    ams: Ams, transport: AmsTransport
) -> None:
    transport.send(MESSAGE, "1")
    ams.expire()
    transport.send(MESSAGE, "2")
    assert ams.empaids() == ["1", "2"]


def test_a_token_that_is_never_believed_is_not_exchanged_for_ever(
    ams: Ams, transport: AmsTransport
) -> None:
    ams.answers(*[Answer(401)] * 5)
    transport._token = "old"
    with pytest.raises(Denied, match="HTTP 401"):
        transport.send(MESSAGE, "1")
    assert ams.tokens == ["token-0"]


@pytest.mark.parametrize(
    ("answer", "consequence"),
    [
        (Answer(400), Denied),
        (Answer(403), Denied),
        (Answer(404), Denied),
        (Answer(302, b""), Denied),
        (Answer(413), TooLarge),
        (Answer(413, b""), TooLarge),
        (Answer(413, b"<html>nginx</html>"), TooLarge),
        (Answer(408, HTML), TryLater),
        (Answer(429), TryLater),
        (Answer(500), TryLater),
        (Answer(500, b""), TryLater),
        (Answer(502, HTML), TryLater),
        (Answer(503, HTML), TryLater),
        (Answer(503, b'["not", "an", "object"]'), TryLater),
        (Answer(504, b'"text"'), TryLater),
        (Answer(200, b""), TryLater),
        (Answer(200, HTML), TryLater),
        (Answer(200, b'{"messageIds": []}'), TryLater),
        (Answer(200, b'["18"]'), TryLater),
    ],
    ids=lambda value: getattr(value, "__name__", "") or f"{value.status} {value.body!r}",
)
def test_what_is_not_an_id_is_no_acceptance_and_says_whether_to_try_again(
    ams: Ams, transport: AmsTransport, answer: Answer, consequence: type[NotAccepted]
) -> None:
    ams.answers(answer)
    with pytest.raises(NotAccepted) as refused:
        transport.send(MESSAGE, "1")
    assert type(refused.value) is consequence, refused.value
    transport.send(MESSAGE, "1")  # nothing sticks
    assert ams.empaids() == ["1"]


def test_no_error_tells_the_token(ams: Ams, transport: AmsTransport) -> None:
    ams.answers(Answer(403))
    with pytest.raises(Denied) as refused:
        transport.send(MESSAGE, "1")
    assert "token-0" not in str(refused.value)


def test_a_service_that_is_down_is_tried_later(ams: Ams) -> None:
    transport = AmsTransport(ams.settings(), ams.own)
    ams.__exit__(None, None, None)
    with pytest.raises(TryLater, match="cannot be reached"):
        transport.send(MESSAGE, "1")


def test_a_service_with_a_certificate_of_nobody_we_know_gets_nothing(ams: Ams) -> None:
    transport = AmsTransport(ams.settings(ca_file=None), ams.own)
    with pytest.raises(TryLater, match=r"(?i)certificate"):
        transport.send(MESSAGE, "1")
    assert ams.calls == []


def test_a_certificate_that_ams_does_not_know_is_denied(ams: Ams, transport: AmsTransport) -> None:
    ams.exchange = Answer(404)
    with pytest.raises(Denied, match="our certificate"):
        transport.probe()
    ams.exchange = Answer(200, b"{}")
    with pytest.raises(TryLater, match="no token"):
        transport.probe()
    ams.exchange = None
    transport.probe()
    assert ams.calls[-1] == "/v1/version"


def test_a_token_from_a_file_is_read_again_when_it_is_not_believed(
    ams: Ams, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    ams.tokens.append("first")
    transport = AmsTransport(ams.settings(token_file=file), None)
    transport.send(MESSAGE, "1")
    ams.tokens.append("second")
    with pytest.raises(Denied):
        transport.send(MESSAGE, "2")
    file.write_text("second\n")
    transport.send(MESSAGE, "2")
    assert ams.empaids() == ["1", "2"]


def test_settings_that_cannot_work_are_named(ams: Ams, tmp_path: Path) -> None:
    settings, missing = ams.settings(), tmp_path / "missing"
    (tmp_path / "empty").touch()
    for changed, own, said in [
        (replace(settings, host=""), ams.own, "publish.ams.host is empty"),
        (settings, None, "set certificate and key in"),
        (replace(settings, token_file=missing), None, f"cannot read {missing}"),
        (replace(settings, token_file=tmp_path / "empty"), None, "holds no token"),
        (replace(settings, ca_file=missing), ams.own, f"cannot read {missing}"),
    ]:
        with pytest.raises(UsageError, match=said):
            AmsTransport(changed, own)
