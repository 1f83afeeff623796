"""Many at once: whoever asks gets an answer, and every answer is of one moment."""

import csv
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.acceptance.senders import LAYOUTS, SPOOLS, Sender
from tests.acceptance.site import Site, becomes
from tests.jobs import message, record

EACH = 7
"""Jobs of a message: an answer that counts no multiple of it has seen half a message."""
ROUNDS = 6
YEAR = "--from", "2024", "--to", "2025"
MOMENT = """
SELECT (SELECT count(*) FROM jobs) AS jobs,
       (SELECT sum(records) FROM messages WHERE state = 'accepted') AS records,
       (SELECT count(DISTINCT message_id) FROM jobs) AS messages
"""


def reported(site: Site) -> int:
    """Jobs of a report, which are those of its rows together."""
    rows = site.json("report", "--by", "site", *YEAR, "--metric", "jobs,wall_hours,cpu_hours")
    assert all(row["wall_hours"] == row["jobs"] * 60 / 3600 for row in rows)
    assert all(row["cpu_hours"] == row["jobs"] * 50 / 3600 for row in rows)
    return sum(row["jobs"] for row in rows)


def queried(site: Site) -> int:
    [(jobs, records, messages)] = site.query(MOMENT)
    assert jobs == (records or 0) == messages * EACH
    return int(jobs)


def exported(site: Site) -> int:
    found = list(csv.DictReader(io.StringIO(site.output("export", "jobs"))))
    assert len({job["local_job_id"] for job in found}) == len(found)
    return len(found)


def stated(site: Site) -> int:
    status = site.json("status")
    assert status["jobs"] == status["records"] == status["messages"]["accepted"] * EACH
    return int(status["jobs"])


def test_four_readers_get_answers_of_one_moment_while_messages_arrive(tmp_path: Path) -> None:
    site = Site.make(tmp_path, SPOOLS)
    spools = [site.data / layout for layout in LAYOUTS]

    def ask(question: Callable[[Site], int]) -> list[int]:
        return [question(site) for _ in range(ROUNDS)]

    with site.run():
        with Sender(spools, jobs_each=EACH, pause_s=0.005) as sender, ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(ask, (reported, queried, exported, stated)))
        for answer in answers:
            assert answer == sorted(answer), "nothing that was loaded is lost"
            assert all(count % EACH == 0 for count in answer)
        becomes(lambda: site.client.status()["messages"]["rejected"], len(sender.bad))
        for question in (reported, queried, exported, stated):
            becomes(lambda: question(site), len(sender.jobs))  # noqa: B023


@pytest.mark.parametrize("due", [False, True], ids=["all summarised", "after a crash"])
def test_four_readers_share_the_file_without_a_service(site: Site, due: bool) -> None:
    site.output("load", site.file("good", message(record())))
    if due:  # a service was killed before it summarised
        with duckdb.connect(site.data / "acct.duckdb") as store:
            store.execute("DELETE FROM store.usage")
            store.execute("INSERT INTO store.due VALUES ('S1', DATE '2024-06-01')")

    def ask(arguments: tuple[str, ...]) -> Any:
        return json.loads(site.output("--json", *arguments))

    commands = [
        ("report", *YEAR, "--metric", "jobs"),
        ("query", "SELECT number_of_jobs AS jobs FROM super_summaries"),
        ("query", "SELECT count(*) AS jobs FROM jobs"),
        ("export", "super_summaries"),
    ]
    with ThreadPoolExecutor(4) as pool:
        report, query, jobs, export = pool.map(ask, commands)
    assert report == [{"vo": "None", "jobs": 1}]
    assert query == jobs == [{"jobs": 1}]
    assert [row["number_of_jobs"] for row in export] == [1]


def test_loads_at_once_without_a_service_wait_for_each_other(site: Site) -> None:
    files = [site.file(f"{n}", message(record(LocalJobId=str(n)))) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda file: site.acct("load", file), files))
    assert [one.returncode for one in done] == [0, 0, 0, 0], [one.stderr for one in done]
    assert site.query("SELECT sum(number_of_jobs) AS jobs FROM super_summaries") == [(4,)]
