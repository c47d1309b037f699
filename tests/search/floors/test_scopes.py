"""Rules as limits on sets of units: each is counted in one place, and the strictest holds."""

from __future__ import annotations

from typing import Any

from allocator.search.compile import compile_case
from allocator.search.floors.scopes import NO_LIMIT, POSTED, Scopes, scopes
from allocator.search.rules import Limit
from tests.builders import scenario


def of(*rules: tuple[Any, ...]) -> Scopes:
    """Return the scopes of two organisations, P of two units and Q of one, with some rules."""
    return scopes(
        compile_case(
            scenario(
                floors=[(f"{t}{i}", t, i, 40) for t in "AB" for i in range(3)],
                headcounts=[("P1", 20, "P"), ("P2", 20, "P"), ("Q1", 20, "Q")],
                rules=rules,
            )
        )
    )


def test_organisations_are_counted_whatever_the_rules() -> None:
    """Extra floors and towers are counted by them."""
    found = of()
    assert [scope.members for scope in found.all] == [frozenset({0, 1}), frozenset({2})]
    assert all(scope.floors_most == NO_LIMIT for scope in found.all)


def test_towers_of_an_organisation_need_no_scope_of_their_own() -> None:
    """A rule about all of an organisation is counted with it."""
    found = of(("max_towers", "P", None, "1"))
    assert [scope.towers_most for scope in found.all] == [1, NO_LIMIT]


def test_floors_of_units_are_counted_by_their_pieces() -> None:
    """The rule is about each unit by itself, and no scope is needed."""
    found = of(("max_floors", "P", None, "2"))
    assert found.pieces_most.tolist() == [2, 2, NO_LIMIT]
    assert len(found.all) == 2


def test_strictest_of_several_limits_holds() -> None:
    """Two rows about one body are one limit."""
    found = of(("max_towers", "P", None, "1"), ("max_towers", "P", None, "2"))
    assert found.all[0].towers_most == 1
    found = of(("max_floors", "P", None, "3"), ("max_floors", "P1", None, "2"))
    assert found.pieces_most.tolist() == [2, 3, NO_LIMIT]


def test_bodies_that_stay_together_are_one_more_scope() -> None:
    """The units of both are counted together, once for each pair."""
    found = of(("same_tower", "P1", "Q1"), ("adjacent_floors", "P1", "Q1"))
    assert len(found.all) == 3
    assert found.all[2].members == frozenset({0, 2})
    assert found.all[2].towers_most == 1
    assert found.all[2].gapless


def test_bodies_apart_know_of_each_other() -> None:
    """Each names the other, floors and towers told apart."""
    found = of(("apart_floor", "P", "Q"), ("apart_tower", "P1", "Q1"))
    assert (found.all[0].apart, found.all[1].apart) == ([1], [0])
    single = found.number[frozenset({0})]
    assert found.all[single].tower_apart == [1]
    assert found.all[1].tower_apart == [single]


def test_floors_of_ones_own_are_kept_for_the_organisation() -> None:
    """The subject may be a unit; who may be there besides is of its organisation."""
    found = of(("own_floor", "P1"))
    assert found.alone == [(found.number[frozenset({0})], 0)]


def test_pins_are_units_floor_and_desks() -> None:
    """They are counted one by one."""
    found = of(("at_least", "P", "B1", "5"))
    assert found.pins == [((0, 1), 4, 5)]


def test_every_kind_of_limit_is_posted() -> None:
    """A new kind of limit that nobody counts is an error at once, not a rule that is broken."""
    assert set(POSTED) == set(Limit.__subclasses__())
