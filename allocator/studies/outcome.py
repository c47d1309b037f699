"""What became of one solve among many, as one row of a table.

Which solves there are, and where their rows go, is decided in the studies.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from allocator.errors import InputError, SolveFailedError, shorten
from allocator.plan.types import Plan, Record
from allocator.scenario.demand import demand, usable_desks
from allocator.scenario.types import Scenario

LONGEST_MESSAGE = 1000
"""Characters of a message in a table."""


class OutcomeStatus(StrEnum):
    """A plan's status, or why there was no answer: bad input, or a solve that failed."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"
    BAD_INPUT = "bad_input"
    FAILED = "failed"


class Outcome(Record):
    """One solve: None where something is not known.

    people, their demand in desks (None with capacity by chance), and the desks that may be placed;
    total, a cost for each term and bound in person-minutes a week; gap as a fraction; towers and
    floors in use; seconds that the solve took; message, why there is no plan.
    """

    status: OutcomeStatus
    people: int | None = None
    demand: int | None = None
    desks: int | None = None
    unplaced_people: float | None = None
    total: float | None = None
    extra_towers: float | None = None
    extra_floors: float | None = None
    gaps: float | None = None
    open_floors: float | None = None
    walking: float | None = None
    placement_cost: float | None = None
    people_moved: float | None = None
    bound: float | None = None
    gap: float | None = None
    towers: int | None = None
    floors: int | None = None
    seconds: float | None = None
    message: str = ""

    @classmethod
    def of_scenario(cls, scenario: Scenario, status: OutcomeStatus, message: str = "") -> Self:
        """Return what is known without a solve.

        People, the desks that they need and those there are.
        """
        # Also for a solve that failed: a row says at least how tight the case was.
        sharing = scenario.settings.sharing
        return cls(
            status=status,
            people=sum(unit.headcount for unit in scenario.housed),
            demand=None if scenario.by_chance else sum(demand(u) for u in scenario.housed),
            desks=sum(usable_desks(floor, sharing) for floor in scenario.floors),
            message=shorten(message, LONGEST_MESSAGE),
        )

    @classmethod
    def of_plan(cls, scenario: Scenario, plan: Plan) -> Self:
        """Return what a solve gave; without a plan, what is known and why there is none."""
        reasons = "; ".join(reason.message for reason in plan.reasons)
        known = cls.of_scenario(scenario, OutcomeStatus(plan.status), reasons)
        found = {"seconds": plan.run.wall_s, "bound": plan.bound}
        if plan.objective.total is None:
            return known.model_copy(update=found)
        found |= {term.name.value: term.cost for term in plan.objective.terms or ()}
        return known.model_copy(
            update=found
            | {
                "unplaced_people": plan.objective.unplaced_people,
                "total": plan.objective.total,
                "gap": plan.gap,
                "towers": len({placement.tower_id for placement in plan.placements}),
                "floors": len({placement.floor_id for placement in plan.placements}),
            }
        )

    @classmethod
    def of_failure(cls, scenario: Scenario, error: SolveFailedError) -> Self:
        """Return what is known where a solve gave no answer, with the reason as its message."""
        return cls.of_scenario(scenario, OutcomeStatus.FAILED, str(error))

    @classmethod
    def of_bad_input(cls, error: InputError) -> Self:
        """Return the row of a table that cannot be used, with every problem in it."""
        problems = "; ".join(str(problem) for problem in error.problems)
        return cls(status=OutcomeStatus.BAD_INPUT, message=shorten(problems, LONGEST_MESSAGE))
