"""What a unit costs on a floor by its share there: placement, less moves that are saved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.compile import compile_case
from allocator.search.site_costs import Saving, SiteCost
from tests.builders import scenario
from tests.search.enumeration import costs, tiny

PRICE = 2.0


def case_of(**tables: Any) -> Any:
    """A unit of 20 people, floors of 10 and 30 desks, people moved at 2 each."""
    usual = {
        "floors": [("A-1", "A", 1, 10), ("A-2", "A", 2, 30)],
        "headcounts": [("P", 20)],
        "settings": {"prices": {"move": PRICE}},
    }
    return compile_case(scenario(**(usual | tables)))


def test_a_cost_is_linear_where_nothing_is_saved() -> None:
    """Half of the unit pays half of the row."""
    cost = SiteCost(30.0)
    assert [cost.at(share) for share in (0.0, 0.5, 1.0)] == [0.0, 15.0, 30.0]


def test_a_saving_ends_at_its_share() -> None:
    """Beyond a quarter nobody more is saved, so the cost has a kink there."""
    cost = SiteCost(0.0, (Saving(40.0, 0.25),))
    assert [cost.at(share) for share in (0.0, 0.1, 0.25, 1.0)] == [0.0, -4.0, -10.0, -10.0]


def test_savings_of_two_plans_add_up() -> None:
    """One before and one after: each has a rate and an end of its own."""
    cost = SiteCost(10.0, (Saving(8.0, 1.0), Saving(4.0, 0.5)))
    assert cost.at(0.5) == pytest.approx(5 - 4 - 2)
    assert cost.at(1.0) == pytest.approx(10 - 8 - 2)


@pytest.mark.parametrize("seed", range(10))
def test_a_cost_never_saves_more_the_more_there_is(seed: int) -> None:
    """It is convex, whatever the savings: bounds fill the cheapest parts first and rely on it."""
    rng = np.random.default_rng(seed)
    savings = tuple(Saving(*rng.uniform(0, (50, 1)).tolist()) for _ in range(3))
    cost = SiteCost(float(rng.uniform(-20, 20)), savings)
    values = [cost.at(share) for share in np.linspace(0, 1, 41)]
    assert (np.diff(values, 2) >= -1e-9).all()


def test_a_case_without_rows_has_no_site_costs() -> None:
    """Neither placement costs nor a plan of today: nothing is kept."""
    case = case_of()
    assert case.site_costs == {}
    assert not case.leaving_cost.any()


def test_leaving_is_paid_whole_and_saved_where_people_stay() -> None:
    """All 20 leave at 2 each; on the floor of today up to 10 of them are saved that."""
    case = case_of(current=[("P", "A-1", 10), ("P", "old", 10)])
    assert case.leaving_cost.tolist() == [40.0]
    assert case.site_costs == {(0, 0): SiteCost(0.0, (Saving(40.0, 0.5),))}
    assert case.whole_costs().tolist() == [[20.0, 40.0]]


def test_placement_and_moves_are_one_cost() -> None:
    """A floor with both has one entry, and one with neither has none."""
    case = case_of(
        current=[("P", "A-2", 20)], placement_costs=[("P", "A-2", 7.0), ("P", "A-1", -3.0)]
    )
    assert case.site_costs == {
        (0, 0): SiteCost(-3.0),
        (0, 1): SiteCost(7.0, (Saving(40.0, 1.0),)),
    }


def test_a_unit_that_has_grown_leaves_with_those_who_were_there() -> None:
    """Of 20 people 5 were there before: only they can be moved, or saved it."""
    case = case_of(current=[("P", "A-2", 5, 5)])
    (reference,) = case.references
    assert reference.people.tolist() == [5.0]
    assert reference.up_to == {(0, 1): pytest.approx(0.25)}
    assert reference.moved({(0, 1): 20}, case.demand) == 0
    assert reference.moved({(0, 0): 10, (0, 1): 10}, case.demand) == 0
    assert reference.moved({(0, 0): 20}, case.demand) == 5


def test_moves_without_a_price_are_counted_and_cost_nothing() -> None:
    """They may still be limited."""
    case = case_of(current=[("P", "A-2", 20)], settings={"prices": {"move": 0.0}})
    assert case.site_costs == {}
    assert case.references[0].moved({}, case.demand) == 20


def test_site_costs_are_those_of_the_checker() -> None:
    """Leaving, less what is saved, and placement: for every plan of tiny cases."""
    compared = 0
    for seed in range(30):
        given, plans = tiny(seed)
        case = compile_case(given)
        for plan in plans[:20] if case.site_costs else ():
            layout = case.layout(plan.pieces)
            found = case.leaving_cost[case.demand > 0].sum()
            for (u, f), desks in layout.items():
                if (u, f) in case.site_costs:
                    found += case.site_costs[u, f].at(desks / int(case.demand[u]))
            paid = costs(plan)
            nowhere = case.leaving_cost[case.demand == 0].sum()
            wanted = paid["placement_cost"] + paid["people_moved"]
            assert found + nowhere == pytest.approx(wanted, abs=1e-6)
            compared += 1
    assert compared > 50
