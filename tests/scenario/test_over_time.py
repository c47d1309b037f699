"""Waves, predecessors and limits: what agrees, and what a scenario is in one wave."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.scenario.predecessors import parts_of_today
from allocator.scenario.today import held_today
from allocator.scenario.waves import in_wave
from tests.builders import scenario
from tests.scenario.files import problems

FLOORS: list[Any] = [
    ("A-1", "A", 1, 60),
    {"floor_id": "A-2", "tower_id": "A", "level": 2, "desks": 60, "opens_wave": 2},
    {"floor_id": "B-1", "tower_id": "B", "level": 1, "desks": 60},
]
TOWERS: list[Any] = [("A", "a"), {"tower_id": "B", "opens_wave": 3}]
UNITS: list[Any] = [
    ("u", "O"),
    {"unit_id": "v", "organisation_id": "O", "wave": 2},
    {"unit_id": "w", "organisation_id": "P", "wave": 3},
]
HEADCOUNTS: list[Any] = [
    {"unit_id": "u", "headcount": 30, "own_desks": 2},
    {"unit_id": "u", "headcount": 10, "own_desks": 1, "wave": 3},
    {"unit_id": "v", "headcount": 20},
    {"unit_id": "w", "headcount": 8},
]


def given(**tables: Any) -> Any:
    usual = {"floors": FLOORS, "towers": TOWERS, "units": UNITS, "headcounts": HEADCOUNTS}
    return scenario(**(usual | tables))


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        (
            {"predecessors": [("u", "old", "0.7"), ("v", "old", "0.4")]},
            "predecessors, row 2, column share: expected shares of old that sum to at most 1: "
            "with this row it passes on 1.1 (got '0.4')",
        ),
        (
            {"predecessors": [("u", "odl")]},
            "predecessors, row 1, column predecessor_id: expected a unit or an organisation of "
            "current; did you mean 'old'? (got 'odl')",
        ),
        (
            {"floors": [FLOORS[1], FLOORS[2]]},
            "floors, column opens_wave: expected a floor that is open in wave 1, when people "
            "come (got '2')",
        ),
        (
            {"settings": {"waves": {"weights": [1, 2]}}},
            "scenario, column waves.weights: expected one for each of 3 waves, not 2 (got '1;2')",
        ),
        (
            {"headcounts": [*HEADCOUNTS[:1], HEADCOUNTS[1] | {"wave": 1}]},
            "headcounts, row 2, column unit_id, scheme, wave: given already in row 1 (got 'u, 1')",
        ),
        (
            {
                "headcounts": [
                    HEADCOUNTS[0] | {"people_per_desk": "1.2"},
                    HEADCOUNTS[1] | {"people_per_desk": "1.3"},
                ]
            },
            "headcounts, row 2, column people_per_desk: expected 1.2 as in row 1: rows of one "
            "unit agree (got '1.3')",
        ),
    ],
)
def test_what_changes_over_time_agrees(tables: dict[str, Any], expected: str) -> None:
    """Each contradiction is told with its table, row, column and value."""
    assert problems(given, current=[("old", "A-1", 9, 9)], **tables) == [expected]


def test_a_limit_of_moves_needs_a_plan_to_compare_with() -> None:
    """Without a plan of today and without waves nobody can move."""
    settings = {"options": {"max_people_moved": 3}}
    (found,) = problems(scenario, settings=settings)
    assert found.startswith("scenario, column options.max_people_moved: expected a table current")
    assert given(settings=settings).scheme is None


def test_a_wave_has_the_people_come_and_the_floors_open() -> None:
    """Rows of one unit add up; a floor's wave beats its tower's; later ones are left out."""
    first, second, last = (in_wave(given(), wave) for wave in (1, 2, None))
    assert [[f.floor_id for f in s.floors] for s in (first, second, last)] == [
        ["A-1"],
        ["A-1", "A-2"],
        ["A-1", "A-2", "B-1"],
    ]
    assert [[u.headcount for u in s.housed] for s in (first, second, last)] == [
        [30],
        [30, 20],
        [40, 20, 8],
    ]
    assert last.housed[0].own_desks == 3


def test_rows_of_a_wave_name_who_and_what_is_there() -> None:
    """Rules of units not come, or of closed floors, do not hold; trips go by people come."""
    rules = [
        ("same_floor", "u", "v"),
        ("never_in", "u", "A-2"),
        ("at_least", "O", "A-1", "8"),
        ("only_in", "u", "A-1"),
        ("only_in", "u", "B"),
    ]
    trips = [("u", "u", 40.0), ("O", "O", 60.0), ("u", "w", 9.0)]
    whole = given(rules=rules, affinities=trips)
    first, last = in_wave(whole, 1), in_wave(whole)
    assert [row.rule.value for row in first.rules] == ["only_in"]
    assert [row.trips_per_week for row in first.affinities] == [30, 30]
    assert (last.rules, last.affinities) == (whole.rules, whole.affinities)


def test_only_in_a_place_that_is_not_open_yet_leaves_no_room() -> None:
    """The rule holds all the same: the unit has nowhere to be."""
    (_, closed) = in_wave(given(rules=[("only_in", "u", "B")]), 1).floors
    assert (closed.floor_id, closed.desks) == ("B-1", 0)


def test_a_wave_with_which_nobody_comes_is_refused() -> None:
    """Waves run to the highest one with people."""
    with pytest.raises(InputError, match="expected a wave from 1 to 3"):
        in_wave(given(), 4)


def test_what_nobody_takes_of_a_predecessor_leaves() -> None:
    """old passes on 30 % of its 11 people on A-1; the others, by largest remainder, are gone."""
    case = given(current=[("old", "A-1", 7, 11)], predecessors=[("u", "old", "0.3")])
    assert parts_of_today(case) == {"old": {"u": Fraction(3, 10)}}
    held = held_today(case)
    assert (held["u", "A-1"].desks, held["u", "A-1"].people) == (2, 3)
    assert (held["old", "A-1"].desks, held["old", "A-1"].people) == (5, 8)


WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), 1)


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("rotas", [{"unit_id": unit} | WEEK for unit in "uv"]),
        ("predecessors", [("u", "old", "0.5"), ("v", "old", "0.5")]),
        ("staff", [(unit, "young", 3) for unit in "uv"]),
        ("unit_scenarios", [("all", "u"), ("all", "v")]),
    ],
)
def test_rows_of_units_of_later_waves_wait_for_them(table: str, rows: list[Any]) -> None:
    """v comes with the second wave: its row is not there in the first, and u's is in both."""
    whole = given(current=[("old", "A-1", 30)], **{table: rows})
    counts = [len(getattr(in_wave(whole, wave), table)) for wave in (1, 2)]
    assert counts == [1, 2]


def test_an_heir_of_a_later_wave_keeps_its_share() -> None:
    """u and v are half of a unit each; before v has come u is no more than its half."""
    whole = given(current=[("old", "A-1", 30)], predecessors=[("u", "old"), ("v", "old")])
    assert parts_of_today(in_wave(whole, 1)) == {"old": {"u": Fraction(1, 2)}}
    assert parts_of_today(in_wave(whole, 2)) == parts_of_today(whole)


def test_a_scheme_whose_people_come_later_is_none_of_an_earlier_wave() -> None:
    """Only u, which is in all schemes, comes with the first wave; v of the scheme follows."""
    rows = [("u", 30), {"unit_id": "v", "headcount": 20, "scheme": "118k"}]
    whole = given(headcounts=rows, settings={"options": {"scheme": "118k"}})
    assert [len(in_wave(whole, wave).housed) for wave in (1, 2)] == [1, 2]
    assert in_wave(whole, 2).scheme == "118k"


def test_weeks_and_groups_of_those_who_come_later_wait_for_them() -> None:
    """Nine in ten of u come on a mean day, so that a week of three days fits v alone."""
    days = ("mon", "tue", "wed", "thu", "fri")
    whole = given(
        headcounts=[
            {"unit_id": "u", "headcount": 30, "attendance_share": 0.9},
            {"unit_id": "v", "headcount": 20, "attendance_share": 0.3},
        ],
        patterns=[{"pattern": "three"} | dict(zip(days, (1, 1, 1, 0, 0), strict=True))],
        staff=[("u", "old", 3), ("v", "young", 3)],
        unit_scenarios=[("all", "u", None, 1), ("all", "v", None, 2)],
        staff_scenarios=[("all", "old", 1), ("all", "young", 1)],
    )
    first, last = in_wave(whole, 1), in_wave(whole)
    assert (len(first.patterns), len(last.patterns)) == (0, 1)
    assert [row.group for row in first.staff_scenarios] == ["old"]
    assert last.unit_scenarios == whole.unit_scenarios
