"""The plan, which draws itself: as a picture in a notebook, as text on a terminal.

What it holds is `data`'s, and named here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import PrivateAttr

from allocator.plan.data import (
    AreaKind,
    AreaService,
    Counted,
    FloorUse,
    Objective,
    OrganisationUse,
    OwnDesks,
    Pieces,
    Placement,
    PlanData,
    Reason,
    Record,
    Run,
    Service,
    ServiceFigures,
    Status,
    StoppedBecause,
    Term,
    TermName,
    TracePoint,
    TripCost,
    Violation,
)
from allocator.plan.text_picture import heading, text_picture
from allocator.scenario.types import Scenario

if TYPE_CHECKING:
    import altair

__all__ = [
    "AreaKind",
    "AreaService",
    "Counted",
    "FloorUse",
    "Objective",
    "OrganisationUse",
    "OwnDesks",
    "Pieces",
    "Placement",
    "Plan",
    "Reason",
    "Record",
    "Run",
    "Service",
    "ServiceFigures",
    "Status",
    "StoppedBecause",
    "Term",
    "TermName",
    "TracePoint",
    "TripCost",
    "Violation",
]


class Plan(PlanData):
    """A result: a checked plan, or why there is none.

    A notebook shows its stack plan; ``print(plan)`` draws it as text.

    Attributes
    ----------
    status
        What was proved.
    total
        What the plan costs, in person-minutes a week; None where there is no plan.
    bound
        Proved lower bound of the total of any plan with no more unplaced people; None where
        nothing is proved.
    gap
        (total − bound) / max(total, 1), a fraction of at least 0; None where there is no plan.
    placements, floors, organisations
        Tables with the rows of placements.csv, floor_use.csv and organisation_use.csv.
    reasons
        Why there is no plan, where that is proved.
    attendance
        Who finds no desk; None where there is no plan.
    """

    _scenario: Scenario | None = PrivateAttr(default=None)

    def of(self, scenario: Scenario) -> Plan:
        """Return this plan, knowing the scenario it was made for, which its picture needs."""
        known = self.model_copy()
        known._scenario = scenario
        return known

    def __repr__(self) -> str:
        """Return status, total, bound and gap, and how many placements there are."""
        return f"<Plan: {heading(self)}, {len(self.placements):,} placements>"

    def __str__(self) -> str:
        """Return the plan drawn as text, a bar for each floor in use."""
        return text_picture(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Draw the plan as text on the terminal of IPython."""
        printer.text(repr(self) if cycle else str(self))

    def _repr_svg_(self) -> str | None:
        """Return the stack plan for a notebook; None where there is nothing to draw."""
        if self._scenario is None or self.total is None:
            return None
        from allocator.plan.stack import stack_svg  # noqa: PLC0415 - altair is slow to import

        return stack_svg(self, self._scenario)

    def stack_chart(self, **looks: Any) -> altair.LayerChart:
        """Return the stack plan as an altair chart; looks are those of `plan.stack.stack_chart`.

        Raises
        ------
        ValueError
            If the plan was read back from a file and has no scenario yet (`of`).
        """
        from allocator.plan.stack import stack_chart  # noqa: PLC0415 - altair is slow to import

        if self._scenario is None:
            raise ValueError("the picture needs the scenario: plan.of(scenario).stack_chart()")
        return stack_chart(self, self._scenario, **looks)
