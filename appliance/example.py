"""The `acct.toml` that `acct init` writes: every key with its explanation and its default."""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

from appliance.config import Config, Spool
from appliance.configfile import key_of
from appliance.printable import printable

_HEAD = """\
# The configuration of acct. Every key is here with its default, behind a #: remove the # to change
# it. A key can also come from the environment: ACCT_SECTION__KEY, such as ACCT_JOIN__LOCAL_JOBS.
# Relative paths are relative to the data directory.
"""


def example(
    given: Mapping[str, object] = MappingProxyType({}),
    logs: Sequence[Mapping[str, object]] = (),
    remarks: Sequence[str] = (),
) -> str:
    """The text of a configuration: what is given, one spool, and every other key as a comment.

    Args:
        given: Values by key, `site.name`. A key that this program has not stands with the remarks.
        logs: The [[logs]], each by key.
        remarks: Comments at the end, a line each.
    """
    hints = get_type_hints(Config)
    parts = [_HEAD]
    for section in fields(Config):
        kind = hints[section.name]
        if is_dataclass(kind):
            parts += _sections(section.name, kind, given)
        elif args := get_args(kind):
            if args[0] is Spool:
                parts.append(_section("[[spool]]", Spool, {"path": Spool().path}))
            elif section.name == "logs" and logs:
                parts += [_section("[[logs]]", args[0], entry) for entry in logs]
            elif is_dataclass(args[0]):
                parts.append(_section(f"[[{section.name}]]", args[0], {}, commented=True))
    unknown = [f"{key} = {_toml(value)}: this version has no such key"
               for key, value in given.items() if key not in keys()]  # fmt: skip
    ending = "".join(f"# {printable(line)}\n" for line in (*remarks, *unknown))
    return "\n".join([*parts, ending] if ending else parts)


def keys(kind: Any = Config, prefix: str = "") -> set[str]:
    """Every key that stands in a section alone of its name, as `publish.path`."""
    found: set[str] = set()
    for name, inner in get_type_hints(kind).items():
        if is_dataclass(inner):
            found |= keys(inner, f"{prefix}{name}.")
        elif prefix:
            found.add(f"{prefix}{name}")
    return found


def _sections(name: str, kind: Any, given: Mapping[str, object]) -> Iterator[str]:
    """A section, then those inside it: TOML wants a section's own keys first."""
    own = {key.removeprefix(f"{name}."): value for key, value in given.items()
           if key.rpartition(".")[0] == name}  # fmt: skip
    yield _section(f"[{name}]", kind, own)
    hints = get_type_hints(kind)
    for declared in fields(kind):
        inner = hints[declared.name]
        if is_dataclass(inner):
            yield from _sections(f"{name}.{declared.name}", inner, given)
        elif "doc" not in declared.metadata:
            head = f"[[{name}.{declared.name}]]"
            yield _section(head, get_args(inner)[0], {}, commented=True)


def _section(head: str, kind: Any, given: Mapping[str, object], *, commented: bool = False) -> str:
    doc = (kind.__doc__ or "").strip()
    lines = [f"# {doc}", f"#{head}" if commented else head]
    for declared in fields(kind):
        if "doc" in declared.metadata:  # others are sections of their own
            lines += _key(declared, given)
    return "\n".join(lines) + "\n"


def _key(declared: "Field[Any]", given: Mapping[str, object]) -> Iterator[str]:
    explained = textwrap.wrap(declared.metadata["doc"], 96)
    yield from (f"# {line}" for line in explained)
    if declared.name in given:
        yield f"{declared.name} = {_toml(given[declared.name])}"
        return
    made = declared.default_factory
    default = made() if made is not MISSING else declared.default
    yield f"#{key_of(declared)} = {_toml(default)}"


def _toml(value: object) -> str:
    if value is None or value == "":
        return '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(str(value), ensure_ascii=False)  # a basic string of TOML is one of JSON
