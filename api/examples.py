"""Requests that the documentation shows, and that run as they stand."""

from __future__ import annotations

from typing import Any

SMALLEST: dict[str, Any] = {
    "floors": [{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60}],
    "headcounts": [{"unit_id": "Finance", "organisation_id": "Treasury", "headcount": 70}],
    "settings": {"sharing": {"people_per_desk": "1.3"}},
    "time_limit_s": 10,
    "seed": 0,
}

WITH_RULES: dict[str, Any] = {
    "floors": [
        {"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 40, "features": ["counter"]},
        {"floor_id": "A-2", "tower_id": "A", "level": 2, "desks": 40},
        {"floor_id": "B-1", "tower_id": "B", "level": 1, "desks": 40, "features": ["secure"]},
    ],
    "towers": [
        {"tower_id": "A", "name": "Tower A", "complex_id": "North", "x_m": 0, "y_m": 0},
        {"tower_id": "B", "name": "Tower B", "complex_id": "North", "x_m": 120, "y_m": 50},
    ],
    "units": [
        {"unit_id": "Front desk", "organisation_id": "Treasury", "needs": ["counter"]},
        {"unit_id": "Budget", "organisation_id": "Treasury"},
        {"unit_id": "Cyber", "organisation_id": "Security", "needs": ["secure"]},
    ],
    "headcounts": [
        {"unit_id": "Front desk", "headcount": 24, "own_desks": 12},
        {"unit_id": "Budget", "headcount": 45},
        {"unit_id": "Cyber", "headcount": 36},
    ],
    "affinities": [
        {"a": "Budget", "b": "Front desk", "closeness": "strong"},
        {"a": "Budget", "b": "Cyber", "trips_per_week": 12},
    ],
    "rules": [
        {"rule": "own_floor", "subject": "Security"},
        {"rule": "same_tower", "subject": "Front desk", "object": "Budget"},
        {"rule": "max_floors", "subject": "Treasury", "value": 2},
    ],
    "settings": {"sharing": {"people_per_desk": "1.25"}, "prices": {"extra_tower": 2500}},
    "time_limit_s": 5,
}

TOO_SMALL: dict[str, Any] = {
    "floors": [{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60}],
    "headcounts": [{"unit_id": "Finance", "headcount": 70}],
    "time_limit_s": 5,
}

COMPARED = SMALLEST | {"people_per_desk": "1.2:1.4:0.1", "time_limit_s": 2}
BATCHED = SMALLEST | {
    "time_limit_s": 2,
    "tables": [
        {"name": "as it is", "headcounts": [{"unit_id": "Finance", "headcount": 70}]},
        {"name": "ten more", "headcounts": [{"unit_id": "Finance", "headcount": 80}]},
    ],
}
FROM_A_PLAN = SMALLEST | {"start": [{"unit_id": "Finance", "floor_id": "A-1", "desks": 54}]}
RELOCATED: dict[str, Any] = {
    "floors": SMALLEST["floors"],
    "staff": [
        {"unit_id": "Finance", "group": "up to 45", "people": 40},
        {"unit_id": "Finance", "group": "older", "people": 30},
    ],
    "unit_scenarios": [{"unit_scenario": "all", "unit_id": "Finance", "wave": 1}],
    "staff_scenarios": [
        {"staff_scenario": "up to 45", "group": "up to 45", "share": 1},
        {"staff_scenario": "up to 45", "group": "older", "share": 0},
    ],
    "family_scenarios": [
        {"family_scenario": "half", "group": "up to 45", "with_family": 0.5, "household_size": 4},
        {"family_scenario": "half", "group": "older", "with_family": 0.5, "household_size": 4},
    ],
    "housing": [{"building_id": "Rusun 1", "flats": 60}],
    "time_limit_s": 5,
}
WEEKS = FROM_A_PLAN | {"by": "unit", "time_limit_s": 5}
PRICED = WITH_RULES | {"time_limit_s": 10}
CHECKED = {
    "floors": SMALLEST["floors"],
    "headcounts": SMALLEST["headcounts"],
    "settings": SMALLEST["settings"],
    "placements": [{"unit_id": "Finance", "floor_id": "A-1", "desks": 50}],
}

RESTACKED: dict[str, Any] = {
    "floors": [
        {"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 40},
        {"floor_id": "A-2", "tower_id": "A", "level": 2, "desks": 40},
    ],
    "headcounts": [
        {"unit_id": "Budget", "organisation_id": "Treasury", "headcount": 25},
        {"unit_id": "Tax", "organisation_id": "Treasury", "headcount": 20},
    ],
    "current": [
        {"unit_id": "Budget", "floor_id": "A-1", "desks": 20, "people": 20},
        {"unit_id": "Tax", "floor_id": "A-1", "desks": 20, "people": 20},
    ],
    "time_limit_s": 10,
}
MOVED: dict[str, Any] = {
    "floors": [
        {"floor_id": f"A-{level}", "tower_id": "A", "level": level, "desks": 20}
        for level in (1, 2, 3)
    ],
    "headcounts": [
        {"unit_id": "Budget", "organisation_id": "Treasury", "headcount": 20},
        {"unit_id": "Tax", "organisation_id": "Treasury", "headcount": 20},
    ],
    "current": [
        {"unit_id": "Budget", "floor_id": "A-1", "desks": 20, "people": 20},
        {"unit_id": "Tax", "floor_id": "A-2", "desks": 20, "people": 20},
    ],
    "placements": [
        {"unit_id": "Budget", "floor_id": "A-2", "desks": 20},
        {"unit_id": "Tax", "floor_id": "A-1", "desks": 20},
    ],
    "time_limit_s": 5,
}
IN_WAVES: dict[str, Any] = {
    "floors": [
        {"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 30},
        {"floor_id": "B-1", "tower_id": "B", "level": 1, "desks": 30, "opens_wave": 2},
    ],
    "headcounts": [
        {"unit_id": "Budget", "organisation_id": "Treasury", "headcount": 25},
        {"unit_id": "Tax", "organisation_id": "Treasury", "headcount": 20, "wave": 2},
    ],
    "time_limit_s": 15,
}

Examples = dict[str, dict[str, Any]]


def _shown(**requests: tuple[str, dict[str, Any]]) -> Examples:
    return {
        name: {"summary": summary, "value": value} for name, (summary, value) in requests.items()
    }


REQUESTS: dict[str, Examples] = {
    "allocate": _shown(
        smallest=("One floor, one unit, desks shared", SMALLEST),
        rules=("Two towers with needs, rules and affinities", WITH_RULES),
        infeasible=("Too few desks: the answer is why", TOO_SMALL),
        start=("From a plan that there is", FROM_A_PLAN),
    ),
    "explain": _shown(infeasible=("Too few desks", TOO_SMALL)),
    "tightest": _shown(smallest=("One floor, one unit", SMALLEST)),
    "restack": _shown(grown=("Two floors, two units, one of which has grown", RESTACKED)),
    "moves": _shown(swap=("Two units change floors by a third", MOVED)),
    "waves": _shown(two=("A tower opens with the second of two waves", IN_WAVES)),
    "compare": _shown(ratios=("Three ratios", COMPARED)),
    "batch": _shown(tables=("Two headcount tables", BATCHED)),
    "relocate": _shown(moved=("One unit, two age groups, one building of flats", RELOCATED)),
    "rotas": _shown(weeks=("Weeks for a plan that there is", WEEKS)),
    "sensitivity": _shown(rules=("Three rules, two needs, two affinities", PRICED)),
    "check": _shown(short=("A plan that lacks four desks", CHECKED)),
}
"""By what is asked."""
