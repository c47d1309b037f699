"""Mean attendance, weekday factors and correlation from who came when, with intervals.

Reading the table is `badges`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.attendance.badges import BadgeDay
from allocator.errors import InputError, Problem
from allocator.scenario.presence import WEEKDAYS

CONFIDENCE = 0.95
"""Of every interval."""


class Interval(NamedTuple):
    """An estimate, and between which values the truth is with `CONFIDENCE`."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """What a table of badges says of attendance.

    Attributes
    ----------
    mean_share
        Share of people who come, as the mean of the five weekdays, 0..1.
    weekday_factors
        Attendance from Monday to Friday by the mean, of mean 1.
    correlation
        Between two colleagues of a unit on one weekday; may be below 0 by chance.
    units, days, weeks
        How many the table has.
    """

    mean_share: Interval
    weekday_factors: tuple[Interval, ...]
    correlation: Interval
    units: int
    days: int
    weeks: int


def estimate(rows: Sequence[BadgeDay]) -> Estimate:
    """Return estimates by moments, with intervals by leaving out one week after another.

    Leaving out weeks makes allowance for units that have the same day in common, and days the
    same week. A trend over the weeks is taken for correlation, so that not too few desks follow.

    Parameters
    ----------
    rows
        Each unit on each day once, with at least three dates of every weekday, as `read_badges`
        gives them.

    Raises
    ------
    InputError
        If nobody ever came, or nothing varied that could be correlated.
    """
    table = _Table(rows)
    whole = table.figures(np.ones(len(rows), dtype=bool))
    if whole is None:
        message = "expected people who come on some days and not on others, in units of several"
        raise InputError([Problem(message, column="present")])
    # The jackknife by weeks: units share the day and days the week, so single rows are not
    # independent.
    without = [table.figures(table.week != week) for week in range(table.weeks)]
    left = np.array([whole if figures is None else figures for figures in without])
    deviation = np.sqrt(((left - left.mean(axis=0)) ** 2).sum(axis=0) * (1 - 1 / table.weeks))
    # Few weeks, so the quantile is Student's and not the normal one.
    reach = _student(table.weeks - 1) * deviation
    mean, *factors, correlation = (
        Interval(float(v), float(v - r), float(v + r)) for v, r in zip(whole, reach, strict=True)
    )
    return Estimate(
        mean_share=mean,
        weekday_factors=tuple(factors),
        correlation=correlation,
        units=len({row.unit_id for row in rows}),
        days=len({row.day for row in rows}),
        weeks=table.weeks,
    )


class _Table:
    """The rows as columns of numbers; a cell is a unit on a weekday."""

    def __init__(self, rows: Sequence[BadgeDay]) -> None:
        units = {
            unit: number for number, unit in enumerate(dict.fromkeys(r.unit_id for r in rows))
        }
        weeks = {week: number for number, week in enumerate(sorted({_week(r) for r in rows}))}
        self.weeks = len(weeks)
        self.week = np.array([weeks[_week(row)] for row in rows])
        self.weekday = np.array([row.day.weekday() for row in rows])
        self.cell = np.array([units[r.unit_id] for r in rows]) * len(WEEKDAYS) + self.weekday
        self.headcount = np.array([row.headcount for row in rows], dtype=np.float64)
        self.present = np.array([row.present for row in rows], dtype=np.float64)

    def figures(self, kept: NDArray[np.bool_]) -> NDArray[np.float64] | None:
        """Return mean, factors and correlation of the rows kept; None where they say nothing."""
        come = np.bincount(self.weekday[kept], self.present[kept], len(WEEKDAYS))
        people = np.bincount(self.weekday[kept], self.headcount[kept], len(WEEKDAYS))
        shares = come / people
        correlation = self._correlation(kept)
        if correlation is None or not shares.any():
            return None
        return np.array([shares.mean(), *(shares / shares.mean()), correlation])

    def _correlation(self, kept: NDArray[np.bool_]) -> float | None:
        """Return (n s² / (p q) − 1) / (n − 1), numerators and denominators added up over cells.

        s² is the variance of a unit's share on a weekday, of which the product p·q of the means
        falls short by s² / m where there are m days.
        """
        cell, n = self.cell[kept], self.headcount[kept]
        share = self.present[kept] / n
        days = np.bincount(cell)
        mean = np.bincount(cell, share) / np.maximum(days, 1)
        squares = np.bincount(cell, (share - mean[cell]) ** 2)
        several = days > 1
        variance = squares[several] / (days[several] - 1)
        # The mean of the same days is in both factors, which makes p·q too small by s² / m.
        product = mean[several] * (1 - mean[several]) + variance / days[several]
        alone = np.bincount(cell, 1 / n)[several]
        expected = product * alone
        possible = (product * (days[several] - alone)).sum()
        # Added up first and divided once: ratios of single cells are too noisy to be averaged.
        return float((days[several] * variance - expected).sum() / possible) if possible else None


def _week(row: BadgeDay) -> tuple[int, int]:
    """Return the calendar week of a row, of its ISO year."""
    year, week, _ = row.day.isocalendar()
    return year, week


def _student(freedom: int) -> float:
    """Return how many standard deviations the interval reaches, by Cornish and Fisher's series."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
