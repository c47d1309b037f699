"""Units that stay whole on floors: which cases, and the labelled model of them, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.plan.types import TermName
from allocator.search.bounds import assignment
from allocator.search.bounds.ascent import FORBIDDEN
from allocator.search.bounds.assignment import (
    assignment_bounds,
    assignment_model,
    is_alone,
    is_assignment,
)
from allocator.search.bounds.plans import NoPlans
from allocator.search.case import Case, Layout
from allocator.search.compile import compile_case
from tests.builders import scenario
from tests.search.enumeration import feasible_plans

NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
PRICES = {"walking": 2.0, "open_desk": 0.0, "move": 3.0}
WHOLE = {"sharing": {"min_piece_share": "1"}, "trips": NO_TRIPS, "prices": PRICES}
FLOORS = [("A-1", "A", 1, 10), ("B-1", "B", 1, 8)]
HEADS = [("u", 6, "P"), ("v", 4, "Q")]


def case_of(**tables: Any) -> Case:
    """Towers of 10 and 8 desks, 5 minutes apart, and whole units of 6 and 4 with 7 trips."""
    usual = {
        "floors": FLOORS,
        "headcounts": HEADS,
        "affinities": [("u", "v", 7.0)],
        "walking": [("A-1", "B-1", 5.0)],
        "settings": WHOLE,
    }
    return compile_case(scenario(**(usual | tables)))


def never() -> bool:
    return False


@pytest.mark.parametrize(
    ("more", "is_one"),
    [
        ({}, True),
        ({"affinities": None}, False),
        ({"settings": WHOLE | {"prices": {"walking": 0.0}}}, False),
        ({"settings": WHOLE | {"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}}}, False),
    ],
)
def test_an_assignment_has_whole_units_that_walk(more: dict[str, Any], is_one: bool) -> None:
    """Without trips, without a price of them, or with units in pieces it is none."""
    assert is_assignment(case_of(**more)) is is_one


def test_an_assignment_of_too_many_pairs_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two units on two floors are 4 × 4 / 2 = 8 entries: as many as allowed, and one too many."""
    monkeypatch.setattr(assignment, "MOST_ENTRIES", 8)
    assert is_assignment(case_of())
    monkeypatch.setattr(assignment, "MOST_ENTRIES", 7)
    assert not is_assignment(case_of())


def test_it_is_alone_where_every_tower_is_one_floor() -> None:
    """With a second floor in a tower extra floors and gaps come in."""
    assert is_alone(case_of())
    assert not is_alone(case_of(floors=[*FLOORS, ("A-2", "A", 2, 10)]))


def test_nodes_weigh_their_desks_and_places_hold_theirs() -> None:
    """Units without desks are no nodes."""
    model = assignment_model(case_of(headcounts=[*HEADS, ("x", 0, "P")]))
    assert model.weight.tolist() == [[6, 6], [4, 4]]
    assert model.capacity.tolist() == [10, 8]


def test_a_pair_walks_between_its_floors() -> None:
    """7 trips at 5 minutes and a price of 2; on one floor nobody walks."""
    model = assignment_model(case_of())
    assert model.pair_cost[0].tolist() == [[0, 70], [70, 0]]
    assert (model.first.tolist(), model.second.tolist()) == ([0], [1])


def test_trips_inside_a_unit_are_a_cost_of_its_floor() -> None:
    """6 trips at half a minute on the floor itself, at a price of 2."""
    case = case_of(affinities=[("u", "u", 6.0)], walking=[("A-1", "A-1", 0.5)])
    assert assignment_model(case).cost.tolist() == [[6, 0], [0, 0]]


def test_placement_and_moves_are_costs_of_floors() -> None:
    """u moves with 6 people at 3 unless it stays on A-1, where it pays 9 for its place."""
    case = case_of(placement_costs=[("u", "A-1", 9.0)], current=[("u", "A-1", 6, 6)])
    assert assignment_model(case).cost[0].tolist() == [9, 18]


def test_floors_that_are_too_small_or_closed_are_forbidden() -> None:
    """9 desks do not fit 8; v may not be on the other floor."""
    case = case_of(headcounts=[("u", 9, "P"), ("v", 4, "Q")], rules=[("never_in", "v", "A")])
    assert (assignment_model(case).cost == FORBIDDEN).tolist() == [[False, True], [True, False]]


def test_other_terms_are_a_constant() -> None:
    """So are people who leave with a unit that has no desks any more: 5 of them at 3."""
    case = case_of(
        headcounts=[*HEADS, ("x", 0, "P")],
        current=[("x", "A-1", 5, 5)],
    )
    leaving = float(case.leaving_cost.sum())
    assert assignment_model(case, 40.0).constant == pytest.approx(40 + leaving)


class Heard(NoPlans):
    """Plans that note what they are offered, and know its total."""

    def __init__(self, totals: dict[tuple[tuple[int, int], ...], float]) -> None:
        self.totals, self.offered, self.best = totals, list[Layout](), np.inf

    def total(self) -> float:
        return self.best

    def offer(self, layout: Layout) -> float:
        self.offered.append(layout)
        found = self.totals[tuple(sorted(layout))]
        self.best = min(self.best, found)
        return found


def test_bounds_end_at_the_best_plan_and_offer_it() -> None:
    """No floor holds all three units of 4, so that somebody walks; every plan is tried by hand."""
    floors = [*FLOORS, ("C-1", "C", 1, 8)]
    trips = [("u", "v", 7.0), ("v", "w", 2.0)]
    case = case_of(
        floors=floors, headcounts=[(n, 4, n) for n in "uvw"], affinities=trips, walking=None
    )
    plans = {
        tuple(sorted(case.layout(plan.pieces))): plan.total
        for plan in feasible_plans(case.scenario)
    }
    heard, terms = Heard(plans), dict.fromkeys(TermName, 0.0)
    *_, last = assignment_bounds(case, terms, heard, never)
    assert last.bound == pytest.approx(min(plans.values()))
    assert min(plans[tuple(sorted(each))] for each in heard.offered) == min(plans.values())


def test_terms_outside_the_model_are_added_to_its_bound() -> None:
    """Floors in use are, and a bound of walking is not: the model holds walking itself."""
    terms = dict.fromkeys(TermName, 0.0)
    more = terms | {TermName.OPEN_FLOORS: 11.0, TermName.WALKING: 500.0}
    *_, without = assignment_bounds(case_of(), terms, NoPlans(), lambda: False)
    *_, last = assignment_bounds(case_of(), more, NoPlans(), lambda: False)
    assert last.bound == pytest.approx(without.bound + 11)


def test_nobody_to_place_has_no_bound() -> None:
    """There is no node, so nothing is proved and nothing fails."""
    case = case_of(headcounts=[("u", 0, "P"), ("v", 0, "Q")])
    assert list(assignment_bounds(case, dict.fromkeys(TermName, 0.0), NoPlans(), never)) == []
