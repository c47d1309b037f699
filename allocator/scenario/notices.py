"""What a planner should know about a scenario that is not wrong. Errors are `consistency`'s."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.scenario.tables import ScenarioWarning

if TYPE_CHECKING:
    from allocator.scenario.types import Scenario


def warnings(scenario: Scenario) -> tuple[ScenarioWarning, ...]:
    """Return every warning."""
    return ()
