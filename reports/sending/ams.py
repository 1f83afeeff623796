"""Sending to the ARGO Messaging Service. Source: transport sheet, section 4.

Imports the library of `acct[ams]`, which need not be there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from argo_ams_library import (
    AmsConnectionException,
    AmsException,
    AmsMessage,
    ArgoMessagingService,
)
from requests import RequestException

from appliance.errors import AcctError, UsageError
from appliance.printable import printable
from appliance.remotes import PublishAms
from reports.sending.transport import Denied, Sealed, TooLarge, TryLater

_WANTED_BYTES = 750_000
"""In base64 the million characters that every AMS takes: transport sheet, 4.3."""
_TIMEOUT_S = (10.0, 60.0)
"""To connect, and to answer."""
_OK, _UNAUTHORISED, _TOO_LARGE = 200, 401, 413
_LATER = {408, 425, 429, 500, 502, 503, 504}
_REFUSALS = {
    400: "it takes the request for a wrong one: a fault of ours, or of publish.ams",
    401: "it does not believe our token",
    403: "we may not publish to this topic; the service's administrators grant it",
    404: "there is no such project, topic or host binding; check publish.ams",
    409: "the topic is gone; check publish.ams",
}


class AmsTransport:
    """Publishes one message after another: publishing several at once is not atomic."""

    wanted_bytes = _WANTED_BYTES

    def __init__(self, settings: PublishAms, own: tuple[Path, Path] | None) -> None:
        """Look at the configuration; nothing is connected.

        Args:
            settings: `[publish.ams]`.
            own: Certificate and key, which are exchanged for a token; None: a token is given.

        Raises:
            UsageError: A setting is missing, or a file cannot be read.
        """
        if not settings.host:
            raise UsageError("publish.ams.host is empty", hint="such as msg.argo.grnet.gr")
        if settings.token_file is None and own is None:
            raise UsageError(
                "nothing to prove to AMS who we are",
                hint="set certificate and key in [trust], or publish.ams.token_file",
            )
        self._settings = settings
        self._own = own
        self._token = ""
        self.name = f"ams {settings.host} {settings.project}/{settings.topic}"
        self._verify = str(_readable(settings.ca_file)) if settings.ca_file else True
        if settings.token_file is not None:
            self._fresh_token()

    def send(self, sealed: Sealed, empaid: str) -> None:
        """See `Transport`."""
        message = AmsMessage(attributes={"empaid": empaid}, data=sealed.payload)
        status, answer = self._authorised(
            lambda service, terms: service.publish(self._settings.topic, message, **terms)
        )
        if status == _OK and answer.get("messageIds"):
            return
        if status == _OK:
            raise TryLater(f"{self.name} answers without an id for the message; is it AMS?")
        raise self._refusal(status, answer)

    def probe(self) -> None:
        """See `Transport`."""
        status, answer = self._authorised(lambda service, terms: service.version(**terms))
        if status != _OK:
            raise self._refusal(status, answer)

    def close(self) -> None:
        """See `Transport`: each call has a connection of its own; the token stays good."""

    def _authorised(self, call: Callable[[Any, dict[str, Any]], Any]) -> tuple[int, dict[str, Any]]:
        """A call with our token; with a new one if the service does not believe it any more."""
        known = bool(self._token)
        if not known:
            self._token = self._fresh_token()
        status, answer = self._ask(call)
        if status == _UNAUTHORISED and known:
            self._token = self._fresh_token()
            status, answer = self._ask(call)
        if status == _UNAUTHORISED:
            self._token = ""
        return status, answer

    def _fresh_token(self) -> str:
        file = self._settings.token_file
        if file is not None:
            token = _readable(file).read_text(errors="replace").strip()
            if not token.isascii() or not token.isprintable() or not token:
                raise UsageError(f"{file} holds no token", hint="one line, nothing else")
            return token
        return self._exchange()

    def _exchange(self) -> str:
        """Our certificate for a token."""
        settings, own = self._settings, self._own
        route = f"https://{settings.host}:{settings.token_port}/v1/service-types/ams/hosts/"

        def call(service: Any, terms: dict[str, Any]) -> Any:
            # auth_via_cert drops the terms, and so would wait for ever.
            pair = tuple(map(str, own or ()))
            url = f"{route}{settings.host}:authx509"
            return service.do_get(url, "auth_x509", cert=pair, **terms)

        status, answer = self._ask(call)
        token = answer.get("token")
        if status == _OK and isinstance(token, str) and token:
            return token
        if status == _OK:
            raise TryLater(f"{self.name}: no token for our certificate; is it AMS?")
        raise self._refusal(status, answer, "our certificate")

    def _ask(self, call: Callable[[Any, dict[str, Any]], Any]) -> tuple[int, dict[str, Any]]:
        """One request: the HTTP status, and the answer if it is a JSON object.

        The library tells some statuses apart and stumbles over others, so we look at them first.
        """
        statuses: list[int] = []
        terms = {
            "timeout": _TIMEOUT_S,
            "verify": self._verify,
            "allow_redirects": False,
            "hooks": {"response": lambda response, **_: statuses.append(response.status_code)},
        }
        settings = self._settings
        host = settings.host if settings.port == 443 else f"{settings.host}:{settings.port}"  # noqa: PLR2004
        service = ArgoMessagingService(host, self._token or "none", settings.project)
        try:
            answer = call(service, terms)
        except (AmsConnectionException, RequestException) as error:
            why = printable(str(error), 300)
            raise TryLater(f"{self.name} cannot be reached: {why}") from None
        except AmsException as error:
            answer = {"error": getattr(error, "msg", str(error))}
        except (KeyError, TypeError, AttributeError):  # an error that is not in AMS's form
            answer = {}
        if not statuses:
            raise TryLater(f"{self.name} did not answer")
        return statuses[-1], answer if isinstance(answer, dict) else {}

    def _refusal(self, status: int, answer: dict[str, Any], what: str = "a message") -> AcctError:
        said = printable(str(answer.get("error", "")), 200)
        text = f"{self.name} refuses {what}: HTTP {status} {said}".rstrip()
        if status == _TOO_LARGE:
            return TooLarge(text, hint="it takes about 1 MB")
        if status in _LATER:
            return TryLater(text)
        return Denied(text, hint=_REFUSALS.get(status, "see the service's documentation"))


def _readable(file: Path) -> Path:
    """The file, or directory of CAs, if we may read it."""
    try:
        if not file.is_dir():
            file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror}", hint="check publish.ams and its permissions"
        ) from None
    return file
