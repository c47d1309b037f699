"""Searches planted in the service, and in the processes of a pool, which find them by name."""

from __future__ import annotations

import os
import time
from typing import Any

from allocator.plan.assemble import no_plan, run_record
from allocator.plan.types import Plan, Status
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions


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
