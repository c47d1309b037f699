"""Places ruled out for a unit by what its company needs: just inside and just outside."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.search.compile import compile_case
from allocator.search.domains import narrowed
from tests.builders import scenario

FLOORS = [("A1", "A", 1, 30), ("A2", "A", 2, 20), ("B1", "B", 1, 45), ("C1", "C", 1, 12)]


def where(*rules: tuple[Any, ...], u: int = 20, v: int = 10, **tables: Any) -> list[str]:
    """Where u and v may be, by the names of floors; towers A of 50, B of 45, C of 12 desks."""
    heads = [("u", u, "P"), ("v", v, "Q"), ("w", 5, "R")]
    sections = {"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}}
    sections |= tables.pop("settings", {})
    given = scenario(floors=FLOORS, headcounts=heads, rules=rules, settings=sections, **tables)
    allowed = narrowed(compile_case(given)).allowed
    names = [name for name, *_ in FLOORS]
    return [" ".join(f for f, may in zip(names, row, strict=True) if may) for row in allowed]


@pytest.mark.parametrize(("v", "floors"), [(10, "A1 B1"), (11, "B1"), (25, "B1"), (26, "")])
def test_units_on_one_floor_need_a_floor_for_all_of_them(v: int, floors: str) -> None:
    """20 desks and v: A1 has 30, and B1 45."""
    assert where(("same_floor", "u", "v"), v=v)[:2] == [floors, floors]


@pytest.mark.parametrize(("v", "floors"), [(25, "A1 A2 B1"), (26, "A1 A2"), (31, "")])
def test_units_in_one_tower_need_a_tower_for_all_of_them(v: int, floors: str) -> None:
    """20 desks and v: A has 50 on two floors, B 45, and C only 12."""
    assert where(("same_tower", "u", "v"), v=v)[0] == floors


def test_one_tower_alone_is_enough_for_a_unit_that_is_bound_to_one() -> None:
    """40 desks do not fit C; the other units may be anywhere."""
    u, v, w = where(("max_towers", "u", None, "1"), u=40)
    assert (u, v, w) == ("A1 A2 B1", "A1 A2 B1 C1", "A1 A2 B1 C1")


def test_a_unit_on_one_floor_needs_one_with_room() -> None:
    """25 desks fit A1 and B1."""
    assert where(("max_floors", "u", None, "1"), u=25)[0] == "A1 B1"


@pytest.mark.parametrize(
    "rule",
    [
        ("max_floors", "u", None, "2"),
        ("max_towers", "u", None, "2"),
        ("same_complex", "u", "v"),
        ("contiguous", "u"),
        ("apart_floor", "u", "v"),
    ],
)
def test_other_rules_rule_out_nothing(rule: tuple[Any, ...]) -> None:
    """Several places, complexes, and rules that bind nobody to one place."""
    assert where(rule, u=40)[0] == "A1 A2 B1 C1"


def test_what_was_closed_before_stays_closed() -> None:
    """A rule of its own keeps u off B."""
    rules = ("same_floor", "u", "v"), ("never_in", "u", "B")
    assert where(*rules)[:2] == ["A1", "A1 B1"]


@pytest.mark.parametrize(("u", "v", "floors"), [(20, 10, "A1 B1"), (40, 5, "B1"), (41, 4, "")])
def test_every_rule_must_leave_room(u: int, v: int, floors: str) -> None:
    """u shares a floor with v, and a tower with w of 5: 46 desks are more than B has."""
    rules = ("same_floor", "u", "v"), ("same_tower", "u", "w")
    assert where(*rules, u=u, v=v)[0] == floors


@pytest.mark.parametrize("how", [{"allow_unplaced": True}, None])
def test_nothing_follows_where_desks_may_stay_away_or_are_pooled(
    how: dict[str, bool] | None,
) -> None:
    """A part of the units may be elsewhere then, or need fewer desks."""
    settings = {"options": how} if how else {"sharing": {"capacity": "chance"}}
    assert where(("same_floor", "u", "v"), v=20, settings=settings)[0].startswith("A1 A2")
