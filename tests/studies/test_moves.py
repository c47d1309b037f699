"""Moves in order: who goes, when, by which temporary place, and that the replay notices faults."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.scenario.tables import CurrentPiece
from allocator.scenario.today import Held
from allocator.scenario.types import Scenario
from allocator.studies.moves import Moves, plan_moves, verify_moves
from allocator.studies.moves.matching import held_after, held_before, matched
from tests.builders import rows, scenario

FLOORS = [("A-1", "A", 1, 20), ("A-2", "A", 2, 20), ("A-3", "A", 3, 20)]
SWAP = ([("u", "A-1", 20, 20), ("v", "A-2", 20, 20)], [("u", "A-2", 20, 20), ("v", "A-1", 20, 20)])


def office(**tables: Any) -> Scenario:
    usual = {"floors": FLOORS, "headcounts": [(unit, 20, "O") for unit in "uvw"]}
    return scenario(**(usual | tables))


def pieces(values: list[Any]) -> tuple[CurrentPiece, ...]:
    return rows("current", values)  # type: ignore[return-value]


def moves(given: Scenario, before: list[Any], after: list[Any], **options: Any) -> Moves:
    return plan_moves(given, pieces(before), pieces(after), workers=1, time_limit_s=5, **options)


def told(found: Moves) -> list[tuple[int, str, str, str, int, int]]:
    return [
        (row.step, row.unit_id, row.from_floor, row.to_floor, row.people, row.temporary)
        for row in found.rows
    ]


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ({"a": -5, "b": 5, "c": 0}, 1),
        ({"a": -5, "b": -3, "c": 5, "d": 3}, 2),
        ({"a": -5, "b": -3, "c": 4, "d": 4}, 3),
        ({"a": -5, "b": 8}, 2),
        ({"a": -5}, 1),
    ],
)
def test_who_goes_where_takes_the_fewest_rows(more: dict[str, int], count: int) -> None:
    """Floors that balance one another are matched among themselves; newcomers have a row."""
    found = matched(more)
    assert len(found) == count
    for floor, people in more.items():
        came = sum(n for _, to, n in found if to == floor)
        assert came - sum(n for at, _, n in found if at == floor) == people


def test_what_stays_does_not_move() -> None:
    """Of 20 people on A-1 12 stay; nobody moves within a floor, and one step is enough."""
    found = moves(office(), [("u", "A-1", 20, 20)], [("u", "A-1", 12, 12), ("u", "A-3", 8, 8)])
    assert told(found) == [(1, "u", "A-1", "A-3", 8, 0)]
    assert (found.rows[0].desks_freed, found.rows[0].desks_taken) == (8, 8)


def test_a_floor_receives_people_once_it_is_left() -> None:
    """u follows v, who follows w: each step the last floor of the chain is free."""
    before = [("u", "A-1", 20, 20), ("v", "A-2", 20, 20)]
    found = moves(office(), before, [("u", "A-2", 20, 20), ("v", "A-3", 20, 20)])
    assert told(found) == [(1, "v", "A-2", "A-3", 20, 0), (2, "u", "A-1", "A-2", 20, 0)]
    assert found.is_fewest_steps


def test_a_swap_goes_by_a_free_floor_and_names_the_cycle() -> None:
    """Two full floors change tenants: one of them waits on the third, and that is proved."""
    found = moves(office(), *SWAP)
    assert (found.people_elsewhere, found.people_twice, found.steps) == (0, 20, 3)
    assert found.is_fewest_twice
    assert sorted(found.cycle) == ["A-1", "A-2"]
    assert "each waits for the next" in found.notes[0]


def test_without_a_free_floor_somebody_works_elsewhere_for_a_time() -> None:
    """Where the third floor may not be used, the smaller unit has no place for two steps."""
    rules = [("never_in", "O", "A-3")]
    found = moves(office(rules=rules), *SWAP)
    assert (found.people_elsewhere, found.people_twice, found.steps) == (20, 0, 3)
    assert found.is_fewest_elsewhere


def test_newcomers_leavers_and_desks_without_people_have_rows() -> None:
    """u grows by 4, v is gone, w needs fewer desks for as many people."""
    before = [("u", "A-1", 16, 16), ("v", "A-1", 4, 4), ("w", "A-2", 20, 20)]
    after = [("u", "A-1", 20, 20), ("w", "A-2", 15, 20)]
    assert told(moves(office(), before, after)) == [
        (1, "v", "A-1", "", 4, 0),
        (1, "w", "A-2", "", 0, 0),
        (2, "u", "", "A-1", 4, 0),
    ]


def test_a_floor_over_its_limit_receives_nobody_until_it_is_below() -> None:
    """A-1 holds 24 of 20 desks: w comes in once v has left, not when u has."""
    before = [("u", "A-1", 2, 2), ("v", "A-1", 22, 22), ("w", "A-2", 2, 2)]
    after = [("u", "A-3", 2, 2), ("v", "A-2", 18, 18), ("w", "A-1", 2, 2)]
    steps = {row.unit_id: row.step for row in moves(office(), before, after).rows if row.people}
    assert steps["w"] > steps["v"]


def test_moves_in_parts_are_of_so_many_people_at_most() -> None:
    """20 people in parts of at most 8 are three rows of about equal size."""
    found = moves(office(), [("u", "A-1", 20, 20)], [("u", "A-2", 20, 20)], people_per_step=8)
    assert sorted(row.people for row in found.rows) == [6, 7, 7]


def test_units_come_from_where_their_predecessors_sit() -> None:
    """old is split in two: 14 of its people stay as u, 6 go on as v."""
    given = office(
        current=[("old", "A-1", 20, 20)], predecessors=[("u", "old", "0.7"), ("v", "old")]
    )
    after = [("u", "A-1", 14, 14), ("v", "A-2", 6, 6)]
    assert told(moves(given, [("old", "A-1", 20, 20)], after)) == [(1, "v", "A-1", "A-2", 6, 0)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"step": 1}, "receives"),
        ({"step": 4}, "without gaps"),
        ({"people": 19}, "at the end"),
        ({"to_floor": "A-9"}, "at the end"),
        ({"desks_freed": 25}, "leaves more"),
    ],
)
def test_the_replay_finds_what_is_wrong(change: dict[str, Any], said: str) -> None:
    """One thing broken in the last move of a swap is noticed."""
    given = office()
    found = moves(given, *SWAP).rows
    old, new = held_before(given, pieces(SWAP[0])), held_after(pieces(SWAP[1]))
    assert verify_moves(given, old, new, found) == []
    broken = (*found[:-1], found[-1].model_copy(update=change))
    assert any(said in each for each in verify_moves(given, old, new, broken))


def test_the_replay_minds_rules_of_temporary_places() -> None:
    """A unit that waits where it may not be is noticed."""
    found = moves(office(), *SWAP).rows
    given = office(rules=[("never_in", "O", "A-3")])
    old, new = held_before(given, pieces(SWAP[0])), held_after(pieces(SWAP[1]))
    assert any("never_in" in each for each in verify_moves(given, old, new, found))


def test_desks_are_held_by_people() -> None:
    """A plan before without people has those of the unit by its desks."""
    held = held_before(office(), pieces([("u", "A-1", 12), ("u", "A-2", 4)]))
    assert held["u"] == {"A-1": Held(12, 15), "A-2": Held(4, 5)}
