"""Figures that the shipped cases must reach; some 20 minutes on two cores.

Protocol: ``pytest tests/benchmarks -n 0 -s``; two workers, three seeds, nothing else running;
the median of the seeds counts, every plan is checked, and each line that is printed is measured.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from allocator.plan.types import Plan, TracePoint
from allocator.scenario.demand import demand
from allocator.scenario.read import read_scenario
from allocator.search.compile import compile_case
from allocator.search.kernels.budget import Budget
from allocator.search.local_search import improve
from allocator.search.solve import SolveOptions, solve
from tests.search.enumeration import check

DATA = Path(__file__).parents[2] / "data"
SEEDS = (0, 1, 2)
TOTALS = {
    "ikn-kemenko4": (60, 12_500),
    "ikn-wave1": (60, 100_000),
    "national": (120, 2_200_000),
    "ikn-rules": (60, float("inf")),
}
"""Seconds, and the total that must be reached in them."""
BOUNDS = {"ikn-kemenko4": 8_300, "ikn-wave1": 49_000}
FIRST_PLAN_S = {"ikn-wave1": 20, "national": 120, "ikn-rules": 60}
"""Seconds of solving in which there must be a first plan."""


def solved(case: str, seed: int) -> Plan:
    """Solve a shipped case and print what came out."""
    seconds, _ = TOTALS[case]
    plan = solve(
        read_scenario(DATA / case), SolveOptions(time_limit_s=seconds, workers=2, seed=seed)
    )
    print(
        f"\n{case} seed {seed}: total {plan.objective.total}, bound {plan.bound}, "
        f"gap {plan.gap}, first plan {first_plan_s(plan):.1f} s, {plan.run.wall_s:.1f} s"
    )
    return plan


def first_plan_s(plan: Plan) -> float:
    """Return seconds from the beginning of the search to its first plan."""
    trace: tuple[TracePoint, ...] = plan.run.trace
    found = [point.seconds for point in trace if point.total is not None]
    began = trace[0].seconds if trace else 0.0
    return min(found, default=float("inf")) - began


@pytest.mark.parametrize("case", TOTALS)
def test_totals_bounds_and_first_plans(case: str) -> None:
    """The median total, the bound and the time to the first plan reach what is asked."""
    plans = [solved(case, seed) for seed in SEEDS]
    totals = [float("inf") if p.objective.total is None else p.objective.total for p in plans]
    bounds = [0.0 if p.bound is None else p.bound for p in plans]
    assert statistics.median(totals) <= TOTALS[case][1]
    assert statistics.median(bounds) >= BOUNDS.get(case, 0)
    assert statistics.median(map(first_plan_s, plans)) <= FIRST_PLAN_S.get(case, float("inf"))


def test_local_search_alone_is_well_below_first_fit() -> None:
    """On `ikn-kemenko4` three million moves from nothing end 15 % below first-fit's 13,413."""
    case = compile_case(read_scenario(DATA / "ikn-kemenko4"))
    totals = []
    for seed in SEEDS:
        budget = Budget(moves=3_000_000)
        found = list(improve(case, {}, rng=np.random.default_rng(seed), budget=budget))
        totals.append(found[-1].total if found else float("inf"))
    print(f"\nlocal search alone, by seed: {totals}")
    assert statistics.median(totals) < 0.85 * 13_413


def test_reading_and_checking_a_country() -> None:
    """Reading with demand, and a check from the command line, are quick on `national`."""
    began = time.perf_counter()
    scenario = read_scenario(DATA / "national")
    desks = sum(demand(unit) for unit in scenario.housed)
    read_s = time.perf_counter() - began
    plan = solve(scenario, SolveOptions(time_limit_s=60, workers=2))
    began = time.perf_counter()
    assert check(scenario, plan.pieces).feasible
    check_s = time.perf_counter() - began
    print(f"\nnational: {desks} desks, read in {read_s:.2f} s, checked in {check_s:.2f} s")
    assert read_s < 2
    assert read_s + check_s < 3


def test_help_is_quick() -> None:
    """The help of the command line imports nothing heavy."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "allocator.cli", "--help"], check=True)
    help_s = time.perf_counter() - began
    print(f"\n--help: {help_s:.2f} s")
    assert help_s < 0.5
