"""Small scenarios with one planted conflict each, and what can hold by brute force."""

from __future__ import annotations

from collections.abc import Collection
from itertools import product
from typing import Any, NamedTuple

from allocator.scenario.demand import demand
from allocator.scenario.types import Scenario
from allocator.studies.explain.members import Member, MemberKind, all_ids
from tests.builders import scenario
from tests.search.enumeration import check, pieces_of

WHOLE = {"sharing": {"min_piece_desks": 100, "min_piece_share": "0"}}
"""Nobody is split."""
SPLIT = {"sharing": {"min_piece_desks": 4, "min_piece_share": "0"}}
UNLIMITED = {"desks": 1000, "area_m2": None, "max_occupants": None}
FLOORS = (("A-1", "A", 1, 10), ("A-2", "A", 2, 10), ("A-3", "A", 3, 10), ("B-1", "B", 1, 10))


class Planted(NamedTuple):
    """Tables of a scenario, and the names of the members of its one conflict."""

    people: dict[str, int]
    rules: tuple[tuple[str | None, ...], ...]
    members: tuple[str, ...]
    settings: dict[str, Any] = WHOLE
    needs: tuple[str, ...] = ()

    @property
    def scenario(self) -> Scenario:
        """The scenario; units are named after their organisations: P1 belongs to P."""
        ids = sorted(self.people)
        units = [{"unit_id": u, "organisation_id": u[0], "needs": self._needs(u)} for u in ids]
        return scenario(
            floors=FLOORS,
            headcounts=[(unit, self.people[unit], unit[0]) for unit in ids],
            units=units,
            rules=[(*row, *[None] * (4 - len(row))) for row in self.rules],
            settings=self.settings,
        )

    def _needs(self, unit: str) -> tuple[str, ...]:
        return ("vault",) if unit in self.needs else ()


TWO = {"P1": 6, "Q1": 6}
ONE = {"P1": 6}
FIVE = {"P1": 10, "Q1": 10, "R1": 10, "S1": 10, "T1": 1}
"""One person too many, each of the others with a floor of desks."""
SMALL = {"P1": 4, "Q1": 4}
BOTH_IN_A1 = (("only_in", "P1", "A-1"), ("only_in", "Q1", "A-1"))
P_APART = (("only_in", "P1", "A-1"), ("only_in", "P2", "A-3"))
A_AND_B = (("only_in", "P1", "A"), ("only_in", "Q1", "B"))
BOTH = ("demand", "demand", "only_in", "only_in")

PLANTED = {
    "only_in": Planted(TWO, BOTH_IN_A1, (*BOTH, "desks")),
    "never_in": Planted(
        ONE, (("never_in", "P1", "A"), ("never_in", "P", "B")), ("demand", "never_in", "never_in")
    ),
    "kept_for": Planted(
        TWO,
        (("kept_for", "Q", "A"), ("only_in", "P1", "A-2")),
        ("demand", "kept_for", "only_in"),
    ),
    "same_floor": Planted(
        TWO, (("same_floor", "P1", "Q1"),), ("demand", "demand", "desks", "same_floor")
    ),
    "same_tower": Planted(SMALL, (*A_AND_B, ("same_tower", "P1", "Q1")), (*BOTH, "same_tower")),
    "same_complex": Planted(
        SMALL, (*A_AND_B, ("same_complex", "P", "Q")), (*BOTH, "same_complex")
    ),
    "adjacent_floors": Planted(
        {"P1": 6, "P2": 6}, (*P_APART, ("adjacent_floors", "P1", "P2")), (*BOTH, "adjacent_floors")
    ),
    "apart_floor": Planted(
        SMALL, (*BOTH_IN_A1, ("apart_floor", "P1", "Q1")), (*BOTH, "apart_floor")
    ),
    "apart_tower": Planted(
        TWO,
        (("only_in", "P1", "A"), ("only_in", "Q", "A-2"), ("apart_tower", "P", "Q")),
        (*BOTH, "apart_tower"),
    ),
    "own_floor": Planted(SMALL, (*BOTH_IN_A1, ("own_floor", "P1")), (*BOTH, "own_floor")),
    "contiguous": Planted(
        {"P1": 6, "P2": 6}, (*P_APART, ("contiguous", "P")), (*BOTH, "contiguous")
    ),
    "max_floors": Planted(
        {"P1": 16}, (("max_floors", "P", None, "1"),), ("demand", "desks", "max_floors"), SPLIT
    ),
    "max_towers": Planted(
        {"P1": 4, "P2": 4},
        (("only_in", "P1", "A"), ("only_in", "P2", "B"), ("max_towers", "P", None, "1")),
        (*BOTH, "max_towers"),
    ),
    "levels": Planted(ONE, (("levels", "P1", None, "5..6"),), ("demand", "levels")),
    "at_least": Planted(
        TWO,
        (("at_least", "P1", "A-1", "6"), ("kept_for", "Q", "A-1")),
        ("at_least", "kept_for"),
    ),
    "needs": Planted(SMALL, (), ("demand", "needs"), needs=("P1",)),
    "desks": Planted(FIVE, (), ("demand", "desks")),
}


def can_hold(given: Scenario, members: Collection[Member]) -> bool:
    """Whether some layout keeps all members, by trying every one. Bodies may stay elsewhere."""
    rows = {i for member in members for i in member.rows}
    required = all_ids(members, MemberKind.DEMAND)
    relaxed = _relaxed(given, rows, members)
    ways = [
        [w for w in pieces_of(relaxed, unit) if unit.unit_id not in required or _all(w, unit)]
        for unit in relaxed.housed
    ]
    layouts = ({k: v for way in chosen for k, v in way.items()} for chosen in product(*ways))
    return any(check(relaxed, desks).feasible for desks in layouts)


def _all(way: dict[tuple[str, str], int], unit: Any) -> bool:
    return sum(way.values()) == demand(unit)


def _relaxed(given: Scenario, rows: set[int], members: Collection[Member]) -> Scenario:
    needing = all_ids(members, MemberKind.NEEDS)
    limited = all_ids(members, MemberKind.DESKS)
    options = given.settings.options.model_copy(update={"allow_unplaced": True})
    return given.replace(
        rules=tuple(row for i, row in enumerate(given.rules) if i in rows),
        floors=tuple(
            f if f.floor_id in limited else f.model_copy(update=UNLIMITED) for f in given.floors
        ),
        units=tuple(
            u if u.unit_id in needing else u.model_copy(update={"needs": ()})
            for u in given.units or ()
        ),
        settings=given.settings.model_copy(update={"options": options}),
    )
