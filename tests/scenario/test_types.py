"""The scenario: what is settled from its tables, and how variants are made."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from allocator.errors import InputError
from allocator.scenario.tables import REQUIRED_COLUMNS, TABLES, Floor, Unit
from tests.builders import scenario
from tests.scenario.files import read


@pytest.mark.parametrize(
    ("units", "headcount", "organisation"),
    [
        ([("u", "O")], ("u", 5), "O"),
        ([("u",)], ("u", 5, "P"), "P"),
        (None, ("u", 5, "P"), "P"),
        (None, ("u", 5), "u"),
        ([("u", "O")], ("u", 5, "O"), "O"),
    ],
)
def test_a_units_organisation_is_settled(
    units: list[tuple[str, ...]] | None, headcount: tuple[object, ...], organisation: str
) -> None:
    """It is that of units, else of headcounts, else the unit itself."""
    found = scenario(units=units, headcounts=[headcount]).housed
    assert found[0].organisation_id == organisation


def test_bodies_stand_for_their_units() -> None:
    """A unit stands for itself, an organisation for all of its housed units."""
    found = scenario(headcounts=[("u", 5, "O"), ("v", 5, "O"), ("w", 5)]).units_of
    assert found == {"u": ("u",), "v": ("v",), "w": ("w",), "O": ("u", "v")}


def test_a_tower_without_complex_is_one() -> None:
    """A complex_id joins towers; without it a tower is its own complex."""
    floors = [("A-1", "A", 1, 5), ("B-1", "B", 1, 5)]
    assert scenario(floors=floors).complex_of == {"A": "A", "B": "B"}
    towers = [("A", "", "C"), ("B", "", "C")]
    assert scenario(floors=floors, towers=towers).complex_of == {"A": "C", "B": "C"}


def test_a_variant_is_checked_anew() -> None:
    """Replacing a table raises the problems that it makes."""
    case = scenario(units=[("Finance", "Treasury")])
    with pytest.raises(InputError, match="expected a known unit_id"):
        case.replace(headcounts=scenario(headcounts=[("Audit", 5)]).headcounts)


def test_another_ratio_keeps_the_rest() -> None:
    """with_sharing changes one key of the section and nothing else."""
    case = scenario(settings={"sharing": {"min_piece_desks": 3}})
    found = case.with_sharing(people_per_desk="1.5").settings.sharing
    assert (found.people_per_desk, found.min_piece_desks) == (Fraction(3, 2), 3)


def test_a_replaced_table_loses_its_source(tmp_path: Path) -> None:
    """A table made in Python has neither the file nor the fingerprint of the one before."""
    case = read(tmp_path)
    found = case.replace(floors=scenario().floors)
    assert set(case.fingerprints) - set(found.fingerprints) == {"floors"}
    assert set(case.sources) - set(found.sources) == {"floors"}


def test_rows_are_frozen_and_trimmed() -> None:
    """Ids lose the spaces around them, and rows cannot be changed."""
    floor = Floor(floor_id=" A-1 ", tower_id="A", level=1)
    assert floor.floor_id == "A-1"
    with pytest.raises(ValueError, match="frozen"):
        floor.level = 2  # type: ignore[misc]


def test_words_have_no_semicolon() -> None:
    """A word with the mark that separates words is refused."""
    with pytest.raises(ValueError, match="without ;"):
        Unit(unit_id="u", needs=("a;b",))


def test_every_required_column_exists() -> None:
    """The columns that a header must name are columns of their table."""
    for table, columns in REQUIRED_COLUMNS.items():
        named = {part for column in columns for part in column.split(" or ")}
        assert named <= set(TABLES[table].model_fields)
    assert set(REQUIRED_COLUMNS) == set(TABLES)
