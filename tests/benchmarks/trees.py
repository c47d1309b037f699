"""Two trees of the sources, run in turn on the same cases and seeds, and compared.

    python -m tests.benchmarks.trees BEFORE AFTER --runs FILE --seeds 0,1,2 CASE:SECONDS...

With ``--set allocator.search.portfolio.IN_VAIN=8`` a constant of the second tree has
another value, so that what it is good for can be told from the same tree twice.

A case is a scenario folder, ``country-SIZE``, or ``cases-FOLDER`` for each folder in it. Every run
is a process of its own, with nothing else running, and is stored in FILE at once: begun again, it
goes on where it was. Each tree compiles its search first, outside any clock.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

WORKERS = 2
SIGNIFICANT = 0.002
"""Part of a median total by which a tree may be worse."""

COMPILERS = ("kernels", "local")
"""Where trees of now and of before compile their search."""

RUN = """
import ast, json, resource, sys
from importlib import import_module
from pathlib import Path
for each in sys.argv[5:]:
    name, value = each.split("=", 1)
    module, constant = name.rsplit(".", 1)
    assert hasattr(import_module(module), constant), name
    setattr(import_module(module), constant, ast.literal_eval(value))
from allocator.scenario.read import read_scenario
from allocator.search.solve import SolveOptions, solve
case, seconds, seed, workers = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
if case.startswith("country-"):
    from allocator.studies.country import country
    scenario = country(float(case.removeprefix("country-")), 0)
else:
    folder = Path(case)
    scheme = "118k" if folder.name == "national" else None
    scenario = read_scenario(folder, scheme=scheme)
plan = solve(scenario, SolveOptions(time_limit_s=seconds, workers=workers, seed=seed))
trace = [point for point in plan.run.trace if point.total is not None]
print(json.dumps({
    "total": plan.objective.total,
    "unplaced": plan.objective.unplaced_people,
    "bound": plan.bound,
    "first_plan_s": trace[0].seconds if trace else None,
    "wall_s": plan.run.wall_s,
    "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
}))
"""


@dataclass(frozen=True)
class Run:
    """One solve; total None where there was no plan."""

    tree: str
    case: str
    seconds: float
    seed: int
    total: float | None
    unplaced: float | None
    bound: float | None
    first_plan_s: float | None
    wall_s: float
    memory_mb: float

    @property
    def key(self) -> tuple[str, str, float, int]:
        """What the run is known by."""
        return self.tree, self.case, self.seconds, self.seed


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing, and compare; return 1 where the second tree is worse."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Plain)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("cases", nargs="+", metavar="CASE:SECONDS")
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    given = parser.parse_args(arguments)
    second = " ".join(given.set) or "after"
    trees = {"before": given.before.resolve(), second: given.after.resolve()}
    runs = {run.key: run for run in _stored(given.runs)}
    seeds = [int(seed) for seed in given.seeds.split(",")]
    for tree in trees.values():
        rooms = [r for r in COMPILERS if (tree / "allocator/search" / r / "ready.py").is_file()]
        _process(tree, given.runs, "-m", f"allocator.search.{rooms[0]}.ready")
    wanted = list(product(_cases(given.cases), seeds, trees))
    for (case, seconds), seed, tree in wanted:
        if (tree, case, seconds, seed) not in runs:
            constants = given.set if tree == second else []
            numbers = (str(seconds), str(seed), str(WORKERS))
            said = _process(trees[tree], given.runs, "-c", RUN, case, *numbers, *constants)
            run = Run(tree=tree, case=case, seconds=seconds, seed=seed, **json.loads(said))
            runs[run.key] = run
            with given.runs.open("a", encoding="utf-8") as stored:
                stored.write(json.dumps(asdict(run)) + "\n")
            print(f"{tree:6} {case} {seconds:g} s seed {seed}: {run.total}", flush=True)
    chosen = [runs[tree, case, seconds, seed] for (case, seconds), seed, tree in wanted]
    return int(max(_compared(rows, second) for rows in _by_case(chosen)))


class _Plain(argparse.RawDescriptionHelpFormatter):
    """The docstring as it is written."""


def _stored(file: Path) -> Iterator[Run]:
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            yield Run(**json.loads(line))


def _cases(given: Iterable[str]) -> Iterator[tuple[str, float]]:
    for each in given:
        case, seconds = each.rsplit(":", 1)
        if case.startswith("cases-"):
            folders = sorted(Path(case.removeprefix("cases-")).glob("*/floors.csv"))
            yield from ((str(floors.parent.resolve()), float(seconds)) for floors in folders)
        else:
            is_country = case.startswith("country-")
            yield (case if is_country else str(Path(case).resolve())), float(seconds)


def _process(tree: Path, runs: Path, *command: str) -> str:
    kept = runs.resolve().parent / f"compiled-{tree.name}"
    variables = {"PYTHONPATH": str(tree), "NUMBA_CACHE_DIR": str(kept)}
    done = subprocess.run(
        [sys.executable, *command],
        env=os.environ | variables,
        cwd=tree,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def _by_case(runs: Iterable[Run]) -> Iterable[list[Run]]:
    found: defaultdict[tuple[str, float], list[Run]] = defaultdict(list)
    for run in runs:
        found[run.case, run.seconds].append(run)
    return found.values()


def _compared(runs: Sequence[Run], second: str) -> bool:
    """Print the medians of a case by tree; return whether the second tree is worse."""
    told: dict[str, Mapping[str, float]] = {}
    for tree in ("before", second):
        mine = [run for run in runs if run.tree == tree]
        totals = [float("inf") if run.total is None else run.total for run in mine]
        firsts = [float("inf") if r.first_plan_s is None else r.first_plan_s for r in mine]
        told[tree] = {
            "median": statistics.median(totals),
            "worst": max(totals),
            "without a plan": sum(run.total is None for run in mine),
            "first plan s": statistics.median(firsts),
            "bound": statistics.median(run.bound or 0.0 for run in mine),
            "wall s": statistics.median(run.wall_s for run in mine),
            "memory MB": max(run.memory_mb for run in mine),
        }
    before, after = told["before"], told[second]
    print(f"\n{Path(runs[0].case).name}, {runs[0].seconds:g} s, {len(runs) // 2} seeds: {second}")
    for name in before:
        print(f"  {name:15} {before[name]:14,.1f} {after[name]:14,.1f}")
    is_worse = after["median"] > before["median"] * (1 + SIGNIFICANT)
    return is_worse or after["without a plan"] > before["without a plan"]


if __name__ == "__main__":
    raise SystemExit(main())
