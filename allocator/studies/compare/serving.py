"""What became of a case: whether it fits and serves, as columns, and the window of ratios.

How a plan serves is worked out in `plan.service`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Self

from allocator.plan.types import Plan, Record
from allocator.scenario.settings import decimal_text, exact
from allocator.scenario.types import Scenario
from allocator.studies.outcome import Outcome, OutcomeStatus
from allocator.texts import Texts, texts


class Verdict(StrEnum):
    """What became of a case; a plan serves if all are placed and no day is short too often."""

    SERVES = "serves"
    DOES_NOT_SERVE = "does_not_serve"
    NO_PLAN_IN_TIME = "no_plan_in_time"
    DOES_NOT_FIT = "does_not_fit"
    """That is proved."""
    FAILED = "failed"
    """There was no answer."""

    @classmethod
    def of(cls, outcome: Outcome, serving: Serving) -> Self:
        """Return the verdict on a case.

        A proof first, then a failure, then how its plan serves.
        """
        if outcome.status is OutcomeStatus.INFEASIBLE:
            return cls.DOES_NOT_FIT
        if outcome.status in (OutcomeStatus.FAILED, OutcomeStatus.BAD_INPUT):
            return cls.FAILED
        if outcome.total is None:
            return cls.NO_PLAN_IN_TIME
        # Nobody is without a desk who was never placed, so such a plan would serve all too well.
        return cls.SERVES if serving.serves and not outcome.unplaced_people else cls.DOES_NOT_SERVE


class Serving(Record):
    """How the plan of a case serves; all but the first None where there is no plan.

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
        """Return how a plan serves, where there is one."""
        allowed = scenario.settings.attendance.short_day_probability
        found = plan.attendance if plan else None
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
            floors_short=found.floors_short,
            worst_floor=found.worst_floor,
        )


class ComparisonRow(Record):
    """One case and what became of it.

    Attributes
    ----------
    variant
        The unit and staff scenario and the rotas of the case, where there are several; else "".
    people_per_desk
        The ratio asked for, as a decimal.
    reached
        People by desks that they need: less than asked for, as desks are whole and some people
        have their own.
    spare
        Desks left over; below zero, by how many desks it is short.
    start
        The ratio from whose plan the search began; None if from nothing.
    verdict
        Whether it fits and serves.
    serving
        Who finds no desk.
    """

    scenario: str
    scheme: str | None
    variant: str
    people_per_desk: str
    reached: float | None
    spare: int
    start: str | None
    verdict: Verdict
    outcome: Outcome
    serving: Serving

    @property
    def cells(self) -> dict[str, Any]:
        """Values by column: of the case, of the outcome, and of how it serves."""
        whole = self.model_dump(mode="json", exclude={"outcome", "serving"})
        parts = (self.outcome, self.serving)
        return whole | {k: v for part in parts for k, v in part.model_dump(mode="json").items()}


@dataclass(frozen=True)
class Window:
    """The ratios compared that fit and that serve.

    Attributes
    ----------
    fits
        The smallest that has a plan for everybody; None for none.
    serves
        The largest whose plan serves; None for none.
    undecided
        Those that neither have a plan for everybody nor are proved to have none.
    """

    fits: Fraction | None
    serves: Fraction | None
    undecided: tuple[Fraction, ...] = ()

    @property
    def is_open(self) -> bool:
        """Say whether some ratio both fits and serves."""
        # A ratio that serves has a plan for everybody, so it fits as well.
        return self.serves is not None

    def said(self, say: Texts) -> str:
        """Return the window in words, one sentence without a full stop."""
        parts = []
        if self.fits is None:
            parts.append(say("window.no_plan" if self.undecided else "window.none_fits"))
        else:
            parts.append(say("window.fits", ratio=_written(self.fits, say)))
            serves = self.serves
            known = "window.none_serves" if serves is None else "window.serves"
            parts.append(say(known, ratio="" if serves is None else _written(serves, say)))
        if self.undecided:
            ratios = "; ".join(_written(ratio, say) for ratio in self.undecided)
            parts.append(say("window.undecided", ratios=ratios))
        return ", ".join(parts)

    def __str__(self) -> str:
        """Return the window in English."""
        return self.said(texts("en"))


def _written(ratio: Fraction, say: Texts) -> str:
    """Return a ratio as a language writes it."""
    text = decimal_text(ratio)
    return text.replace(".", ",") if say.language == "id" else text


def window(rows: Sequence[ComparisonRow]) -> Window:
    """Return the window of rows that differ by the ratio alone.

    The rows compared are all that is looked at; between two of them nothing is claimed. `tightest`
    looks for the ends themselves.
    """
    placed = [row for row in rows if row.outcome.unplaced_people == 0]
    undecided = (Verdict.NO_PLAN_IN_TIME, Verdict.FAILED)
    fitting = [exact(row.people_per_desk) for row in placed]
    serving = [exact(row.people_per_desk) for row in rows if row.verdict is Verdict.SERVES]
    doubtful = [
        exact(row.people_per_desk)
        for row in rows
        # A plan that leaves people out rules nothing out, unless no plan leaves out fewer.
        if row.verdict in undecided
        or (row.outcome.unplaced_people and row.outcome.status is not OutcomeStatus.OPTIMAL)
    ]
    return Window(min(fitting, default=None), max(serving, default=None), tuple(doubtful))
