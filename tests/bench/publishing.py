"""How fast messages for a parent repository are written, durably, into the outgoing queue."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from appliance.config import Config
from appliance.configfile import load_config
from appliance.local import LocalRepository
from appliance.publishing import PublishRequest
from appliance.resources import text
from appliance.store import Store
from tests.bench.measures import MILLION, Figure, timed

_KINDS = (
    ("jobs", "v0.3", 100_000),
    ("jobs", "v0.4", 100_000),
    ("jobs", "ur", None),
    ("super_summaries", "v0.3", None),
    ("normalised_super_summaries", "v0.4", None),
)


def publishing(folder: Path) -> Iterator[Figure]:
    """A million jobs, and their 100,000 super summaries."""
    data = folder / "published"
    data.mkdir()
    config = load_config(data, environment={})
    with LocalRepository(Store.open(config)) as repository:
        with repository.store.cursor() as cursor:
            given = {"rows": MILLION, "first": 0, "sites": 100, "year": MILLION}
            cursor.execute(text("tests", "bench/synthetic.sql"), given)
        repository.summarise(everything=True)
        for dataset, style, least in _KINDS:
            yield _measured(repository, config, dataset, style, least)


def _measured(
    repository: LocalRepository, config: Config, dataset: str, style: str, least: float | None
) -> Figure:
    request = PublishRequest((dataset,), interval="all", style=style, sync=False)
    took = min(timed(partial(repository.publish, request)) for _ in range(2))
    [(records,)] = repository.query(f"SELECT count(*) FROM {dataset}").rows
    shutil.rmtree(config.publish.path)
    assert isinstance(records, int)
    what = f"publishing {records:,} {dataset} as {style}"
    return Figure(what, records / took, "records/s", least, least=True)
