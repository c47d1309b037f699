"""The checker on a valid plan in which one thing is broken: exactly that violation appears."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from allocator.scenario.types import Scenario
from tests.plan.offices import OFFICE, OFFICE_PLAN, check, kinds, office

MUTATIONS: list[tuple[str, str, list[str]]] = [
    ("lab D1 22", "lab D1 22, nobody A3 8", ["unknown_unit"]),
    ("lab D1 22", "lab D1 22, port Z9 8", ["unknown_floor"]),
    ("lab D1 22", "lab D1 22, port A3 8.5", ["not_whole"]),
    ("port B1 24", "port B1 12, port B1 12", ["duplicate"]),
    ("port B1 24", "port B1 25", ["over_demand"]),
    ("lab D1 22", "lab D1 22, gone A3 9", ["over_demand"]),
    ("port B1 24", "port B1 23", ["unplaced"]),
    (", port B1 24", "", ["unplaced"]),
    ("lab D1 22", "lab D1 12, lab B1 10", ["own_floor"]),
    ("audit A1 16, tax A2 21", "audit A3 16, tax A1 21", ["over_capacity", "at_least"]),
    ("port B1 24", "port B1 16, port A2 8", ["max_occupants"]),
    ("audit A1 16", "audit A1 9, audit A3 7", ["small_piece"]),
    ("desk A1 20", "desk A3 20", ["needs"]),
    ("audit A1 16", "audit A1 8, audit B1 8", ["same_tower", "apart_floor", "max_towers"]),
    ("tax A2 21", "tax A3 21", ["at_least"]),
    ("ship A2 8", "ship A3 8", ["never_in"]),
    ("ship A2 8", "ship D1 8", ["over_capacity", "kept_for", "own_floor"]),
]


def test_the_office_plan_breaks_nothing() -> None:
    """The plan that the mutations start from is valid."""
    assert kinds(office(), OFFICE_PLAN) == []


@pytest.mark.parametrize(("old", "new", "broken"), MUTATIONS)
def test_one_mutation_one_violation(old: str, new: str, broken: list[str]) -> None:
    """A plan changed in one place breaks what that change breaks, and nothing else."""
    assert old in OFFICE_PLAN
    assert kinds(office(), OFFICE_PLAN.replace(old, new)) == broken


SCENARIOS: list[tuple[Callable[[], Scenario], list[str]]] = [
    (lambda: office(rules=[("only_in", "Sea", "B")]), ["only_in"]),
    (lambda: office(rules=[("kept_for", "ship", "D")]), ["kept_for"]),
    (lambda: office(rules=[("own_floor", "port"), ("own_floor", "ship")]), ["own_floor"]),
    (lambda: office(rules=[("same_floor", "desk", "tax")]), ["same_floor"]),
    (lambda: office(rules=[("apart_floor", "desk", "audit")]), ["apart_floor"]),
    (lambda: office(rules=[("apart_tower", "Fin", "ship")]), ["apart_tower"]),
    (lambda: office(rules=[("same_complex", "port", "lab")]), ["same_complex"]),
    (lambda: office(rules=[("adjacent_floors", "ship", "port")]), ["adjacent_floors"]),
    (lambda: office(rules=[("levels", "Sea", None, "2..9")]), ["levels"]),
    (lambda: office(floors=OFFICE["floors"][:4], rules=[]), ["unknown_floor", "unplaced"]),
]


@pytest.mark.parametrize(("changed", "broken"), SCENARIOS)
def test_one_change_of_the_scenario_one_violation(
    changed: Callable[[], Scenario], broken: list[str]
) -> None:
    """The plan stays and the scenario changes: what it now breaks is found, and nothing else."""
    assert kinds(changed(), OFFICE_PLAN) == broken


def test_violations_do_not_change_the_terms() -> None:
    """Terms are worked out for the pieces that can be read, whatever they break."""
    sound, broken = check(office(), OFFICE_PLAN), check(office(), OFFICE_PLAN + ", x A1 8")
    assert broken.terms == sound.terms
    assert (sound.feasible, broken.feasible) == (True, False)
