"""Searches planted in the service, and in the processes of a pool, which find them by name."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from allocator.plan.assemble import checked_plan, no_plan, run_record
from allocator.plan.types import Pieces, Plan, Status
from allocator.scenario.demand import demand
from allocator.scenario.types import Scenario
from allocator.search.options import SolveOptions
from allocator.search.progress import Progress

HANDED_OVER = 7.0
"""Seconds that a plan says it took where the search began from a plan."""


def out_of_time(scenario: Scenario, options: SolveOptions) -> Plan:
    """Return the answer that time ran out; its run tells the options."""
    run = run_record(
        scenario,
        seed=options.seed,
        workers=options.workers,
        time_limit_s=options.time_limit_s,
        wall_s=0.0,
    )
    return no_plan(scenario, Status.UNKNOWN, (), run)


def prompt(scenario: Scenario, options: SolveOptions, **_: Any) -> Plan:
    """Answer at once; the seed is the process."""
    return out_of_time(scenario, options.model_copy(update={"seed": os.getpid()}))


def endless(scenario: Scenario, options: SolveOptions, **_: Any) -> Plan:
    """Answer seed 0 at once; for any other never end, nor listen."""
    while options.seed:
        time.sleep(0.05)
    return prompt(scenario, options)


def hungry(scenario: Scenario, options: SolveOptions, **_: Any) -> Plan:
    """Take more and more memory."""
    taken = bytearray()
    while True:
        taken.extend(b"x" * 10_000_000)
        time.sleep(0.005)


def steady(
    scenario: Scenario,
    options: SolveOptions,
    *,
    start: Pieces | None,
    on_progress: Callable[[Progress], None],
    should_stop: Callable[[], bool],
) -> Plan:
    """Put each unit whole on the floor of its number, and better a total until time is up."""
    began = time.monotonic()
    floors = [floor.floor_id for floor in scenario.floors]
    pieces = {
        (unit.unit_id, floor): demand(unit)
        for unit, floor in zip(scenario.housed, floors, strict=False)
    }
    better = 1000.0
    while time.monotonic() < began + options.time_limit_s and not should_stop():
        better -= 1.0
        seconds = time.monotonic() - began
        on_progress(Progress(seconds, "planted", better, 0.0, 0.0, 1.0, pieces=pieces))
        time.sleep(0.05)
    run = run_record(
        scenario,
        seed=os.getpid(),
        workers=1,
        time_limit_s=options.time_limit_s,
        wall_s=HANDED_OVER if start else 0.5,
    )
    return checked_plan(scenario, pieces, term_bounds={}, bound=0.0, run=run)


def suicidal(scenario: Scenario, options: SolveOptions, **_: Any) -> Plan:
    """Die with the process."""
    os._exit(9)
