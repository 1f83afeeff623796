"""Reading the files of APEL and SSM: ini files, in which `%` means itself."""

import configparser
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import UsageError

FILES = "parser", "client", "sender"


@dataclass(frozen=True, slots=True)
class Ini:
    """One file; none of it need be there."""

    path: Path
    content: configparser.RawConfigParser

    def names(self) -> list[str]:
        """Every option, as `section.key`."""
        found = self.content
        return [f"{section}.{key}" for section in found.sections() for key in found[section]]

    def text(self, name: str) -> str:
        """A value without blanks around it; empty: it says nothing.

        Raises:
            UsageError: It has several lines.
        """
        section, _, key = name.partition(".")
        value = self.content.get(section, key, fallback="").strip()
        if "\n" in value:
            raise UsageError(
                f"{self.path}: [{section}] {key} goes on over several lines",
                hint="lines that begin with a blank belong to the one before",
            )
        return value

    def is_on(self, name: str, default: bool = False) -> bool:
        """Whether a switch is on.

        Raises:
            UsageError: It says neither true nor false.
        """
        value = self.text(name)
        if not value:
            return default
        known = configparser.RawConfigParser.BOOLEAN_STATES
        if value.lower() not in known:
            where = name.replace(".", "] ", 1)
            raise UsageError(f"{self.path}: [{where} = {value!r} is not true or false")
        return known[value.lower()]


def read_all(folder: Path) -> dict[str, Ini]:
    """The files of a directory that are there, by name; one that is not says nothing.

    Raises:
        UsageError: None is there, or one cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"no directory {folder}", hint="APEL's is /etc/apel")
    paths = {name: folder / f"{name}.cfg" for name in FILES}
    found = {name: _read(path) for name, path in paths.items()}
    if not any(path.exists() for path in paths.values()):
        raise UsageError(f"no parser.cfg, client.cfg or sender.cfg in {folder}")
    return found


def _read(path: Path) -> Ini:
    content = configparser.RawConfigParser(strict=False)  # a repeated key: the last counts
    if path.exists():
        try:
            content.read_string(path.read_text(encoding="utf-8-sig"), str(path))
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise UsageError(f"{path}: line {line} is not UTF-8") from None
        except configparser.Error as error:
            raise UsageError(f"{path}: {' '.join(str(error).split())}") from None
    return Ini(path, content)
