"""Searches planted in the processes of a pool; each is found by its name there."""

from __future__ import annotations

import os
import time
from typing import Any

from allocator.plan.types import Plan
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions
from tests.api.conftest import out_of_time


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
