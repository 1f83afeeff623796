"""What tests of publishing share: a request, published into memory."""

from collections.abc import Callable
from typing import Any

import pytest

from appliance.local import LocalRepository
from appliance.publishing import PublishRequest
from reports.publish.publish import publish
from tests.reports.publish.receiving import Received

Sent = Callable[..., list[str]]


@pytest.fixture
def sent(repository: LocalRepository) -> Sent:
    """The messages of a dataset, without sync: `sent("jobs", style="v0.4")`."""

    def messages(dataset: str, **wanted: Any) -> list[str]:
        queue = Received()
        asked = {"interval": "all", "sync": False, "local_jobs": True, **wanted}
        publish(repository.store, PublishRequest((dataset,), **asked), queue)
        return queue.texts

    return messages
