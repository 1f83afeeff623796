"""The log sheet read literally: lines of logs taken apart with nothing but loops and dictionaries.

Slow and obvious on purpose: the tests compare what the program reads with what is read here. A line
gives a tuple of columns, or the outcome as text: `ignored REASON`, or the code of what failed.
"""

import re
from datetime import datetime, timedelta
from typing import Any

Read = tuple[Any, ...] | str
_NOTHING = ("", "undefined", "none", "null")


def blah(line: str) -> Read:  # noqa: PLR0911 # one after the other
    """time_stamp, global_user_name, fqan, ce, global_job_id, lrms_id, local_user, client_id."""
    line = line.rstrip("\r")
    if line == "":
        return "ignored blank"
    groups = _groups(line)
    if groups is None:
        return "SYN"
    if groups.get("lrmsID") == "":
        return "ignored never_submitted"
    said = {key: value for key, value in groups.items() if value.lower() not in _NOTHING}
    if "lrmsID" not in said:
        return "MAN"
    stamp = _utc(said["timestamp"]) if "timestamp" in said else None
    if "timestamp" in said and stamp is None:
        return "TIM"
    if stamp is None or "ceID" not in said:
        return "MAN"
    others = ("userDN", "userFQAN", "ceID", "jobID", "lrmsID", "localUser", "clientID")
    return (stamp, *(said.get(key) for key in others))


def _groups(line: str) -> dict[str, str] | None:
    """A group ends at a quote that blanks and another group follow, or the end of the line."""
    line = line.strip(" \t\n\v\f\r")
    if not re.fullmatch(r'"[A-Za-z][A-Za-z0-9_]*=.*"', line):
        return None
    found: dict[str, str] = {}
    for group in re.split(r'"[ \t\f\v\r]+"(?=[A-Za-z][A-Za-z0-9_]*=)', line[1:-1]):
        key, _, value = group.partition("=")
        found.setdefault(key, value.replace('\\"', '"'))
    return found


def _utc(text: str) -> datetime | None:
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? ?(Z|UTC|GMT)?", text)
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}") if found else None
    except ValueError:
        return None


_PBS_TYPES = {"Q": "queued", "S": "started", "D": "deleted", "A": "aborted", "C": "checkpointed",
              "T": "restarted", "L": "licence"} | dict.fromkeys("BKUYF", "reservation")  # fmt: skip


def pbs(line: str) -> Read:  # noqa: PLR0911, C901 # one after the other
    """job_name, user, group, jobname, wall, start, end, processors, nodes: of unquoted values."""
    parts = line.split(";", 3)
    parts += [""] * (4 - len(parts))
    if not re.fullmatch("[A-Za-z]", parts[1]) or not parts[2]:
        return "SYN"
    if parts[1] not in "ER":
        return f"ignored {_PBS_TYPES.get(parts[1], 'other_type')}"
    if "[]" in parts[2]:
        return "ignored array_parent"
    said = dict(item.split("=", 1) for item in parts[3].split(" ") if "=" in item)
    said = {key: value for key, value in said.items() if value}
    wall, start, end = said.get("resources_used.walltime"), said.get("start"), said.get("end")
    seconds, began, ended = _seconds(wall), _epoch(start), _epoch(end)
    if parts[1] == "R" and (wall is None or began is None or ended is None):
        return "ignored rerun"
    if start == "0":
        return "ignored never_started"
    if (start and began is None) or (end and ended is None):
        return "TIM"
    if wall and seconds is None:
        return "DUR"
    cores, nodes = _hosts(said.get("exec_host"))
    if cores is None:
        return "HST"
    if seconds is None or began is None or ended is None:
        return "MAN"
    if seconds < 0:
        return "NEG"
    if ended < began:
        return "ORD"
    owner = (said.get("user"), said.get("group"), said.get("jobname"))
    return (parts[2], *owner, seconds, began, ended, cores, nodes)


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"-?[0-9]+\.[0-9]*", text):
        return round(float(text))
    if not re.fullmatch(r"([0-9]{1,12}:){1,3}[0-9]{1,12}(\.[0-9]*)?", text):
        return None
    pieces = text.split(":")
    weights = (1, 60, 3600, 86400)
    whole = [round(float(pieces[-1])), *(int(piece) for piece in reversed(pieces[:-1]))]
    return sum(weight * piece for weight, piece in zip(weights, whole, strict=False))


def _epoch(text: str | None) -> datetime | None:
    if text is None or not re.fullmatch(r"\+?[0-9]+", text) or int(text) == 0:
        return None
    return datetime(1970, 1, 1) + timedelta(seconds=int(text))


def _hosts(text: str | None) -> tuple[int | None, int]:
    if text is None:
        return 0, 0
    cores, names = 0, set()
    for term in text.split("+"):
        name, slash, indices = term.partition("/")
        if not name:
            return None, 0
        names.add(name)
        count = _indices(indices) if slash else 1
        if count is None:
            return None, 0
        cores += count
    return cores, len(names)


def _indices(text: str) -> int | None:
    if re.fullmatch("[0-9]+", text):
        return 1
    if chunk := re.fullmatch(r"[0-9]{1,9}\*([0-9]{1,9})", text):
        return int(chunk[1])
    count = 0
    for one in text.split(","):
        ends = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", one)
        if ends is None or int(ends[2] or ends[1]) < int(ends[1]):
            return None
        count += int(ends[2] or ends[1]) - int(ends[1]) + 1
    return count


def lsf(line: str) -> Read:
    """job_name, user, queue, cpu, start, end, processors, nodes, jobname: of well-formed lines."""
    tokens = [_unquoted(token) for token in re.findall(r'"(?:[^"]|"")*"|[^ "]+', line)]
    if tokens[10] == "0":
        return "ignored never_started"
    asked = int(tokens[22])
    count = int(tokens[23 + asked])
    more, hosts = asked + count, tokens[24 + asked : 24 + asked + count]
    split = [re.fullmatch(r"(?:([0-9]{1,9})\*)?(.*)", host) for host in hosts]
    cores = sum(int(found[1] or 1) for found in split if found)
    nodes = len({found[2] for found in split if found})
    used = [max(float(token), 0.0) for token in tokens[28 + more : 30 + more]]
    task = int(tokens[53 + more])
    name = f"{tokens[3]}[{task}]" if task > 0 else tokens[3]
    start, end = (datetime(1970, 1, 1) + timedelta(seconds=int(tokens[n])) for n in (10, 2))
    texts = [tokens[n] or None for n in (11, 12, 26 + more)]
    return (name, *texts[:2], round(sum(used)), start, end, cores, nodes, texts[2])


def _unquoted(token: str) -> str:
    return token[1:-1].replace('""', '"') if token.startswith('"') else token
