"""What a batch system's program prints: known with its rows, kept once, told of when it fails."""

import io
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from appliance.errors import AcctError
from appliance.local import LocalRepository
from appliance.repository import LogPiece
from ingest.logs import collecting, files, intake
from ingest.logs.collecting import Program, Window, windows
from ingest.logs.programs import condor_history, sacct
from ingest.logs.repeats import Repeats
from ingest.logs.running import environment
from ingest.logs.slurm import POLL

UNTIL = datetime(2025, 6, 3)
WINDOW = Window(UNTIL - timedelta(days=1), UNTIL)
LIKE = LogPiece("", b"", 0.0, "slurm", "S1", "batch")
HTCONDOR = LogPiece("", b"", 0.0, "htcondor", "S1", "batch")
SACCT, HISTORY = sacct("", ""), condor_history("", "")


def row(job: object, state: str = "COMPLETED", **said: object) -> str:
    told = {
        "JobIDRaw": job, "JobID": job, "Cluster": "t2", "DBIndex": 7, "User": "u", "Group": "g",
        "Start": "2025-06-02T12:30:11", "End": "2025-06-02T14:20:11", "ElapsedRaw": 6600,
        "TotalCPU": "00:01:00", "NCPUS": 1, "NNodes": 1, "State": state, "JobName": "a|b",
    } | said  # fmt: skip
    return "|".join(str(told.get(name, "")) for name in POLL) + "\n"


def printed(
    program: Program, text: str, repeats: Repeats, like: LogPiece = LIKE
) -> Sequence[LogPiece]:
    return list(collecting.pieces(program, WINDOW, like, io.BytesIO(text.encode()), repeats))


def test_until_when_was_asked_is_written_with_the_last_rows(
    repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PIECE_BYTES", 1)
    monkeypatch.setattr(collecting, "_READ_BYTES", 300)
    first, *_, last = found = printed(SACCT, "".join(map(row, range(9))), Repeats())
    asked = SACCT.asked(LIKE)
    repository.load_logs(found[:-1])
    assert first.collected is None
    assert repository.collected(asked) is None
    with monkeypatch.context() as broken:
        broken.setattr(intake, "write_files", _full)
        with pytest.raises(AcctError, match="full"):
            repository.load_logs([last])
    assert repository.collected(asked) is None
    repository.load_logs([last])
    assert repository.collected(asked) == UNTIL
    assert repository.query("SELECT count(*) AS n FROM events").rows == [(9,)]


def _full(*_: object) -> None:
    raise AcctError("the disk is full")


def test_what_is_printed_again_is_kept_once_but_a_job_that_changed_with_its_steps() -> None:
    repeats = Repeats()
    same, step = row(1), row("2.batch", MaxRSS=5)
    [first] = printed(SACCT, same + row(2) + step, repeats)
    repeats.settle()
    assert first.body.decode() == same + row(2) + step
    assert printed(SACCT, same + row(2) + step, repeats) == []
    repeats.settle()
    [again] = printed(SACCT, same + row(2, "FAILED") + step + row(3), repeats)
    assert again.body.decode() == row(2, "FAILED") + step + row(3)


def test_what_is_not_in_the_store_is_no_repeat() -> None:
    repeats = Repeats()
    printed(SACCT, row(1), repeats)
    repeats.release()
    [piece] = printed(SACCT, row(1), repeats)
    assert piece.body.decode() == row(1)


def test_jobs_that_run_are_left_out_with_their_steps() -> None:
    text = row(1, "RUNNING") + row("1.batch", "COMPLETED") + row(2) + row(3, "PENDING")
    [piece] = printed(SACCT, text, Repeats())
    assert piece.body.decode() == row(2)
    assert printed(SACCT, row(1, "RUNNING"), Repeats()) == []


def test_ads_are_told_apart_and_what_makes_no_sense_stays() -> None:
    repeats = Repeats()
    ads = [{"GlobalJobId": f"s#{n}.0#1", "Owner": "é, {x}"} for n in range(3)]
    text = json.dumps(ads[:2], indent=1, ensure_ascii=False)
    [first] = printed(HISTORY, text, repeats, HTCONDOR)
    repeats.settle()
    kept = first.body.decode()
    assert json.loads(f"[{kept.replace('}' + chr(10) + '{', '},{')}]") == ads[:2]
    [second] = printed(HISTORY, json.dumps(ads, indent=1, ensure_ascii=False), repeats, HTCONDOR)
    assert json.loads(second.body) == ads[2]
    [odd] = printed(HISTORY, '[\n{"Owner": "x",\n\n{"Owner": "y"}\n]\n', Repeats(), HTCONDOR)
    assert b'{"Owner": "x"' in odd.body
    assert odd.body.endswith(b'{"Owner": "y"}\n')
    assert printed(HISTORY, "[\n]\n", Repeats(), HTCONDOR) == []


def test_a_program_inherits_what_it_needs_and_nothing_else() -> None:
    ours = {"PATH": "/bin", "_CONDOR_POOL": "p", "CONDOR_CONFIG": "c", "TZ": "Mars", "SACCT_X": "1"}
    seen = environment(ours, HISTORY.inherited, dict(HISTORY.environment))
    assert seen == {"PATH": "/bin", "_CONDOR_POOL": "p", "CONDOR_CONFIG": "c", "TZ": "UTC"}


def test_a_span_is_cut_into_windows_without_a_gap() -> None:
    since = UNTIL - timedelta(hours=50)
    found = list(windows(since, UNTIL, timedelta(days=1)))
    assert [w.since for w in found] == [since, found[0].until, found[1].until]
    assert found[-1].until == UNTIL
    assert list(windows(None, UNTIL, None)) == [Window(None, UNTIL)]
