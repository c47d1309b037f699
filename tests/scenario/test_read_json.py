"""Scenarios as JSON: strict types, and problems by table and row."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from allocator.scenario.read import read_scenario, scenario_from_json
from allocator.scenario.types import Scenario
from tests.scenario.files import problems

FLOOR = {"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60}
HEADCOUNT = {"unit_id": "Finance", "organisation_id": "Treasury", "headcount": 70}


def document(
    floor: dict[str, Any] | None = None, headcount: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "floors": [FLOOR | (floor or {})],
        "headcounts": [HEADCOUNT | (headcount or {})],
        **more,
    }


def test_the_smallest_useful_document_is_read() -> None:
    """Floors, headcounts and a ratio are enough."""
    found = scenario_from_json(document(settings={"sharing": {"people_per_desk": "1.3"}}))
    (unit,) = found.housed
    assert (unit.organisation_id, unit.headcount) == ("Treasury", 70)
    assert unit.people_per_desk == Fraction(13, 10)


@pytest.mark.parametrize(
    ("floor", "expected"),
    [
        ({"desks": 60.0}, "column desks: expected a whole number (got '60.0')"),
        ({"desks": "60"}, "column desks: expected a whole number (got '60')"),
        ({"desks": True}, "column desks: expected a whole number (got 'True')"),
        ({"desks": -1}, "column desks: expected a whole number of at least 0 (got '-1')"),
        ({"level": None}, "column level: expected a whole number (got '')"),
        ({"level": 1001}, "column level: expected a whole number of at most 1,000 (got '1001')"),
        ({"floor_id": 7}, "column floor_id: expected text (got '7')"),
        ({"floor_id": " "}, "column floor_id: expected text (got '')"),
        ({"floor_id": "a\0"}, "column floor_id: expected text without control characters"),
        ({"open_price": "3"}, "column open_price: expected a number (got '3')"),
        ({"open_price": True}, "column open_price: expected a number (got 'True')"),
        ({"open_price": float("nan")}, "column open_price: expected a number (got 'nan')"),
        ({"features": 3}, "column features: expected words separated by ; (got '3')"),
        ({"features": ["a;b"]}, "column features: expected words separated by ;"),
        ({"desk": 3}, "column desk: unknown column; did you mean 'desks'?"),
    ],
)
def test_json_is_strict(floor: dict[str, Any], expected: str) -> None:
    """Whole numbers are whole, ids are text, and nothing is taken for something else."""
    (found,) = problems(scenario_from_json, document(floor))
    assert found.startswith(f"floors, row 1, {expected}")


@pytest.mark.parametrize("ratio", [1.3, "1.3", "1.30", "13/10"])
def test_a_ratio_is_taken_at_its_shortest_form(ratio: float | str) -> None:
    """1.3 is 13/10, whether it is written as text or as a number."""
    found = scenario_from_json(document(headcount={"people_per_desk": ratio}))
    assert found.housed[0].people_per_desk == Fraction(13, 10)


def test_empty_and_null_cells_are_not_given() -> None:
    """null and "" leave a cell empty, and text is trimmed."""
    found = scenario_from_json(document({"features": None, "floor_id": " A-1 "}, {"scheme": ""}))
    assert found.floors[0].floor_id == "A-1"
    assert found.headcounts[0].scheme is None


def test_lists_may_be_text_or_arrays() -> None:
    """Features are an array of words, or text with semicolons."""
    floors = [FLOOR | {"features": ["a", "b"]}, FLOOR | {"floor_id": "x", "features": "a; b"}]
    found = scenario_from_json(document() | {"floors": floors})
    assert [floor.features for floor in found.floors] == [("a", "b"), ("a", "b")]


def test_the_value_of_a_rule_may_be_a_number() -> None:
    """A count is written as a whole number or as text."""
    rule = {"rule": "max_floors", "subject": "Finance"}
    rules = [rule | {"value": 2}, rule | {"value": "2"}]
    found = scenario_from_json(document(rules=rules))
    assert [rule.count for rule in found.rules] == [2, 2]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], "request: expected an object of tables (got '[]')"),
        (document(rule=[]), "request, column rule: unknown table or key; did you mean 'rules'?"),
        (document() | {"floors": []}, "floors: expected at least one row"),
        (document() | {"floors": None}, "floors: expected this table, which is missing"),
        (document(rules={}), "rules: expected an array (got '{}')"),
        (document(rules=[3]), "rules, row 1: expected an object (got '3')"),
        (document(settings=3), "settings: expected sections of settings (got '3')"),
        (
            document(settings={"prices": 3}),
            "settings, column prices: expected a section (got '3')",
        ),
    ],
)
def test_documents_of_another_shape_are_refused(given: Any, expected: str) -> None:
    """A document is an object with arrays of objects and settings."""
    assert problems(scenario_from_json, given) == [expected]


def test_empty_tables_that_need_not_be_are_none() -> None:
    """An empty array of towers means that towers are not given."""
    found = scenario_from_json(document(towers=[], units=[], rules=[]))
    assert (found.towers, found.units, found.rules) == (None, None, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "expected well-formed JSON: Expecting property name"),
        ('{"a": NaN}', "expected well-formed JSON: NaN is no number"),
        ('{"a": -Infinity}', "expected well-formed JSON: -Infinity is no number"),
        ("9" * 5000, "expected well-formed JSON: a number of 5000 digits"),
        ("[" * 100_000, "expected well-formed JSON: "),
        ("\0", "expected a text file, not a binary one"),
        ("", "expected well-formed JSON: Expecting value"),
    ],
)
def test_malformed_json_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    """Text that is no JSON, or too deep or long for it, is one clear problem."""
    path = tmp_path / "case.json"
    path.write_text(text)
    (found,) = problems(read_scenario, path)
    assert found.startswith(f"case.json: {expected}")


def test_keys_given_twice_are_refused(tmp_path: Path) -> None:
    """An object that gives a key twice is ambiguous."""
    path = tmp_path / "case.json"
    path.write_text('{"floors": [{"desks": 1, "desks": 2}], "headcounts": [], "headcounts": []}')
    assert problems(read_scenario, path) == [
        "case.json, column desks: expected each key of an object once",
        "case.json, column headcounts: expected each key of an object once",
    ]


def test_problems_of_a_file_name_it(tmp_path: Path) -> None:
    """In a file the table is named after the file, its rows counted from 1."""
    path = tmp_path / "case.json"
    path.write_text(json.dumps(document(headcount={"own_desks": 71})))
    assert problems(read_scenario, path) == [
        "case.json headcounts, row 1, column own_desks: expected at most 70, the headcount "
        "(got '71')"
    ]


def test_a_number_too_long_to_print_is_refused() -> None:
    """A whole number of thousands of digits is out of range, not a crash."""
    (found,) = problems(scenario_from_json, document({"desks": 10**5000}))
    assert found == (
        "floors, row 1, column desks: expected a whole number of at most 10,000,000 (got '…')"
    )


def test_surrogates_are_refused() -> None:
    """Half a character, which no file can hold, is no text."""
    (found,) = problems(scenario_from_json, document({"floor_id": "\ud800"}))
    assert found.startswith("floors, row 1, column floor_id: expected text")


def test_fingerprints_follow_the_content() -> None:
    """Every table and the settings have a sha256, which the order of keys does not change."""
    turned = {key: document()[key] for key in reversed(document())}
    one: Scenario = scenario_from_json(document(settings={}))
    other = scenario_from_json(turned | {"settings": {}})
    assert one.fingerprints == other.fingerprints
    assert {len(value) for value in one.fingerprints.values()} == {64}
    assert set(one.fingerprints) == {"floors", "headcounts", "scenario"}
