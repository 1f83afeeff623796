"""The store: one file, one writer, closed to the outside."""

from datetime import date

import duckdb
import pytest

from appliance import tables
from appliance.config import Config
from appliance.errors import AcctError, UsageError
from appliance.records.event import EVENT
from appliance.resources import names, text
from appliance.store import InUseError, Store
from appliance.tables import datasets

OUTSIDE = [
    "SELECT * FROM read_text('/etc/passwd')",
    "COPY (SELECT 1) TO '/tmp/acct-escaped'",
    "ATTACH '/tmp/acct-escaped' AS outside",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "INSTALL httpfs",
    "LOAD httpfs",
]


@pytest.mark.parametrize("statement", OUTSIDE)
def test_nothing_inside_reaches_a_file_or_a_setting(store: Store, statement: str) -> None:
    with store.cursor() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(statement)


def test_a_store_made_by_a_newer_program_is_refused_in_clear_words(config: Config) -> None:
    opened = Store.open(config)
    with opened.transaction() as cursor:
        cursor.execute("UPDATE store.program SET applied = 99")
    opened.close()
    with pytest.raises(AcctError, match="install the newer acct"):
        Store.open(config)


def test_readers_share_the_file_and_a_writer_has_it_alone(config: Config) -> None:
    Store.open(config).close()
    script = (
        "import sys; from pathlib import Path; from appliance.configfile import load_config; "
        "from appliance.store import Store; "
        "s = Store.open(load_config(Path(sys.argv[1]), environment={}), read_only=True); "
        "print('open', flush=True); sys.stdin.read(); s.close()"
    )
    import subprocess
    import sys

    with subprocess.Popen(
        [sys.executable, "-c", script, config.data],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "open\n"
        Store.open(config, read_only=True).close()
        with pytest.raises(InUseError, match=f"process {reader.pid}"):
            Store.open(config)
        assert reader.stdin
        reader.stdin.close()
        reader.wait()
    Store.open(config).close()


def test_without_a_data_directory_the_remedy_is_named(config: Config) -> None:
    config.data.rmdir()
    with pytest.raises(UsageError, match="acct init makes it"):
        Store.open(config)


def test_a_file_that_is_no_database_is_named(config: Config) -> None:
    config.store.write_bytes(b"x" * 10_000)
    with pytest.raises(AcctError, match=str(config.store)):
        Store.open(config)


def test_a_store_of_the_first_form_is_brought_up_to_date(config: Config) -> None:
    """Its summaries are derived: they go, and their months are due."""
    with duckdb.connect(str(config.store)) as first:
        first.execute(text("appliance", "migrations/0001_first.sql"))
        first.execute("INSERT INTO store.program VALUES (1, 'of another program')")
        first.execute(
            "INSERT INTO store.job_summaries SELECT 'S1', DATE '2024-06-01', 'u', 'v', 'g', 'r', "
            "'h', 'q', 'grid', 'd', 'HEPSPEC', 10, NULL, 1, 1, TIMESTAMP '2024-06-02', "
            "TIMESTAMP '2024-06-02', 1, 1, 1, TIMESTAMP '2024-06-03'"
        )
    opened = Store.open(config)
    with opened.cursor() as cursor:
        due = cursor.execute("SELECT site, month FROM store.due").fetchall()
        assert due == [("S1", date(2024, 6, 1))]
        assert cursor.execute("SELECT * FROM super_summaries").fetchall() == []
    opened.close()


def test_events_of_a_store_that_held_them_in_one_table_keep_what_they_say(config: Config) -> None:
    files = names("appliance", "migrations", ".sql")
    apart = files.index("0014_logs_apart.sql")
    with duckdb.connect(str(config.store)) as before:
        for name in files[:apart]:
            before.execute(text("appliance", f"migrations/{name}"))
        before.execute(f"INSERT INTO store.program VALUES ({apart}, 'of another program')")
        before.execute(text("appliance", f"migrations/{files[apart]}").partition(";")[0])
        for number, kind in enumerate(("slurm", "sge", "pbs", "lsf", "htcondor"), 1):
            before.execute(
                "INSERT INTO store.messages BY NAME SELECT $number AS message_id, 'log' AS source, "
                "'' AS source_name, TIMESTAMP '2025-06-02' AS received_at, $kind AS kind, "
                "1 AS records, 1 AS bytes, '' AS sha256, 'accepted' AS state, "
                "TIMESTAMP '2025-06-02' AS loaded_at, false AS signature_required",
                {"number": number, "kind": kind},
            )
            before.execute(
                "INSERT INTO store.events BY NAME SELECT 'S' AS site, $kind AS job_name, "
                "$number AS message_id, 60 AS wall_duration, 1.15 AS scale_factor, 7 AS line, "
                "'a' AS account, 8 AS processors, 'wn' AS execution_host",
                {"number": number, "kind": kind},
            )
    opened = Store.open(config)
    with opened.cursor() as cursor:
        found = cursor.execute(
            "SELECT message_id, job_name, infrastructure, wall_duration, scale_factor, line, "
            "processors, execution_host, account FROM events ORDER BY ALL"
        ).fetchall()
    opened.close()
    assert found == [
        (1, "slurm", "APEL-CREAM-SLURM", 60, None, 7, 8, None, "a"),
        (2, "sge", "APEL-CREAM-SGE", 60, None, 7, 8, "wn", "a"),
        (3, "pbs", "APEL-CREAM-PBS", 60, None, 7, 8, None, "a"),
        (4, "lsf", "APEL-CREAM-LSF", 60, 1.15, 7, 8, None, "a"),
        (5, "htcondor", "APEL-CREAM-HTCONDOR", 60, 1.15, 7, 8, None, "a"),
    ]


def test_tables_that_migrations_made_are_as_they_are_declared(store: Store) -> None:
    with store.cursor() as cursor:
        made = dict(
            cursor.execute(
                "SELECT table_name, sql FROM duckdb_tables() WHERE schema_name = 'store'"
            ).fetchall()
        )
        cursor.execute("CREATE SCHEMA stage.store")
        cursor.execute("USE stage")
        for statement in tables.create(EVENT):
            cursor.execute(statement)
        declared = cursor.execute(
            "SELECT table_name, sql FROM duckdb_tables() WHERE database_name = 'stage' "
            "AND schema_name = 'store'"
        ).fetchall()
    assert len(declared) == len(EVENT.logs)
    assert declared == [(name, made[name]) for name, _ in declared]


def _groups(store: Store, statement: str) -> int:
    """Change a table in a transaction of its own; how many row groups hold it then."""
    with store.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("CHECKPOINT")
        groups = "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('store.much')"
        return int(cursor.execute(groups).fetchall()[0][0])


def test_what_much_leaves_untidy_is_tidied_by_whoever_opens_the_store_next(config: Config) -> None:
    some = "INSERT INTO store.much FROM range(130000)"
    bulk = Store.open(config, bulk=True)
    assert _groups(bulk, "CREATE TABLE store.much (number BIGINT)") == 0
    assert [_groups(bulk, some) for _ in range(4)] == [2, 4, 6, 8]
    assert _groups(bulk, "DELETE FROM store.much WHERE number % 2 = 1") == 8
    bulk.close()
    opened = Store.open(config)
    assert [_groups(opened, "INSERT INTO store.much VALUES (1)") for _ in range(3)][-1] < 8
    with opened.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM store.much").fetchall() == [(260_003,)]
    opened.close()


def test_every_dataset_can_be_asked(store: Store) -> None:
    with store.cursor() as cursor:
        for name in datasets():
            assert cursor.execute(f"SELECT * FROM {name}").fetchall() == []


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fail_half_way() -> None:
        with store.transaction() as cursor:
            cursor.execute("INSERT INTO store.due VALUES ('S', DATE '2024-01-01')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with store.cursor() as cursor:
        assert cursor.execute("SELECT * FROM store.due").fetchall() == []
