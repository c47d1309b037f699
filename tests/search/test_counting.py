from __future__ import annotations

from typing import Any

import pytest

from allocator.plan.types import Reason
from allocator.search.compile import compile_case
from allocator.search.counting import shortfalls
from tests.builders import scenario
from tests.more import TIMES
from tests.search.enumeration import tiny

PIECES = {"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}}
FOUR_FLOORS = (("A-1", "A", 1, 10), ("A-2", "A", 2, 10), ("B-1", "B", 1, 12), ("B-2", "B", 2, 8))
"""40 desks: 20 in each of two towers."""


def reasons(**tables: Any) -> list[tuple[str, int | None]]:
    return [(r.kind, r.desks) for r in found(**tables)]


def found(**tables: Any) -> tuple[Reason, ...]:
    given = {"floors": FOUR_FLOORS, "settings": PIECES} | tables
    return shortfalls(compile_case(scenario(**given)))


def bodies(**people: int) -> list[tuple[str, int, str]]:
    """Units of one organisation each, named by their first letter: P1 belongs to P."""
    return [(unit, headcount, unit[0]) for unit, headcount in people.items()]


@pytest.mark.parametrize("block", range(5 * TIMES))
def test_no_false_alarm(block: int) -> None:
    """Nothing is found short in a tiny case of which enumeration finds a plan."""
    drawn = [tiny(seed) for seed in range(50 * block, 50 * (block + 1))]
    solvable = [given for given, plans in drawn if plans]
    alarms = [shortfalls(compile_case(given)) for given in solvable]
    assert solvable
    assert not any(alarms)


def test_most_impossible_tiny_cases_are_found_by_counting() -> None:
    """Of the tiny cases without a plan, nine in ten are proved to have none."""
    drawn = [tiny(seed) for seed in range(70 * TIMES)]
    impossible = [given for given, plans in drawn if not plans]
    proved = [given for given in impossible if shortfalls(compile_case(given))]
    assert len(proved) >= 0.9 * len(impossible) > 0


def test_total_desks_are_counted() -> None:
    """More desks needed than there are: short of the difference."""
    (reason,) = found(headcounts=bodies(P1=24, Q1=19))
    assert (reason.kind, reason.desks) == ("desks", 3)
    assert reason.message == "43 desks are needed and 40 may be used: short of 3 desks"


def test_reserve_and_occupants_are_taken_off() -> None:
    """The reserve and max_occupants leave fewer desks than the table of floors says."""
    floors = [{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60, "max_occupants": 40}]
    sharing = {"sharing": {"reserve_share": "0.1"}}
    assert reasons(floors=floors, headcounts=bodies(P1=41), settings=sharing) == [("desks", 1)]


def test_what_just_fits_is_not_short() -> None:
    """As many desks needed as there are is no shortfall."""
    assert reasons(headcounts=bodies(P1=20, Q1=20)) == []


def test_need_that_no_floor_has_is_named() -> None:
    """A need that no floor has leaves all desks of its units short, and is named."""
    units = [{"unit_id": "P1", "organisation_id": "P", "needs": ("vault",)}]
    (reason,) = found(headcounts=bodies(P1=7), units=units)
    assert (reason.kind, reason.subject, reason.object, reason.desks) == (
        "needs",
        "P1",
        "vault",
        7,
    )
    assert "P1 needs vault, which no floor has" in reason.message


def test_need_that_too_few_floors_have() -> None:
    """Units with a need are short of what the floors that have it do not offer."""
    floors = [
        {"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 10, "features": ("vault",)},
        {"floor_id": "A-2", "tower_id": "A", "level": 2, "desks": 90},
    ]
    units = [{"unit_id": u, "organisation_id": "P", "needs": ("vault",)} for u in ("P1", "P2")]
    told = reasons(floors=floors, headcounts=bodies(P1=7, P2=8), units=units)
    assert told == [("needs", 5)]


def test_piece_larger_than_every_floor() -> None:
    """A unit whose least piece no floor can hold is short of all its desks."""
    settings = {"sharing": {"min_piece_desks": 13}}
    assert reasons(headcounts=bodies(P1=20), settings=settings) == [("small_piece", 20)]


@pytest.mark.parametrize(
    ("rule", "desks"),
    [
        (("only_in", "P", "A"), 2),
        (("never_in", "P", "B"), 2),
        (("levels", "P", None, "2..2"), 4),
        (("same_tower", "P1", "P2"), 2),
        (("same_floor", "P1", "P2"), 10),
        (("adjacent_floors", "P1", "P2"), 2),
        (("max_towers", "P", None, "1"), 2),
        (("max_floors", "P", None, "1"), 2),
        (("at_least", "P", "B-1", "13"), 1),
        (("apart_tower", "P", "Q"), 2),
    ],
)
def test_each_rule_alone(rule: tuple[str, ...], desks: int) -> None:
    """14 and 8 desks of one body, 2 of another: each rule by itself leaves it so much short."""
    people = bodies(P1=14, P2=8, Q1=2)
    assert (rule[0], desks) in reasons(headcounts=people, rules=[rule])


def test_kept_for_takes_desks_from_others() -> None:
    """What is kept for one body is lost to the others, who are short of it."""
    (reason,) = found(headcounts=bodies(P1=5, Q1=25), rules=[("kept_for", "P", "A")])
    assert (reason.kind, reason.subject, reason.object, reason.desks) == ("kept_for", "Q1", "A", 5)


def test_same_complex_with_room_elsewhere_only() -> None:
    """Bodies in one complex are short of what the largest complex lacks."""
    told = reasons(headcounts=bodies(P1=14, Q1=9), rules=[("same_complex", "P", "Q")])
    assert told == [("same_complex", 3)]


def test_pairs_tied_by_a_common_unit_are_counted_together() -> None:
    """P with Q and Q with R in one tower means all three in one tower."""
    rules = [("same_tower", "P", "Q"), ("same_tower", "Q", "R")]
    assert reasons(headcounts=bodies(P1=8, Q1=8, R1=8), rules=rules) == [("same_tower", 4)]


def test_level_closed_to_a_body_breaks_its_run() -> None:
    """Adjacent floors are counted on levels that the body may use, one run at a time."""
    floors = [(f"A-{level}", "A", level, 10) for level in (1, 2, 3)]
    rules = [("adjacent_floors", "P", "P"), ("never_in", "P", "A-2")]
    told = reasons(floors=floors, headcounts=bodies(P1=15), rules=rules)
    assert told == [("adjacent_floors", 5)]


def test_pins_beyond_a_floor() -> None:
    """Pins of several bodies on a floor add up; those of a body and its unit do not."""
    rules = [("at_least", body, "A-1", value) for body, value in (("P", "6"), ("P1", "5"))]
    people = bodies(P1=14, Q1=8)
    assert reasons(headcounts=people, rules=[*rules, ("at_least", "Q", "A-1", "4")]) == []
    told = reasons(headcounts=people, rules=[*rules, ("at_least", "Q", "A-1", "5")])
    assert told == [("at_least", 1)]


def test_pins_beyond_a_body() -> None:
    """The pins of a body on several floors are at most what it needs."""
    rules = [("at_least", "P", floor, "8") for floor in ("A-1", "A-2", "B-1")]
    assert reasons(headcounts=bodies(P1=20), rules=rules) == [("at_least", 4)]


def test_own_floors_waste_desks() -> None:
    """A body with floors of its own wastes what it leaves empty there; the others lack it."""
    (reason,) = found(headcounts=bodies(P1=9, Q1=31), rules=[("own_floor", "P")])
    assert (reason.kind, reason.desks) == ("own_floor", 1)
    assert reason.message == (
        "P needs floors of their own: 1 floor with 10 desks, of which 9 are used; "
        "the others are then short of 1 desk"
    )


def test_own_floors_may_be_filled_by_the_same_organisation() -> None:
    """A unit's own floor is open to the other units of its organisation: nothing is wasted."""
    told = reasons(headcounts=bodies(P1=9, P2=11, Q1=20), rules=[("own_floor", "P1")])
    assert told == []


def test_unplaced_desks_excuse_all_but_pins() -> None:
    """Where desks may stay unplaced only pins can have no plan."""
    settings = PIECES | {"options": {"allow_unplaced": True}}
    people, pin = bodies(P1=90), ("at_least", "P", "A-1", "11")
    assert reasons(headcounts=people, settings=settings) == []
    assert reasons(headcounts=people, settings=settings, rules=[pin]) == [("at_least", 1)]


@pytest.mark.parametrize(
    "tables",
    [
        {"headcounts": bodies(P1=0, Q1=10)},
        {"headcounts": bodies(P1=10, Q1=10), "rules": [("never_in", "P1", "A-1")]},
    ],
)
@pytest.mark.parametrize("unplaced", [False, True])
def test_pins_that_nobody_can_keep_are_counted_where_desks_are_pooled(
    tables: dict[str, Any], unplaced: bool
) -> None:
    """A body without people, or kept off the floor, cannot have people on it."""
    sharing = PIECES["sharing"] | {"capacity": "chance"}
    settings = {"sharing": sharing, "options": {"allow_unplaced": unplaced}}
    pin = ("at_least", "P1", "A-1", "3")
    (reason,) = found(**tables | {"rules": [pin, *tables.get("rules", ())]}, settings=settings)
    assert reason.kind == "at_least"
    assert reason.message == (
        "P1 must have 3 people on A-1, and its units that may be there have 0: short of 3 people"
    )
