"""Benchmarks from an LDIF file: what a BDII publishes of computing elements, GLUE 1.3.

A computing element's own CPUScalingReferenceSI00 counts before the GlueHostBenchmarkSI00 of the
subcluster that it runs on. Values are si2k. LDIF: RFC 2849.
"""

import base64
import binascii
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from appliance.errors import UsageError
from appliance.records.benchmarks import level_of
from appliance.repository import Benchmark
from ingest.benchmarks.lines import Found

_TYPE = "si2k"
_SCALING = "cpuscalingreferencesi00="
_AREA = re.compile(r"mds-vo-name\s*=\s*([^,]+)", re.IGNORECASE)
_NO_SITE = frozenset({"local", "resource"})


@dataclass(slots=True)
class _Entry:
    """Attributes by lower-case name, each with the line that it begins on."""

    values: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def texts(self, name: str) -> list[str]:
        return [text for _, text in self.values.get(name, [])]

    def naming(self, name: str, kind: str) -> list[str]:
        """What a key of the form `Kind=value` names."""
        pairs = (text.partition("=") for text in self.texts(name))
        return [value.strip() for found, _, value in pairs if found.strip().lower() == kind]


def is_ldif(text: str) -> bool:
    """Whether a text begins as LDIF does."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            return line.lower().startswith(("dn:", "version:"))
    return False


def read_ldif(text: str, site: str) -> Found:
    """The benchmarks of a site's computing elements, by their unique ids."""
    found = Found()
    entries = [e for e in _entries(text, found) if _of_site(e, site)]
    elements = {ce: entry for entry in entries for ce in entry.texts("glueceuniqueid")
                if "gluece" in _classes(entry)}  # fmt: skip
    clusters = _clusters(entries)
    runs_on = _runs_on(entries, elements)
    for ce, entry in elements.items():
        own = list(_scaling(entry))
        levels = _levels(own or [v for c in runs_on[ce] for v in clusters[c]], found)
        if len(levels) > 1:
            shown = ", ".join(str(level) for level in sorted(levels))
            found.notes.append(f"{ce} has several values, {shown}: set one by hand")
        elif levels:
            found.benchmarks.append(Benchmark(ce, _TYPE, levels.pop()))
        else:
            found.notes.append(f"{ce} has no benchmark there")
    return found


def _clusters(entries: Iterable[_Entry]) -> dict[str, list[tuple[int, str]]]:
    """The values of each cluster's subclusters, with their lines."""
    values: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for entry in entries:
        for cluster in entry.naming("gluechunkkey", "glueclusteruniqueid"):
            values[cluster] += entry.values.get("gluehostbenchmarksi00", [])
    return values


def _runs_on(entries: Iterable[_Entry], elements: dict[str, _Entry]) -> dict[str, set[str]]:
    """The clusters of each computing element: either of the two may name the other."""
    found: dict[str, set[str]] = defaultdict(set)
    for ce, element in elements.items():
        found[ce].update(element.naming("glueforeignkey", "glueclusteruniqueid"))
    for entry in entries:
        for cluster in entry.texts("glueclusteruniqueid"):
            for ce in entry.naming("glueforeignkey", "glueceuniqueid"):
                found[ce].add(cluster)
    return found


def _scaling(entry: _Entry) -> Iterator[tuple[int, str]]:
    for line, text in entry.values.get("gluececapability", []):
        if text.lower().startswith(_SCALING):
            yield line, text[len(_SCALING) :]


def _levels(values: Iterable[tuple[int, str]], found: Found) -> set[Decimal]:
    """The different values; 0 stands for one that was never measured."""
    levels = set()
    for line, text in values:
        try:
            if Decimal(text.strip()) == 0:
                continue
            levels.add(level_of(text))
        except (ArithmeticError, UsageError):
            found.problems.append(f"line {line}: {text!r} is no value of {_TYPE}")
    return levels


def _classes(entry: _Entry) -> set[str]:
    return {name.lower() for name in entry.texts("objectclass")}


def _of_site(entry: _Entry, site: str) -> bool:
    """Whether it lies in the site's part of the tree, or in none that is a site's."""
    named = {area.strip().lower() for dn in entry.texts("dn") for area in _AREA.findall(dn)}
    return not (named - _NO_SITE) or site.lower() in named


def _entries(text: str, found: Found) -> Iterator[_Entry]:
    entry = _Entry()
    for number, line in _unfolded(text):
        if not line:
            if entry.values:
                yield entry
            entry = _Entry()
            continue
        name, colon, value = line.partition(":")
        if not colon:
            found.problems.append(f"line {number}: no attribute and value")
        elif value.startswith(":"):
            if (decoded := _decoded(value[1:])) is None:
                found.problems.append(f"line {number}: not base64 of UTF-8")
            else:
                entry.values[_plain(name)].append((number, decoded))
        elif not value.startswith("<"):  # another file's content
            entry.values[_plain(name)].append((number, value.strip()))
    if entry.values:
        yield entry


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Whole lines, with the number of the first part; comments are left out."""
    whole: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(" ") and whole and whole[-1][1]:
            whole[-1] = (whole[-1][0], whole[-1][1] + line[1:])
        else:
            whole.append((number, line.rstrip()))
    return ((number, line) for number, line in whole if not line.startswith("#"))


def _plain(name: str) -> str:
    return name.partition(";")[0].strip().lower()


def _decoded(value: str) -> str | None:
    try:
        return base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
