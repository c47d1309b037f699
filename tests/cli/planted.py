"""Runs the command line with a planted search, for what the real one cannot be made to do.

``python -m tests.cli.planted KIND ARGUMENTS…``: kind is first_fit, over_full, crash, late,
impossible or patient. Written for scenarios of one unit and one floor.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from allocator.cli import main
from allocator.plan.assemble import checked_plan, no_plan, run_record
from allocator.plan.types import Plan, Reason, Run, Status
from allocator.scenario.demand import demand
from allocator.scenario.types import Scenario


@dataclass(frozen=True)
class PlantedOptions:
    time_limit_s: float
    workers: int
    seed: int
    reproducible: bool
    exact: bool


def _one_piece(scenario: Scenario, extra: int, run: Run) -> Plan:
    unit, floor = scenario.housed[0], scenario.floors[0]
    pieces = {(unit.unit_id, floor.floor_id): demand(unit) + extra}
    return checked_plan(scenario, pieces, term_bounds={}, bound=0.0, run=run)


def _crash(scenario: Scenario, run: Run) -> Plan:
    raise RuntimeError("planted")


def _impossible(scenario: Scenario, run: Run) -> Plan:
    reason = Reason(kind="desks", desks=1, message="1 desk too few, as planted")
    return no_plan(scenario, Status.INFEASIBLE, [reason], run)


ANSWERS: dict[str, Callable[[Scenario, Run], Plan]] = {
    "first_fit": lambda scenario, run: _one_piece(scenario, 0, run),
    "patient": lambda scenario, run: _one_piece(scenario, 0, run),
    "over_full": lambda scenario, run: _one_piece(scenario, 1, run),
    "crash": _crash,
    "late": lambda scenario, run: no_plan(scenario, Status.UNKNOWN, (), run),
    "impossible": _impossible,
}


def search_of(kind: str) -> ModuleType:
    """Return what takes the place of the search."""

    def solve(
        scenario: Scenario, options: PlantedOptions, *, should_stop: Callable[[], bool], **_: Any
    ) -> Plan:
        if kind == "patient":
            print("searching", file=sys.stderr, flush=True)
            while not should_stop():
                time.sleep(0.01)
        run = run_record(scenario, seed=options.seed, workers=1, time_limit_s=1, wall_s=0)
        return ANSWERS[kind](scenario, run)

    planted: Any = ModuleType("allocator.search.solve")
    planted.SolveOptions = PlantedOptions
    planted.solve = solve
    module: ModuleType = planted
    return module


if __name__ == "__main__":
    sys.modules["allocator.search.solve"] = search_of(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
