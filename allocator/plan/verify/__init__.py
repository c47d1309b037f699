"""The checker: feasibility, terms and total of any plan, in plain loops, without a solver.

It shares nothing with the search, so that a mistake there cannot hide here; a test of imports
keeps it so. docs/explanation/objective.md is what it works out, proof.md how it is tested.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum

from allocator.plan.data import Record, Term, Violation
from allocator.plan.verify import feasibility, rules
from allocator.plan.verify.feasibility import unplaced_people
from allocator.plan.verify.given import GivenPlacement, given_pieces, read_pieces
from allocator.plan.verify.given_plan import GivenPlan
from allocator.plan.verify.terms import terms
from allocator.plan.verify.walked import walk
from allocator.scenario.settings import TripKind
from allocator.scenario.types import Scenario

__all__ = ["Check", "GivenPlacement", "given_pieces", "verify"]


class Check(Record):
    """What the checker found.

    Attributes
    ----------
    violations
        Every way in which the plan breaks the scenario: rows as given, then desks and floors,
        then rules.
    terms, total
        In person-minutes a week, without bounds; they speak of the desks placed.
    unplaced_people
        People whose desks are not placed.
    walking_by_organisation
        Minutes a week of the trips inside each organisation and half of those to others.
    walking_by_kind
        Minutes a week by kind of trips.
    pieces
        Desks (people where capacity is by chance) by (unit_id, floor_id), rows that cannot be used
        left out, duplicates added up.
    """

    violations: tuple[Violation, ...]
    terms: tuple[Term, ...]
    total: float
    unplaced_people: float
    walking_by_organisation: dict[str, float]
    walking_by_kind: dict[TripKind, float]
    pieces: dict[tuple[str, str], int]

    @property
    def feasible(self) -> bool:
        """Whether nothing is violated."""
        return not self.violations


def verify(scenario: Scenario, given: Iterable[GivenPlacement]) -> Check:
    """Check a plan, whoever made it, and work out what it costs.

    Nothing is raised for a bad plan: whatever is wrong with it is a violation.

    Parameters
    ----------
    scenario
        What is given.
    given
        Rows of the plan, in any order. Those that cannot be read are violations, and left out of
        all that is worked out.

    Returns
    -------
    Check
        Violations, terms and total.
    """
    pieces, faults = read_pieces(scenario, given)
    plan = GivenPlan(scenario, pieces)
    walked = walk(plan)
    found = terms(plan, walked.minutes)
    return Check(
        violations=(*faults, *feasibility.violations(plan), *rules.violations(plan)),
        terms=found,
        # Exact sums, so that the total does not depend on the order of terms.
        total=fsum(term.cost for term in found),
        unplaced_people=unplaced_people(plan),
        walking_by_organisation=walked.by_organisation,
        walking_by_kind=walked.by_kind,
        pieces=pieces,
    )
