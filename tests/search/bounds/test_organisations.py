"""Organisations over towers as a labelled model: every entry of it by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.bounds import organisations
from allocator.search.bounds.ascent import DEAD
from allocator.search.bounds.organisations import (
    Organisations,
    _least_cover,
    has_towers_to_choose,
    organisation_bounds,
)
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario

NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
FLOORS = [("A-1", "A", 1, 10), ("A-2", "A", 2, 6), ("B-1", "B", 1, 10), ("C-1", "C", 1, 4)]
HEADS = [("u", 8, "P"), ("v", 4, "P"), ("w", 5, "Q")]
WAYS = [("A-1", "B-1", 5.0), ("A-2", "B-1", 7.0), ("A-1", "C-1", 2.0), ("A-2", "C-1", 3.0)]
PRICES = {"extra_tower": 1000.0, "extra_floor": 0.0, "open_desk": 0.0}


def case_of(**tables: Any) -> Case:
    """Towers of 16, 10 and 4 desks; P has units of 8 and 4, and Q one of 5."""
    usual = {"floors": FLOORS, "headcounts": HEADS, "walking": WAYS}
    sections = {
        "trips": NO_TRIPS,
        "sharing": {"min_piece_desks": 1, "min_piece_share": "0"},
        "prices": PRICES,
    } | tables.pop("settings", {})
    return compile_case(scenario(**(usual | tables), settings=sections))


def made_of(**tables: Any) -> Organisations:
    """The model while it is made, of that case."""
    return Organisations(case_of(**tables))


@pytest.mark.parametrize(
    ("limit", "most"), [("MOST_CELLS", 6), ("MOST_ORGANISATIONS", 2), ("MOST_UNITS", 3)]
)
def test_few_organisations_and_towers_are_chosen_among(
    limit: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two organisations of three units, three towers: as many as allowed, and one too many."""
    monkeypatch.setattr(organisations, limit, most)
    assert has_towers_to_choose(case_of())
    monkeypatch.setattr(organisations, limit, most - 1)
    assert not has_towers_to_choose(case_of())


def test_one_tower_leaves_nothing_to_choose() -> None:
    """Everybody is there."""
    assert not has_towers_to_choose(case_of(floors=FLOORS[:2], walking=None))


@pytest.mark.parametrize(("desks", "least"), [(0, 0), (1, 4), (5, 6), (7, 10), (17, 20)])
def test_whole_floors_hold_at_least_so_many(desks: int, least: float) -> None:
    """Floors of 10, 6 and 4 add up to 4, 6, 10, 14, 16 and 20, each used once."""
    assert _least_cover(np.array([10, 6, 4]), desks) == least


def test_more_desks_than_all_floors_have_are_not_held() -> None:
    """Nor may a floor be used twice."""
    assert _least_cover(np.array([10, 6]), 17) == np.inf
    assert _least_cover(np.array([6]), 7) == np.inf


def test_organisations_without_desks_are_no_nodes() -> None:
    """Their number in the case stays with the others."""
    made = made_of(headcounts=[("u", 0, "P"), ("w", 5, "Q")])
    assert made.nodes == [1]
    assert made.desks.tolist() == [5]


def test_an_organisation_cannot_be_whole_in_a_tower_that_is_too_small() -> None:
    """P needs 12 desks and fits A alone; Q fits A and B."""
    assert np.isfinite(made_of().own).tolist() == [[True, False, False], [True, True, False]]


def test_a_pin_decides_in_which_tower_all_of_it_is() -> None:
    """With desks pinned to B, Q can be whole there alone."""
    made = made_of(rules=[("at_least", "Q", "B-1", "2")])
    assert np.isfinite(made.own[1]).tolist() == [False, True, False]


def test_own_floors_are_taken_whole() -> None:
    """Q takes the floor of 6 in A, of 10 in B; with 7 desks it takes the one of 10 in A, too."""
    rules = [("own_floor", "Q")]
    made = made_of(rules=rules)
    assert [made._weight(1, t) for t in (0, 1)] == [6, 10]
    larger = made_of(rules=rules, headcounts=[*HEADS[:2], ("w", 7, "Q")])
    assert larger._weight(1, 0) == 10
    assert made._weight(0, 0) == 12


def test_own_floors_of_one_unit_bind_the_others_to_nothing() -> None:
    """Others of its organisation may fill the floor, so that it weighs its desks."""
    assert made_of(rules=[("own_floor", "v")])._weight(0, 0) == 12


def test_a_floor_holds_a_share_of_the_people() -> None:
    """P has 12 people with a desk each: 10, 6, 10 and 4 of them; Q is on any floor but C whole."""
    assert made_of().most == pytest.approx(
        np.array([[10 / 12, 6 / 12, 10 / 12, 4 / 12], [1, 1, 1, 4 / 5]])
    )


def test_a_floor_that_no_unit_may_use_holds_nothing() -> None:
    """Q is kept off B."""
    assert made_of(rules=[("never_in", "Q", "B")]).most[1, 2] == 0


@pytest.mark.parametrize(("nodes", "extra"), [([0], 0), ([1], 0), ([], 0)])
def test_nobody_pays_extra_alone(nodes: list[int], extra: float) -> None:
    """What one organisation pays by itself is counted already."""
    assert made_of().extra(nodes, 0) == extra


def test_two_that_want_the_same_floor_pay_extra_together() -> None:
    """P and Q of 8 whole desks avoid A-2, where they pay 30; one of the two has to be there."""
    made = made_of(
        headcounts=[("u", 8, "P"), ("w", 8, "Q")],
        floors=[("A-1", "A", 1, 10), ("A-2", "A", 2, 10), ("B-1", "B", 1, 10)],
        walking=None,
        placement_costs=[("u", "A-2", 30.0), ("w", "A-2", 30.0)],
        settings={"sharing": {"min_piece_share": "1"}},
    )
    assert made.own[:, 0] == pytest.approx([0, 0])
    assert made.extra([0, 1], 0) == pytest.approx(30)


@pytest.mark.parametrize(
    ("heads", "rules", "price"),
    [
        (HEADS, [], 1000),
        ([("u", 8, "P"), ("v", 19, "P"), ("w", 1, "Q")], [], 2000),
        (HEADS, [("max_towers", "P", None, "1")], np.inf),
        (HEADS, [("max_towers", "P", None, "2")], 1000),
        (HEADS, [("same_complex", "u", "v")], 1000),
    ],
)
def test_apart_an_organisation_pays_its_further_towers(
    heads: list[Any], rules: list[Any], price: float
) -> None:
    """At least one; 27 desks take all three towers; a rule may leave no way apart."""
    assert made_of(headcounts=heads, rules=rules)._extra_towers(0) == price


def test_a_unit_that_cannot_be_divided_is_not_apart() -> None:
    """Q has one unit of 5, in pieces of 3 at least; in pieces of 2 it can be."""
    for pieces, price in ((3, np.inf), (2, 1000)):
        sharing = {"sharing": {"min_piece_desks": pieces, "min_piece_share": "0"}}
        assert made_of(settings=sharing)._extra_towers(1) == price


def test_an_organisation_that_may_use_one_tower_is_not_apart() -> None:
    """A rule closes the others to it."""
    assert made_of(rules=[("only_in", "P", "A")])._extra_towers(0) == np.inf


def test_the_nearest_floors_take_shares_first() -> None:
    """Half at 1 minute, and the other half of what is on the floor at 3."""
    made = made_of()
    minutes = np.array([[3.0, 1.0, 9.0, 0.0]])
    assert made._nearest(minutes, np.array([0.7, 0.5, 1.0, 0.0])).tolist() == [2.0]


def test_the_least_of_each_tower_is_over_its_floors() -> None:
    """A has two floors."""
    assert made_of()._towers_least(np.array([4.0, 3.0, 8.0, 9.0])).tolist() == [3, 8, 9]


def test_two_organisations_walk_between_the_floors_of_their_towers() -> None:
    """Of 12 trips of v to Q: P whole in A, Q whole in B, which is 5 minutes from A-1.

    All of it could be on A-1 for what single units have; nothing is proportional, as u has none.
    """
    made = made_of(affinities=[("v", "w", 12.0)])
    first, second, tables = made._pairs()
    assert (first.tolist(), second.tolist()) == ([0], [1])
    assert tables[0, 0, 1] == pytest.approx(12 * 5)
    assert tables[0, 0, 0] == 0


def test_trips_of_a_whole_organisation_go_by_the_shares_that_floors_hold() -> None:
    """12 trips of P to Q in B: 10 of 12 people are on A-1 at 5 minutes, the others at 7."""
    table = made_of(affinities=[("P", "w", 12.0)])._pairs()[2][0]
    assert table[0, 1] == pytest.approx(12 * (5 * 10 / 12 + 7 * 2 / 12))


def test_an_organisation_apart_walks_from_its_nearest_floors() -> None:
    """P apart with a share in A and Q whole in B: all 12 trips from A-1, at 5 minutes."""
    table = made_of(affinities=[("P", "w", 12.0)])._pairs()[2][0]
    towers = 3
    assert table[towers + 0, 1] == pytest.approx(12 * 5)


def test_pairs_without_trips_and_rules_are_left_out() -> None:
    """They would add nothing."""
    assert len(made_of()._pairs()[0]) == 0


@pytest.mark.parametrize(
    ("rule", "forbidden"),
    [
        ("apart_tower", [[True, False], [False, True]]),
        ("same_tower", [[False, True], [True, False]]),
        ("same_floor", [[False, True], [True, False]]),
        ("same_complex", [[False, True], [True, False]]),
    ],
)
def test_rules_forbid_towers_of_two_organisations(rule: str, forbidden: list[list[bool]]) -> None:
    """Where both are whole; towers are complexes of their own here."""
    table = made_of(rules=[(rule, "P", "Q")])._pairs()[2][0]
    assert (table[:2, :2] > DEAD).tolist() == forbidden


def test_towers_of_one_complex_are_as_one_to_its_rule() -> None:
    """A and B are in a complex, so that only C is forbidden beside them."""
    towers = [("A", "A", "X"), ("B", "B", "X"), ("C", "C", None)]
    table = made_of(rules=[("same_complex", "P", "Q")], towers=towers)._pairs()[2][0]
    assert (table[0, :3] > DEAD).tolist() == [False, False, True]


def test_a_rule_for_several_places_forbids_no_pair() -> None:
    """Two towers for both leave each of them anywhere."""
    assert list(made_of(rules=[("max_towers", "P", None, "2")])._forbidden()) == []


def test_labels_are_towers_whole_and_towers_apart() -> None:
    """Whole in A P weighs 12; apart it weighs that by share, and is nowhere for sure."""
    model = made_of().model(7.0)
    assert model.constant == 7
    assert model.place.tolist() == [0, 1, 2, 0, 1, 2]
    assert model.spread.tolist() == [False] * 3 + [True] * 3
    assert (model.weight[0].tolist(), model.own[0].tolist()) == (
        [12, 0, 0, 12, 12, 12],
        [12] + [0] * 5,
    )


def test_parts_of_an_organisation_apart_are_its_units() -> None:
    """With the shares of their people; the towers that it has beyond one are paid besides."""
    model = made_of().model(0.0)
    assert np.diff(model.parts, axis=1).ravel().tolist() == [2, 1]
    assert model.share == pytest.approx([8 / 12, 4 / 12, 1])
    assert model.spread_cost.tolist() == [1000, 1000]


def test_a_case_without_desks_has_no_bound() -> None:
    """There is no organisation to be anywhere."""
    heads = [(unit, 0, owner) for unit, _, owner in HEADS]
    assert list(organisation_bounds(case_of(headcounts=heads), 0.0, lambda: False)) == []


def test_two_that_compete_for_a_tower_pay_an_extra_one() -> None:
    """P and Q have 12 and 11 desks: both fit A alone, and not together; 3 is known of floors."""
    case = case_of(headcounts=[("u", 8, "P"), ("v", 4, "P"), ("w", 11, "Q")])
    bounds = (proved.bound for proved in organisation_bounds(case, 3.0, lambda: False))
    assert 1002 < next(bound for bound in bounds if bound > 1002) <= 1003 + 1e-6
