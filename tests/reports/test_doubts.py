"""What may be counted twice is said, and nothing else."""

from collections.abc import Callable

from appliance.local import LocalRepository
from appliance.repository import Loaded
from tests import jobs
from tests.sheets import N3, N, S, message, of

Load = Callable[..., Loaded]


def test_a_month_sent_in_v3_and_then_in_v4_is_doubted(
    load: Load, repository: LocalRepository
) -> None:
    load(message(N3), message(N), message(N, Month="5"))
    [line] = repository.doubts()
    assert line.startswith("S1 sent 2 normalised summaries of 2024-06 that differ in nothing but")


def test_jobs_and_summaries_of_the_same_submit_hosts_are_doubted(
    load: Load, repository: LocalRepository
) -> None:
    summary = {"SubmitHost": "ce1", "InfrastructureType": "grid"}
    load(message(S, of(S, **summary), of(S, Processors="8", **summary)))
    assert repository.doubts() == []
    load(jobs.message(jobs.record(Site="S1", SubmitHost="ce2", InfrastructureType="grid")))
    assert repository.doubts() == []
    load(jobs.message(jobs.record(Site="S1", SubmitHost="ce1", InfrastructureType="grid",
                                  LocalJobId="2")))  # fmt: skip
    [line] = repository.doubts()
    assert line.startswith("S1 sent jobs and 2 summaries of 2024-06 for the same submit hosts")
