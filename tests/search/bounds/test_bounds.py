from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from time import monotonic
from typing import Any

import numpy as np
import pytest

from allocator.plan.types import TermName
from allocator.plan.verify import Check
from allocator.scenario.types import Scenario
from allocator.search.bounds import Bounds, bounds_at_once, lower_bounds, rising_bounds
from allocator.search.bounds.kinds import kind_bounds
from allocator.search.bounds.needed import needed_desks
from allocator.search.bounds.scaling import scale_for
from allocator.search.bounds.sharing import is_small
from allocator.search.bounds.towers import packed_towers
from allocator.search.bounds.transport import Transport
from allocator.search.bounds.walking import Views
from allocator.search.compile import compile_case
from tests.builders import scenario
from tests.more import TIMES
from tests.search.enumeration import costs, tiny

ROUNDING = 1e-9
LONG = 1e9
"""A time that is never reached."""
PIECES = {"min_piece_desks": 1, "min_piece_share": "0"}
NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)


def bounds(given: Scenario, unplaced_people: float = 0.0, time_limit_s: float = 0.05) -> Bounds:
    """Bounds in a short time: whatever is proved by then must hold."""
    *_, last = lower_bounds(
        compile_case(given), time_limit_s=time_limit_s, unplaced_people=unplaced_people
    )
    return last


def bound_of(name: TermName, **tables: Any) -> float:
    """The bound of one term of a case without trips, in pieces as small as one likes."""
    sections = {"sharing": PIECES, "trips": NO_TRIPS} | tables.pop("settings", {})
    given = scenario(settings=sections, **tables)
    return bounds(given, time_limit_s=60.0).terms[name]


@cache
def short_bounds(seed: int) -> Bounds:
    """The bounds of a tiny case."""
    return bounds(tiny(seed)[0])


def solvable(seeds: range) -> Iterator[tuple[Scenario, list[Check]]]:
    """Tiny cases that have a plan, each with all its plans."""
    return (tiny(seed) for seed in solved(seeds))


def solved(seeds: range) -> Iterator[int]:
    """Seeds of tiny cases that have a plan."""
    return (seed for seed in seeds if tiny(seed)[1])


def excess(found: Bounds, plans: list[Check]) -> dict[str, float]:
    """By how much each bound exceeds the least of the plans; without plans nothing does."""
    if not plans:
        return {}
    over = {
        name.value: bound - min(costs(plan)[name] for plan in plans)
        for name, bound in found.terms.items()
    }
    return {**over, "total": found.total - min(plan.total for plan in plans)}


@pytest.mark.parametrize("block", range(5 * TIMES))
def test_no_bound_is_above_the_best_of_all_plans(block: int) -> None:
    """Each term's bound is at most its least cost over all plans, the total's the best total."""
    for seed in solved(range(50 * block, 50 * (block + 1))):
        complete = [plan for plan in tiny(seed)[1] if plan.unplaced_people < 0.5]
        over = excess(short_bounds(seed), complete)
        assert all(amount <= ROUNDING for amount in over.values()), over


@pytest.mark.parametrize("block", range(4))
def test_bounds_hold_for_plans_that_leave_people_unplaced(block: int) -> None:
    """With so many people allowed to be unplaced, all plans with no more of them are counted."""
    for given, plans in solvable(range(60 * block, 60 * (block + 1))):
        if given.settings.options.allow_unplaced:
            for most in sorted({plan.unplaced_people for plan in plans})[:4]:
                counted = [p for p in plans if p.unplaced_people <= most + ROUNDING]
                over = excess(bounds(given, most), counted)
                assert all(amount <= ROUNDING for amount in over.values()), over


@pytest.mark.parametrize("block", range(2 * TIMES))
def test_no_kind_of_trips_is_proved_above_the_least_of_all_plans(block: int) -> None:
    """Each kind alone costs at least its bound in every plan; something is proved of some."""
    proved = 0.0
    for given, every in solvable(range(30 * block, 30 * block + 30)):
        found = kind_bounds(compile_case(given).weighed, monotonic() + LONG, lambda: False)
        plans = [plan for plan in every if not plan.unplaced_people]
        price = given.settings.prices.walking
        for kind, bound in found if plans else ():
            least = min(price * plan.walking_by_kind[kind] for plan in plans)
            assert bound <= least + ROUNDING * (1 + least)
            proved += bound
    assert proved > 0


def test_total_is_at_least_the_sum_of_the_terms() -> None:
    """The bound of the total is never below what the terms' bounds add up to."""
    found = [short_bounds(seed) for seed in solved(range(40))]
    assert all(b.total >= sum(b.terms.values()) - ROUNDING for b in found)


def test_bound_of_the_total_is_most_of_the_best() -> None:
    """Over a hundred tiny cases, more than a third of the best totals is proved."""
    seeds = list(solved(range(100, 200)))
    best = sum(min(plan.total for plan in tiny(seed)[1]) for seed in seeds)
    assert sum(short_bounds(seed).total for seed in seeds) > best / 3


def test_floors_in_use_are_a_covering_knapsack() -> None:
    """15 desks on floors of 10, 9 and 6 take the 9 and the 6: 15 desks at 2."""
    floors = [("A-1", "A", 1, 10), ("A-2", "A", 2, 9), ("A-3", "A", 3, 6)]
    prices = {"prices": {"open_desk": 2.0}}
    found = bound_of(TermName.OPEN_FLOORS, floors=floors, headcounts=[("P", 15)], settings=prices)
    assert found == pytest.approx(30)


def test_floors_that_a_unit_is_confined_to_must_be_open() -> None:
    """A unit that may be only on a dear floor opens it, whatever the cheap one could hold."""
    floors = [
        {"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 90, "open_price": 1.0},
        {"floor_id": "A-2", "tower_id": "A", "level": 2, "desks": 9, "open_price": 70.0},
    ]
    people, rules = [("P", 4), ("Q", 40)], [("only_in", "P", "A-2")]
    found = bound_of(TermName.OPEN_FLOORS, floors=floors, headcounts=people, rules=rules)
    assert found == pytest.approx(71)


def test_unit_larger_than_every_floor_pays_for_more() -> None:
    """25 desks on floors of 10 take three floors, two of them extra."""
    floors = [(f"A-{level}", "A", level, 10) for level in range(4)]
    found = bound_of(TermName.EXTRA_FLOORS, floors=floors, headcounts=[("P", 25)])
    assert found == pytest.approx(400)


def test_organisations_compete_for_towers() -> None:
    """Three bodies of 6 in two towers of 10: one is in two towers, though each fits in one."""
    floors = [("A-1", "A", 1, 10), ("B-1", "B", 1, 10)]
    found = bound_of(TermName.EXTRA_TOWERS, floors=floors, headcounts=[(u, 6) for u in "PQR"])
    assert found == pytest.approx(2000)


def test_placement_costs_fill_the_cheapest_floors_first() -> None:
    """Of 20 desks 10 find room where it pays 100 for all, the others where it costs 60."""
    floors = [("A-1", "A", 1, 10), ("A-2", "A", 2, 30)]
    rows = [("P", "A-1", -100.0), ("P", "A-2", 60.0)]
    found = bound_of(
        TermName.PLACEMENT_COST, floors=floors, headcounts=[("P", 20)], placement_costs=rows
    )
    assert found == pytest.approx(-20)


def test_people_move_from_floors_that_are_elsewhere_or_too_small() -> None:
    """Half sits elsewhere today and moves; of the other half only 4 of 10 desks find room."""
    floors = [("A-1", "A", 1, 4), ("A-2", "A", 2, 30)]
    rows = [("P", "A-1", 10), ("P", "old", 10)]
    found = bound_of(TermName.PEOPLE_MOVED, floors=floors, headcounts=[("P", 20)], current=rows)
    assert found == pytest.approx(2 * 16)


def test_people_move_from_floors_that_are_overfull_today() -> None:
    """Two units of 10 share a floor of 12 desks today: wherever they go, 8 people leave it."""
    floors = [("A-1", "A", 1, 12), ("A-2", "A", 2, 30)]
    given = {"headcounts": [("P", 10), ("Q", 10)], "current": [("P", "A-1", 9), ("Q", "A-1", 9)]}
    assert bound_of(TermName.PEOPLE_MOVED, floors=floors, **given) == pytest.approx(2 * 8)


def test_walking_of_two_floors_is_exact() -> None:
    """Two units that fill a floor each walk the way between the floors and nothing else."""
    floors = [("A-1", "A", 1, 10), ("A-2", "A", 2, 10)]
    trips = {"trips": NO_TRIPS | {"unit": 5.0}}
    people, pair = [("P", 10), ("Q", 10)], [("P", "Q", 50.0)]
    given = scenario(floors=floors, headcounts=people, affinities=pair, settings=trips)
    assert bounds(given, time_limit_s=60.0).terms[TermName.WALKING] == pytest.approx(50 * 0.6)


def risen(given: Scenario, seconds: float = 30.0) -> list[float]:
    """All bounds that take longer, from nothing known."""
    case = compile_case(given)
    until = monotonic() + seconds
    known = bounds_at_once(case)
    found = rising_bounds(case, known, until=until, should_stop=lambda: False)
    return [bounds.total for bounds in found]


@pytest.mark.parametrize("block", range(4))
def test_rising_bounds_rise_and_are_never_above_the_best(block: int) -> None:
    """By who shares a tower: sorted bounds that hold over all plans, wherever all are placed."""
    for given, plans in solvable(range(15 * block, 15 * (block + 1))):
        complete = [plan.total for plan in plans if plan.unplaced_people < 0.5]
        if complete:
            found = risen(given)
            assert found == sorted(found)
            assert max(found, default=0.0) <= min(complete) + ROUNDING
            assert found or given.settings.options.allow_unplaced


def test_units_that_do_not_pack_are_split() -> None:
    """Of 7, 7 and 6 desks on two floors of 10 in one tower one unit is on both floors."""
    floors = [("A-1", "A", 1, 10), ("A-2", "A", 2, 10)]
    people = [("P1", 7, "P"), ("P2", 7, "P"), ("Q", 6, "Q")]
    prices = {"open_desk": 0.0, "extra_floor": 200.0}
    settings = {"sharing": PIECES, "trips": NO_TRIPS, "prices": prices}
    found = risen(scenario(floors=floors, headcounts=people, settings=settings))
    assert found[-1] == pytest.approx(200, abs=0.01)


def test_bodies_in_towers_walk_between_them() -> None:
    """Two bodies that fill a tower each, or one tower dearer, walk from tower to tower."""
    floors = [("A-1", "A", 1, 10), ("B-1", "B", 2, 10)]
    people, pair = [("P", 10), ("Q", 10)], [("P", "Q", 50.0)]
    settings = {"trips": NO_TRIPS, "prices": {"open_desk": 0.0}}
    found = risen(scenario(floors=floors, headcounts=people, affinities=pair, settings=settings))
    assert found[-1] == pytest.approx(50 * (1.0 + 0.3), abs=0.1)


def test_a_large_case_has_no_rising_bounds() -> None:
    """Where organisations are many, no higher total is promised."""
    floors = [(f"{t}-1", t, 1, 30) for t in "ABCDEFGHIJ"]
    found = risen(scenario(floors=floors, headcounts=[(f"u{i}", 20) for i in range(101)]))
    assert len(set(found)) <= 1


def undivided(desks: dict[str, list[int]], towers: int) -> Scenario:
    """Bodies with units of so many desks, each on one floor, in towers of one floor of 8."""
    floors = [(f"{i}-1", f"{i}", 1, 8) for i in range(towers)]
    people = [(f"{o}{i}", d, o) for o, units in desks.items() for i, d in enumerate(units)]
    rules = [("max_floors", unit, None, "1") for unit, _, _ in people]
    return scenario(floors=floors, headcounts=people, rules=rules, settings={"sharing": PIECES})


def test_units_that_stay_whole_need_more_towers() -> None:
    """5 and 5, and 3 and 3, fill two towers of 8 only so that both bodies are in both."""
    given = undivided({"P": [5, 5], "Q": [3, 3]}, towers=2)
    assert bounds(given, time_limit_s=60.0).terms[TermName.EXTRA_TOWERS] == pytest.approx(4000)


def test_bodies_that_exceed_a_tower_are_in_two() -> None:
    """Three of four do; a model of their parts proves it."""
    bodies = {"P": [5, 4, 3], "Q": [6, 2, 2], "R": [4, 4, 1], "S": [7, 1]}
    case = compile_case(undivided(bodies, towers=5))
    assert packed_towers(case, 60.0) == 3


def test_floors_of_any_size_are_too_much_for_models() -> None:
    """Floors that hold a billion desks, as weighed ones do, get no model that counts desks."""
    case = compile_case(scenario(headcounts=[(f"P{i}", 3, "P") for i in range(90)]))
    vast = replace(case, capacity=case.capacity + 10**9)
    assert is_small(case)
    assert not is_small(vast)
    assert packed_towers(vast, 60.0) == 0


def test_nobody_to_place_costs_nothing() -> None:
    """A case without people has bounds of 0."""
    found = bounds(scenario(headcounts=[("P", 0)]))
    assert found.total == 0


def test_any_sharing_of_pairs_is_a_bound() -> None:
    """However a pair is shared between its ends, the walking of no plan is undercut."""
    for given, plans in solvable(range(30)):
        case = compile_case(given)
        views = Views(case)
        views.part = np.random.default_rng(1).random(len(views.part))
        found = (
            given.settings.prices.walking * Transport(case, 0.0).share(views.minutes, LONG).bound
        )
        least = min(
            (costs(p)[TermName.WALKING] for p in plans if p.unplaced_people < 0.5), default=LONG
        )
        assert found <= least + ROUNDING


def test_prices_from_a_sample_still_give_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where first prices come from a sample of the units, the bound is still of all of them."""
    monkeypatch.setattr("allocator.search.bounds.transport.SAMPLE", 1)
    for given, plans in solvable(range(40)):
        complete = [plan for plan in plans if plan.unplaced_people < 0.5]
        over = excess(bounds(given), complete)
        assert all(amount <= ROUNDING for amount in over.values()), over


def test_whole_towers_are_dearer_than_their_floors() -> None:
    """A body is in one tower and pays its floors, or in several and pays the extra tower.

    At a price of 10 the relaxation is half in either, which costs half an extra tower.
    """
    floors = [("A-1", "A", 1, 5), ("A-2", "A", 2, 5), ("B-1", "B", 1, 5)]
    people = [("P1", 5, "P"), ("P2", 5, "P")]
    case = compile_case(scenario(floors=floors, headcounts=people, settings={"sharing": PIECES}))
    cost = np.array([[0.0, 70.0, 0.0], [0.0, 70.0, 0.0]])
    assert Transport(case, 1000.0).share(cost, LONG).bound == pytest.approx(70, rel=0.02)
    assert Transport(case, 10.0).share(cost, LONG).bound == pytest.approx(5, rel=0.02)


def test_unplaced_people_stand_for_desks() -> None:
    """5 people stand for 5 desks of a unit with one each, for 2 of one that shares by two."""
    people = [
        {"unit_id": "P", "headcount": 20},
        {"unit_id": "Q", "headcount": 20, "people_per_desk": "2"},
    ]
    options = {"options": {"allow_unplaced": True}}
    needed = needed_desks(compile_case(scenario(headcounts=people, settings=options)), 5.0)
    assert needed.by_unit.tolist() == [15, 8]
    assert needed.unplaced == 5


@pytest.mark.parametrize("price", [0.0, 1e-9, 0.1, 3.7, 1e6, 1e12])
def test_whole_prices_are_rounded_down(price: float) -> None:
    """A price taken into whole units and back is never dearer."""
    scale = scale_for([price] * 3)
    assert scale.back(scale.down(price)) <= price
    assert 3 * scale.down(price) <= 2**41
