"""Walking minutes between every two floors, for the search. The checker has its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.types import Scenario


def walking_minutes(scenario: Scenario) -> NDArray[np.float64]:
    """Return walking minutes between every two floors.

    0 on one floor; a lift ride within a tower; two lift rides and the way between the towers
    otherwise (docs/explanation/objective.md). Rows of the table `walking` override the formula.

    Returns
    -------
    array (F, F)
        Minutes of a one-way trip, symmetric, floors in the order of the table.
    """
    walking = scenario.settings.walking
    towers = {tower: index for index, tower in enumerate(scenario.complex_of)}
    at = np.array([towers[floor.tower_id] for floor in scenario.floors])
    level = np.array([floor.level for floor in scenario.floors], dtype=np.float64)
    way = _minutes_between_towers(scenario)[np.ix_(at, at)]
    inside = walking.lift_wait_min + walking.lift_min_per_level * np.abs(
        level[:, None] - level[None, :]
    )
    across = (
        2 * walking.lift_wait_min
        + walking.lift_min_per_level * (np.abs(level)[:, None] + np.abs(level)[None, :])
        + way
    )
    minutes = np.where(at[:, None] == at[None, :], inside, across)
    np.fill_diagonal(minutes, 0.0)
    return _overridden(minutes, scenario)


def _minutes_between_towers(scenario: Scenario) -> NDArray[np.float64]:
    """Return minutes of the way between the towers of `complex_of`, 0 where one has no place."""
    walking = scenario.settings.walking
    position = {tower.tower_id: (tower.x_m, tower.y_m) for tower in scenario.towers or ()}
    known = [position.get(tower, (None, None)) for tower in scenario.complex_of]
    x, y = (np.array([np.nan if p[i] is None else p[i] for p in known], float) for i in (0, 1))
    distance_m = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    way: NDArray[np.float64] = np.nan_to_num(distance_m) / walking.walk_m_per_min
    return walking.detour_factor * way


def _overridden(minutes: NDArray[np.float64], scenario: Scenario) -> NDArray[np.float64]:
    """Return the minutes with those of the table `walking` in their place, either way."""
    index = {floor.floor_id: i for i, floor in enumerate(scenario.floors)}
    for row in scenario.walking:
        i, j = index[row.from_floor], index[row.to_floor]
        minutes[i, j] = minutes[j, i] = row.minutes
    return minutes
