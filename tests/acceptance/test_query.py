"""`acct query` reads datasets and nothing else, through the service and without one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.client import RemoteRepository
from appliance.configfile import load_config
from appliance.errors import UsageError
from appliance.local import LocalRepository
from appliance.repository import Repository
from tests.acceptance.site import Site
from tests.jobs import message, record

SECRET = "/etc/passwd"
ATTACKS = f"""
SELECT * FROM read_csv('{SECRET}')
SELECT * FROM read_text('{SECRET}')
SELECT * FROM read_blob('{SECRET}')
SELECT * FROM read_json('{SECRET}')
SELECT * FROM read_duckdb('acct.duckdb')
SELECT * FROM parquet_metadata('{SECRET}')
SELECT * FROM sniff_csv('{SECRET}')
SELECT * FROM glob('/etc/*')
SELECT * FROM '{SECRET}'
SELECT * FROM (WITH "{SECRET}" AS (SELECT 1) SELECT 1), "{SECRET}"
WITH t AS MATERIALIZED (SELECT * FROM read_text('{SECRET}')) SELECT * FROM t
SELECT (SELECT content FROM read_text('{SECRET}'))
COPY jobs TO '/tmp/acct-attack.csv'
COPY (SELECT 1) TO 'work/acct-attack.csv'
EXPORT DATABASE '/tmp/acct-attack'
IMPORT DATABASE '/tmp/acct-attack'
ATTACH '/tmp/acct-attack.db'
ATTACH ':memory:' AS other
DETACH stage
USE store
SET memory_limit = '1GB'
SET allowed_directories = ['/']
RESET memory_limit
SET VARIABLE x = 1
PRAGMA database_list
PRAGMA enable_profiling
INSTALL httpfs
LOAD httpfs
SELECT getenv('HOME')
SELECT list_transform(['HOME'], lambda x: getenv(x))
SELECT current_setting('temp_directory')
SELECT current_query()
SELECT getvariable('x')
SELECT pg_sleep(1)
SELECT write_log('x')
SELECT * FROM query('SELECT * FROM store.jobs')
SELECT * FROM query_table('store.jobs')
SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM store.jobs'))
SELECT json_serialize_plan('SELECT * FROM store.jobs')
SELECT * FROM store.jobs
SELECT * FROM acct.store.raw_texts
SELECT * FROM "store"."jobs"
SELECT * FROM stage.job
TABLE store.due
DESCRIBE store.jobs
SUMMARIZE store.jobs
SHOW ALL TABLES
EXPLAIN ANALYZE SELECT * FROM store.jobs
VALUES ((SELECT count(*) FROM store.jobs))
SELECT 1 ORDER BY (SELECT count(*) FROM store.jobs)
SELECT * FROM jobs POSITIONAL JOIN store.jobs
SELECT * FROM jobs, LATERAL (SELECT * FROM store.due)
WITH jobs AS (SELECT * FROM store.messages) SELECT * FROM jobs
SELECT * FROM (WITH due AS (SELECT 1) SELECT * FROM due), store.due
SELECT * FROM (WITH duckdb_tables AS (SELECT 1) SELECT 1), duckdb_tables
WITH sqlite_master AS (SELECT * FROM sqlite_master) SELECT * FROM sqlite_master
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_secrets()
SELECT * FROM information_schema.tables
SELECT * FROM pg_catalog.pg_tables
PIVOT store.jobs ON site IN ('S1') USING count(*)
PIVOT (SELECT * FROM store.jobs) ON site
UNPIVOT store.due ON site INTO NAME n VALUE v
INSERT INTO store.due VALUES ('S1', DATE '2024-01-01')
UPDATE store.jobs SET wall_duration = 0
DELETE FROM store.jobs
TRUNCATE store.jobs
DROP VIEW jobs
CREATE TABLE t AS SELECT 1
CREATE TEMP TABLE t AS SELECT 1
CREATE MACRO count(x) AS 0
ALTER TABLE store.jobs DROP COLUMN vo
MERGE INTO store.jobs USING jobs ON true WHEN MATCHED THEN DELETE
WITH t AS (DELETE FROM jobs RETURNING *) SELECT * FROM t
WITH t AS (INSERT INTO store.due VALUES ('S1', DATE '2024-01-01') RETURNING *) SELECT * FROM t
CHECKPOINT
VACUUM
BEGIN
COMMIT
CALL pragma_database_size()
PREPARE p AS SELECT 1
SELECT 1; SELECT 2
SELECT 1; DROP VIEW jobs
SELECT 1 /* ; */; ATTACH '/tmp/acct-attack.db'
;
/* nothing */
nonsense
SELECT nothing FROM jobs
SELECT ?
SELECT now()
""".strip().splitlines()

ANSWERED = {
    "SELECT count(*) AS n FROM jobs": "[{\"n\": 2}]\n",
    "SELECT 'a;b' AS t; -- only one": "[{\"t\": \"a;b\"}]\n",
    "WITH Mine AS (SELECT vo FROM JOBS) SELECT DISTINCT vo FROM mine": "[{\"vo\": \"atlas\"}]\n",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) "
    "SELECT sum(n) AS n FROM t": "[{\"n\": 6}]\n",
    "PIVOT jobs ON vo IN ('atlas') USING count(*) GROUP BY site":
        "[{\"site\": \"S1\", \"atlas\": 2}]\n",
    "SELECT list(local_job_id ORDER BY 1) AS l, {'a': 1.5} AS s FROM jobs":
        "[{\"l\": [\"1\", \"2\"], \"s\": {\"a\": \"1.5\"}}]\n",
    "SELECT {'$decimal': 'x'} AS s": "[{\"s\": {\"$decimal\": \"x\"}}]\n",
    "SELECT 0.0 / 0 AS n, end_time, service_level FROM jobs WHERE local_job_id = '1'":
        "[{\"n\": null, \"end_time\": \"2024-06-01T00:01:00Z\", \"service_level\": 10.000}]\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site.make(tmp_path_factory.mktemp("q"))
    jobs = (record(LocalJobId=number, VO="atlas") for number in "12")
    site.output("load", site.file("good", message(*jobs)))
    return site


@pytest.fixture
def untouched(filled: Site) -> Iterator[Site]:
    """Whatever is tried, the datasets stay as they are, and no file appears."""
    before = filled.output("export", "jobs"), filled.output("export", "super_summaries")
    yield filled
    assert (filled.output("export", "jobs"), filled.output("export", "super_summaries")) == before
    assert list(Path("/tmp").glob("acct-attack*")) == []
    assert list((filled.data / "work").glob("*")) == []


@contextmanager
def reached(site: Site, served: bool) -> Iterator[Repository]:
    """What the command asks: the door, which is open to the whole group, or the file itself."""
    if served:
        with site.run():
            yield RemoteRepository.reach(site.data / "acct.sock")
    else:
        with LocalRepository.open(load_config(site.data, environment={})) as opened:
            yield opened


@pytest.mark.parametrize("served", [False, True], ids=["without a service", "by the service"])
def test_nothing_but_one_select_over_datasets_is_answered(untouched: Site, served: bool) -> None:
    with reached(untouched, served) as repository:
        for attack in ATTACKS:
            with pytest.raises(UsageError) as refused:
                pytest.fail(f"{attack} was answered: {repository.query(attack).rows[:3]}")
            assert "Traceback" not in str(refused.value)
        for dataset in ("store.jobs", "jobs TO '/tmp/acct-attack' --", ""):
            with pytest.raises(UsageError):
                list(repository.export(dataset))


def test_a_refusal_is_one_line_and_wrong_usage(untouched: Site) -> None:
    for attack in ATTACKS[::10]:
        done = untouched.acct("query", attack)
        assert (done.returncode, done.stdout) == (2, ""), f"answered: {attack}"
        assert done.stderr.startswith("acct: ")
        assert done.stderr.count("\n") == 1, f"{attack}: {done.stderr}"


@pytest.mark.parametrize("before", ["", "x"])
def test_a_complaint_may_end_within_a_character(untouched: Site, before: str) -> None:
    refused = untouched.acct("query", f"SELECT json('{{{before}' || repeat('é', 300))")
    assert refused.returncode == 2
    words = (
        "Malformed JSON at byte 1",
        "does not say why",
    )  # Python 3.11.2 drops what it cannot read
    assert any(word in refused.stderr for word in words)


@pytest.mark.parametrize("served", [False, True], ids=["without a service", "by the service"])
def test_questions_are_answered_alike(filled: Site, served: bool) -> None:
    with filled.run() if served else pytest.MonkeyPatch.context():
        for question, answer in ANSWERED.items():
            assert filled.output("query", question, "--format", "json") == answer
        nested = "SELECT list(vo) AS vos, 1234.5 AS n, NULL AS nothing FROM jobs"
        table = "vos                       n  nothing\n"
        assert filled.output("query", nested).startswith(table)


def test_the_question_may_come_from_standard_input(filled: Site) -> None:
    done = filled.acct("query", "-", "--format", "csv", stdin="SELECT count(*) AS n FROM jobs\n")
    assert (done.returncode, done.stdout) == (0, "n\n2\n")


def test_a_question_that_takes_too_long_is_stopped(filled: Site) -> None:
    filled.environment["ACCT_SERVICE__QUERY_TIMEOUT_S"] = "0.1"
    endless = (
        "SELECT count(*) FROM range(10000000000) a, range(10000000000) b WHERE a.range > b.range"
    )
    done = filled.acct("query", endless)
    del filled.environment["ACCT_SERVICE__QUERY_TIMEOUT_S"]
    assert done.returncode == 2
    assert done.stderr == "acct: stopped after 0.1 s; service.query_timeout_s allows more\n"
