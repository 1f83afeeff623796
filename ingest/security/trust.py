"""Whom we believe: the CA directory, the lists of DNs and our own keys, kept up to date.

Any number of threads may share one `TrustStore`.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from appliance.config import Trust
from appliance.errors import AcctError
from ingest.security import names
from ingest.security.anchors import Authorities, watched_authorities
from ingest.security.certificate import Certificate
from ingest.security.chain import build_chain, check_purpose, check_validity
from ingest.security.crls import check_revocation
from ingest.security.decrypt import OwnKey
from ingest.security.keys import watched_keys
from ingest.security.lists import DnList, watched_list
from ingest.security.refusal import RefusalError, printable

log = logging.getLogger(__name__)
_BELIEVED_S = 60.0
_MOST_BELIEVED = 1000
_DAY_S = 86_400.0
_LAST_MOMENT = 253_402_300_799.0  # of the year 9999


@dataclass(frozen=True, slots=True)
class _Believed:
    """A chain that was checked, CRLs included, a moment ago."""

    authorities: Authorities
    until: float
    not_before: datetime
    not_after: datetime
    spellings: frozenset[str]


class TrustStore:
    """Answers whether a signer is believed; reads nothing before the first question.

    Args:
        settings: `[trust]` of the configuration, paths absolute.
        clock: Seconds, monotonic: when to look for changed files.
        now: Seconds since the epoch: how old CRLs are.
    """

    def __init__(
        self,
        settings: Trust,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.legacy = settings.legacy_algorithms
        self._clock, self._now = clock, now
        self._authorities = watched_authorities(settings.ca_path, clock)
        self._allowed = watched_list(settings.allowed_dns, clock)
        self._banned = watched_list(settings.banned_dns, clock) if settings.banned_dns else None
        self._keys = watched_keys(settings, clock)
        self._believed: dict[tuple[bytes, frozenset[bytes]], _Believed] = {}
        self._told: dict[str, float] = {}
        self._lock = threading.Lock()

    @classmethod
    def from_config(cls, trust: Trust) -> "TrustStore":
        """The store for a configuration's `[trust]` section."""
        return cls(trust)

    def keys(self) -> list[OwnKey]:
        """Our certificates that messages may be encrypted to; none when none is configured.

        Raises:
            AcctError: One is configured and cannot be read.
        """
        return self._keys.get()

    def check(self, signer: Certificate, extras: Sequence[bytes], received_at: float) -> None:
        """Returns when the signer is believed.

        Args:
            signer: Whose key signed.
            extras: The message's certificates, DER: possible intermediates.
            received_at: Seconds since the epoch; certificates must have been valid then.

        Raises:
            RefusalError: CHAIN, ALGO, EXPIRED, REVOKED, CRL, BANNED or DN.
            AcctError: No anchors, or no readable list: our fault, not the message's.
        """
        authorities = self._authorities.get()
        allowed = self._allowed.get()
        banned = self._banned.get() if self._banned else DnList(frozenset())
        spellings = self._chained(signer, extras, authorities, _moment(received_at))
        who = printable(signer.dn)
        if banned.has(spellings):
            what = f"signer {who} is on the banned list {self.settings.banned_dns}"
            raise RefusalError("BANNED", f"{what}; take it off and retry")
        if not allowed.has(spellings):
            what = f"signer {who} is not on the allow list {self.settings.allowed_dns}"
            raise RefusalError("DN", f"{what}; add it and retry")
        if self.legacy:
            self._tell_daily("trust.legacy_algorithms is set: SHA-1, short keys, 3DES are accepted")

    def _chained(
        self, signer: Certificate, extras: Sequence[bytes], authorities: Authorities, at: datetime
    ) -> frozenset[str]:
        """The signer's spellings, once its chain is good; remembered for a minute."""
        key = signer.der, frozenset(extras) - {signer.der}
        known = self._believed.get(key)
        if (
            known is not None
            and known.authorities is authorities
            and self._clock() < known.until
            and known.not_before <= at <= known.not_after
        ):
            return known.spellings
        check_validity(signer, at)
        check_purpose(signer)
        chain = build_chain(signer, extras, authorities, at, legacy=self.legacy)
        self._check_crls(chain, authorities)
        return self._believe(key, chain, authorities).spellings

    def _believe(
        self,
        key: tuple[bytes, frozenset[bytes]],
        chain: tuple[Certificate, ...],
        authorities: Authorities,
    ) -> _Believed:
        believed = _Believed(
            authorities,
            self._clock() + _BELIEVED_S,
            max(member.not_before for member in chain),
            min(member.not_after for member in chain),
            names.spellings(chain[0].subject),
        )
        if names.is_ambiguous(chain[0].subject):
            self._tell_daily(f"signer {printable(chain[0].dn)} has a name with slashes inside")
        with self._lock:
            if len(self._believed) >= _MOST_BELIEVED:
                self._believed.clear()
            self._believed[key] = believed
        return believed

    def _check_crls(self, chain: tuple[Certificate, ...], authorities: Authorities) -> None:
        if self.settings.crls == "off":
            return
        now = _moment(self._now())
        for certificate, issuer in pairwise(chain):
            lists = authorities.crls.get(issuer.subject, [])
            if check_revocation(certificate, issuer, lists, now, legacy=self.legacy):
                continue
            what = f"there is no CRL of {printable(issuer.dn)} in {self.settings.ca_path}"
            if self.settings.crls == "require":
                raise RefusalError("CRL", f"{what}; run fetch-crl, and it is tried again")
            self._tell_daily(what)

    def _tell_daily(self, what: str) -> None:
        with self._lock:
            due = self._clock() - self._told.get(what, float("-inf")) >= _DAY_S
            if due and len(self._told) < _MOST_BELIEVED:
                self._told[what] = self._clock()
        if due:
            log.warning("%s", what)

    def reload(self) -> None:
        """Look for changed files at the next question instead of within their time."""
        for watched in (self._authorities, self._allowed, self._banned, self._keys):
            if watched is not None:
                watched.again()

    def changes(self) -> int:
        """Grows whenever certificates, revocation lists or lists of signers have changed."""
        total = 0
        for watched in (self._authorities, self._allowed, self._banned, self._keys):
            if watched is not None:
                with contextlib.suppress(AcctError):  # told by whoever needs it
                    watched.get()
                total += watched.loads
        return total

    def warnings(self) -> list[str]:
        """What an administrator should mend: each says what, where and how."""
        from ingest.security.health import trust_warnings  # noqa: PLC0415 - only the doctor asks

        return trust_warnings(
            self.settings,
            authorities=self._authorities,
            allowed=self._allowed,
            banned=self._banned,
            keys=self._keys,
            now=_moment(self._now()),
        )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, 0.0), _LAST_MOMENT), UTC)
