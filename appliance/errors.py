"""Errors that an operator can act on, and problems that are news rather than errors."""

from dataclasses import dataclass


class AcctError(Exception):
    """An error an operator can act on: raised anywhere, printed in one place, no traceback."""

    exit_status = 1

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint

    def __str__(self) -> str:
        """One line: what happened, then how to mend it."""
        what = super().__str__()
        return f"{what}; {self.hint}" if self.hint else what


class UsageError(AcctError):
    """Wrong usage or configuration: the caller has to say something else."""

    exit_status = 2


class ServiceUnreachable(AcctError):
    """No service answers where one was asked for."""

    exit_status = 3


def first_line(error: BaseException) -> str:
    """What an error of a library says, in one line; its kind where it says nothing, as the database
    does on Python 3.11.2 when what it quotes ends within a character.
    """
    lines = str(error).splitlines()
    return lines[0] if lines and lines[0].strip() else type(error).__name__


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a record was refused. One bad message among thousands is news, not an exception."""

    code: str
    """A reason code of the record or transport sheet, such as `INT` or `DIGEST`."""
    reason: str
    """What is wrong with which value, as a clause."""
    record: int = 0
    """Position in the message, from 1; 0: the message as a whole."""
    line: int = 0
    """Line of the message's text, from 1; 0: no line of its own."""
    field: str = ""

    def __str__(self) -> str:
        where = [f"record {self.record}"] if self.record else []
        where += [f"line {self.line}"] if self.line else []
        where += [self.field] if self.field else []
        return f"{self.code}: {', '.join(where)}{': ' if where else ''}{self.reason}"
