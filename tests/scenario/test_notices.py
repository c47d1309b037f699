"""Warnings: what a planner should know that is not wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import Values, scenario
from tests.scenario.files import read


def test_units_without_headcount_are_named() -> None:
    """Each unit that is not placed gives a warning at its row."""
    found = scenario(units=[("Finance", "Treasury"), ("Audit", "Treasury")]).warnings
    assert [(w.code, w.table, w.row) for w in found] == [("unit_without_headcount", "units", 2)]
    assert found[0].message == "unit Audit has no headcount and is not placed"


def test_units_of_another_scheme_are_named() -> None:
    """A unit with people in another scheme only is not placed in this one."""
    rows: list[Values] = [
        {"unit_id": "u", "headcount": 5, "scheme": "a"},
        {"unit_id": "v", "headcount": 5, "scheme": "b"},
    ]
    settings = {"options": {"scheme": "a"}}
    units = [("u", "O"), ("v", "O")]
    (found,) = scenario(headcounts=rows, units=units, settings=settings).warnings
    assert found.message == "unit v has no headcount in scheme a and is not placed"


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("rules", [("own_floor", "Finance"), ("own_floor", "Ghost"), ("contiguous", "Ghost")]),
        ("rules", [("own_floor", "Finance"), ("same_floor", "Finance", "Ghost")]),
        ("affinities", [("Finance", "Finance", 1), ("Finance", "Ghost", 1)]),
        ("placement_costs", [("Finance", "A-1", 1), ("Ghost", "A-1", 1)]),
        ("rotas", [("Treasury", 1, 1, 1, 1, 1), ("Ghost", 1, 1, 1, 1, 1)]),
    ],
)
def test_bodies_without_headcount_are_named_once(table: str, rows: list[Values]) -> None:
    """A body that nobody has people of gives one warning a table, where it comes first."""
    (found,) = scenario(**{table: rows}).warnings
    assert (found.code, found.table, found.row) == ("body_without_headcount", table, 2)


def test_places_that_nobody_knows_are_named() -> None:
    """Without towers a place that is no floor and no tower is taken as given, with a warning."""
    rules = [("only_in", "Finance", "A"), ("never_in", "Finance", "Z")]
    (found,) = scenario(rules=rules).warnings
    assert (found.code, found.row) == ("unknown_place", 2)
    assert scenario(rules=rules[:1]).warnings == ()


def test_floors_that_open_after_the_last_wave_are_named() -> None:
    """A floor that opens when nobody comes any more stays closed, and that is said."""
    floors: list[Values] = [
        ("A-1", "A", 1, 60),
        {"floor_id": "A-2", "tower_id": "A", "level": 2, "desks": 5, "opens_wave": 2},
    ]
    (found,) = scenario(floors=floors).warnings
    assert (found.code, found.message) == (
        "never_opens",
        "floor A-2 stays closed: nobody comes with a wave after 1",
    )


def test_units_of_today_that_nothing_names_are_told() -> None:
    """Their desks count as vacated; one that has a successor is not told."""
    current = [("Finance", "A-1", 1), ("Old", "A-1", 1), ("Ghost", "A-1", 1)]
    heirs = [("Finance", "Old")]
    (found,) = scenario(current=current, predecessors=heirs).warnings
    assert (found.code, found.table, found.row) == ("unit_vacates", "current", 3)


def test_floors_that_are_overfull_today_are_named() -> None:
    """Today's plan may hold more than there is; that is no error, as moves begin from it."""
    (found,) = scenario(current=[("Finance", "A-1", 61)]).warnings
    assert (found.code, found.message) == (
        "overfull_today",
        "today floor A-1 holds more desks than it has (61 and 60 on A-1)",
    )


def test_a_limit_of_moves_that_cost_nothing_is_told() -> None:
    """A limit says that moves matter, a price of 0 that they do not."""
    settings = {"options": {"max_people_moved": 3}, "prices": {"move": 0}}
    (found,) = scenario(current=[("Finance", "A-1", 54)], settings=settings).warnings
    assert found.code == "free_moves"


def test_warnings_name_the_row_of_the_file(tmp_path: Path) -> None:
    """Once read from a file, the row is the file's."""
    current = "unit_id,floor_id,desks\n\nGhost,A-1,2\n"
    (found,) = read(tmp_path, current=current).warnings
    assert (found.table, found.row) == ("current", 3)


@pytest.mark.parametrize(
    ("towers", "named"),
    [
        (None, "towers A, B, C have"),
        ([("A", "a", None, 0.0, 0.0), ("B", "b"), ("C", "c", None, 5.0)], "towers B, C have"),
        ([("A", "a", None, 0.0, 0.0), ("B", "b", None, 1.0, 1.0), ("C", "c")], "tower C has"),
    ],
)
def test_towers_without_coordinates_are_named(towers: list[Values] | None, named: str) -> None:
    """That they are 0 m from the others is told once, with what to fill in."""
    floors = [(f"{tower}-1", tower, 1, 60) for tower in "ABC"]
    (found,) = scenario(floors=floors, towers=towers).warnings
    assert (found.code, found.table) == ("no_coordinates", "towers")
    assert found.message.startswith(f"{named} no x_m and y_m")


def test_one_tower_needs_no_coordinates() -> None:
    """Where there is one tower nobody walks to another; nor where all have coordinates."""
    placed = [("A", "a", None, 0.0, 0.0), ("B", "b", None, 9.0, 0.0)]
    assert scenario(towers=[("A", "a"), ("B", "not built")]).warnings == ()
    floors = [("A-1", "A", 1, 60), ("B-1", "B", 1, 60)]
    assert scenario(floors=floors, towers=placed).warnings == ()


@pytest.mark.parametrize("name", ["headcounts.xlsx", "Floors.TSV", "plan.ods", "notes.txt"])
def test_files_that_look_like_tables_and_are_not_read_are_named(tmp_path: Path, name: str) -> None:
    """A workbook beside the tables of a folder does nothing, and is named; locks are not."""
    for each in (name, f"~${name}", f".{name}", "README.md"):
        (tmp_path / each).write_bytes(b"")
    (found,) = read(tmp_path).warnings
    assert (found.code, found.table) == ("file_not_read", name)
