"""Weeks of badge data drawn from a law that is known. Nothing is estimated here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from allocator.attendance import unit_pmf
from allocator.attendance.badges import BadgeDay

FACTORS = (0.94, 1.215, 1.15, 1.045, 0.65)
MONDAY = date(2025, 1, 6)


def drawn(
    units: Sequence[int], weeks: int, *, seed: int, mean: float = 0.55, correlation: float = 0.02
) -> list[BadgeDay]:
    """Return badge data of units of so many people; each comes by the beta-binomial law."""
    rng = np.random.default_rng(seed)
    return [
        BadgeDay(
            day=MONDAY + timedelta(7 * week + weekday),
            unit_id=f"u{number}",
            headcount=people,
            present=int(rng.choice(people + 1, p=unit_pmf(people, mean * factor, correlation))),
        )
        for week in range(weeks)
        for weekday, factor in enumerate(FACTORS)
        for number, people in enumerate(units)
    ]


def as_csv(rows: Sequence[BadgeDay]) -> str:
    lines = [f"{row.day},{row.unit_id},{row.headcount},{row.present}" for row in rows]
    return "\n".join(["date,unit_id,headcount,present", *lines]) + "\n"
