"""Every exception this package raises on purpose. Nothing is caught or printed here.

AllocatorError
├── InputError         what was given is wrong; carries every problem found     (exit 2)
├── UncheckedPlanError the checker refused a plan of our own: our bug           (exit 3)
└── SolveFailedError   a process that solved died, hung, or ended in an error   (exit 3)
    ├── OutOfMemoryError   it took more memory than it may                      (exit 3)
    └── ProcessDiedError   it died, by itself or by another's hand              (exit 3)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the input, and where.

    Attributes
    ----------
    message
        What was expected, in one clause, for example ``expected a whole number of at least 0``.
    table
        Name of the table (``floors``), of the file (``floors.csv``) or of the settings section.
    row
        Row of the table, the first row of data being 1; once the reader has placed it, the line
        of the file or the row of the sheet, so the first row of data is usually 2.
    column
        Name of the column or key.
    value
        The offending value as it was written.
    """

    message: str
    table: str = ""
    row: int | None = None
    column: str = ""
    value: str | None = None

    def __str__(self) -> str:
        place = [self.table] if self.table else []
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column {self.column}")
        said = "" if self.value is None else f" (got {shorten(self.value)!r})"
        return f"{', '.join(place)}: {self.message}{said}" if place else f"{self.message}{said}"

    def at(self, table: str, row: int | None) -> Problem:
        """Return the same problem, placed in a file and a row of it."""
        return replace(self, table=table, row=row)


TOLD_ONE_BY_ONE = 3
"""How many problems that are alike are listed one by one; more are one line, with their count."""


def told_once(problems: Iterable[Problem]) -> list[str]:
    """Return the problems as text; those that differ in row and value only are one line."""
    alike: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        alike.setdefault((problem.message, problem.table, problem.column), []).append(problem)
    lines = []
    for group in alike.values():
        if len(group) <= TOLD_ONE_BY_ONE:
            lines += [str(problem) for problem in group]
            continue
        rows = ", ".join(str(p.row) for p in group[:TOLD_ONE_BY_ONE] if p.row is not None)
        more = len(group) - TOLD_ONE_BY_ONE
        where = f" (the same in rows {rows} and {more:,} more)" if rows else ""
        lines.append(f"{group[0]}{where}: {len(group):,} problems of this kind")
    return lines


class AllocatorError(Exception):
    """Base of every exception that this package raises on purpose."""


class InputError(AllocatorError):
    """What was given cannot be used.

    Attributes
    ----------
    problems : tuple of Problem
        Everything that was found, not just the first thing.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UncheckedPlanError(AllocatorError):
    """The checker found a violation, or another total, in a plan that the search returned."""


class SolveFailedError(AllocatorError):
    """A process that solved gave no answer; the message says what became of it."""


class OutOfMemoryError(SolveFailedError):
    """A process that solved took more memory than it may, or than there is."""


class ProcessDiedError(SolveFailedError):
    """A process that solved died; another may do the same work."""


def shorten(text: str, limit: int = 80) -> str:
    """Return the text on one line, cut to at most ``limit`` characters, without control codes."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
