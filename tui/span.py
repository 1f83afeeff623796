"""The time a question covers: a month, a year, or everything."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

Unit = Literal["month", "year", "all"]


@dataclass(frozen=True, slots=True)
class Span:
    """A month, its year, or all time; the month is remembered whichever is shown."""

    year: int
    month: int
    unit: Unit = "month"

    @property
    def since(self) -> date | None:
        """The first day, or None for all time."""
        if self.unit == "all":
            return None
        return date(self.year, self.month if self.unit == "month" else 1, 1)

    @property
    def until(self) -> date | None:
        """The first day after it, or None for all time."""
        return None if self.unit == "all" else self.moved(1).since

    def moved(self, steps: int) -> "Span":
        """So many months or years later; all time stays where it is."""
        months = {"month": 1, "year": 12, "all": 0}[self.unit] * steps
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return (
            self if not date.min.year <= year < date.max.year else Span(year, month + 1, self.unit)
        )

    def of(self, unit: Unit) -> "Span":
        """The same place in time, wider or narrower."""
        return replace(self, unit=unit)

    def __str__(self) -> str:
        if self.unit == "all":
            return "all time"
        return f"{self.year}-{self.month:02}" if self.unit == "month" else str(self.year)


def month_of(day: date) -> Span:
    """The month a day lies in."""
    return Span(day.year, day.month)


def named(text: str) -> Span | None:
    """The span that a group of the pivots `month` (`2026-05`) and `year` (`2026`) means."""
    year, _, month = text.partition("-")
    if not year.isdigit() or (month and not month.isdigit()):
        return None
    return Span(int(year), int(month)) if month else Span(int(year), 1, "year")
