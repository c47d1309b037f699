"""The checker under changes that must not matter, or matter in a known way."""

from __future__ import annotations

import random
from typing import Any

import pytest

from allocator.plan.verify import GivenPlacement, verify
from allocator.scenario.settings import Prices
from allocator.scenario.types import Scenario
from tests.builders import scenario
from tests.plan.offices import OFFICE, OFFICE_PLAN, check, given, office

SPLIT_PLAN = (
    "desk A1 12, audit A1 16, tax A2 21, ship A2 8, desk A3 8, port B1 24, lab D1 9, lab A3 13"
)
"""A plan with extra floors and towers, and some violations."""


def doubled(case: Scenario) -> Scenario:
    """Return the scenario with every price, placement and opening cost doubled."""
    prices = {name: 2 * value for name, value in case.settings.prices.model_dump().items()}
    settings = case.settings.model_copy(update={"prices": Prices(**prices)})
    costs = [row.model_copy(update={"cost": 2 * row.cost}) for row in case.placement_costs]
    floors = [
        f if f.open_price is None else f.model_copy(update={"open_price": 2 * f.open_price})
        for f in case.floors
    ]
    return case.replace(settings=settings, placement_costs=tuple(costs), floors=tuple(floors))


@pytest.mark.parametrize("text", [OFFICE_PLAN, SPLIT_PLAN])
def test_doubled_prices_double_the_total(text: str) -> None:
    """Every price, opening and placement cost doubled: every cost and the total double."""
    once, twice = check(office(), text), check(doubled(office()), text)
    assert twice.total == pytest.approx(2 * once.total)
    assert [t.cost for t in twice.terms] == pytest.approx([2 * t.cost for t in once.terms])


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_rows_change_nothing(seed: int) -> None:
    """Tables and plan in another order give the same violations and the same total."""
    chance, case, rows = random.Random(seed), office(), given(SPLIT_PLAN)
    tables = {
        name: tuple(chance.sample(getattr(case, name), len(getattr(case, name))))
        for name in OFFICE
        if name != "settings"
    }
    found = verify(case.replace(**tables), chance.sample(rows, len(rows)))
    before = verify(case, rows)
    assert found.total == pytest.approx(before.total)
    assert sorted(map(str, found.violations)) == sorted(map(str, before.violations))


def renamed(value: Any, names: dict[str, str]) -> Any:
    """Return the rows with every id replaced; ids only occur as whole cells."""
    if isinstance(value, dict):
        return {key: renamed(cell, names) for key, cell in value.items()}
    if isinstance(value, list):
        return [renamed(cell, names) for cell in value]
    if isinstance(value, tuple):
        return tuple(renamed(cell, names) for cell in value)
    return names.get(value, value) if isinstance(value, str) else value


NAMES = ["desk", "audit", "tax", "port", "ship", "lab", "gone", "Fin", "Sea", "Sci", "hq"]
NAMES += ["A", "B", "C", "D", "A1", "A2", "A3", "B1", "D1"]


def test_renamed_ids_cost_the_same() -> None:
    """Other ids, sorting the other way, give the same kinds of violation and the same total."""
    names = {name: f"é{len(NAMES) - place:02}" for place, name in enumerate(NAMES)}
    rows = [
        GivenPlacement(names[r.unit_id], names[r.floor_id], r.desks) for r in given(SPLIT_PLAN)
    ]
    tables = {name: renamed(rows, names) for name, rows in OFFICE.items() if name != "settings"}
    found = verify(scenario(**tables, settings=OFFICE["settings"]), rows)
    before = check(office(), SPLIT_PLAN)
    assert found.total == pytest.approx(before.total)
    assert [v.kind for v in found.violations] == [v.kind for v in before.violations]


def test_the_split_plan_is_worth_testing_with() -> None:
    """It breaks rules, splits units and leaves out no term, so that the tests above mean much."""
    found = check(office(), SPLIT_PLAN)
    assert not found.feasible
    assert all(t.amount > 0 for t in found.terms if t.name != "gaps")
