"""Checks between the tables of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.errors import Problem

if TYPE_CHECKING:
    from allocator.scenario.types import Scenario


def scheme_in_force(scenario: Scenario) -> str | None:
    borne = sorted({row.scheme for row in scenario.headcounts if row.scheme})
    return scenario.settings.options.scheme or (borne[0] if borne else None)


def problems(scenario: Scenario) -> list[Problem]:
    return []
