"""Every plan found is tried on every case: whatever fits there and is better is that case's plan.

So a case with fewer rules never shows a dearer plan. Bounds stay those of the case's own search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from allocator.plan.assemble import checked_plan
from allocator.plan.types import Pieces, Plan
from allocator.plan.verify import given_pieces, verify
from allocator.scenario.types import Scenario
from allocator.search.bounds import bounds_at_once
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.score import Score, Scorer
from allocator.studies.compare.adapt import adapted


def best_offer(scenario: Scenario, own: Plan, others: Iterable[Plan]) -> Plan | None:
    """Return the best plan that plans of other cases make here, checked, if it beats the own one.

    Parameters
    ----------
    own
        The answer of the case's own search; it may have no plan.
    """
    case = compile_case(scenario)
    scorer = Scorer(case)
    total, unplaced = own.objective.total, own.objective.unplaced_people or 0.0
    known = None if total is None else Score(unplaced, total)
    offers = []
    for pieces in _carried_over(case, others):
        score = scorer.score(case.layout(pieces))
        if score.beats(known):
            offers.append((score, pieces))
    for _, pieces in sorted(offers, key=lambda offer: offer[0]):
        if verify(scenario, given_pieces(scenario, pieces)).feasible:
            return _in_place_of(own, scenario, case, pieces)
    return None


def _carried_over(case: Case, plans: Iterable[Plan]) -> Iterator[Pieces]:
    """Yield the pieces of plans as they are, and with the desks that units need here."""
    seen = []
    for plan in plans:
        for pieces in (plan.pieces, adapted(plan.pieces, case.scenario)):
            here = case.pieces(case.layout(pieces))
            if here not in seen:
                seen.append(here)
                yield here


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
