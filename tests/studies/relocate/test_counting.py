"""People, desks and flats of a relocation against tables worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.scenario.read import read_scenario
from allocator.scenario.types import Scenario
from allocator.studies.relocate import Binds, Combination, Names, combinations, largest_remainder
from allocator.studies.relocate.counting import moves
from tests.builders import scenario

DATA = Path(__file__).parents[3] / "data"
STAFF = [("P", "young", 10, 2), ("P", "old", 5), ("Q", "young", 3), ("Q", "old", 7, 7)]
WAVES = [("early", "P", None, 1), ("early", None, "Q", 2), ("one", "P", None, 1)]
SHARES = [("half", "young", "1/2"), ("half", "old", "1/4"), ("all", "young", 1), ("all", "old", 1)]
FAMILIES = [("mixed", "young", "0.1", 3, 2), ("mixed", "old", "0.5", "4.5", 1)]
HOUSING = [("H-1", 6, 1), ("H-2", 5, 2)]


def office(**given: Any) -> Scenario:
    tables: dict[str, Any] = {
        "floors": [
            ("A-1", "A", 1, 9),
            {"floor_id": "A-2", "tower_id": "A", "level": 2, "desks": 4},
        ],
        "headcounts": [],
        "staff": STAFF,
        "unit_scenarios": WAVES,
        "staff_scenarios": SHARES,
        "family_scenarios": FAMILIES,
        "housing": HOUSING,
    }
    return scenario(**(tables | given))


def counted(case: Scenario) -> tuple[Combination, ...]:
    return combinations(case, Names.of(case))


def found(case: Scenario, *names: str) -> Combination:
    units, staff, *families = names
    (one,) = combinations(case, Names.of(case, [units], [staff], families or None))
    return one


def test_people_by_largest_remainder() -> None:
    """P: 5 + 1.25, Q: 1.5 + 1.75: 9.5 in all is 10, so P, the earlier with 1/4 over, has 7."""
    assert moves(office(), "half") == [5, 2, 1, 2]


@pytest.mark.parametrize(
    ("parts", "whole", "expected"),
    [
        (["1/2", "1/2", "1/2"], 2, [1, 1, 0]),
        (["0.4", "0.6", "2"], 3, [0, 1, 2]),
        (["7/3", "7/3", "7/3"], 7, [3, 2, 2]),
    ],
)
def test_ties_go_to_the_earlier(parts: list[str], whole: int, expected: list[int]) -> None:
    """Whole parts first, then the largest remainders, the first of equal ones."""
    assert largest_remainder([Fraction(part) for part in parts], whole) == expected


def test_a_wave_counts_everyone_who_has_come() -> None:
    """In wave 1 P's 15 people, in wave 2 all 25; own desks are at most the people who go."""
    first, second = found(office(), "early", "all", "mixed").waves
    assert (first.people, first.demand, second.people, second.demand) == (15, 15, 25, 25)
    assert [row.own_desks for row in second.headcounts] == [2, 7]


def test_flats_and_residents() -> None:
    """Wave 1: 10 young, 1 family, 9 singles by twos; 5 old, 3 families (2.5 up), 2 singles."""
    first, second = found(office(), "early", "all", "mixed").waves
    assert first.flats_needed == 1 + 5 + 3 + 2
    assert first.residents == 3 + 9 + Fraction(27, 2) + 2
    assert (first.flats, second.flats) == (6, 11)
    assert second.flats_needed == 1 + 6 + 6 + 6


def test_what_binds_and_how_many_could_come() -> None:
    """15 people for 13 desks and 6 flats of the 11 needed: by both, 15 · 6/11 is 8 people."""
    first = found(office(), "early", "all", "mixed").waves[0]
    assert (first.binds, first.people_possible) == (Binds.BOTH, 8)
    roomy = found(office(housing=[("H", 99)]), "early", "all", "mixed").waves[0]
    assert (roomy.binds, roomy.people_possible) == (Binds.DESKS, 13)
    alone = found(office(), "one", "half", "mixed")
    assert (alone.binds, alone.groups) == (Binds.NONE, {"young": 5, "old": 2})


def test_floors_open_with_their_wave() -> None:
    """A floor of wave 2 has no part in wave 1, also where its tower says so."""
    floors = [("A-1", "A", 1, 9), ("B-1", "B", 1, 4)]
    towers = [{"tower_id": "A", "name": "A"}, {"tower_id": "B", "name": "B", "opens_wave": 2}]
    first, second = found(office(floors=floors, towers=towers), "early", "all").waves
    assert (first.desks, first.floors, second.desks, second.floors) == (9, 1, 13, 2)


def test_ratio_and_attendance_come_from_the_units_row() -> None:
    """A unit with headcounts keeps its ratio: 2 own desks and 13 people by twos are 9 desks."""
    rows = [{"unit_id": "P", "headcount": 1, "people_per_desk": "2", "attendance_share": 0.5}]
    first = found(office(headcounts=rows), "one", "all").waves[0]
    assert (first.demand, first.headcounts[0].attendance_share) == (9, 0.5)


def test_without_family_scenarios_flats_are_not_counted() -> None:
    """Then desks alone limit who can come."""
    (wave,) = found(office(family_scenarios=[], housing=[]), "one", "all").waves
    assert (wave.flats_needed, wave.binds, wave.people_possible) == (None, Binds.DESKS, 13)


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (
            {"staff": [("P", "young", 10, 11)]},
            "staff, row 1, column own_desks: expected at most 10",
        ),
        ({"staff": [STAFF[0]] * 2}, "staff, row 2, column unit_id, group: given already in row 1"),
        ({"unit_scenarios": [("x", "P", "Q", 1)]}, "expected exactly one of unit_id and organ"),
        ({"unit_scenarios": [("x", "Z", None, 1)]}, "unit_scenarios, row 1, column unit_id: exp"),
        (
            {"staff_scenarios": [("x", "tall", 1)]},
            "staff_scenarios, row 1, column group: expected",
        ),
        ({"family_scenarios": [("x", "tall", 1)]}, "family_scenarios, row 1, column group: expec"),
        (
            {"housing": [("H", 5), ("I", 5, 2)]},
            "housing, row 1, column opens_wave: expected a wav",
        ),
        (
            {"staff_scenarios": SHARES[:1]},
            "staff, row 2, column group: expected a group that staf",
        ),
        ({"family_scenarios": FAMILIES[1:]}, "staff, row 1, column group: expected a group that"),
        (
            {"staff": [], "staff_scenarios": [], "family_scenarios": [], "unit_scenarios": []},
            "staff: expected this table, with at least one row",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_row(tables: dict[str, Any], told: str) -> None:
    """Each message has table, row, column and what was expected."""
    with pytest.raises(InputError) as raised:
        counted(office(**tables))
    assert told in "; ".join(map(str, raised.value.problems))


def test_a_name_that_is_none_is_told_with_the_nearest() -> None:
    """A slip in an option names the scenario that was meant."""
    case = office()
    with pytest.raises(InputError, match="did you mean 'early'"):
        Names.of(case, ["earyl"])


def test_the_shipped_case_is_counted() -> None:
    """Of 18 combinations 6 may fit, 6 lack flats first, 3 desks and 3 both."""
    case = read_scenario(DATA / "ikn-relocation", for_relocation=True)
    binds = [each.binds for each in counted(case)]
    assert [binds.count(kind) for kind in (Binds.NONE, Binds.FLATS, Binds.DESKS, Binds.BOTH)] == [
        6,
        6,
        3,
        3,
    ]
