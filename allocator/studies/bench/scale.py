"""How time, memory and totals grow with the size of a country: figures, and their exponents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allocator.plan.types import Record
from allocator.studies.bench.lines import Line
from allocator.studies.bench.peers import OURSELVES


class SizeRow(Record):
    """One size of country.

    total and first_fit in person-minutes a week, of first_fit the total, None where it found no
    plan; first_plan_s the median over the seeds; memory_mb the most of all seeds.
    """

    size: float
    units: int
    first_plan_s: float | None
    total: float | None
    first_fit: float | None
    memory_mb: float | None

    @property
    def part_of_first_fit(self) -> float | None:
        """Total as a part of first-fit's."""
        if self.total is None or not self.first_fit:
            return None
        return self.total / self.first_fit


class Growth(Record):
    """figure ≈ factor · units^exponent, fitted by least squares of the logarithms."""

    factor: float
    exponent: float


class Scale(Record):
    """Cost against size; a growth is None where fewer than two sizes have the figure."""

    rows: tuple[SizeRow, ...]
    first_plan: Growth | None
    memory: Growth | None


def scale(found: Sequence[Line]) -> Scale:
    """Return how the countries among these lines compare, smallest first.

    Lines of given scenarios have no size and are left out. What first-fit reached stands beside
    ours, as no bound of a country says as plainly how much a plan is worth.
    """
    # A case has one line of a peer, so its name is enough.
    first_fit = {line.case: line.total for line in found if line.peer == "first-fit"}
    rows = [
        SizeRow(
            size=line.size,
            units=line.units,
            first_plan_s=line.first_plan_s,
            total=line.total,
            first_fit=first_fit.get(line.case),
            memory_mb=line.memory_mb,
        )
        for line in found
        if line.size is not None and line.peer == OURSELVES
    ]
    return Scale(
        rows=tuple(rows),
        first_plan=growth([(row.units, row.first_plan_s) for row in rows]),
        memory=growth([(row.units, row.memory_mb) for row in rows]),
    )


def growth(points: Sequence[tuple[int, float | None]]) -> Growth | None:
    """Return the power law through (units, figure) that fits best.

    Figures of 0 are left out, as they have no logarithm. Of fewer than two sizes there is none.
    """
    known = [(units, figure) for units, figure in points if figure]
    if len({units for units, _ in known}) < 2:
        return None
    units, figures = np.log(np.array(known, float)).T
    exponent, constant = np.polyfit(units, figures, deg=1)
    return Growth(factor=float(np.exp(constant)), exponent=float(exponent))
