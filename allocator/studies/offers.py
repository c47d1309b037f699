"""Every plan found is tried on every case: whatever fits there and is better is that case's plan.

So a case with fewer rules never shows a dearer plan. Bounds stay those of the case's own search:
they hold for every plan of it, whoever found that.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from allocator.plan.adapt import adapted
from allocator.plan.assemble import checked_plan
from allocator.plan.types import Pieces, Plan
from allocator.plan.verify import given_pieces, verify
from allocator.scenario.types import Scenario
from allocator.search.bounds import bounds_at_once
from allocator.search.case import Case, Layout
from allocator.search.compile import compile_case
from allocator.search.score import Score, Scorer


class Offers:
    """Tries plans on cases, which go by their number and are compiled once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Case, Scorer]] = {}

    def best(
        self, number: int, scenario: Scenario, own: Plan, others: Iterable[Plan]
    ) -> Plan | None:
        """Return the best plan that those of other cases make here, checked; None for none better.

        Parameters
        ----------
        own
            The answer that the case has so far; it may have no plan.
        """
        if number not in self._known:
            case = compile_case(scenario)
            self._known[number] = case, Scorer(case)
        case, scorer = self._known[number]
        total, unplaced = own.objective.total, own.objective.unplaced_people or 0.0
        known = None if total is None else Score(unplaced, total)
        offers = []
        # Scored first, which is quick; only a plan that would be better is checked in full.
        for plan in others:
            layout = _carried_over(case, plan)
            score = scorer.score(layout)
            if score.beats(known):
                offers.append((score, case.pieces(layout)))
        # Best first, so the first one that the checker passes is the answer.
        for _, pieces in sorted(offers, key=lambda offer: offer[0]):
            if verify(scenario, given_pieces(scenario, pieces)).feasible:
                return _in_place_of(own, scenario, case, pieces)
        return None


def _carried_over(case: Case, plan: Plan) -> Layout:
    """Return a plan as it is where its units need as many desks here, else with those needed."""
    layout = case.layout(plan.pieces)
    placed = np.zeros(len(case.unit_ids), np.int64)
    for (u, _), desks in layout.items():
        placed[u] += desks
    # A plan with people unplaced is not made worse by fewer desks than are needed; any other is.
    if plan.objective.unplaced_people:
        fits = (placed <= case.demand).all()
    else:
        fits = (placed == case.demand).all()
    return layout if fits else case.layout(adapted(plan.pieces, case.scenario))


def _in_place_of(own: Plan, scenario: Scenario, case: Case, pieces: Pieces) -> Plan:
    """Return the checked plan of these pieces, with what the case's own search proved."""
    proved = bounds_at_once(case)
    terms = own.objective.terms
    return checked_plan(
        scenario,
        pieces,
        term_bounds=proved.terms
        if terms is None
        else {term.name: term.bound for term in terms if term.bound is not None},
        bound=proved.total if own.bound is None else own.bound,
        run=own.run,
    )
