"""What reports can be asked: subjects with their dimensions and metrics, and questions by name."""

from collections.abc import Iterable

from appliance.errors import UsageError
from appliance.repository import Question
from reports.cloud import CLOUD, CLOUD_AS_APEL
from reports.storage import STORAGE
from reports.subject import Subject
from reports.times import check_times
from reports.usage import USAGE, USAGE_AS_APEL

SUBJECTS = {"jobs": USAGE, "storage": STORAGE, "cloud": CLOUD}

AS_APEL = {"jobs": USAGE_AS_APEL, "storage": STORAGE, "cloud": CLOUD_AS_APEL}
"""The same of what the reference would hold: storage is the same."""

NAMED = {
    "usage": Question(by=("vo",)),
    "sites": Question(by=("site",)),
    "users": Question(by=("vo", "user")),
    "months": Question(by=("month",)),
    "hosts": Question(by=("submit_host",)),
    "queues": Question(by=("queue",)),
    "benchmarks": Question(by=("benchmark",)),
    "efficiency": Question(by=("vo",), metrics=("efficiency", "cpu_hours", "core_wall_hours")),
    "storage": Question(subject="storage", by=("vo", "media")),
    "shares": Question(subject="storage", by=("site", "share", "media")),
    "cloud": Question(subject="cloud", by=("vo",)),
}
"""Reports by name; flags change what they ask."""


def check(question: Question) -> Subject:
    """The subject of a question that names only what there is.

    Raises:
        UsageError: An unknown subject, dimension, metric or unit, or times that hold no day.
    """
    if not isinstance(question, Question) or not question.by:
        raise UsageError("the question names nothing to group by", hint="--by vo")
    if question.subject not in SUBJECTS:
        raise UsageError(f"no subject {question.subject}", hint=f"one of {', '.join(SUBJECTS)}")
    subject = (AS_APEL if question.as_apel else SUBJECTS)[question.subject]
    _known("--by", question.by, subject.dimensions)
    _known("--where", [name for name, _ in question.where], subject.dimensions)
    _known("--metric", question.metrics, subject.metrics)
    if question.unit and not subject.units:
        raise UsageError(f"--unit {question.unit}: {question.subject} has no units to choose from")
    _known("--unit", [question.unit] if question.unit else [], subject.units)
    check_times(question)
    return subject


def _known(flag: str, given: tuple[str, ...] | list[str], known: Iterable[str]) -> None:
    names = list(known)
    for name in given:
        if name not in names:
            raise UsageError(f"{flag} {name}: there is none", hint=f"one of {', '.join(names)}")
    if len(set(given)) < len(given) and flag != "--where":
        raise UsageError(f"{flag} {','.join(given)} names one twice")
