"""Ways out are true: each plan breaks nothing of the scenario so changed; prices are right."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from allocator.plan.types import Status
from allocator.scenario.demand import demand, usable_desks
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions, solve
from allocator.studies.explain import (
    Ended,
    Explanation,
    WayKind,
    WayOut,
    explain,
    with_conflict,
)
from allocator.studies.explain.changes import breakpoints, changed, with_desks
from allocator.studies.explain.report import text
from tests.builders import scenario
from tests.search.enumeration import check, feasible_plans
from tests.studies.conflicts import FLOORS, PLANTED, SPLIT, WHOLE

OPTIONS = SolveOptions(time_limit_s=10, workers=1)


@cache
def explained(name: str) -> Explanation:
    return explain(PLANTED[name].scenario, OPTIONS)


def ways(name: str, kind: WayKind) -> list[WayOut]:
    return [way for way in explained(name).ways_out if way.kind is kind]


def desks(given: Scenario) -> int:
    return sum(usable_desks(floor, given.settings.sharing) for floor in given.floors)


def needed(given: Scenario) -> int:
    return sum(demand(unit) for unit in given.housed)


@pytest.mark.parametrize("name", PLANTED)
def test_planted_conflict_has_ways_out(name: str) -> None:
    """No plan exists, that is said with reasons, and something can be given up."""
    found = explained(name)
    assert found.status is Status.INFEASIBLE
    assert found.reasons
    assert found.ways_out


@pytest.mark.parametrize("name", PLANTED)
def test_every_way_out_works_when_applied(name: str) -> None:
    """The checker finds nothing wrong with its plan in the scenario with the change it tells."""
    for way in explained(name).ways_out:
        told = changed(PLANTED[name].scenario, way.change)
        for given in (way.scenario, told):
            assert check(given, way.plan.pieces).violations == ()


@pytest.mark.parametrize("name", PLANTED)
def test_ways_out_are_told_cheapest_first(name: str) -> None:
    """Prices rise from one way out to the next."""
    prices = [way.desks for way in explained(name).ways_out]
    assert prices == sorted(prices)


@pytest.mark.parametrize("name", [name for name in PLANTED if PLANTED[name].rules])
def test_any_rule_of_a_lone_conflict_may_be_dropped(name: str) -> None:
    """Each rule of the conflict is a way out, the only thing that is changed."""
    planted = PLANTED[name].scenario
    dropped = [way.change["rules"] for way in ways(name, WayKind.DROP_RULE)]
    assert sorted(dropped) == [[row] for row in range(1, len(planted.rules) + 1)]


def test_one_rule_of_each_conflict_is_dropped_where_there_are_two() -> None:
    """Two conflicts that have nothing in common: every way by rules drops one of each."""
    first, second = PLANTED["same_tower"], PLANTED["never_in"]
    rules = [*first.rules, ("never_in", "R1", "A"), ("never_in", "R1", "B")]
    planted = second._replace(people=first.people | {"R1": 2}, rules=tuple(rules))
    found = explain(planted.scenario, OPTIONS).ways_out
    dropped = [set(way.change["rules"]) for way in found if way.kind is WayKind.DROP_RULE]
    assert dropped
    assert all(rows & {1, 2, 3} and rows & {4, 5} and len(rows) == 2 for rows in dropped)


def test_fewest_desks_are_added_and_where() -> None:
    """One desk too few: one desk is added to a floor, and that is proved to be the least."""
    (way,) = ways("desks", WayKind.ADD_DESKS)
    assert (way.desks, way.is_least, sum(way.change["desks"].values())) == (1, True, 1)
    assert desks(way.scenario) == desks(PLANTED["desks"].scenario) + 1


def test_desks_are_added_where_a_rule_wants_them() -> None:
    """Two bodies of six that may only be on a floor of ten: two more desks on that floor."""
    (way,) = ways("only_in", WayKind.ADD_DESKS)
    assert way.change == {"desks": {"A-1": 2}}


@pytest.mark.parametrize("rows", [("A-1", "B-1"), ("B-1", "A-1")])
def test_desks_are_added_to_the_right_floor_whatever_the_order_of_rows(
    rows: tuple[str, str],
) -> None:
    """A unit of 21 that may use one floor lacks a desk on the larger one, of twenty."""
    desks_of = {"A-1": 10, "B-1": 20}
    given = scenario(
        floors=[(floor, floor[0], 1, desks_of[floor]) for floor in rows],
        headcounts=[("U", 8), ("V", 21)],
        rules=[("max_floors", "V", None, "1")],
        settings={"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}},
    )
    found = explain(given, OPTIONS).ways_out
    (way,) = (way for way in found if way.kind is WayKind.ADD_DESKS)
    assert (way.change, way.is_least) == ({"desks": {"B-1": 1}}, True)


def test_smallest_change_of_the_ratio_is_a_breakpoint() -> None:
    """Four units of ten and one person on forty desks: ten people on nine desks saves four."""
    (way,) = ways("desks", WayKind.PEOPLE_PER_DESK)
    assert (way.change, way.desks) == ({"people_per_desk": "10/9"}, 4)
    assert needed(way.scenario) == 37


def test_no_smaller_ratio_would_do() -> None:
    """Just below the ratio of the way out, enumeration finds no plan."""
    (way,) = ways("only_in", WayKind.PEOPLE_PER_DESK)
    ratio = way.scenario.settings.sharing.people_per_desk
    below = PLANTED["only_in"].scenario.with_sharing(people_per_desk=ratio - Fraction(1, 1000))
    assert feasible_plans(way.scenario)
    assert not feasible_plans(below)


def test_smallest_unit_is_left_out() -> None:
    """One desk too few: the unit of one person is housed elsewhere, not one of ten."""
    (way,) = ways("desks", WayKind.LEAVE_OUT)
    assert (way.change, way.desks) == ({"units": ["T1"]}, 1)


def test_an_organisation_is_left_out_where_no_unit_will_do() -> None:
    """Twenty desks too few and units of eight: a whole organisation goes."""
    people = [(f"{o}{i}", 8, o) for o in "PQ" for i in range(4)]
    given = scenario(floors=FLOORS, headcounts=people, settings=SPLIT)
    found = explain(given, OPTIONS)
    (way,) = (way for way in found.ways_out if way.kind is WayKind.LEAVE_OUT)
    assert len(way.change["units"]) == 4


def test_a_small_organisation_is_left_out_before_a_large_unit() -> None:
    """Six desks too few: an organisation of six goes, not a unit of sixteen."""
    people = [("X", 16, "P"), ("Y", 3, "O"), ("Z", 3, "O")]
    settings = {"sharing": {"min_piece_desks": 1}}
    given = scenario(floors=[("A", "T", 1, 16)], headcounts=people, settings=settings)
    found = explain(given, OPTIONS)
    (way,) = (way for way in found.ways_out if way.kind is WayKind.LEAVE_OUT)
    assert (set(way.change["units"]), way.desks, way.is_least) == ({"Y", "Z"}, 6, True)


def test_needs_of_several_units_are_dropped_together() -> None:
    """Two units that need what no floor has: both do without."""
    needs = {"P1": ("vault",), "Q1": ("lab",), "R1": ()}
    units = [{"unit_id": u, "organisation_id": u[0], "needs": n} for u, n in needs.items()]
    people = [(unit, 4, unit[0]) for unit in needs]
    given = scenario(floors=FLOORS, headcounts=people, units=units, settings=WHOLE)
    (way,) = explain(given, OPTIONS).ways_out
    assert (way.kind, set(way.change["needs"]), way.parts) == (WayKind.DROP_NEEDS, {"P1", "Q1"}, 2)


def test_a_rule_is_dropped_and_desks_are_added_where_neither_will_do() -> None:
    """One desk too few, and a pair that a rule keeps off every floor: both are mended together."""
    rules = (("levels", "P1", None, "8..9"), ("levels", "Q1", None, "8..9"))
    given = PLANTED["desks"]._replace(rules=rules).scenario
    found = explain(given, OPTIONS).ways_out
    several = [way for way in found if way.kind is WayKind.SEVERAL]
    together = {"rules": [1, 2], "desks": several[0].change.get("desks")}
    assert (several[0].change, several[0].desks) == (together, 1)
    assert all(way.change["rules"] == [1, 2] for way in several)
    assert [check(way.scenario, way.plan.pieces).violations for way in found] == [()] * len(found)


def test_no_more_is_dropped_than_needed() -> None:
    """The rule of two conflicts, or one of each: whatever is not needed then stays."""
    rules = (("never_in", "P1", "A-1"), ("never_in", "P1", "A"), ("only_in", "P1", "A-1"))
    given = PLANTED["never_in"]._replace(rules=rules).scenario
    dropped = [way.change["rules"] for way in explain(given, OPTIONS).ways_out]
    assert [3] in dropped
    assert all(rows in ([3], [1, 2]) for rows in dropped)


def test_it_is_said_why_there_is_no_way_out() -> None:
    """Out of time is one thing; with time left, that nothing was found is another."""
    given = PLANTED["never_in"].scenario
    quick = explain(given, SolveOptions(time_limit_s=1e-6, workers=1))
    assert explained("never_in").ended is Ended.ALL_TRIED
    assert (quick.ways_out, quick.ended) == ((), Ended.TIME_LIMIT)
    assert "in time" in text(quick)


@pytest.mark.parametrize("name", ["same_tower", "kept_for", "levels"])
def test_desks_are_no_way_out_of_a_conflict_of_rules(name: str) -> None:
    """Where no number of desks helps, none are proposed, nor is sharing more."""
    kinds = {way.kind for way in explained(name).ways_out}
    assert kinds.isdisjoint({WayKind.ADD_DESKS, WayKind.PEOPLE_PER_DESK})


def test_scenario_with_a_plan_is_shown_it() -> None:
    """Where a plan exists, it is the answer, checked."""
    given = scenario(floors=FLOORS, headcounts=[("P1", 6, "P")], settings=SPLIT)
    found = explain(given, OPTIONS)
    assert (found.status, found.conflict) == (Status.FEASIBLE, None)
    assert found.plan is not None
    assert check(given, found.plan.pieces).feasible


def test_pins_can_fail_where_desks_may_stay_unplaced() -> None:
    """With allow_unplaced the conflict is of rules alone."""
    rules = [("at_least", "P1", "A-1", "6"), ("never_in", "P1", "A-1")]
    settings = SPLIT | {"options": {"allow_unplaced": True}}
    given = scenario(floors=FLOORS, headcounts=[("P1", 6, "P")], rules=rules, settings=settings)
    found = explain(given, OPTIONS)
    assert found.conflict is not None
    assert [member.name for member in found.conflict.members] == ["at_least", "never_in"]


def test_rotas_of_bodies_left_out_do_not_matter() -> None:
    """A rota of an organisation that a part of the scenario, or a way out, has not in it."""
    people = [("P1", 10, "P"), ("Q1", 10, "Q"), ("R1", 10, "R"), ("S1", 10, "S"), ("T1", 1, "T")]
    given = scenario(
        floors=FLOORS, headcounts=people, rotas=[("T", 1, 1, 1, 0, 0)], settings=WHOLE
    )
    found = explain(given, OPTIONS)
    assert {"units": ["T1"]} in [way.change for way in found.ways_out]


@pytest.mark.parametrize(
    ("limits", "added"),
    [({}, 3), ({"max_occupants": 8}, 3), ({"area_m2": "100", "desks": None}, 7)],
)
def test_added_desks_may_be_used(limits: dict[str, Any], added: int) -> None:
    """Whatever limits a floor, the reserve included, so many more of its desks may be placed."""
    floor = {"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 10} | limits
    sharing = {"sharing": {"reserve_share": "0.15", "m2_per_desk": "7"}}
    given = scenario(floors=[floor], headcounts=[("P1", 3, "P")], settings=sharing)
    assert desks(with_desks(given, {"A-1": added})) == desks(given) + added


def test_breakpoints_are_all_the_ratios_at_which_demand_falls() -> None:
    """Five people, and three of whom one has a desk of her own; a unit's own ratio is kept."""
    row = {"organisation_id": "P"}
    people = [
        row | {"unit_id": "P1", "headcount": 5},
        row | {"unit_id": "P2", "headcount": 3, "own_desks": 1},
        row | {"unit_id": "P3", "headcount": 9, "people_per_desk": "1.5"},
    ]
    found = breakpoints(scenario(floors=FLOORS, headcounts=people))
    assert found == [Fraction(5, 4), Fraction(5, 3), Fraction(2), Fraction(5, 2), Fraction(5)]


def test_answer_of_the_search_alone_is_given_a_conflict() -> None:
    """An infeasible plan that CP-SAT proved has the members of a conflict among its reasons."""
    given = PLANTED["max_towers"].scenario
    plan = with_conflict(solve(given, OPTIONS), given, 5.0)
    kinds = [reason.kind for reason in plan.reasons]
    assert kinds == ["search", "only_in", "only_in", "max_towers", "demand", "demand"]
