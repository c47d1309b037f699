"""Plans written as text, and one small office that uses every table, for tests of the checker."""

from __future__ import annotations

from typing import Any

from allocator.plan.verify import Check, GivenPlacement, verify
from allocator.scenario.types import Scenario
from tests.builders import scenario


def given(text: str) -> list[GivenPlacement]:
    """Return rows of a plan: ``given("u1 A1 12, u2 A1 8")``."""
    cells = [row.split() for row in text.split(",") if row.strip()]
    return [GivenPlacement(unit, floor, desks) for unit, floor, desks in cells]


def check(case: Scenario, text: str) -> Check:
    """Check a plan written as text."""
    return verify(case, given(text))


def kinds(case: Scenario, text: str) -> list[str]:
    """Return the kinds of the violations of a plan written as text."""
    return [violation.kind for violation in check(case, text).violations]


OFFICE: dict[str, Any] = {
    "settings": {
        "sharing": {"people_per_desk": "1.25", "reserve_share": "0.1", "m2_per_desk": "10"},
        "prices": {"open_desk": 5.0},
    },
    "towers": [("A", "", "C", 0.0, 0.0), ("B", "", "C", 30.0, 40.0), ("D",)],
    "floors": [
        {"floor_id": "A1", "tower_id": "A", "level": 1, "desks": 40, "features": ("counter",)},
        {"floor_id": "A2", "tower_id": "A", "level": 2, "desks": 60, "max_occupants": 30},
        {"floor_id": "A3", "tower_id": "A", "level": 3, "desks": 40},
        {"floor_id": "B1", "tower_id": "B", "level": 1, "desks": 40, "open_price": 100.0},
        {"floor_id": "D1", "tower_id": "D", "level": 1, "area_m2": "250"},
    ],
    "organisations": [
        {"organisation_id": "Fin"},
        {"organisation_id": "Sea", "coordinator_id": "Fin"},
        {"organisation_id": "Sci", "coordinator_id": "Fin"},
    ],
    "units": [
        {"unit_id": "desk", "organisation_id": "Fin", "parent_id": "hq", "needs": ("counter",)},
        {"unit_id": "audit", "organisation_id": "Fin", "parent_id": "hq"},
        {"unit_id": "tax", "organisation_id": "Fin"},
        {"unit_id": "port", "organisation_id": "Sea"},
        {"unit_id": "ship", "organisation_id": "Sea", "parent_id": "port"},
        {"unit_id": "lab", "organisation_id": "Sci"},
        {"unit_id": "gone", "organisation_id": "Sci"},
    ],
    "headcounts": [
        {"unit_id": "desk", "headcount": 25},
        {"unit_id": "audit", "headcount": 20},
        {"unit_id": "tax", "headcount": 25, "own_desks": 5},
        {"unit_id": "port", "headcount": 30},
        {"unit_id": "ship", "headcount": 10},
        {"unit_id": "lab", "headcount": 27},
    ],
    "affinities": [("desk", "Sea", 40.0), ("tax", "Sci", None, "strong"), ("lab", "lab", 9.0)],
    "rules": [
        ("same_tower", "desk", "audit"),
        ("apart_floor", "audit", "Sea"),
        ("max_towers", "Fin", None, "1"),
        ("own_floor", "Sci"),
        ("kept_for", "lab", "D"),
        ("never_in", "Sea", "A3"),
        ("at_least", "tax", "A2", "20"),
    ],
    "walking": [("A2", "B1", 1.25)],
    "placement_costs": [("tax", "A2", 42.0), ("port", "B1", -10.0), ("lab", "A1", 500.0)],
    "current": [("desk", "A1", 10), ("desk", "Jakarta", 10), ("lab", "D1", 30)],
}
"""Usable desks: A1 36, A2 54 (30 occupants), A3 36, B1 36, D1 22.

Demand: desk 20, audit 16, tax 21, port 24, ship 8, lab 22.
"""

OFFICE_PLAN = "desk A1 20, audit A1 16, tax A2 21, ship A2 8, port B1 24, lab D1 22"
"""A plan that breaks nothing."""


def office(**changes: Any) -> Scenario:
    """Return the office, with some tables or settings replaced."""
    return scenario(**(OFFICE | changes))
