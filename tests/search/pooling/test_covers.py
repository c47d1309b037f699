"""Pieces that make a floor short together: what is learnt of them, and that it is no more."""

from __future__ import annotations

from itertools import product

import pytest
from ortools.sat.python import cp_model

from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.model.layout_model import LayoutModel
from allocator.search.pooling.covers import Covers
from allocator.search.pooling.rooms import Rooms
from tests.builders import scenario


def office(people: list[int], floors: list[int], **attendance: object) -> Scenario:
    """Return units that share the desks of floors with everybody there."""
    given = {"shared_by": "floor", "mean_share": 0.72, "weekday_factors": [1.0] * 5} | attendance
    return scenario(
        floors=[(f"f{i}", f"T{i}", 0, desks) for i, desks in enumerate(floors)],
        headcounts=[(f"u{i}", n, f"o{i}") for i, n in enumerate(people)],
        settings={
            "attendance": given,
            "sharing": {"capacity": "chance", "min_piece_share": "1"},
            "options": {"allow_unplaced": True},
        },
    )


def covers(given: Scenario) -> Covers:
    return Covers(Rooms(compile_case(given)))


def test_floors_that_serve_teach_nothing() -> None:
    """A layout that serves passes, and rules out nothing."""
    learnt = covers(office([10, 10], [30]))
    assert learnt.passes({(0, 0): 10, (1, 0): 10})
    assert not learnt.learn({(0, 0): 10, (1, 0): 10})
    assert not learnt.covers


def test_cover_leaves_out_who_is_not_to_blame() -> None:
    """Two large units make the floor short by themselves: the small one is left out."""
    learnt = covers(office([60, 60, 2], [80]))
    assert learnt.learn({(0, 0): 60, (1, 0): 60, (2, 0): 2})
    (cover,) = learnt.covers
    assert cover.count == 2
    assert {u for u, _ in cover.at_least} == {0, 1}
    assert cover.desks == 80


def test_units_as_hard_stand_for_one_another() -> None:
    """Of three units alike two make a floor short: any two of them are ruled out."""
    learnt = covers(office([60, 60, 60], [80]))
    learnt.learn({(0, 0): 60, (1, 0): 60})
    (cover,) = learnt.covers
    assert cover.count == 2
    assert {u for u, _ in cover.at_least} == {0, 1, 2}


def test_single_unit_is_ruled_out_by_the_fewest_people_that_are_too_many() -> None:
    """One unit that is too large alone is told by how many of it are too many."""
    learnt = covers(office([100], [20]))
    learnt.learn({(0, 0): 100})
    (cover,) = learnt.covers
    ((unit, people),) = cover.at_least
    assert (unit, cover.count) == (0, 1)
    assert learnt.rooms.is_short(0, ((0, people, 0),))
    assert not learnt.rooms.is_short(0, ((0, people - 1, 0),))


def test_people_who_avoid_one_another_prove_nothing() -> None:
    """More of them need not need more desks, so nothing is ruled out."""
    learnt = covers(office([60, 60], [80], correlation=-0.004))
    assert not learnt.learn({(0, 0): 60, (1, 0): 60})


@pytest.mark.parametrize("floors", [[45, 60], [60, 60], [80, 45]])
def test_posted_covers_exclude_only_what_is_short(floors: list[int]) -> None:
    """Whatever serves everywhere is still allowed after every short floor was learnt from."""
    given = office([30, 50, 40], floors)
    learnt, case = covers(given), compile_case(given)
    people = [int(n) for n in case.demand]
    layouts = [
        {(u, f): people[u] for u, f in enumerate(where) if f is not None}
        for where in product((None, 0, 1), repeat=3)
    ]
    for layout in layouts:
        learnt.learn(layout)
    for layout in layouts:
        model = LayoutModel(case, product(case.units, case.floors), {}, may_be_short=True)
        learnt.post(model.pieces)
        for u, f in product(case.units, case.floors):
            used = model.pieces.floors_of(u).get(f)
            if used is not None:
                model.pieces.model.add(used == int((u, f) in layout))
        status = cp_model.CpSolver().solve(model.pieces.model)
        allowed = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
        assert allowed == learnt.passes(layout)
