"""The record sheet read literally: job messages parsed with nothing but dictionaries.

Slow and obvious on purpose: the tests compare the program's rows with these.
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

TEXT = {
    "Site": 255, "SubmitHost": 255, "MachineName": 255, "Queue": 100, "LocalJobId": 255,
    "LocalUserId": 255, "GlobalUserName": 255, "FQAN": 255, "VO": 255, "VOGroup": 255,
    "VORole": 255, "InfrastructureDescription": 100, "InfrastructureType": 20,
}  # fmt: skip
INTEGERS = ("WallDuration", "CpuDuration", "Processors", "NodeCount", "MemoryReal", "MemoryVirtual")
TIMES = ("StartTime", "EndTime")
MANDATORY = ("Site", "LocalJobId", "WallDuration", "CpuDuration", "StartTime", "EndTime")
IGNORED = ("SubmitHostType", "UpdateTime")
BENCHMARKS = {"hepscore23": "HEPscore23", "hepspec": "HEPSPEC", "si2k": "si2k"}
FIELDS = (*TEXT, *INTEGERS, *TIMES, "ServiceLevelType", "ServiceLevel")


class Refused(Exception):
    """The message is refused; the argument is the reason code."""


@dataclass(frozen=True)
class Row:
    """A job as it has to be stored."""

    values: dict[str, Any]


def parse(text: str) -> list[dict[str, Any]]:
    """The rows of a job message.

    Raises:
        Refused: The message is bad.
    """
    lines = text.strip().splitlines(keepends=True) or [""]
    header, rest = lines[0].strip(), "".join(lines[1:])
    kind, colon, version = header.partition(":")
    if not colon or kind.strip() != "APEL-individual-job-message":
        raise Refused("HDR")
    arrays = version.strip().strip(": ") == "v0.4"
    return [_row(_fields(piece, arrays), arrays) for piece in rest.split("%%") if piece.strip()]


def _fields(piece: str, arrays: bool) -> list[tuple[str, str]]:
    found = []
    for line in piece.strip().splitlines():
        if ":" not in line:
            raise Refused("SYN")
        key, _, value = line.partition(":")
        if key.strip() not in FIELDS + IGNORED:
            raise Refused("FLD")
        found.append((key.strip(), value.strip()))
    return found


def null(value: str | None) -> bool:
    return value is None or value.lower() in ("", "none", "null")


def _row(fields: list[tuple[str, str]], arrays: bool) -> dict[str, Any]:
    raw = dict(fields)
    row: dict[str, Any] = {}
    for name in MANDATORY:
        if null(raw.get(name)):
            raise Refused("MAN")
    for name, limit in TEXT.items():
        value = raw.get(name)
        row[name] = "None" if null(value) else value
        if not null(value) and len(value or "") > limit:
            raise Refused("DBL")
    for name in INTEGERS:
        value = raw.get(name)
        empty = 0 if name in ("Processors", "NodeCount") else None
        row[name] = empty if null(value) else integer(value or "")
    for name in TIMES:
        row[name] = time(raw[name])
    _levels(row, fields, arrays)
    if row["EndTime"] < row["StartTime"]:
        raise Refused("ORD")
    if row["EndTime"] > datetime.now(UTC).replace(tzinfo=None) + timedelta(days=2):
        raise Refused("FUT")
    if row["FQAN"] != "None":
        row["VO"], row["VOGroup"], row["VORole"] = fqan(row["FQAN"])
    return row


def integer(value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        raise Refused("INT") from None
    if not 0 <= number <= 2**31 - 1:
        raise Refused("DBR")
    return number


def decimal(value: str) -> Decimal:
    try:
        number = float(value)
    except ValueError:
        raise Refused("FLT") from None
    if not math.isfinite(number):
        raise Refused("FLT")
    if abs(number) >= 10**7:
        raise Refused("DBR")
    rounded = Decimal(repr(number)).quantize(Decimal("0.001"), ROUND_HALF_UP)
    if not 0 <= rounded < Decimal(10**7):
        raise Refused("DBR")
    return rounded


def time(value: str) -> datetime:
    zero = datetime(1970, 1, 1)
    if re.fullmatch(r"[+-]?\d+(_\d+)*", value):
        seconds = int(value)
        if not -62135596800 <= seconds <= 253402300799:
            raise Refused("TIM")
        return zero + timedelta(seconds=seconds)
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):([0-5]\d|6[01])(Z|UTC|GMT)", value, re.ASCII)
    try:
        if match is None:
            raise ValueError
        return datetime.strptime(match[1], "%Y-%m-%dT%H:%M") + timedelta(seconds=int(match[2]))
    except ValueError:
        raise Refused("TIM") from None


def _levels(row: dict[str, Any], fields: list[tuple[str, str]], arrays: bool) -> None:
    if arrays:
        _array_levels(row, fields)
        return
    raw = dict(fields)
    kind, level = raw.get("ServiceLevelType"), raw.get("ServiceLevel")
    if null(kind) or null(level) or (kind or "").lower() not in BENCHMARKS:
        raise Refused("BEN")
    row["ServiceLevelType"] = BENCHMARKS[(kind or "").lower()]
    row["ServiceLevel"] = decimal(level or "")


def _array_levels(row: dict[str, Any], fields: list[tuple[str, str]]) -> None:
    kind = ""
    levels: dict[str, str] = {}
    for name, value in fields:
        if name == "ServiceLevelType":
            kind = value
            if levels and value.lower() not in BENCHMARKS:
                raise Refused("BEN")
        elif name == "ServiceLevel":
            found = array(value)
            choice = next(b for b in BENCHMARKS if b in found)
            if kind and kind != choice:
                raise Refused("MIX")
            kind, levels = choice, found
    if not levels:
        raise Refused("BEN")
    choice = next(b for b in BENCHMARKS if b in levels)
    row["ServiceLevelType"] = BENCHMARKS[kind.lower()]
    row["ServiceLevel"] = decimal(levels.get(kind.lower(), levels[choice]))


def array(value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    seen: set[str] = set()
    for part in value.strip("{}").split(","):
        if part.count(":") != 1:
            raise Refused("DCT")
        name, number = (side.strip() for side in part.split(":"))
        if name in seen:
            raise Refused("DCT")
        seen.add(name)
        try:
            if not math.isfinite(float(number)):
                raise ValueError
        except ValueError:
            raise Refused("DCT") from None
        found[name.lower()] = number
    if not any(name in BENCHMARKS for name in found):
        raise Refused("DCT")
    return found


def fqan(text: str) -> tuple[str, str, str]:
    first = text.partition(";")[0]
    if not first.startswith("/"):
        return first, "None", "None"
    group, role = "", "None"
    for piece in first.split("/"):
        if not piece:
            continue
        if piece.lower().startswith("role="):
            role = piece
            break
        group += "/" + piece
    return first.split("/")[1], group, role
