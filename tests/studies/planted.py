"""Searches that do what the real one cannot be made to do, for processes of a pool to run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from allocator.errors import InputError, Problem
from allocator.plan.assemble import checked_plan, no_plan, run_record
from allocator.plan.types import Pieces, Plan, Reason, Run, Status
from allocator.scenario.demand import demand, usable_desks
from allocator.scenario.types import Scenario
from allocator.search.kernels.ready import COMPILING
from allocator.search.progress import Progress


class Options(BaseModel, frozen=True):
    """The options of a search without importing one."""

    time_limit_s: float = 5.0
    workers: int = 1
    seed: int = 0
    does: str = "first_fit"
    """What `asked` does."""


def options(**changes: Any) -> Any:
    return Options(**changes)


def record(scenario: Scenario, wall_s: float = 0.5) -> Run:
    return run_record(scenario, seed=0, workers=1, time_limit_s=5, wall_s=wall_s)


def asked(scenario: Scenario, options: Options, **how: Any) -> Plan:
    """Do what the options ask for, so that one pool can do all of it."""
    search: Callable[..., Plan] = globals()[options.does]
    return search(scenario, options, **how)


def first_fit(scenario: Scenario, options: Options, **_: Any) -> Plan:
    """Fill floors one after another, with pieces of any size."""
    room = {
        floor.floor_id: usable_desks(floor, scenario.settings.sharing) for floor in scenario.floors
    }
    pieces: dict[tuple[str, str], int] = {}
    for unit in scenario.housed:
        left = demand(unit)
        for floor_id, free in room.items():
            desks = min(left, free)
            if desks:
                pieces[unit.unit_id, floor_id] = desks
                room[floor_id] -= desks
                left -= desks
        if left:
            reason = Reason(kind="desks", desks=left, message=f"short of {left} desks")
            return no_plan(scenario, Status.INFEASIBLE, [reason], record(scenario))
    return checked_plan(scenario, pieces, term_bounds={}, bound=0.0, run=record(scenario))


def from_start(scenario: Scenario, options: Options, *, start: Pieces | None, **_: Any) -> Plan:
    """Return the start as it is where there is one."""
    if start is None:
        return first_fit(scenario, options)
    run = record(scenario, wall_s=2.0)  # by which the tests know that there was a start
    return checked_plan(scenario, start, term_bounds={}, bound=0.0, run=run)


def dear_without_rules(scenario: Scenario, options: Options, **_: Any) -> Plan:
    """Divide every unit over the first two floors, unless there are rules: then fill floors."""
    if scenario.rules:
        return first_fit(scenario, options)
    floors = [floor.floor_id for floor in scenario.floors]
    halves = {u.unit_id: (demand(u) // 2, demand(u) - demand(u) // 2) for u in scenario.housed}
    pieces = {(u, f): d for u, half in halves.items() for f, d in zip(floors, half, strict=False)}
    run = record(scenario)
    return checked_plan(scenario, pieces, term_bounds={}, bound=7.0, run=run)


def late_without_rules(scenario: Scenario, options: Options, **_: Any) -> Plan:
    """Find no plan in time, unless there are rules."""
    return first_fit(scenario, options) if scenario.rules else late(scenario, options)


def late_at_first(scenario: Scenario, options: Options, *, start: Pieces | None, **_: Any) -> Plan:
    """Find no plan from nothing below two people per desk."""
    if start is None and scenario.settings.sharing.people_per_desk < 2:
        return late(scenario, options)
    return first_fit(scenario, options)


def late(scenario: Scenario, options: Options, **_: Any) -> Plan:
    return no_plan(scenario, Status.UNKNOWN, (), record(scenario))


def crash(scenario: Scenario, options: Options, **_: Any) -> Plan:
    raise RuntimeError("planted")


def refuse(scenario: Scenario, options: Options, **_: Any) -> Plan:
    raise InputError([Problem("expected a small case", "options")])


def die_if_large(scenario: Scenario, options: Options, **_: Any) -> Plan:
    """Die where anybody has more than 55 people, else fill floors."""
    if any(unit.headcount > 55 for unit in scenario.housed):
        os._exit(7)
    return first_fit(scenario, options)


def hang(scenario: Scenario, options: Options, **_: Any) -> Plan:
    time.sleep(600)
    raise AssertionError


def eat(scenario: Scenario, options: Options, **_: Any) -> Plan:
    eaten = bytearray(400_000_000)
    eaten[::4096] = b"x" * len(eaten[::4096])
    return hang(scenario, options)


def patient(
    scenario: Scenario, options: Options, *, should_stop: Callable[[], bool], **_: Any
) -> Plan:
    while not should_stop():
        time.sleep(0.01)
    return first_fit(scenario, options)


def chatty(
    scenario: Scenario, options: Options, *, on_progress: Callable[[Progress], None], **_: Any
) -> Plan:
    on_progress(Progress(1.0, "planted", 99.0, 0.0, 1.0, None))
    return first_fit(scenario, options)


def tell_process(
    scenario: Scenario, options: Options, *, on_progress: Callable[[Progress], None], **_: Any
) -> Plan:
    """Say the number of the process, then never end."""
    on_progress(Progress(0.0, str(os.getpid()), None, None, None, None))
    return hang(scenario, options)


def compile_for_long(
    scenario: Scenario, options: Options, *, on_progress: Callable[[Progress], None], **_: Any
) -> Plan:
    """Say for two seconds that the search is being compiled, then solve."""
    for done in range(20):
        on_progress(Progress(0.0, COMPILING, None, None, None, None, done / 20))
        time.sleep(0.1)
    return first_fit(scenario, options)
