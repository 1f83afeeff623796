"""What holds whatever format a log has."""

import duckdb
import pytest

from appliance.local import LocalRepository
from ingest.logs import stage
from tests.ingest.logs.taken import piece
from tests.ingest.logs.test_sge import CLASSIC

TOLD = "SELECT job_name, end_time, infrastructure FROM events"


def test_a_job_that_logs_of_two_formats_tell_of_is_what_the_later_says(
    repository: LocalRepository,
) -> None:
    engine = piece("sge", [CLASSIC])
    assert repository.load_logs([engine]).records == 1
    [(job, ended, _)] = repository.query(TOLD).rows
    slurm = piece("slurm", [f"{job}|n|u|g|2025-01-01T00:00:00|{ended:%Y-%m-%dT%H:%M:%S}|01:00:00"
                            "|60|q|8|1|wn1|||COMPLETED"])  # fmt: skip
    loaded = repository.load_logs([slurm])
    assert (loaded.records, loaded.replaced) == (1, 1)
    assert repository.query(TOLD).rows == [(job, ended, "APEL-CREAM-SLURM")]
    assert not repository.rebuild(check=True).changed
    assert repository.query("SELECT count(*) FROM joins").rows == [(1,)]


def test_what_formats_are_read_by_is_made_again_after_it_failed(
    repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(stage, "_PIECES", "CREATE TABLE nowhere.at.all (a BIGINT)")
        with pytest.raises(duckdb.Error):
            repository.load_logs([piece("sge", [CLASSIC])])
    assert repository.load_logs([piece("sge", [CLASSIC])]).records == 1
