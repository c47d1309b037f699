"""Finds the cases of a benchmark: folders of scenario folders, with a best_known.csv beside them.

Countries of any size are made by `studies.country`; here they only become cases.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from allocator.errors import InputError, Problem
from allocator.scenario.read import read_rows
from allocator.scenario.variants import Variant, read_variant
from allocator.studies.bench.types import BenchCase
from allocator.studies.country import LARGEST_SIZE, country

BEST_KNOWN = "best_known.csv"
COUNTRY_SEED = 0
"""The countries are the same in every run; only those who solve them bear other seeds."""


def bench_cases(folders: Sequence[Path]) -> list[BenchCase]:
    """Return the scenarios in the folders, each a scenario folder itself or a folder of such.

    Raises
    ------
    InputError
        With every folder that holds none, and everything that is wrong in those there are.
    """
    found: list[BenchCase] = []
    problems: list[Problem] = []
    for path in folders:
        inside = list(_scenario_folders(path))
        if not inside:
            problems.append(Problem("expected a scenario folder, or a folder of such", str(path)))
        for folder in inside:
            try:
                found.append(_case(folder))
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def country_cases(sizes: Iterable[float]) -> list[BenchCase]:
    """Return generated countries, smallest first.

    Parameters
    ----------
    sizes
        Countries that each is as large as, above 0; a size that is given twice is one case. A
        country of size 1 is of the kind of the scenario `national`.
    """
    return [
        BenchCase(f"country-{size:g}", "countries", country(size, COUNTRY_SEED), size=size)
        for size in sorted(set(sizes))
    ]


def sizes(text: str) -> tuple[float, ...]:
    """Return the sizes in a list such as ``0.125,1,4``.

    Raises
    ------
    InputError
        If one is no number above 0 and of at most `LARGEST_SIZE`.
    """
    return tuple(_size(word) for word in text.split(","))


def _size(word: str) -> float:
    """Return one size; whatever is no number fails the comparison below as well."""
    try:
        size = float(word)
    except ValueError:
        # Not a number compares false with everything, so one test refuses both kinds of mistake.
        size = math.nan
    if not 0 < size <= LARGEST_SIZE:
        message = f"expected sizes above 0 and at most {LARGEST_SIZE:g}, for example 0.125,1,4"
        raise InputError([Problem(message, "--countries", value=word)])
    return size


def _scenario_folders(path: Path) -> Iterator[Path]:
    """Yield the path if it is a scenario folder, else the scenario folders directly in it."""
    if _is_scenario(path):
        yield path
    elif path.is_dir():
        yield from sorted(inner for inner in path.iterdir() if _is_scenario(inner))


def _is_scenario(path: Path) -> bool:
    """Say whether a folder holds the tables of a scenario that can be solved as it stands."""
    there = {name: (path / f"{name}.csv").is_file() for name in ("floors", "headcounts", "staff")}
    # Staff without headcounts is a case of relocation alone, which this does not measure. A folder
    # that has neither is taken, so that the reader says what it lacks.
    return there["floors"] and (there["headcounts"] or not there["staff"])


def _case(folder: Path) -> BenchCase:
    """Read a case, with the best known total that stands beside its folder."""
    # So that `.` and `..` have names, too, which are those of the case and its family.
    folder = folder.resolve()
    total, is_proved = _best_known(folder.parent / BEST_KNOWN).get(folder.name, (None, False))
    scenario = read_variant(folder, Variant())
    return BenchCase(folder.name, folder.parent.name, scenario, total, is_proved)


def _best_known(path: Path) -> dict[str, tuple[float, bool]]:
    """Return total, and whether it is proved, by case; none where there is no such file."""
    if not path.is_file():
        return {}
    try:
        rows = read_rows(path, ("instance", "best_known", "proved_optimal"))
    except InputError:  # a family for which nothing is proved has no such column
        rows = read_rows(path, ("instance", "best_known"))
    return {
        cells["instance"]: (_total(path, row, cells), cells.get("proved_optimal") == "yes")
        for row, cells in rows
    }


def _total(path: Path, row: int, cells: dict[str, str]) -> float:
    """Return the total of a row of `best_known.csv`, or refuse the row with its number."""
    try:
        return float(cells["best_known"])
    except ValueError as error:
        problem = Problem("expected a number", path.name, row, "best_known", cells["best_known"])
        raise InputError([problem]) from error
