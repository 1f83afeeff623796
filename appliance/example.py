"""The `acct.toml` that `acct init` writes: every key with its explanation and its default."""

import json
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_args, get_type_hints

from appliance.config import Config, Spool

_HEAD = """\
# The configuration of acct. Every key is here with its default, behind a #: remove the # to change
# it. A key can also come from the environment: ACCT_SECTION__KEY, such as ACCT_JOIN__LOCAL_JOBS.
# Relative paths are relative to the data directory.
"""


def example(site: str) -> str:
    """The text of a configuration for a new site; it says nothing but the site and one spool."""
    hints = get_type_hints(Config)
    parts = [_HEAD]
    for section in fields(Config):
        kind = hints[section.name]
        if is_dataclass(kind):
            set_here = {"name": site} if section.name == "site" and site else {}
            parts += _sections(section.name, kind, set_here)
        elif args := get_args(kind):
            if args[0] is Spool:
                parts.append(_section("[[spool]]", Spool, {"path": Spool().path}, commented=False))
            elif is_dataclass(args[0]):
                parts.append(_section(f"[[{section.name}]]", args[0], {}, commented=True))
    return "\n".join(parts)


def _sections(name: str, kind: Any, given: dict[str, Any]) -> Iterator[str]:
    """A section, then those inside it: TOML wants a section's own keys first."""
    yield _section(f"[{name}]", kind, given, commented=False)
    for declared in fields(kind):
        if is_dataclass(inner := get_type_hints(kind)[declared.name]):
            yield from _sections(f"{name}.{declared.name}", inner, {})


def _section(head: str, kind: Any, given: dict[str, Any], *, commented: bool) -> str:
    doc = (kind.__doc__ or "").strip()
    lines = [f"# {doc}", f"#{head}" if commented else head]
    for declared in fields(kind):
        if "doc" in declared.metadata:  # others are sections of their own
            lines += _key(declared, given)
    return "\n".join(lines) + "\n"


def _key(declared: "Field[Any]", given: dict[str, Any]) -> Iterator[str]:
    explained = textwrap.wrap(declared.metadata["doc"], 96)
    yield from (f"# {line}" for line in explained)
    if declared.name in given:
        yield f"{declared.name} = {_toml(given[declared.name])}"
        return
    default = declared.default if declared.default is not MISSING else []
    yield f"#{declared.name} = {_toml(default)}"


def _toml(value: object) -> str:
    if value is None or value == "":
        return '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return "[]"
    return json.dumps(str(value), ensure_ascii=False)  # a basic string of TOML is one of JSON
