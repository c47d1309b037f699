"""Reads a table of who came when, every problem at once. What follows from it is `estimate`'s."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from allocator.errors import InputError, Problem
from allocator.scenario.presence import WEEKDAYS
from allocator.scenario.read import read_rows

COLUMNS = ("date", "unit_id", "headcount", "present")
FEWEST_DATES = 3
"""Dates of each weekday without which nothing can be said of its variation."""

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})( 00:00:00)?", re.ASCII)
_WHOLE = re.compile(r"\d{1,7}", re.ASCII)


@dataclass(frozen=True)
class BadgeDay:
    """People of a unit who came on a day, of so many."""

    day: date
    unit_id: str
    headcount: int
    present: int


def read_badges(path: Path) -> tuple[BadgeDay, ...]:
    """Return the rows of a .csv or .xlsx table of date, unit_id, headcount and present.

    Raises
    ------
    InputError
        If the file is no such table; a cell does not fit; a day of a unit comes twice, or is
        missing where others have it; more came than there are; or a weekday has too few dates.
    """
    found: dict[int, BadgeDay] = {}
    problems: list[Problem] = []
    for number, cells in read_rows(path, COLUMNS):
        faults = [fault.at(path.name, number) for fault in _faults(cells)]
        problems += faults
        if not faults:
            found[number] = _badge_day(cells)
    # Only rows that could be read: a cell that does not fit has its problem, and no day to
    # compare.
    problems += [problem.at(path.name, problem.row) for problem in _given_twice(found)]
    # A row that is wrong would be missed again as a gap, and its date as one too few.
    if not problems:
        rows = tuple(found.values())
        problems = [problem.at(path.name, None) for problem in (*_gaps(rows), *_too_few(rows))]
    if problems:
        raise InputError(problems)
    return tuple(found.values())


def _faults(cells: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with the cells of a row, each column by itself."""
    day = _day(cells["date"])
    if day is None:
        yield Problem("expected a date such as 2025-03-04", column="date", value=cells["date"])
    elif day.weekday() >= len(WEEKDAYS):
        yield Problem("expected a day from Monday to Friday", column="date", value=cells["date"])
    if not cells["unit_id"]:
        yield Problem("expected text", column="unit_id", value="")
    people, present = _whole(cells["headcount"]), _whole(cells["present"])
    if not people:
        wanted = "expected a whole number of at least 1"
        yield Problem(wanted, column="headcount", value=cells["headcount"])
    if present is None:
        wanted = "expected a whole number of at least 0"
        yield Problem(wanted, column="present", value=cells["present"])
    elif people and present > people:
        wanted = f"expected at most {people:,}, the headcount"
        yield Problem(wanted, column="present", value=cells["present"])


def _badge_day(cells: Mapping[str, str]) -> BadgeDay:
    """Return a row whose cells fit as a day."""
    return BadgeDay(
        day=date.fromisoformat(cells["date"][:10]),
        unit_id=cells["unit_id"],
        headcount=int(cells["headcount"]),
        present=int(cells["present"]),
    )


def _day(text: str) -> date | None:
    """Return the date, also as a workbook gives it, with midnight."""
    # `fromisoformat` alone would also take week dates and dates without dashes.
    written = _DATE.fullmatch(text)
    try:
        return date.fromisoformat(written[1]) if written else None
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    """Return a whole number in figures, None for anything else."""
    return int(text) if _WHOLE.fullmatch(text) else None


def _given_twice(rows: Mapping[int, BadgeDay]) -> Iterator[Problem]:
    """Yield the rows that give a day of a unit again."""
    first: dict[tuple[date, str], int] = {}
    for number, row in rows.items():
        earlier = first.setdefault((row.day, row.unit_id), number)
        if earlier != number:
            value = f"{row.day}, {row.unit_id}"
            yield Problem(f"given already in row {earlier}", "", number, "date, unit_id", value)


def _gaps(rows: Sequence[BadgeDay]) -> Iterator[Problem]:
    """Yield the days that a unit lacks though others have them, when it may be that none came."""
    days = dict.fromkeys(row.day for row in rows)
    had: dict[str, set[date]] = {}
    for row in rows:
        had.setdefault(row.unit_id, set()).add(row.day)
    for unit, mine in had.items():
        lacking = [f"{day}" for day in days if day not in mine]
        if lacking:
            more = f" and {len(lacking) - 3:,} more" if len(lacking) > 3 else ""
            listed = ", ".join(lacking[:3]) + more
            message = f"expected a row for {listed}, as other units have; 0 if nobody came"
            yield Problem(message, column="unit_id", value=unit)


def _too_few(rows: Sequence[BadgeDay]) -> Iterator[Problem]:
    """Yield the weekdays that have too few dates to say how much they vary."""
    dates = Counter(day.weekday() for day in {row.day for row in rows})
    for number, name in enumerate(WEEKDAYS):
        if dates[number] < FEWEST_DATES:
            message = f"expected at least {FEWEST_DATES} dates on {name}, found {dates[number]}"
            yield Problem(message, column="date")
