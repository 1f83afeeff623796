"""How far files were read is forgotten once they are long gone, and not before."""

from dataclasses import replace
from pathlib import Path

import pytest

from appliance.config import Config, Logs
from appliance.local import LocalRepository
from ingest.logs.source import LogSource

LINE = "{}|n|u|g|2025-06-02T13:00:00|2025-06-02T13:10:00|00:10:00|600|q|8|1|wn|||COMPLETED\n"
ENTRY = Logs("slurm", "logs/*/acc*", site="S1", machine_name="batch")


@pytest.fixture
def logs(config: Config) -> Path:
    """Two files in one folder, one alone in another."""
    folder = config.data / "logs"
    for name in ("a/acc1", "a/acc2", "b/acc3"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(LINE.format(name[-1]))
    return folder


def look(config: Config, repository: LocalRepository) -> None:
    """As a service that has just started."""
    source = LogSource(replace(config, logs=[ENTRY]), ENTRY, repository.store)
    while pieces := source.take(1 << 20):
        repository.log_intake.take_in(pieces)
        source.settle()


def known(repository: LocalRepository) -> set[str]:
    with repository.store.cursor() as cursor:
        rows = cursor.execute("SELECT path FROM store.log_reaches").fetchall()
    return {Path(path).name for (path,) in rows}


def years_pass(repository: LocalRepository) -> None:
    with repository.store.transaction() as cursor:
        cursor.execute("UPDATE store.log_reaches SET noted_at = noted_at - INTERVAL 1 YEAR")


def test_a_file_that_is_long_gone_is_forgotten_beside_others_that_are_there(
    config: Config, repository: LocalRepository, logs: Path
) -> None:
    look(config, repository)
    assert known(repository) == {"acc1", "acc2", "acc3"}
    (logs / "a/acc1").unlink()
    (logs / "b/acc3").unlink()
    look(config, repository)
    assert known(repository) == {"acc1", "acc2", "acc3"}, "they may come back under another name"
    years_pass(repository)
    look(config, repository)
    assert known(repository) == {"acc2", "acc3"}, "all of b is gone: it may not be mounted"


def test_a_file_that_comes_back_later_counts_once(
    config: Config, repository: LocalRepository, logs: Path
) -> None:
    look(config, repository)
    away = (logs / "a/acc1").rename(logs.parent / "away")
    years_pass(repository)
    look(config, repository)
    away.rename(logs / "a/acc9")
    look(config, repository)
    assert known(repository) == {"acc2", "acc3", "acc9"}
    assert repository.query("SELECT count(*) AS n FROM events").rows == [(3,)]
    [(kept,)] = repository.query("SELECT count(*) AS n FROM messages WHERE state = 'accepted'").rows
    assert kept == 3, "its text is known, too"
