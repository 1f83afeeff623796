"""What the doctor says of `[trust]`: each line says what, where and how to mend it."""

from datetime import datetime

from appliance.config import Trust
from appliance.errors import AcctError
from ingest.security.anchors import Authorities
from ingest.security.certificate import Certificate
from ingest.security.decrypt import OwnKey
from ingest.security.keys import key_warnings
from ingest.security.lists import DnList
from ingest.security.refusal import printable
from ingest.security.watched import Watched

_MOST_NAMED = 3


def trust_warnings(
    settings: Trust,
    *,
    authorities: Watched[Authorities],
    allowed: Watched[DnList],
    banned: Watched[DnList] | None,
    keys: Watched[list[OwnKey]],
    now: datetime,
) -> list[str]:
    """Everything that is wrong, or soon will be; empty when all is well."""
    found = _list_warnings("allow", allowed)
    found += _list_warnings("banned", banned) if banned else []
    found += _authority_warnings(settings, authorities, now)
    found += _own_warnings(keys, now)
    if settings.legacy_algorithms:
        found.append("trust.legacy_algorithms is set: SHA-1, short keys and 3DES are accepted")
    return found


def _list_warnings(which: str, watched: Watched[DnList]) -> list[str]:
    try:
        known = watched.get()
    except AcctError as error:
        return [f"the {which} list: {error}"]
    found = [f"the {which} list: {watched.trouble()}"] if watched.trouble() else []
    if not known.names and which == "allow":
        found.append(f"the allow list {watched.path} is empty; put one DN a line into it")
    return found + list(known.warnings)


def _authority_warnings(settings: Trust, watched: Watched[Authorities], now: datetime) -> list[str]:
    try:
        known = watched.get()
    except AcctError as error:
        return [str(error)]
    found = [watched.trouble()] if watched.trouble() else []
    found += known.warnings
    return found + (_crl_warnings(settings, known, now) if settings.crls != "off" else [])


def _crl_warnings(settings: Trust, known: Authorities, now: datetime) -> list[str]:
    cas = [*known.anchors, *known.intermediates]
    missing = [ca for ca in cas if not known.crls.get(ca.subject)]
    stale = [
        ca
        for ca in cas
        if known.crls.get(ca.subject)
        and max(known.crls[ca.subject], key=lambda crl: crl.this_update).stale(now)
    ]
    found = []
    if missing:
        does = "are refused" if settings.crls == "require" else "pass unchecked"
        found.append(f"no CRL of {_named(missing)}: their signers {does}; run fetch-crl")
    if stale:
        found.append(f"stale CRL of {_named(stale)}: their signers are refused; run fetch-crl")
    return found


def _named(cas: list[Certificate]) -> str:
    more = f" and {len(cas) - _MOST_NAMED} more" if len(cas) > _MOST_NAMED else ""
    return ", ".join(printable(ca.dn) for ca in cas[:_MOST_NAMED]) + more


def _own_warnings(watched: Watched[list[OwnKey]], now: datetime) -> list[str]:
    try:
        known = watched.get()
    except AcctError as error:
        return [str(error)]
    found = [watched.trouble()] if watched.trouble() else []
    return found + (key_warnings(known[0], now) if known else [])
