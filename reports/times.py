"""The time that a question is about."""

from datetime import date

from appliance.errors import UsageError
from appliance.repository import Question


def since_until(question: Question, day: str = "day") -> tuple[str, dict[str, object]]:
    """The times as a condition on a column, and its values."""
    parts, values = ["true"], dict[str, object]()
    for name, first, sign in (("since", question.since, ">="), ("until", question.until, "<")):
        if first:
            parts.append(f"{day} {sign} ${name}")
            values[name] = first
    return " AND ".join(parts), values


def whole_months(question: Question) -> bool:
    """Whether its times begin and end with months."""
    return all(day is None or day.day == 1 for day in (question.since, question.until))


def whole_year(day: date) -> tuple[date, date]:
    """The year of a day: its first day, and that of the next."""
    return date(day.year, 1, 1), date(day.year + 1, 1, 1)


def check_times(question: Question) -> None:
    """Refuse times that hold no day.

    Raises:
        UsageError: They do not.
    """
    if question.since and question.until and question.until <= question.since:
        raise UsageError(
            f"no time from {question.since} to {question.until}",
            hint="put --from before --to, which is not included",
        )
