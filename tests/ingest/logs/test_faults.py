"""The reference's faults on request: its figures for the log sheet's lines, each beside ours."""

import json
from dataclasses import replace
from typing import Any

import pytest

from appliance.errors import UsageError
from appliance.local import LocalRepository
from ingest.logs.catalogue import FORMATS, by_name
from ingest.logs.faults import chosen, select
from ingest.logs.format import Settings
from tests.ingest.logs.taken import piece
from tests.ingest.logs.test_htcondor import REMOVED
from tests.ingest.logs.test_lsf import SECOND as LSF
from tests.ingest.logs.test_lsf import line as lsf_line
from tests.ingest.logs.test_pbs import THIRD as PBS
from tests.ingest.logs.test_sge import CLASSIC, UNIVA
from tests.ingest.logs.test_slurm import HOOK
from tests.ingest.logs.test_slurm import line as slurm_line

MEMORY, CORES = "memory_real, memory_virtual", "processors, node_count"
STEPS = "job_name, local_user_id, wall_duration, cpu_duration, queue, " + MEMORY + ", " + CORES
COMPLETED = REMOVED | {"JobStatus": 4, "CompletionDate": 1748874011}


def figures(
    repository: LocalRepository, log: str, line: str, columns: str, as_apel: str
) -> list[tuple[Any, ...]] | list[str]:
    """These columns of what a line becomes, as a batch host of its own; else why it is nothing."""
    lines = line.splitlines()
    made = replace(piece(log, lines), machine_name=f"as_apel {as_apel}", as_apel=as_apel)
    loaded = repository.load_logs([made])
    rows = repository.query(
        f"SELECT {columns} FROM events WHERE message_id = (SELECT max(message_id) FROM log_files) "
        "ORDER BY line"
    ).rows
    assert loaded.records == len(rows)
    [(ignored,)] = repository.query(
        "SELECT ignored_reasons FROM log_files ORDER BY message_id DESC LIMIT 1"
    ).rows
    return rows or [*json.loads(str(ignored)), *["failed"] * loaded.lines_failed]


def pbs(mem: str) -> str:
    return PBS.replace("mem=8gb", f"mem={mem}", 1)


# Format, line, columns, fault, our figures, the reference's.
FIGURES = [
    ("pbs", PBS, MEMORY, "memory_units", [(8388608, 9437184)], [(8, 9)]),
    ("pbs", pbs("1000mb"), MEMORY, "memory_units", [(1024000, 9437184)], [(1000, 9)]),
    ("pbs", pbs("2000b"), MEMORY, "memory_units", [(1, 9437184)], [(200, 9)]),
    ("pbs", pbs("1000"), MEMORY, "memory_units", [(0, 9437184)], [(10, 9)]),
    ("pbs", pbs("7b"), MEMORY, "memory_units", [(0, 9437184)], ["failed"]),
    ("pbs", PBS, CORES, "star_n", [(8, 1)], [(1, 1)]),
    ("pbs", PBS.replace("1*8", "1*8+wn04/0*4"), CORES, "star_n", [(12, 2)], [(2, 2)]),
    ("pbs", PBS.replace("1*8", "0-3"), CORES, "star_n", [(4, 1)], [(4, 1)]),
    ("sge", CLASSIC, MEMORY, "memory_units", [(None, 10485760)], [(43254284288, 10737418240)]),
    ("sge", UNIVA, MEMORY, "memory_units", [(1757812, 2097152)], [(5242880000, 2147483648)]),
    ("lsf", LSF, CORES, "star_n", [(8, 1)], [(1, 1)]),
    ("lsf", lsf_line(hosts='2 "4*a" "2*a"'), CORES, "star_n", [(6, 1)], [(2, 2)]),
    ("slurm", slurm_line(rss="1024"), MEMORY, "memory_units", [(1, None)], ["failed"]),
    ("slurm", slurm_line(rss="0"), MEMORY, "memory_units", [(0, None)], ["failed"]),
    ("slurm", slurm_line(rss="12.5G"), MEMORY, "memory_units", [(13107200, None)],
     [(13107200, None)]),
    ("slurm", slurm_line(state="CANCELLED by 1000"), "state", "states", [("CANCELLED",)],
     ["not_ended"]),
    ("slurm", slurm_line(state="CANCELLED+"), "state", "states", [("CANCELLED",)],
     ["not_ended"]),
    ("slurm", slurm_line(state="OUT_OF_MEMORY"), "state", "states", [("OUT_OF_MEMORY",)],
     ["not_ended"]),
    ("slurm", slurm_line(state="NODE_FAIL"), "state", "states", [("NODE_FAIL",)],
     [("NODE_FAIL",)]),
    ("slurm", slurm_line(state="what?"), "state", "states", ["failed"], ["not_ended"]),
    ("htcondor", json.dumps(REMOVED), "state", "states", [("removed",)], ["removed"]),
    ("htcondor", json.dumps(COMPLETED), "state", "states", [("completed",)], [("completed",)]),
]  # fmt: skip


@pytest.mark.parametrize("case", FIGURES)
def test_a_fault_gives_the_references_figure(
    repository: LocalRepository, case: tuple[str, str, str, str, object, object]
) -> None:
    log, line, columns, fault, ours, theirs = case
    assert figures(repository, log, line, columns, "") == ours
    assert figures(repository, log, line, columns, fault) == theirs


def test_steps_are_events_of_their_own(repository: LocalRepository) -> None:
    both = "".join(HOOK.splitlines(keepends=True)[::2])  # 4401 and 4401.batch
    assert figures(repository, "slurm", both, STEPS, "") == [
        ("4401", "cms031", 6600, 52800, "grid", 13107200, 16384000, 8, 1),
    ]  # fmt: skip
    assert figures(repository, "slurm", both, STEPS, "steps") == [
        ("4401", "cms031", 6600, 52800, "grid", None, None, 8, 1),
        ("4401.batch", None, 6600, 43865, None, 13107200, 16384000, 8, 1),
    ]  # fmt: skip


def test_faults_come_together_and_alone(repository: LocalRepository) -> None:
    columns = f"{MEMORY}, {CORES}"
    told = [(8, 9, 8, 1), (8388608, 9437184, 1, 1), (8, 9, 1, 1)]
    for fault, wanted in zip(
        ("memory_units", "star_n", "memory_units,star_n"), told, strict=True
    ):  # fmt: skip
        assert figures(repository, "pbs", PBS, columns, fault) == [wanted]


def test_a_file_that_is_read_with_other_faults_is_read_anew(repository: LocalRepository) -> None:
    ours = piece("pbs", [PBS])
    theirs = replace(ours, as_apel="memory_units")
    assert ours.reading != theirs.reading
    for made, records in ((ours, 1), (theirs, 1), (theirs, 0), (ours, 0)):
        assert repository.load_logs([made]).records == records
    assert repository.query("SELECT as_apel FROM log_files ORDER BY message_id").rows == [
        ("",), ("memory_units",),
    ]  # fmt: skip
    assert repository.query("SELECT memory_real FROM events").rows == [(8,)]


def test_what_was_read_with_faults_is_rebuilt_and_retried_with_them(
    repository: LocalRepository,
) -> None:
    late = PBS.replace("end=1748876400", "end=4748876400")
    for as_apel in ("", "memory_units,star_n"):
        made = replace(piece("pbs", [PBS, late]), machine_name=as_apel or "b", as_apel=as_apel)
        assert repository.load_logs([made]).lines_failed == 1
    repository.summarise()
    assert not repository.rebuild(check=True).changed
    with repository.store.transaction() as cursor:
        cursor.execute("DELETE FROM store.events_pbs")
        cursor.execute("UPDATE store.rejected_lines SET content = encode($1)", [PBS])
    assert repository.retry([]).records == 2
    told = "SELECT memory_real, processors FROM events ORDER BY 1"
    assert repository.query(told).rows == [(8, 1), (8388608, 8)]


def test_every_fault_changes_what_its_format_reads() -> None:
    """A macro that no statement uses any more would be a fault that does nothing."""
    for made in FORMATS.values():
        for fault in made.faults:
            settings = Settings(True, "UTC", made.layout([""]).replace("pipe", "json"))
            plain = select(made, settings)
            for macro in fault.macros:
                assert f"stage.{macro}(" in plain, (made.name, macro)
            assert select(made, replace(settings, as_apel=fault.name)) != plain


def test_faults_are_named_in_order_and_once() -> None:
    assert chosen(by_name("pbs"), [" star_n", "memory_units", "star_n", ""]) == (
        "memory_units,star_n"
    )


@pytest.mark.parametrize(("log", "name", "known"), [
    ("sge", "star_n", "known: memory_units"),
    ("blah", "states", "known: none"),
    ("pbs", "units", "known: memory_units, star_n"),
])  # fmt: skip
def test_a_fault_that_a_format_has_not_is_said(log: str, name: str, known: str) -> None:
    with pytest.raises(UsageError, match=f"{log} as APEL reads it: {name}") as refused:
        chosen(by_name(log), [name])
    assert refused.value.hint == known
