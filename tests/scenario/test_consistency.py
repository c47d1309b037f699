"""Contradictions between tables, each alone, with rows counted from 1."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.scenario.types import Scenario
from tests.builders import Values, scenario
from tests.scenario.files import problems

FLOORS: list[Values] = [("A-1", "A", 1, 60), ("A-2", "A", 2, 60), ("B-1", "B", 1, 60)]
HEADCOUNTS: list[Values] = [("u", 30, "O"), ("v", 20, "O"), ("w", 10, "P")]
TOWERS: list[Values] = [("A", "a", "C", 0.0, 0.0), ("B", "b", None, 90.0, 0.0)]
UNITS: list[Values] = [("u", "O"), ("v", "O"), ("w", "P")]
ORGANISATIONS: list[Values] = [("O", "o"), ("P", "p")]
FULL: dict[str, Any] = {
    "floors": FLOORS,
    "headcounts": HEADCOUNTS,
    "towers": TOWERS,
    "units": UNITS,
    "organisations": ORGANISATIONS,
}


def given(**tables: Any) -> Scenario:
    return scenario(**(FULL | tables))


def test_a_scenario_that_agrees_has_no_problem() -> None:
    """The tables that the other tests break are sound."""
    assert given().warnings == ()


@pytest.mark.parametrize(
    ("table", "rows", "expected"),
    [
        (
            "floors",
            [*FLOORS, ("A-1", "B", 2, 5)],
            "row 4, column floor_id: given already in row 1",
        ),
        ("towers", [*TOWERS, ("B", "x")], "row 3, column tower_id: given already in row 2"),
        ("units", [*UNITS, ("v", "O")], "row 4, column unit_id: given already in row 2"),
        (
            "organisations",
            [*ORGANISATIONS, ("O", "x")],
            "row 3, column organisation_id: given already in row 1",
        ),
        (
            "headcounts",
            [*HEADCOUNTS, ("w", 9)],
            "row 4, column unit_id, scheme, wave: given already in row 3 (got 'w')",
        ),
        (
            "affinities",
            [("u", "v", 1), ("v", "u", 2)],
            "row 2, column a, b: given already in row 1 (got 'v, u')",
        ),
        (
            "walking",
            [("A-1", "A-2", 1), ("A-2", "A-1", 2)],
            "row 2, column from_floor, to_floor: given already in row 1 (got 'A-2, A-1')",
        ),
        (
            "placement_costs",
            [("u", "A-1", 1), ("u", "A-2", 1), ("u", "A-1", 1)],
            "row 3, column unit_id, floor_id: given already in row 1 (got 'u, A-1')",
        ),
        (
            "current",
            [("u", "X", 1), ("u", "X", 1)],
            "row 2, column unit_id, floor_id: given already in row 1 (got 'u, X')",
        ),
    ],
)
def test_keys_are_given_once(table: str, rows: list[Values], expected: str) -> None:
    """Every id and every pair, either way round, is given once."""
    (found,) = problems(given, **{table: rows})
    assert found.startswith(f"{table}, {expected}")


@pytest.mark.parametrize(
    ("table", "rows", "expected"),
    [
        ("floors", [("A-1", "D", 1, 60)], "row 1, column tower_id: expected a known tower_id"),
        (
            "headcounts",
            [("U", 30)],
            "row 1, column unit_id: expected a known unit_id; did you mean 'u'?",
        ),
        ("headcounts", [("u", 30, "Q")], "row 1, column organisation_id: expected a known"),
        ("units", [*UNITS, ("x", "Q")], "row 4, column organisation_id: expected a known"),
        ("units", [*UNITS, ("x",)], "row 4, column organisation_id: expected an organisation of"),
        ("walking", [("A-1", "A-9", 1)], "row 1, column to_floor: expected a known floor_id"),
        ("walking", [("Z", "A-1", 1)], "row 1, column from_floor: expected a known floor_id"),
        ("placement_costs", [("x", "A-1", 1)], "row 1, column unit_id: expected a known unit_id"),
        ("placement_costs", [("u", "Z", 1)], "row 1, column floor_id: expected a known floor_id"),
        ("predecessors", [("x", "O")], "row 1, column unit_id: expected a known unit_id"),
        ("affinities", [("u", "Z", 1)], "row 1, column b: expected a known unit or organisation"),
        ("affinities", [("Z", "u", 1)], "row 1, column a: expected a known unit or organisation"),
        ("rules", [("own_floor", "Z")], "row 1, column subject: expected a known unit or"),
        ("rules", [("same_floor", "u", "Z")], "row 1, column object: expected a known unit or"),
        ("rules", [("only_in", "u", "Z")], "row 1, column object: expected a known floor, tower"),
        (
            "rules",
            [("at_least", "u", "A", "3")],
            "row 1, column object: expected a known floor_id",
        ),
    ],
)
def test_what_is_named_is_known(table: str, rows: list[Values], expected: str) -> None:
    """Where its table exists, an id that is named anywhere is in it."""
    assert any(
        found.startswith(f"{table}, {expected}") for found in problems(given, **{table: rows})
    )


def test_ids_of_absent_tables_are_taken_as_given() -> None:
    """Without towers, units and organisations any id will do, but for floors."""
    loose = {"towers": None, "units": None, "organisations": None}
    rules = [("only_in", "Z", "Q"), ("own_floor", "Y")]
    found = given(**loose, rules=rules, affinities=[("u", "X", 1)], current=[("q", "q", 1)])
    assert len(found.rules) == 2


@pytest.mark.parametrize("absent", ["units", "organisations"])
def test_a_body_may_be_of_the_absent_table(absent: str) -> None:
    """With one of units and organisations absent, an unknown body may be of that."""
    assert given(**{absent: None}, rules=[("own_floor", "Z")]).rules[0].subject == "Z"


def test_labels_need_not_be_known() -> None:
    """Coordinators, parents and today's floors may be names that no table has."""
    found = given(
        organisations=[("O", "o", None, "Crown"), ("P", "p")],
        units=[("u", "O", "north"), ("v", "O", "north"), ("w", "P", "south")],
        current=[("u", "JAKARTA", 5)],
    )
    assert found.coordinator_of == {"O": "Crown"}


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"floors": [("A", "A", 1, 60)]}, "floors, row 1, column floor_id: expected an id that"),
        ({"floors": [("C", "A", 1, 60)]}, "floors, row 1, column floor_id: expected an id that"),
        (
            {"towers": [("A", "a", "C"), ("B", "b", "A")]},
            "towers, row 1, column tower_id: expected an id that no complex has",
        ),
        (
            {"towers": [("A", "a"), ("B", "b", "A")]},
            "towers, row 1, column tower_id: expected an id that no complex has",
        ),
        (
            {"towers": None, "floors": [("B", "A", 1, 60), ("B-1", "B", 1, 60)]},
            "floors, row 1, column floor_id: expected an id that no tower and no complex has",
        ),
    ],
)
def test_places_do_not_share_ids(tables: dict[str, Any], expected: str) -> None:
    """Floors, towers and complexes have ids of their own."""
    (found,) = problems(given, **tables)
    assert found.startswith(expected)


def test_a_complex_may_bear_the_id_of_its_only_tower() -> None:
    """A tower that names itself as its complex is alone in it."""
    assert given(towers=[("A", "a", "A"), ("B", "b")]).complex_of == {"A": "A", "B": "B"}


@pytest.mark.parametrize(
    ("tables", "row"),
    [
        ({"units": [("O", "O"), ("v", "O"), ("w", "P")]}, 1),
        ({"units": [("P", "O"), ("w", "P")]}, 1),
        ({"units": None, "headcounts": [("v", 2, "O"), ("O", 3, "O")]}, 2),
        ({"units": None, "organisations": None, "headcounts": [("v", 2, "O"), ("O", 3)]}, 2),
    ],
)
def test_bodies_do_not_share_ids(tables: dict[str, Any], row: int) -> None:
    """A unit does not bear the id of an organisation that has other units."""
    headcounts = [(unit[0], 5) for unit in tables.get("units") or ()]  # type: ignore[index]
    found = problems(given, **({"headcounts": headcounts} | tables))
    expected = "expected an id that no organisation has, unless it is its only unit"
    table = "units" if tables["units"] else "headcounts"
    assert any(f"{table}, row {row}, column unit_id: {expected}" in line for line in found)


def test_the_only_unit_may_bear_its_organisations_id() -> None:
    """A body that is not divided is unit and organisation in one."""
    found = given(units=[("O", "O"), ("w", "P")], headcounts=[("O", 30), ("w", 5)])
    assert found.units_of == {"O": ("O",), "w": ("w",), "P": ("w",)}


def test_organisations_of_a_unit_agree() -> None:
    """What units and headcounts say of a unit's organisation is the same."""
    assert problems(given, headcounts=[("u", 3, "P")]) == [
        "headcounts, row 1, column organisation_id: "
        "expected 'O', the organisation of u in units (got 'P')"
    ]


@pytest.mark.parametrize(
    ("units", "row"),
    [
        ([("u", "O", "north"), ("w", "P", "north")], 2),
        ([("u", "O", "w"), ("w", "P")], 1),
        ([("u", "O", "P"), ("w", "P")], 1),
    ],
)
def test_a_parent_is_of_one_organisation(units: list[Values], row: int) -> None:
    """A label, a unit or an organisation is parent to units of one organisation only."""
    (found,) = problems(given, units=units, headcounts=[("u", 3), ("w", 3)])
    assert found.startswith(f"units, row {row}, column parent_id: expected a parent in ")


def test_a_parent_may_be_the_own_organisation_or_a_unit_of_it() -> None:
    """A unit may name its organisation, or a unit beside it, as its parent."""
    units = [("u", "O", "O"), ("v", "O", "u"), ("w", "P", "w")]
    assert len(given(units=units).housed) == 3


def test_own_desks_are_at_most_the_headcount() -> None:
    """As many own desks as people are sound, one more is refused."""
    rows = [("u", 30, "O", 30), ("v", 20, "O")]
    assert given(headcounts=rows, units=UNITS[:2]).housed[0].own_desks == 30
    assert problems(given, headcounts=[("u", 30, "O", 31)]) == [
        "headcounts, row 1, column own_desks: expected at most 30, the headcount (got '31')"
    ]


def test_floors_need_desks_or_an_area() -> None:
    """A floor with neither is refused."""
    assert problems(given, floors=[*FLOORS, ("B-2", "B", 2)]) == [
        "floors, row 4, column desks: expected desks or area_m2 (got '')"
    ]


def test_an_area_needs_a_size_of_desks() -> None:
    """A floor by area is refused while m2_per_desk is not given."""
    floors = [*FLOORS, {"floor_id": "B-2", "tower_id": "B", "level": 2, "area_m2": "99.5"}]
    expected = "expected a value, as floor B-2 has an area and no desks"
    assert problems(given, floors=floors) == [f"scenario, column sharing.m2_per_desk: {expected}"]
    settings = {"sharing": {"m2_per_desk": 10}}
    assert given(floors=floors, settings=settings).floors[3].desks is None


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            ("u", "v"),
            "column trips_per_week: expected exactly one of trips_per_week and closeness",
        ),
        (("u", "v", 1, "strong"), "column trips_per_week: expected exactly one of"),
        (("u", "u", None, "strong"), "column closeness: expected trips_per_week, as a and b are"),
    ],
)
def test_an_affinity_has_one_weight(row: Values, expected: str) -> None:
    """Trips or closeness is filled, and trips only inside a body."""
    (found,) = problems(given, affinities=[row])
    assert found.startswith(f"affinities, row 1, {expected}")


def test_trips_inside_a_body_are_sound() -> None:
    """A body may make trips inside itself, and none at all."""
    assert len(given(affinities=[("u", "u", 0), ("O", "u", 3.5)]).affinities) == 2


SCHEMES: list[Values] = [
    {"unit_id": "u", "headcount": 30, "scheme": "118k"},
    {"unit_id": "u", "headcount": 50, "scheme": "180k"},
    {"unit_id": "v", "headcount": 9},
]


def test_several_schemes_need_a_choice() -> None:
    """Without a choice the schemes are listed."""
    assert problems(scenario, headcounts=SCHEMES) == [
        "scenario, column options.scheme: "
        "expected a choice of scheme, as headcounts has several: 118k, 180k"
    ]


@pytest.mark.parametrize(("chosen", "people"), [("118k", [30, 9]), ("180k", [50, 9])])
def test_the_chosen_scheme_filters_headcounts(chosen: str, people: list[int]) -> None:
    """Rows of the scheme and rows without one are housed, in the order of the table."""
    found = scenario(headcounts=SCHEMES, settings={"options": {"scheme": chosen}})
    assert [unit.headcount for unit in found.housed] == people
    assert found.scheme == chosen


def test_a_single_scheme_is_taken() -> None:
    """One scheme needs no choice."""
    assert scenario(headcounts=SCHEMES[:1]).scheme == "118k"
    assert scenario().scheme is None


@pytest.mark.parametrize("rows", [SCHEMES, SCHEMES[2:]])
def test_a_scheme_that_no_row_bears_is_refused(rows: list[Values]) -> None:
    """A choice has to be one of the schemes there are."""
    (found,) = problems(scenario, headcounts=rows, settings={"options": {"scheme": "99k"}})
    assert found.startswith("scenario, column options.scheme: expected a scheme of headcounts: ")


def test_a_unit_has_schemes_or_none() -> None:
    """A unit with a row for all and a row for one scheme is refused."""
    rows = [*SCHEMES[:1], {"unit_id": "u", "headcount": 9}]
    (found,) = problems(scenario, headcounts=rows)
    assert found.startswith("headcounts, row 1, column scheme: expected no scheme, as the unit")


def test_hints_end_where_they_would_take_long() -> None:
    """Thousands of unknown ids are all reported, the first with a hint."""
    costs = [(f"x{number}", "A-1", 1) for number in range(3000)]
    units = [(f"u{number}", "O") for number in range(3000)]
    found = problems(given, units=units, headcounts=[("u1", 3)], placement_costs=costs)
    assert len(found) == 3000
    assert sum("did you mean" in line for line in found) <= 20
