"""The ratios that matter: exact fractions at which a unit needs a desk less. Nothing is solved."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from math import ceil, floor

from allocator.errors import InputError, Problem
from allocator.scenario.settings import decimal_text
from allocator.scenario.types import Scenario
from allocator.studies.explain.changes import breakpoints, demand_at, usable_total

DIGITS = 4
"""Of a ratio that is no short decimal."""


class Ratios:
    """A scenario at every ratio at which its desks change, from 1; ratios go by their place.

    Between two of them no unit's demand changes, so they stand for all ratios. Units with a ratio
    of their own keep it, and every desk must be placed.

    Raises
    ------
    InputError
        If capacity is by chance: then no ratio says how many desks are needed.
    """

    def __init__(self, scenario: Scenario) -> None:
        if scenario.by_chance:
            message = "expected ratio: with chance, who comes decides, and no ratio"
            capacity = scenario.settings.sharing.capacity
            raise InputError(
                [Problem(message, "scenario", column="sharing.capacity", value=capacity)]
            )
        # With people unplaced every ratio would fit.
        options = scenario.settings.options.model_copy(update={"allow_unplaced": False})
        settings = scenario.settings.model_copy(update={"options": options})
        self._one = scenario.replace(settings=settings).with_sharing(people_per_desk=Fraction(1))
        self.values = (Fraction(1), *breakpoints(self._one))
        self.usable = usable_total(self._one)

    def __len__(self) -> int:
        """Return how many ratios there are, at least one."""
        return len(self.values)

    def at(self, place: int) -> Scenario:
        """Return the scenario at a ratio, by its place."""
        return self._one.with_sharing(people_per_desk=self.values[place])

    def demand(self, place: int) -> int:
        """Return the desks that all units need at a ratio; they fall as places rise."""
        return demand_at(self._one, self.values[place])

    def first_within(self, desks: int) -> int:
        """Return the place of the first ratio at which at most so many desks are needed.

        The number of ratios where there is none.
        """
        return bisect_left(range(len(self)), True, key=lambda i: self.demand(i) <= desks)

    def last_below(self, limit: Fraction) -> int:
        """Return the place of the last ratio below a limit above 1."""
        return bisect_left(self.values, limit) - 1


def text_up(ratio: Fraction) -> str:
    """Return a ratio as it can be given again, its value rounded up: rounded down it asks more."""
    return _text(ratio, Fraction(ceil(ratio * 10**DIGITS), 10**DIGITS))


def text_down(ratio: Fraction) -> str:
    """Return a ratio as it can be given again, its value rounded down: up, it serves no more."""
    return _text(ratio, Fraction(floor(ratio * 10**DIGITS), 10**DIGITS))


def _text(ratio: Fraction, rounded: Fraction) -> str:
    """Return a ratio as a decimal if it is one, else as a fraction with its rounded value."""
    # The fraction is what can be given again; the decimal beside it is for reading.
    return decimal_text(ratio) if ratio == rounded else f"{ratio} ({float(rounded):.{DIGITS}f})"
