"""The tables that the search over groups goes by, filled from a small case by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.search.compile import compile_case
from allocator.search.fields import fields_of
from allocator.search.groups import kernel
from allocator.search.groups.partition import Partition
from allocator.search.groups.surrogate import surrogate, tower_case
from allocator.search.groups.tables import NO_LIMIT, empty_state, given_of, group_of
from allocator.search.kernels.links import Links
from tests.builders import scenario

FLOORS = [("A1", "A", 1, 40), ("B1", "B", 1, 40), ("C1", "C", 1, 40)]
HEADS = [("u", 10, "P"), ("v", 20, "P"), ("w", 15, "Q"), ("x", 0, "Q")]
NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
TOGETHER: Partition = [(0, 1), (2,)]
SINGLE: Partition = [(0,), (1,), (2,)]


def given(partition: Partition = TOGETHER, **tables: Any) -> kernel.Given:
    """Three towers of one floor; units u (10) and v (20) of P, w (15) of Q, x of nobody."""
    trips = NO_TRIPS | tables.pop("trips", {})
    settings = {"trips": trips, "prices": {"open_desk": 0.0}}
    case = compile_case(
        scenario(**({"floors": FLOORS, "headcounts": HEADS} | tables), settings=settings)
    )
    towers = tower_case(case)
    return given_of(towers, surrogate(case, towers), fields_of(towers), partition)


def row(links: Links, k: int) -> dict[int, float]:
    """What a row points at, with weights."""
    here = slice(links.start[k], links.start[k + 1])
    return dict(zip(links.to[here].tolist(), links.weight[here].tolist(), strict=True))


def test_units_know_their_group() -> None:
    """One without desks is in none."""
    towers = tower_case(compile_case(scenario(floors=FLOORS, headcounts=HEADS)))
    assert group_of(towers, TOGETHER).tolist() == [0, 0, 1, -1]


def test_a_group_weighs_what_its_units_do() -> None:
    """Desks add up, and a group is of the organisation of its units."""
    found = given()
    assert found.load.tolist() == [30, 15]
    assert found.organisation.tolist() == [0, 1]
    assert row(found.members, 0) == {0: 1.0}


def test_placement_of_a_group_is_that_of_its_units() -> None:
    """What each unit costs in a tower by itself adds up."""
    costs = [("u", "A1", 5.0), ("v", "A1", 7.0), ("v", "B1", -2.0)]
    found = given(placement_costs=costs)
    assert found.fixed == pytest.approx(np.array([[12.0, -2.0, 0.0], [0.0, 0.0, 0.0]]))


def test_a_group_may_be_where_all_its_units_may() -> None:
    """v may not be in A, nor w in C."""
    found = given(rules=[("never_in", "v", "A"), ("only_in", "w", "A"), ("only_in", "w", "B")])
    assert found.allowed.tolist() == [[False, True, True], [True, True, False]]


def test_a_group_with_desks_on_a_floor_is_in_its_tower() -> None:
    """A rule that asks for desks there leaves no other tower."""
    found = given(rules=[("at_least", "P", "B1", "5")])
    assert found.allowed.tolist() == [[False, True, False], [True, True, True]]


def test_a_rule_that_several_groups_can_keep_binds_none_to_the_floor() -> None:
    """Either unit may provide the desks."""
    found = given(SINGLE, rules=[("at_least", "P", "B1", "5")])
    assert found.allowed.all()


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("same_tower", kernel.SAME_TOWER),
        ("same_complex", kernel.SAME_COMPLEX),
        ("apart_tower", kernel.APART_TOWER),
    ],
)
def test_rules_between_groups_are_links_both_ways(rule: str, kind: int) -> None:
    """Each of the two knows of the other, by the kind of the rule."""
    found = given(rules=[(rule, "u", "w")])
    assert row(found.bound, 0) == {1: kind}
    assert row(found.bound, 1) == {0: kind}


def test_a_rule_inside_a_group_needs_no_link() -> None:
    """Its units go as one."""
    assert not len(given(rules=[("same_tower", "u", "v")]).bound.to)


def test_towers_of_an_organisation_are_limited_as_a_whole() -> None:
    """The strictest row holds; others have no limit."""
    rules = [("max_towers", "P", None, "2"), ("max_towers", "P", None, "1")]
    assert given(rules=rules).towers_most.tolist() == [1, NO_LIMIT]


def test_trips_between_groups_are_links_at_their_price() -> None:
    """7 trips of u to w are walked by the group of both, and by w."""
    found = given(affinities=[("u", "w", 7.0)])
    (field,), (back,) = row(found.linear, 0), row(found.linear, 1)
    assert row(found.linear, 0)[field] * row(found.contributions, 1)[field] == pytest.approx(7)
    assert row(found.linear, 1)[back] * row(found.contributions, 0)[back] == pytest.approx(7)


def test_trips_within_a_group_are_no_links() -> None:
    """Wherever it is they are the minutes within the tower; single units walk to each other."""
    together = given(trips={"organisation": 2.0})
    assert not len(together.linear.to)
    alone = given(SINGLE, trips={"organisation": 2.0})
    assert row(alone.linear, 0)
    assert row(alone.linear, 1)
    assert not row(alone.linear, 2)


def test_nearest_towers_come_first() -> None:
    """Each tower is nearest to itself; the others follow by minutes."""
    towers = [
        {"tower_id": t, "name": t, "x_m": x, "y_m": 0.0}
        for t, x in (("A", 0.0), ("B", 900.0), ("C", 100.0))
    ]
    assert given(towers=towers).nearest.tolist() == [[0, 2, 1], [1, 2, 0], [2, 0, 1]]


def test_stranded_desks_are_those_of_own_floors() -> None:
    """P keeps its floor of 40 to itself: its 30 desks leave 10 vacant in any tower."""
    found = given(rules=[("own_floor", "P")])
    assert found.stranded_row.tolist() == [0, -1]
    assert found.stranded[0, :, 30].tolist() == [10, 10, 10]


def test_without_own_floors_nothing_is_stranded() -> None:
    """No organisation has a row."""
    assert given().stranded_row.tolist() == [-1, -1]


def test_an_empty_state_has_everybody_in_the_first_tower() -> None:
    """Nothing is counted yet, every tower is open, and there is no best."""
    found = given()
    state = empty_state(found, fields_of_nothing(), np.random.default_rng(0))
    assert state.at.tolist() == [0, 0]
    assert state.active.all()
    assert not state.load.any()
    assert not state.held.any()
    assert state.sums[kernel.BEST] == np.inf


def fields_of_nothing() -> Any:
    """The fields of a case in which nobody walks."""
    settings = {"trips": NO_TRIPS}
    case = compile_case(scenario(floors=FLOORS, headcounts=HEADS, settings=settings))
    return fields_of(tower_case(case))
