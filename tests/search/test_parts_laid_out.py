"""What neighbourhoods and first plans are made of: cells, towers near each other, desks beyond."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from allocator.search import first, neighbourhoods
from allocator.search.case import Case, Layout
from allocator.search.compile import compile_case
from allocator.search.first import begin_from, first_plan
from allocator.search.neighbourhoods import (
    LEAST_FLOORS,
    WEIGHT,
    Neighbourhoods,
    Overfull,
    _load,
    _Search,
    cells_in,
    fewest_beyond,
    units_short,
)
from allocator.search.score import Scorer
from allocator.search.solver import Effort
from tests.builders import scenario
from tests.search.test_stages import record_of

WHOLE = {"sharing": {"min_piece_share": "1"}}
FLOORS = [("A1", "A", 1, 10), ("A2", "A", 2, 10), ("B1", "B", 1, 10), ("C1", "C", 1, 10)]
HEADS = [("u", 6, "P"), ("v", 4, "P"), ("w", 10, "Q")]
LAYOUT: Layout = {(0, 0): 6, (1, 1): 4, (2, 2): 10}


def case_of(**tables: Any) -> Case:
    """Towers of two floors, one and one, of 10 desks each; whole units of 6, 4 and 10."""
    usual = {"floors": FLOORS, "headcounts": HEADS, "settings": WHOLE}
    return compile_case(scenario(**(usual | tables)))


def search_of(case: Case, *optional: int) -> _Search:
    """Models of floors that may be too full."""
    return _Search(case, case.capacity, Effort(5.0), frozenset(optional), lambda: False)


def test_cells_of_a_tower_are_its_units_on_all_its_floors() -> None:
    """u and v are in A; w comes besides."""
    case = case_of()
    assert cells_in(case, LAYOUT, [0]) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert cells_in(case, LAYOUT, [1], [0]) == [(0, 2), (2, 2)]
    assert cells_in(case, LAYOUT, [2]) == []


def test_units_are_short_of_desks_that_are_nowhere() -> None:
    """v lacks one desk, and w all of them."""
    assert units_short(case_of(), {(0, 0): 6, (1, 1): 3}) == [1, 2]
    assert units_short(case_of(), LAYOUT) == []


def test_what_is_in_use_has_weights_and_fixed_parts() -> None:
    """Two units of P on a floor are one organisation there, P and Q are two."""
    case = case_of()
    assert _load(case, {(0, 0): 6, (1, 0): 4, (2, 2): 10}).tolist() == [10, 0, 10, 0]
    heavy = replace(case, weight=np.full(3, 3), fixed_load=100)
    assert _load(heavy, {(0, 0): 6, (1, 0): 4, (2, 0): 1}).tolist() == [3 * 11 + 200, 0, 0, 0]


def near_of(case: Case, seed: int = 0) -> Neighbourhoods:
    return Neighbourhoods(case, Scorer(case), np.random.default_rng(seed))


def test_a_neighbourhood_has_enough_floors() -> None:
    """Towers join until there are so many floors, or no more towers."""
    towers = [f"T{i:02}" for i in range(12)]
    floors = [(f"{t}-1", t, 1, 10) for t in towers]
    near = near_of(case_of(floors=floors))
    sizes = {len(near._towers({})) for _ in range(30)}
    assert sizes == {LEAST_FLOORS}
    assert {len(near_of(case_of())._towers({})) for _ in range(3)} == {3}


def test_large_towers_are_laid_out_alone_or_in_pairs() -> None:
    """One tower has floors enough, and half of the time another one joins it."""
    floors = [(f"{t}{i}", t, i, 10) for t in "ABC" for i in range(LEAST_FLOORS)]
    near = near_of(case_of(floors=floors))
    assert {len(near._towers({})) for _ in range(30)} == {1, 2}


def test_other_towers_come_once_each() -> None:
    """All but the tower itself."""
    near = near_of(case_of())
    assert sorted(near._near(1, LAYOUT)) == [0, 2]


def test_towers_with_the_same_organisations_are_rather_near() -> None:
    """P is in A and C, and B is as far; so C comes first after A more often than not."""
    near = near_of(case_of())
    layout = {(0, 0): 6, (1, 3): 4, (2, 2): 10}
    firsts = [near._near(0, layout)[0] for _ in range(60)]
    assert firsts.count(2) > 45


def test_towers_that_are_close_are_rather_near() -> None:
    """C is 1 minute from A, and B is 50."""
    ways = [("A1", "B1", 50.0), ("A1", "C1", 1.0)]
    near = near_of(case_of(walking=ways))
    assert [near._near(0, {})[0] for _ in range(60)].count(2) > 45


def test_a_large_neighbourhood_is_cut_to_some_floors(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most so many cells are laid out, all units on the floors that are left among them."""
    floors = [(f"A{i}", "A", i, 10) for i in range(8)]
    heads = [(f"u{i}", 10, "P") for i in range(8)]
    case, layout = case_of(floors=floors, headcounts=heads), {(u, u): 10 for u in range(8)}
    assert len(near_of(case)._cells(layout, [])) == 64
    monkeypatch.setattr(neighbourhoods, "MOST_CELLS", 32)
    cells = near_of(case)._cells(layout, [])
    chosen = {f for _, f in cells}
    assert len(chosen) == 4
    assert {u for u, _ in cells} == chosen


def test_a_step_makes_a_plan_cheaper() -> None:
    """Units of one organisation in two towers come together; the plan at hand is not changed."""
    case = case_of()
    layout = {(0, 0): 6, (1, 2): 4, (2, 3): 10}
    before, found = (
        dict(layout),
        [near_of(case, seed).step(layout, Effort(5.0), lambda: False).layout for seed in range(4)],
    )
    scorer = Scorer(case)
    totals = [scorer.score(each).total for each in found if each is not None]
    assert len(totals) == 4
    assert max(totals) <= scorer.score(layout).total
    assert min(totals) < scorer.score(layout).total
    assert layout == before


def test_desks_beyond_are_those_above_the_room_of_each_floor() -> None:
    """16 on a floor of 10 are 6 beyond, whatever room is elsewhere."""
    found = search_of(case_of())._found({(0, 0): 6, (2, 0): 10, (1, 1): 4}, 0)
    assert found.beyond.tolist() == [6, 0, 0, 0]
    assert found.desks == 6


@pytest.mark.parametrize(("people", "short"), [(30, 0), (33, 3)])
def test_desks_that_find_no_room_anywhere_are_short(people: int, short: int) -> None:
    """Floors have 40 in all, and 10 others are placed; an optional unit is not asked for."""
    case = case_of(headcounts=[("u", people, "P"), ("w", 10, "Q")])
    assert search_of(case)._short() == short
    assert search_of(case, 0)._short() == 0


def test_a_floor_that_stays_too_full_gets_dearer() -> None:
    """Three units of 6 must share two floors of 10: one floor is 2 beyond, wherever they are."""
    case = case_of(floors=FLOORS[:2], headcounts=[(f"u{i}", 6, "P") for i in range(3)])
    search = search_of(case)
    found = Overfull({(0, 0): 6, (1, 0): 6, (2, 1): 6}, np.array([2, 0]), 0)
    assert search.few_towers(found) is found
    assert search.weight.tolist() == [WEIGHT + 1, WEIGHT]


def test_a_tower_that_is_too_full_is_laid_out_with_others() -> None:
    """Only A is, so it comes first, with one or two more."""
    search = search_of(case_of())
    found = search._found({(0, 0): 6, (2, 0): 10, (1, 1): 4}, 0)
    towers = [search._towers(found) for _ in range(30)]
    assert {t[0] for t in towers} == {0}
    assert {len(t) for t in towers} == {2, 3}
    assert all(len(set(t)) == len(t) for t in towers)


def test_a_single_tower_is_laid_out_alone() -> None:
    """There is no other."""
    search = search_of(case_of(floors=FLOORS[:2]))
    assert search._towers(search._found({(0, 0): 6, (2, 0): 10}, 0)) == [0]


def test_a_complete_layout_is_where_it_begins() -> None:
    """Nobody is missing, so no model is needed to see that 6 desks are beyond."""
    search = search_of(case_of())
    near = {(0, 0): 6, (2, 0): 10, (1, 1): 4}
    found = search.begun(near)
    assert found is not None
    assert (found.layout, found.desks, search.work) == (near, 6, 0.0)


def test_a_unit_that_may_be_nowhere_leaves_no_layout() -> None:
    """Unless it is optional."""
    case = case_of(rules=[("never_in", "w", t) for t in "ABC"])
    assert fewest_beyond(case, case.capacity, Effort(5.0)) is None
    assert fewest_beyond(case, case.capacity, Effort(5.0), optional=frozenset({2})) is not None


def test_a_start_that_is_complete_is_offered_as_it_is() -> None:
    """No model is asked."""
    record = record_of(case_of())
    begin_from(record, LAYOUT)
    assert record.layout == LAYOUT
    assert record.work == 0


def test_a_start_in_a_larger_case_is_completed_on_full_floors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """w is missing and finds a floor; the others stay."""
    monkeypatch.setattr(first, "AT_ONCE", 0)
    record = record_of(case_of())
    begin_from(record, {(0, 0): 6, (1, 1): 4})
    assert record.layout in ({**LAYOUT}, {(0, 0): 6, (1, 1): 4, (2, 3): 10})


@pytest.mark.parametrize(
    ("rules", "placed"), [([], True), ([("at_least", "u", "A1", "6")], False)]
)
def test_leaving_everybody_out_is_a_plan_unless_something_is_pinned(
    rules: list[Any], placed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where desks may stay unplaced that is the first plan of a country."""
    monkeypatch.setattr(first, "AT_LAST", 0)
    record = record_of(case_of(settings={"options": {"allow_unplaced": True}}, rules=rules))
    first_plan(record)
    assert (record.layout == {}) is placed


def test_somebody_elses_plan_is_enough() -> None:
    """Nothing is done for a first one then."""
    record = record_of(case_of())
    record.offer(LAYOUT)
    first_plan(record)
    assert record.layout == LAYOUT
    assert record.work == 0


def test_a_case_that_rules_close_is_proved_to_have_no_plan() -> None:
    """w has to share a floor with u, and 16 desks fit none."""
    record = record_of(case_of(rules=[("same_floor", "u", "w")]))
    first_plan(record)
    assert record.layout is None
    assert record.is_infeasible
