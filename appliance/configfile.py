"""From `acct.toml` and the environment to a checked `Config`.

A flag beats the environment, which beats the file. What is not understood is an error that names
the file, the key and the nearest right one: a misspelt key must never be a silent default.
"""

import difflib
import os
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from appliance.config import Config, Spool
from appliance.errors import UsageError
from appliance.moments import moment

PREFIX = "ACCT_"
_OUTSIDE = {"data", "file"}  # of Config: given by flags, not by the file
_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_NAMES[Path] = "a path"


def default_data_directory() -> Path:
    """`/var/lib/acct` for root, else the user's data directory (XDG)."""
    if os.geteuid() == 0:
        return Path("/var/lib/acct")
    home = os.environ.get("XDG_DATA_HOME", "")
    return (Path(home) if home else Path.home() / ".local/share") / "acct"


def load_config(
    data: Path | None = None,
    file: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Config:
    """The configuration of this process.

    Args:
        data: The data directory (`--data`); None: `ACCT_DATA`, else the platform's.
        file: The configuration (`--config`); None: `DATA/acct.toml`, then `/etc/acct/acct.toml`.
        environment: Where `ACCT_SECTION__KEY` is looked up.

    Raises:
        UsageError: A file that cannot be read, an unknown key, a value of the wrong type.
    """
    data = (data or Path(environment.get("ACCT_DATA") or default_data_directory())).absolute()
    found = file or next((p for p in (data / "acct.toml", Path("/etc/acct/acct.toml"))
                          if p.is_file()), None)  # fmt: skip
    tree = _read(found) if found else {}
    for name, path, value in _from_environment(environment):
        _graft(tree, path, value, name)
    where = str(found) if found else "the environment"
    config: Config = _build(Config, tree, where, "", data)
    if "spool" not in tree:
        default = Spool()
        config = replace(config, spool=[replace(default, path=data / default.path)])
    return replace(config, data=data, file=found)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror}", hint="--config names another"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not TOML: {error}") from None


def _from_environment(environment: Mapping[str, str]) -> list[tuple[str, list[str], str]]:
    found = [(n, n.removeprefix(PREFIX).lower().split("__"), v)
             for n, v in sorted(environment.items())
             if n.startswith(PREFIX) and "__" in n]  # fmt: skip
    return [(name, path, value) for name, path, value in found if path[0] not in _OUTSIDE]


def _graft(tree: dict[str, Any], path: list[str], text: str, name: str) -> None:
    """Put a value of the environment where the file would have it; `SPOOL__0__PATH` counts."""
    node: Any = tree
    for step, following in zip(path, [*path[1:], ""], strict=True):
        last = following == ""
        if isinstance(node, list):
            index = int(step) if step.isdigit() else -1
            if not 0 <= index <= len(node):
                raise UsageError(f"{name}: no entry {step}; there are {len(node)}")
            if index == len(node):
                node.append({})
            if last:
                raise UsageError(f"{name} names a whole entry", hint="add __ and a key")
            node = node[index]
        elif last:
            node[step] = _Text(text)
        else:
            node = node.setdefault(step, [] if following.isdigit() else {})
            if not isinstance(node, list | dict):
                raise UsageError(f"{name}: {step} has no keys below it")


class _Text(str):
    """A value of the environment: its type is that of the key, not of TOML."""

    __slots__ = ()


def _build(kind: Any, tree: dict[str, Any], where: str, prefix: str, data: Path) -> Any:
    hints = typing.get_type_hints(kind)
    known = {key_of(f): f for f in fields(kind) if not (kind is Config and f.name in _OUTSIDE)}
    values: dict[str, Any] = {"data": data} if kind is Config else {}
    for name, value in tree.items():
        if name not in known:
            raise _unknown(name, list(known), where, prefix)
        field = known[name].name
        values[field] = _value(hints[field], value, where, f"{prefix}{name}", data)
    for declared in known.values():
        values.setdefault(declared.name, _default(declared, data))
    return kind(**values)


def key_of(declared: "Field[Any]") -> str:
    """The key of a field: `from_` stands for `from`, which is a word of Python."""
    return declared.name.removesuffix("_")


def _default(declared: "Field[Any]", data: Path) -> Any:
    if declared.default_factory is not None and callable(declared.default_factory):
        made = declared.default_factory()
        return _build(type(made), {}, "", "", data) if is_dataclass(made) else made
    value = declared.default
    return data / value if isinstance(value, Path) else value


def _unknown(name: str, known: list[str], where: str, prefix: str) -> UsageError:
    near = difflib.get_close_matches(name, known, 1, 0.6)
    hint = f"did you mean {prefix}{near[0]}?" if near else f"known here: {', '.join(known)}"
    return UsageError(f"{where}: unknown key {prefix}{name}", hint=hint)


def _value(kind: Any, value: Any, where: str, name: str, data: Path) -> Any:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        return None if value == "" else _value(args[0], value, where, name, data)
    if origin is typing.Literal:
        if value not in args:
            known = ", ".join(filter(None, args))
            raise UsageError(f"{where}: {name} = {str(value)!r}", hint=f"one of {known}")
        return str(value)
    if origin is list and isinstance(value, _Text):
        value = [_Text(item.strip()) for item in value.split(",")] if value else []
    if origin is list and isinstance(value, list):
        return [_value(args[0], item, where, f"{name}[{n}]", data) for n, item in enumerate(value)]
    if is_dataclass(kind) and isinstance(value, dict):
        return _build(kind, value, where, f"{name}.", data)
    return _scalar(kind, value, where, name, data)


def _scalar(kind: Any, value: Any, where: str, name: str, data: Path) -> Any:
    if isinstance(value, _Text):
        value = _from_text(kind, value)
    if kind is datetime:
        return _time(value, where, name)
    if kind is Path and isinstance(value, str) and value:
        return data / Path(value).expanduser()
    if kind is float and type(value) is int:
        return float(value)
    if kind is str and isinstance(value, str):
        return str(value)
    if type(value) is kind:
        return value
    expected = _NAMES.get(kind) or (_list_of(kind) if typing.get_origin(kind) else "a table")
    raise UsageError(f"{where}: {name} = {value!r} is not {expected}")


def _list_of(kind: Any) -> str:
    return "a list of tables" if is_dataclass(typing.get_args(kind)[0]) else "a list"


def _time(value: Any, where: str, name: str) -> datetime:
    """A time, UTC, from a text or from what TOML has for days and times."""
    try:
        return moment(str(value))
    except UsageError as error:
        raise UsageError(f"{where}: {name} = {error}", hint=error.hint) from None


def _from_text(kind: Any, text: str) -> Any:
    """What a value of the environment means for a key of this type; itself if it means nothing."""
    if kind is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            return text
    return text
