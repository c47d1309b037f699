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

REQUESTS: dict[str, dict[str, Any]] = {
    "smallest": {"summary": "One floor, one unit, desks shared", "value": SMALLEST},
    "rules": {"summary": "Two towers with needs, rules and affinities", "value": WITH_RULES},
    "infeasible": {"summary": "Too few desks: the answer is why", "value": TOO_SMALL},
}
