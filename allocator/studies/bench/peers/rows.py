"""Columns and rows of a linear model that any solver can read; which ones, is said elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

Term = tuple[int, float]
"""A column and its coefficient."""


@dataclass(frozen=True)
class Row:
    """least ≤ Σ coefficient · column ≤ most, if the column `only_if` is 1 or there is none.

    `step` is the size to which the row is rounded where a solver knows whole numbers alone.
    """

    columns: NDArray[np.int64]
    coefficients: NDArray[np.float64]
    least: float
    most: float
    only_if: int | None
    step: float


@dataclass
class Rows:
    """A linear model, to be minimised.

    Attributes
    ----------
    most, cost, step
        Of every column: the end of its range, which begins at 0, its cost, and the size to which
        it is rounded where a solver knows whole numbers alone. A column of step 1 is
        whole for all of them.
    rows
        What must hold.
    constant
        To be added to the cost.
    """

    most: list[float] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    step: list[float] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    constant: float = 0.0

    def column(self, most: float = 1, *, cost: float = 0.0, step: float = 1.0) -> int:
        """Add a column and return its number.

        Parameters
        ----------
        most
            End of its range, which begins at 0.
        cost
            Of one unit of it, in the objective that is minimised.
        step
            1 for a column of whole numbers; else the size to which a solver of whole numbers
            rounds it, while others take it as continuous.
        """
        self.most.append(most)
        self.cost.append(cost)
        self.step.append(step)
        return len(self.cost) - 1

    def row(
        self,
        terms: Iterable[Term],
        *,
        least: float = -inf,
        most: float = inf,
        only_if: int | None = None,
        step: float = 1.0,
    ) -> None:
        """Add a row least ≤ Σ coefficient · column ≤ most.

        Parameters
        ----------
        terms
            Columns with their coefficients, each column once.
        only_if
            A column of 0 and 1; where it is 0 the row need not hold. Only for rows with `least`
            alone.
        step
            Size to which the row is rounded where a solver knows whole numbers alone.
        """
        pairs = list(terms)
        columns = np.array([column for column, _ in pairs], np.int64)
        coefficients = np.array([number for _, number in pairs], float)
        self.rows.append(Row(columns, coefficients, least, most, only_if, step))

    def implies(self, one: int, other: int) -> None:
        """Post that a column may be 1 only if another is."""
        self.row([(other, 1), (one, -1)], least=0)

    def any_of(self, columns: Sequence[int]) -> int:
        """Return a column that is 1 exactly if any of these is.

        For a single column that is the column itself, so nothing is added.
        """
        # A single column is its own answer, and models stay smaller for it.
        if len(columns) == 1:
            return columns[0]
        found = self.column()
        for column in columns:
            self.implies(column, found)
        # The other direction: the column may not be 1 with none of them.
        self.row([(found, -1), *((column, 1) for column in columns)], least=0)
        return found

    def at_most(self, columns: Iterable[int], count: int) -> None:
        """Post that at most so many of the columns may be 1."""
        self.row([(column, 1) for column in columns], most=count)

    def always(self) -> list[Row]:
        """Return the rows for a solver that knows no `only_if`: with the least big M.

        The least M is worked out for each row from the ranges of its columns. A larger one would
        be as true and make the linear relaxation weaker.
        """
        most = np.array(self.most)
        return [row if row.only_if is None else _with_big_m(row, most) for row in self.rows]


def _with_big_m(row: Row, most: NDArray[np.float64]) -> Row:
    """Return a row least ≤ … that any solution keeps where it need not hold."""
    # Columns begin at 0, so the least that the row can come to is all negative ones at their most.
    fewest = float(np.minimum(row.coefficients * most[row.columns], 0.0).sum())
    loosened = row.least - fewest
    return Row(
        np.append(row.columns, row.only_if or 0),
        np.append(row.coefficients, -loosened),
        fewest,
        inf,
        None,
        row.step,
    )
