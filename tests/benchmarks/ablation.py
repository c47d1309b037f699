"""What each parameter of the local search is good for: it is altered, and totals are compared.

    python -m tests.benchmarks.ablation --runs FILE --seeds 0,1,2,3,4 CASE:SECONDS...

Local search runs alone, in one thread, for so many seconds of processor time. Every run is stored
in FILE at once: begun again, it goes on where it was. The table goes to stdout: for each variant
by how much the median total of each case is worse than the usual one, in per cent.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import thread_time

import numpy as np

from allocator.scenario.read import read_scenario
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.kernels.budget import Budget
from allocator.search.kernels.ready import compile_search
from allocator.search.local_search import improve
from allocator.search.parameters import USUAL, Parameters

USUALLY = "usual"
VARIANTS: dict[str, object] = {
    USUALLY: None,
    "kicks.begun_anew": 1,
    "kicks.floors_only": 0.0,
    "kicks.nudged": 0.0,
    "kicks.tried_again": 1.0,
    "kicks.most_polished": 1,
    "groups.begin_hot": 1.0,
    "groups.mend_hot": 1.0,
    "groups.reheats": [0.5],
    "groups.cold": 0.2,
    "groups.beginnings": 1,
    "groups.most_tries": 1,
    "groups.reheat_moves": 125,
    "groups.patience": 10,
    "groups.begin_patience": 25,
    "groups.promise": 0.0,
    "groups.most_towers": 6,
    "groups.noise": [0.0],
    "groups.nudge_noise": [0.3],
    "groups.nudge_hot": [0.3],
    "groups.nudge_moves": 50,
    "groups.nudge_towers": 2,
    "groups.tolerance": 0.0,
    "groups.pressure": 1.0,
    "groups.first_ease": 1.0,
    "groups.ease": 1.0,
    "groups.least_ease": 1.0,
    "floors.sequence_hot": [0.1],
    "floors.transfer_hot": [0.1],
    "floors.cold": 0.02,
    "floors.short": 75,
    "floors.long": 250,
    "floors.hopeful": 0.0,
    "floors.transfer_moves": 500,
    "floors.together": 0.0,
    "floors.near_overfull": 2,
    "floors.most_pressure": 1.0,
    "floors.least_room": 1.0,
}
"""Each parameter's name, and the value that takes its effect away or makes it a quarter."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", metavar="CASE:SECONDS")
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--seeds", default="0,1,2,3,4")
    parser.add_argument("--only", default="", help="variants whose name begins so")
    given = parser.parse_args(arguments)
    compile_search()
    runs = dict(_stored(given.runs))
    cases = {each: _case(each) for each in given.cases}
    for name, value in VARIANTS.items():
        parameters = USUAL if value is None else USUAL.altered(name, value)
        for each, case in cases.items() if name.startswith(given.only) else ():
            for seed in map(int, given.seeds.split(",")):
                if (name, each, seed) not in runs:
                    total = _total(case, float(each.rpartition(":")[2]), seed, parameters)
                    runs[name, each, seed] = total
                    with given.runs.open("a", encoding="utf-8") as stored:
                        stored.write(json.dumps([name, each, seed, total]) + "\n")
    print(table(runs))
    return 0


def _stored(file: Path) -> Iterator[tuple[tuple[str, str, int], float | None]]:
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            name, case, seed, total = json.loads(line)
            yield (name, case, seed), total


def _case(each: str) -> Case:
    folder = Path(each.rpartition(":")[0])
    return compile_case(
        read_scenario(folder, scheme="118k" if folder.name == "national" else None)
    )


def _total(case: Case, seconds: float, seed: int, parameters: Parameters) -> float | None:
    """Return the best total, None without a plan."""
    rng, budget = np.random.default_rng(seed), Budget(seconds=seconds, clock=thread_time)
    total = None
    for found in improve(case, {}, rng=rng, budget=budget, parameters=parameters):
        total = found.total
    return total


def table(runs: dict[tuple[str, str, int], float | None]) -> str:
    """Return the comparison as a table of Markdown."""
    by_case: defaultdict[str, defaultdict[str, list[float | None]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for (name, case, _), total in runs.items():
        by_case[case][name].append(total)
    names = [f"`{Path(case.rpartition(':')[0]).name}`" for case in by_case]
    rows = [
        f"| parameter | usual | altered | {' | '.join(names)} |",
        "|---" * (3 + len(names)) + "|",
    ]
    for name, value in VARIANTS.items():
        if value is not None and all(of[name] for of in by_case.values()):
            cells = [_worse(of[name], of[USUALLY]) for of in by_case.values()]
            rows.append(f"| {name} | {_usual(name)} | {value} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _usual(name: str) -> object:
    part, _, field = name.partition(".")
    return getattr(getattr(USUAL, part), field)


def _worse(totals: Sequence[float | None], usual: Sequence[float | None]) -> str:
    without = sum(total is None for total in totals)
    before, after = (
        statistics.median([t if t is not None else float("inf") for t in of])
        for of in (usual, totals)
    )
    more = f"{100 * (after / before - 1):+.2f} %"
    return f"{more}, {without} without a plan" if without else more


if __name__ == "__main__":
    raise SystemExit(main())
