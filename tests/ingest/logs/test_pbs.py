"""PBS accounting: the log sheet's lines and traps, and any line as a plain reading has it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.store import Store
from tests import plain_logs
from tests.ingest.logs.taken import Taken, read, taken

FIRST = (
    "06/02/2025 14:20:11;E;88120.pbs01.example.org;user=dune007 group=dune jobname=pilot_a "
    "queue=grid ctime=1748867000 qtime=1748867000 etime=1748867000 start=1748867411 "
    "owner=dune007@ce01.example.org exec_host=wn014/0-7 session=4411 end=1748874011 Exit_status=0 "
    "resources_used.cput=13:05:20 resources_used.mem=14680064kb resources_used.vmem=20971520kb "
    "resources_used.walltime=01:50:00"
)
SECOND = (
    "06/02/2025 14:31:40;E;88121.pbs01.example.org;user=ops001 group=ops jobname=t queue=short "
    "ctime=1748874500 qtime=1748874500 etime=1748874500 start=1748874580 "
    "owner=ops001@ce01.example.org exec_host=wn01/0+wn01/1+wn02/0+wn02/1 session=9 end=1748874700 "
    "Exit_status=271 resources_used.cput=400 resources_used.mem=90112kb "
    "resources_used.vmem=409600kb resources_used.walltime=00:02:00"
)
THIRD = (
    "06/02/2025 15:00:00;E;88122.pbs01.example.org;user=dune007 group=dune jobname=p queue=grid "
    "ctime=1748874800 qtime=1748874800 etime=1748874800 start=1748874900 exec_host=wn03/1*8 "
    "session=5 end=1748876400 Exit_status=0 resources_used.cpupercent=780 "
    "resources_used.cput=03:10:00 resources_used.mem=8gb resources_used.ncpus=8 "
    "resources_used.vmem=9gb resources_used.walltime=00:25:00"
)
COLUMNS = """job_name, local_user_id, local_user_group, wall_duration, cpu_duration,
start_time::VARCHAR, end_time::VARCHAR, memory_real, memory_virtual, node_count, processors, queue,
infrastructure"""


def pbs(repository: LocalRepository, *lines: str | bytes, columns: str = COLUMNS) -> Taken:
    return taken(repository, "pbs", lines, columns)


def one(repository: LocalRepository, line: str, columns: str) -> tuple[object, ...]:
    found = pbs(repository, line, columns=columns)
    assert (found.failed, found.ignored) == ([], {})
    return found.rows[0]


def test_the_sheets_lines(repository: LocalRepository) -> None:
    assert pbs(repository, FIRST, SECOND, THIRD).rows == [
        ("88120.pbs01.example.org", "dune007", "dune", 6600, 47120, "2025-06-02 12:30:11",
         "2025-06-02 14:20:11", 14680064, 20971520, 1, 8, "grid", "APEL-CREAM-PBS"),
        ("88121.pbs01.example.org", "ops001", "ops", 120, 400, "2025-06-02 14:29:40",
         "2025-06-02 14:31:40", 90112, 409600, 2, 4, "short", "APEL-CREAM-PBS"),
        ("88122.pbs01.example.org", "dune007", "dune", 1500, 11400, "2025-06-02 14:35:00",
         "2025-06-02 15:00:00", 8388608, 9437184, 1, 8, "grid", "APEL-CREAM-PBS"),
    ]  # fmt: skip


def test_what_a_job_says_beyond(repository: LocalRepository) -> None:
    said = "state, user_job_name, submit_time::VARCHAR, cpu_source, account"
    assert one(repository, FIRST + " account=north", said) == (
        "Exit_status=0", "pilot_a", "2025-06-02 12:23:20", "cput", "north",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("01:50:00", 6600),
        ("6600", 6600),
        ("110:00", 6600),
        ("1:00:00:30", 86430),
        ("100:00:00", 360000),
        ("6600.75", 6601),
        ("00:00:01.5", 2),
        ("0", 0),
        ("24:00:00", 86400),
        ("9:05:00", 32700),
        ("123456:00:01", 444441601),
        ("00:99:99", 6039),
    ],
)
def test_durations(repository: LocalRepository, written: str, seconds: int) -> None:
    line = FIRST.replace("walltime=01:50:00", f"walltime={written}")
    assert one(repository, line, "wall_duration") == (seconds,)


@pytest.mark.parametrize(
    ("written", "kilobytes"),
    [
        ("2000b", 1),
        ("1000", 0),
        ("4096", 4),
        ("1000mb", 1024000),
        ("8gb", 8388608),
        ("8GB", 8388608),
        ("1tb", 1073741824),
        ("1pb", 1099511627776),
        ("1024w", 8),
        ("3kw", 24),
        ("2mw", 16384),
        ("1.5gb", 1572864),
    ],
)
def test_memory_has_its_unit(repository: LocalRepository, written: str, kilobytes: int) -> None:
    line = FIRST.replace("mem=14680064kb", f"mem={written}")
    assert one(repository, line, "memory_real") == (kilobytes,)


@pytest.mark.parametrize(
    ("hosts", "cores", "nodes"),
    [
        ("wn1/0", 1, 1),
        ("wn1/0-3", 4, 1),
        ("wn1/0-1,5,11", 4, 1),
        ("wn1/0*8", 8, 1),
        ("wn1/0*8+wn2/3*4", 12, 2),
        ("wn1/0*8+wn1/1*4", 12, 1),
        ("wn-1/0+wn-1/1+wn-2/0", 3, 2),
        ("wn1/0-3,7+wn2/5", 6, 2),
        ("wn1", 1, 1),
        ("wn1/0+wn1/1+wn1/2", 3, 1),
        ("wn1/0+wn1", 2, 1),
        ("wn1/0+wn11/0", 2, 2),
        ("n1/0+wn1/0", 2, 2),
        ("wn1+wn2", 2, 2),
    ],
)
def test_hosts(repository: LocalRepository, hosts: str, cores: int, nodes: int) -> None:
    line = FIRST.replace("exec_host=wn014/0-7", f"exec_host={hosts}")
    assert one(repository, line, "processors, node_count") == (cores, nodes)


@pytest.mark.parametrize(
    ("said", "cores"),
    [
        ("resources_used.ncpus=6 Resource_List.ncpus=8", 6),
        ("Resource_List.ncpus=8", 8),
        ("Resource_List.walltime=01:00:00", 0),
    ],
)
def test_without_hosts_the_cores_used_or_asked_for(
    repository: LocalRepository, said: str, cores: int
) -> None:
    line = FIRST.replace("exec_host=wn014/0-7", said)
    assert one(repository, line, "processors") == (cores,)


def test_serially_there_are_no_cores_and_no_hosts(repository: LocalRepository) -> None:
    line = FIRST.replace("exec_host=wn014/0-7", "exec_host=?//?")
    found = taken(repository, "pbs", [line], "processors, node_count", parallel=False)
    assert found.rows == [(0, 0)]


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("Resource_List.ngpus=2", "2.000"),
        ("Resource_List.select=2:ncpus=8:ngpus=1+1:ncpus=4", "2.000"),
        ("Resource_List.nodes=2:ppn=4:gpus=3", "6.000"),
        ("Resource_List.nodes=wn1:ppn=4:gpus=1+2:gpus=2:ppn=1", "5.000"),
        ("Resource_List.nodes=2:ppn=4", None),
    ],
)
def test_gpus(repository: LocalRepository, said: str, count: str | None) -> None:
    assert one(repository, f"{FIRST} {said}", "gpu_count::VARCHAR") == (count,)


def test_values_may_be_quoted_and_hold_whatever(repository: LocalRepository) -> None:
    line = FIRST.replace("jobname=pilot_a", """jobname="a b; c=d" account='x y'""")
    found = one(repository, line, "user_job_name, account, queue, job_name")
    assert found == ("a b; c=d", "x y", "grid", "88120.pbs01.example.org")


def test_a_semicolon_without_quotes_is_part_of_its_value(repository: LocalRepository) -> None:
    line = FIRST.replace("jobname=pilot_a", "jobname=a;b")
    assert one(repository, line, "user_job_name, queue") == ("a;b", "grid")


def test_array_tasks_keep_their_index_and_their_parent_is_no_job(
    repository: LocalRepository,
) -> None:
    found = pbs(
        repository, FIRST.replace("88120.", "102[3]."), FIRST.replace("88120.", "102[]."),
        columns="job_name",
    )  # fmt: skip
    assert (found.rows, found.ignored) == ([("102[3].pbs01.example.org",)], {"array_parent": 1})


def test_a_rerun_that_says_what_it_used_counts_and_is_labelled(
    repository: LocalRepository,
) -> None:
    rerun, silent = FIRST.replace(";E;", ";R;"), "06/02/2025 14:20:11;R;88120.pbs01.example.org;"
    found = pbs(repository, rerun, silent, columns="state, wall_duration")
    assert (found.rows, found.ignored) == ([("rerun", 6600)], {"rerun": 1})


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("Q", "queued"), ("S", "started"), ("D", "deleted"), ("A", "aborted"), ("L", "licence"),
     ("C", "checkpointed"), ("T", "restarted"), ("U", "reservation"), ("z", "other_type")],
)  # fmt: skip
def test_other_records_are_ignored(repository: LocalRepository, kind: str, reason: str) -> None:
    found = pbs(repository, f"06/02/2025 14:20:11;{kind};88120.pbs01;queue=grid")
    assert (found.rows, found.failed, found.ignored) == ([], [], {reason: 1})


def test_a_job_that_never_started_is_ignored(repository: LocalRepository) -> None:
    found = pbs(repository, FIRST.replace("start=1748867411", "start=0"))
    assert (found.rows, found.ignored) == ([], {"never_started": 1})


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("walltime=01:50:00", "walltime=-01:50:00", "DUR"),
        ("walltime=01:50:00", "walltime=-5", "NEG"),
        ("resources_used.walltime=01:50:00", "", "MAN"),
        ("cput=13:05:20", "cput=-1", "NEG"),
        ("cput=13:05:20", "cput=13h", "DUR"),
        ("end=1748874011", "end=1748867410", "ORD"),
        ("end=1748874011", "end=soon", "TIM"),
        ("end=1748874011", "end=4000000000", "FUT"),
        ("start=1748867411 ", "", "MAN"),
        ("mem=14680064kb", "mem=14xb", "MEM"),
        ("mem=14680064kb", "mem=9" + "0" * 300 + "pb", "MEM"),
        ("exec_host=wn014/0-7", "exec_host=wn014/7-0", "HST"),
        ("exec_host=wn014/0-7", "exec_host=wn014/5-4", "HST"),
        ("exec_host=wn014/0-7", "exec_host=wn014/x", "HST"),
        (";E;", ";", "SYN"),
        (";E;88120.pbs01.example.org;", ";E;;", "SYN"),
    ],
)
def test_what_cannot_be_fails_its_line_alone(
    repository: LocalRepository, old: str, new: str, code: str
) -> None:
    found = pbs(repository, SECOND, FIRST.replace(old, new), THIRD)
    assert [(at, why) for at, why, _ in found.failed] == [(2, code)]
    assert len(found.rows) == 2


def test_a_byte_that_is_no_text_fails_its_line_alone(repository: LocalRepository) -> None:
    found = pbs(repository, FIRST, SECOND.encode().replace(b"ops001", b"op\xe9s"), THIRD)
    assert ([at for at, *_ in found.failed], len(found.rows)) == ([2], 2)


KEYS = ("user", "group", "jobname", "start", "end", "exec_host", "resources_used.walltime", "x")
plain_values = st.text(alphabet="a0:/+-*;=.b", max_size=6)
values = {
    "start": st.sampled_from(["1748867411", "0", "x", ""]),
    "end": st.sampled_from(["1748874011", "1748867411", "1.5"]),
    "exec_host": st.sampled_from(
        ["a/0", "a/0+b/1", "a/0-3,7", "a/1*8+a/2*3", "a/3-1", "a/2-1", "a//1"]
    )
    | plain_values,
    "resources_used.walltime": st.sampled_from(["01:50:00", "6600", "1:2:3:4", "2:3", "1:2:3:4:5"])
    | plain_values,
}
items = st.lists(st.sampled_from(KEYS), max_size=8, unique=True).flatmap(
    lambda keys: st.tuples(
        *(values.get(key, plain_values).map(lambda v, k=key: f"{k}={v}") for key in keys)  # type: ignore[misc]
    )
)
heads = st.sampled_from(
    ["s;E;1.x;", "s;E;1.x;", "s;E;1[].x;", "s;R;1.x;", "s;Q;1.x;", "s;E;;", "s"]
)
lines = st.tuples(heads, items, st.sampled_from([" ", " ", "  "])).map(
    lambda made: made[0] + made[2].join(made[1])
)
STAGED = ("job_name", "local_user_id", "local_user_group", "user_job_name", "wall_duration",
          "start_time::TIMESTAMP", "end_time::TIMESTAMP", "processors", "node_count")  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=st.lists(lines, min_size=1, max_size=8))
def test_any_lines_are_read_as_plainly(found: list[str], store: Store) -> None:
    plain = [plain_logs.pbs(line) for line in [*found, FIRST]]
    assert read(store, "pbs", [*found, FIRST], STAGED) == plain


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=st.lists(lines, min_size=1, max_size=8))
def test_a_line_says_the_same_in_a_log_of_its_own_keys_and_of_others(
    found: list[str], store: Store
) -> None:
    """With its own keys at the head it is read by place, among others by search."""
    alone = [read(store, "pbs", [line], STAGED)[0] for line in found]
    assert read(store, "pbs", [*[THIRD] * 20, *found], STAGED)[20:] == alone


def test_lines_of_several_lists_of_keys(store: Store) -> None:
    more = FIRST.replace("jobname=", "account=north jobname=")
    less = FIRST.replace(" queue=grid", "")
    columns = ("account", "queue", "wall_duration", "state")
    assert read(store, "pbs", [FIRST, more, less, SECOND], columns) == [
        (None, "grid", 6600, "Exit_status=0"),
        ("north", "grid", 6600, "Exit_status=0"),
        (None, None, 6600, "Exit_status=0"),
        (None, "short", 120, "Exit_status=271"),
    ]


def test_a_key_in_the_place_of_another_is_found(store: Store) -> None:
    """The last line has as many keys as the others, and all but one of theirs."""
    lines = [*[FIRST] * 20, FIRST.replace("session=4411", "account=north")]
    assert read(store, "pbs", lines, ("account",))[-1] == ("north",)
