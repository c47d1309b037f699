"""How a case serves, as columns of a comparison, and the ratios that fit and that serve.

How a plan or a unit's desks serve is worked out in `plan.service`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Self

from allocator.plan.service import service_undivided
from allocator.plan.types import Plan, Record
from allocator.scenario.settings import decimal_text, exact
from allocator.scenario.types import Scenario

if TYPE_CHECKING:
    from allocator.studies.compare.run import Row


class Serving(Record):
    """How a case serves: of its plan, or, where it has none, as if no unit were divided.

    None where that is not known: what needs a plan, and all of it where desks are shared beyond
    the unit and there is no plan.

    Attributes
    ----------
    without_desk_peak, present_peak
        People expected to find no desk on the busiest weekday, and those expected to come.
    floors_short
        Floors in use that are short on more than the allowed share of peak days.
    short_day_probability
        Allowed share of short peak days, as the settings say.
    serves
        Whether no pool of people who share desks is short on more than the allowed share of peak
        days.
    without_desk_average
        People expected to find no desk, as a mean of the weekdays.
    short_day_peak, short_day_average
        Chance that the pool to which a person belongs has a short day, as a mean over people.
    worst_short_day, worst_floor
        Chance of a short day of the worst pool on its worst weekday; the worst floor.
    """

    without_desk_peak: float | None = None
    present_peak: float | None = None
    floors_short: int | None = None
    short_day_probability: float
    serves: bool | None = None
    without_desk_average: float | None = None
    short_day_peak: float | None = None
    short_day_average: float | None = None
    worst_short_day: float | None = None
    worst_floor: str | None = None

    @classmethod
    def of(cls, scenario: Scenario, plan: Plan | None) -> Self:
        """Return how a case serves, with its plan where there is one."""
        allowed = scenario.settings.attendance.short_day_probability
        service = plan.attendance if plan else None
        found = service or service_undivided(scenario)
        if found is None:
            return cls(short_day_probability=allowed)
        return cls(
            short_day_probability=allowed,
            serves=found.worst_short_day <= allowed,
            short_day_peak=found.short_day_peak,
            short_day_average=found.short_day_average,
            without_desk_peak=found.without_desk_peak,
            present_peak=found.present_peak,
            without_desk_average=found.without_desk_average,
            worst_short_day=found.worst_short_day,
            floors_short=service.floors_short if service else None,
            worst_floor=service.worst_floor if service else None,
        )


@dataclass(frozen=True)
class Window:
    """The smallest ratio compared that has a plan, and the largest that serves; None for none."""

    fits: Fraction | None
    serves: Fraction | None

    @property
    def is_open(self) -> bool:
        """Whether some ratio does both."""
        return self.fits is not None and self.serves is not None and self.fits <= self.serves

    def __str__(self) -> str:
        fits = "none fits" if self.fits is None else f"fits from {decimal_text(self.fits)}"
        up_to = (
            "none serves" if self.serves is None else f"serves up to {decimal_text(self.serves)}"
        )
        return f"{fits}, {up_to}" + ("" if self.is_open else ": no ratio compared does both")


def window(rows: Sequence[Row]) -> Window:
    """Return the window of rows that differ by the ratio alone."""
    placed = [row for row in rows if row.outcome.unplaced_people == 0]
    fitting = [exact(row.people_per_desk) for row in placed]
    serving = [exact(row.people_per_desk) for row in rows if row.serving.serves]
    return Window(min(fitting, default=None), max(serving, default=None))
