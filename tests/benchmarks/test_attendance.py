"""Figures for attendance to reach: pytest tests/benchmarks/test_attendance.py -n 0 -s.

Seconds of the thread, which is all that works here, so that a busy machine does not count.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from allocator.attendance import Group, pool_pmf, unit_pmf
from allocator.plan.people import place_people
from allocator.plan.service import service_of_plan
from allocator.scenario.demand import demand, usable_desks
from allocator.scenario.read import read_scenario
from allocator.scenario.types import Scenario

DATA = Path(__file__).parents[2] / "data"


def first_fit(scenario: Scenario) -> dict[tuple[str, str], int]:
    """Fill floors one after another with pieces of any size, more than a plan would have."""
    room = {f.floor_id: usable_desks(f, scenario.settings.sharing) for f in scenario.floors}
    pieces: dict[tuple[str, str], int] = {}
    for unit in scenario.housed:
        left = demand(unit)
        for floor_id, free in room.items():
            desks = min(left, free)
            if desks:
                pieces[unit.unit_id, floor_id] = desks
                room[floor_id] -= desks
                left -= desks
    return pieces


def test_a_pool_of_ten_thousand_takes_under_fifty_milliseconds() -> None:
    """Fifty units of unequal size, none remembered."""
    rng = np.random.default_rng(0)
    units = [Group(int(n), 0.6, 0.02) for n in rng.multinomial(10_000, rng.dirichlet([1] * 50))]
    unit_pmf.cache_clear()
    began = time.thread_time()
    pool_pmf(units)
    seconds = time.thread_time() - began
    print(f"\npool of 10,000: {1000 * seconds:.0f} ms")
    assert seconds < 0.05


def test_all_floors_of_the_first_wave_take_under_a_second() -> None:
    """Every floor, tower and organisation, on every weekday."""
    scenario = read_scenario(DATA / "ikn-wave1")
    placements = place_people(scenario, first_fit(scenario))
    began = time.thread_time()
    service_of_plan(scenario, placements)
    seconds = time.thread_time() - began
    print(f"\nikn-wave1: {seconds:.2f} s")
    assert seconds < 1
