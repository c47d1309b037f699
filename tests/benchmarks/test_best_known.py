"""Published cases, which the project does not hold: plans reach the best known, no bound is above.

Protocol: ``BENCHMARKS=FOLDER pytest tests/benchmarks/test_best_known.py -n 0 -s``; the folder
holds families, each of scenario folders and a ``best_known.csv`` (instance, best_known).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from allocator.scenario.read import read_scenario
from allocator.search.bounds import lower_bounds, rising_bounds
from allocator.search.compile import compile_case
from allocator.search.solve import SolveOptions, solve

QUICK_S, LONG_S = 2.0, 8.0


def published() -> Iterator[tuple[Path, float]]:
    """Yield scenario folders with their best known totals; none without a folder."""
    for table in sorted(Path(os.environ.get("BENCHMARKS", "none")).glob("*/best_known.csv")):
        with table.open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                yield table.parent / row["instance"], float(row["best_known"])


@pytest.mark.parametrize(("folder", "best"), list(published()), ids=str)
def test_no_bound_is_above_the_best_known(folder: Path, best: float) -> None:
    """Neither the bounds that come at once nor those that rise are above what somebody found."""
    case = compile_case(read_scenario(folder))
    *_, known = lower_bounds(case, time_limit_s=QUICK_S)
    until = monotonic() + LONG_S
    rising = rising_bounds(case, known, until=until, should_stop=lambda: monotonic() > until)
    bound = max(found.total for found in (known, *rising))
    print(f"\n{folder.name}: bound {bound:,.1f} of {best:,.0f}, {1 - bound / best:.1%} open")
    assert bound <= best * (1 + 1e-9)


@pytest.mark.parametrize(("folder", "best"), list(published()), ids=str)
def test_plans_reach_the_best_known(folder: Path, best: float) -> None:
    """Within 60 s with two workers there is a plan as good as the best known."""
    plan = solve(read_scenario(folder), SolveOptions(time_limit_s=60, workers=2))
    total = plan.objective.total
    print(f"\n{folder.name}: total {total}, best known {best}, bound {plan.bound}, {plan.status}")
    assert total is not None
    assert total <= best + 1e-6 * max(1.0, best)
