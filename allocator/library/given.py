"""What the functions of the library are given, made ready: options, waves, and plans as tables."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.errors import InputError, Problem

if TYPE_CHECKING:
    from allocator.plan.verify import GivenPlacement
    from allocator.scenario.tables import CurrentPiece
    from allocator.scenario.types import Scenario
    from allocator.search.options import SolveOptions

MOST_WORKERS = 64


def worker_count(workers: int | None) -> int:
    """Return the workers asked for, or one for each processor."""
    return min(os.cpu_count() or 1, MOST_WORKERS) if workers is None else workers


def search_options(
    time_limit_s: float, seed: int, workers: int | None, *, reproducible: bool = False
) -> SolveOptions:
    """Return the options of a search; raise `InputError` for what is out of its range."""
    from pydantic import ValidationError

    from allocator.plan.tables import unfit
    from allocator.search.options import SolveOptions

    try:
        return SolveOptions(
            time_limit_s=time_limit_s,
            seed=seed,
            workers=worker_count(workers),
            reproducible=reproducible,
        )
    except ValidationError as error:
        raise unfit(error, "options") from error


def last_wave(scenario: Scenario) -> Scenario:
    """Return the scenario of everybody come; raise `InputError` where nobody has a headcount."""
    from allocator.scenario.waves import in_wave

    require_headcounts(scenario)
    return in_wave(scenario)


def require_headcounts(scenario: Scenario) -> None:
    """Raise `InputError` where there are no headcounts, as with staff alone."""
    if not scenario.headcounts:
        message = "expected this table; with staff alone, `allocator.relocate` tells who moves"
        refuse([Problem(message, "headcounts")])


def amiss(name: str, expected: str, value: object = None) -> Problem:
    """Return what an argument should have been."""
    return Problem(expected, "options", column=name, value=None if value is None else repr(value))


def refuse(problems: Iterable[Problem]) -> None:
    """Raise `InputError` if there are any problems."""
    found = tuple(problems)
    if found:
        raise InputError(found)


def _table(given: object) -> object:
    """Return the placements of a plan, or what was given."""
    from allocator.plan.types import Plan

    return given.placements if isinstance(given, Plan) else given


def rows_of(scenario: Scenario, placements: object) -> list[GivenPlacement]:
    """Return a plan as the checker takes it."""
    from allocator.plan.tables import read_placements
    from allocator.plan.verify import GivenPlacement
    from allocator.scenario.frames import placements_from_frame

    if isinstance(placements, str | Path):
        return read_placements(Path(placements), scenario)
    amount = "people" if scenario.by_chance else "desks"
    rows = placements_from_frame("placements", _table(placements), amount)
    return [GivenPlacement(u, f, row=n, **{amount: cell}) for n, u, f, cell in rows]


def pieces_of(scenario: Scenario, placements: object) -> dict[tuple[str, str], int]:
    """Return a plan's pieces; rows that cannot be pieces of any plan are refused."""
    from allocator.plan.verify import verify

    found = verify(scenario, rows_of(scenario, placements))
    unusable = ("unknown_unit", "unknown_floor", "not_whole")
    refuse(Problem(v.message, "placements") for v in found.violations if v.kind in unusable)
    return found.pieces


def rows_before(before: object) -> tuple[CurrentPiece, ...]:
    """Return the plan to move from, which may have floors elsewhere."""
    from allocator.scenario.frames import current_from_frame
    from allocator.scenario.read import current_from_file

    if isinstance(before, str | Path):
        return current_from_file(Path(before))
    return current_from_frame("before", _table(before))


def rows_after(scenario: Scenario, after: object) -> tuple[CurrentPiece, ...]:
    """Return the plan to reach, which may break no rule."""
    from allocator.plan.seating import seated
    from allocator.plan.verify import verify
    from allocator.studies.moves import rows_of_plan

    found = verify(scenario, rows_of(scenario, after))
    broken = (v for v in found.violations if v.kind != "max_people_moved")
    refuse(Problem(f"{v.kind}: {v.message}", "after") for v in broken)
    return rows_of_plan(seated(scenario, found.pieces))
