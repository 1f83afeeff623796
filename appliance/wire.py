"""How questions and answers cross the door: JSON, with a tag for what JSON has no word for.

`{"$decimal": "12.346"}`, `{"$time": "2026-06-01T02:00:00"}`, `{"$date": "2026-06-01"}`, and the
classes of `CLASSES` by name.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from appliance import errors
from appliance.publishing import (
    MonthTotals,
    Published,
    PublishedDataset,
    PublishRequest,
    Skipped,
)
from appliance.repository import (
    Benchmark,
    Collected,
    Delivery,
    Loaded,
    LogPiece,
    Question,
    Reach,
    Rebuilt,
    Sent,
)
from appliance.table import Table

_Framed = TypeVar("_Framed", Delivery, LogPiece)
CLASSES = {
    kind.__name__: kind
    for kind in (
        Question, Benchmark, Loaded, Reach, Collected, Sent, Rebuilt, Table, PublishRequest,
        Published, PublishedDataset, Skipped, MonthTotals,
    )
}  # fmt: skip
_PLAIN: dict[str, Callable[[Any], object]] = {
    "$decimal": Decimal, "$time": datetime.fromisoformat, "$date": date.fromisoformat,
}  # fmt: skip
_ERRORS = {kind.__name__: kind for kind in
           (errors.AcctError, errors.UsageError, errors.ServiceUnreachable)}  # fmt: skip


def encode(value: object) -> bytes:
    """A value as the door sends it."""
    return json.dumps(_tagged(value), ensure_ascii=False, default=_tag).encode()


def decode(content: bytes | str) -> Any:
    """What `encode` made, as it was; lists for tuples outside of classes."""
    return json.loads(content, object_hook=_untag)


def encode_error(error: errors.AcctError) -> bytes:
    """An error as the door sends it."""
    kind = type(error).__name__
    what = str(error.args[0])
    return encode({"error": what, "hint": error.hint, "kind": kind if kind in _ERRORS else ""})


def decode_error(content: bytes) -> errors.AcctError:
    """The error that `encode_error` was given; one of the door's own if it is none of ours."""
    try:
        found = decode(content)
        kind = _ERRORS.get(found["kind"], errors.AcctError)
        return kind(found["error"], hint=found["hint"])
    except (ValueError, KeyError, TypeError):
        return errors.AcctError(f"the service answered {content[:200]!r}")


def frames(deliveries: Iterable[Delivery | LogPiece]) -> bytes:
    """Files for the door: each a line of JSON that says its size, then its bytes."""
    pieces = []
    for delivery in deliveries:
        kind = LogPiece if isinstance(delivery, LogPiece) else Delivery
        head = {f.name: getattr(delivery, f.name) for f in fields(kind) if f.name != "body"}
        said = json.dumps(head | {"bytes": len(delivery.body)}, default=_tag)
        pieces += [said.encode(), b"\n", delivery.body]
    return b"".join(pieces)


def unframe(content: bytes, kind: type[_Framed]) -> Iterator[_Framed]:
    """The files that `frames` joined, each as this class.

    Raises:
        UsageError: It was not `frames` that joined them.
    """
    start = 0
    while start < len(content):
        try:
            end = content.index(b"\n", start)
            head = decode(content[start:end])
            size = int(head["bytes"])
            body = content[end + 1 : end + 1 + size]
            if len(body) != size:
                raise ValueError(f"{size} bytes are announced, {len(body)} are there")
            yield kind(body=body, **{name: said for name, said in head.items() if name != "bytes"})
        except (ValueError, KeyError, TypeError) as error:
            raise errors.UsageError(f"not a delivery: {error}") from None
        start = end + 1 + len(body)


def _tagged(value: object) -> object:
    """Classes as tagged objects: `json` would take a table's rows apart first."""
    if is_dataclass(value) and not isinstance(value, type):
        name = type(value).__name__
        named = {f: getattr(value, f) for f in value.__dataclass_fields__}
        return {f"${name}": named} if name in CLASSES else asdict(value)
    return value


def _tag(value: object) -> object:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if is_dataclass(value):
        return _tagged(value)
    return str(value)


def _untag(found: dict[str, Any]) -> Any:
    if len(found) != 1:
        return found
    [(tag, value)] = found.items()
    try:
        if plain := _PLAIN.get(tag):
            return plain(value)
        kind = CLASSES.get(tag[1:]) if tag.startswith("$") else None
        return _rebuilt(kind, value) if kind else found
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return found  # a query's own value that only looks like one of ours


def _rebuilt(kind: type[Any], found: dict[str, Any]) -> Any:
    if kind is Table:
        rows = [tuple(row) for row in found["rows"]]
        totals = found["totals"]
        said = found["title"], tuple(found["notes"])
        return Table(tuple(found["columns"]), rows, tuple(totals) if totals else None, *said)
    if kind is Question:
        found["where"] = tuple((name, tuple(values)) for name, values in found["where"])
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in found.items()})
