"""Change and its price: restack, moves, waves, relocate, rotas, sensitivity."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from allocator.library.given import (
    amiss,
    last_wave,
    pieces_of,
    refuse,
    require_headcounts,
    rows_after,
    rows_before,
    search_options,
)

if TYPE_CHECKING:
    from allocator.plan.types import Plan
    from allocator.scenario.types import Scenario
    from allocator.search.progress import OnProgress
    from allocator.studies.moves import Moves
    from allocator.studies.relocate import Fitted
    from allocator.studies.restack import Restack
    from allocator.studies.rotas import Rotas
    from allocator.studies.sensitivity import Sensitivity
    from allocator.studies.waves import WavesFound


def restack(
    scenario: Scenario,
    *,
    time_limit_s: float = 20.0,
    seed: int = 0,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
) -> Restack:
    """Return the curve from the least change of today's plan to the lowest cost.

    Parameters
    ----------
    scenario
        What is given, today's plan in its table ``current``.
    time_limit_s
        Seconds at most for each solve, above 0.
    seed, workers, on_progress
        As of `solve`.

    Returns
    -------
    Restack
        Points, with a checked plan and its moves for each.

    Raises
    ------
    InputError
        With everything that is wrong with what was given.

    Examples
    --------
    >>> import allocator
    >>> scenario = allocator.Scenario.from_frames(
    ...     floors=[{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60}],
    ...     headcounts=[{"unit_id": "Finance", "headcount": 50}],
    ...     current=[{"unit_id": "Finance", "floor_id": "annex", "desks": 50}],
    ... )
    >>> [point.people_moved for point in allocator.restack(scenario, time_limit_s=2).points]
    [50.0]
    """
    given, options = last_wave(scenario), search_options(time_limit_s, seed, workers)
    from allocator.studies.restack import restack as study

    return study(given, options, on_progress=on_progress)


def moves(  # noqa: PLR0913 - as the command takes it, by name
    scenario: Scenario,
    before: object,
    after: object,
    *,
    time_limit_s: float = 60.0,
    seed: int = 0,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
    people_per_step: int | None = None,
) -> Moves:
    """Return who moves from where to where, in steps that never overfill a floor.

    Parameters
    ----------
    scenario
        What is given; of several waves the last one counts.
    before, after
        Two plans, as `check` takes them; floors before may be elsewhere.
    time_limit_s
        Seconds at most for everything, above 0.
    seed, workers
        As of `solve`.
    on_progress
        Called once, as the search begins: moves have no total to tell of.
    people_per_step
        Moves of more people than this are divided; at least 1.

    Raises
    ------
    InputError
        If a table cannot be used, or ``after`` breaks a rule, with every violation.

    Examples
    --------
    >>> import allocator
    >>> floor = {"tower_id": "A", "desks": 60}
    >>> scenario = allocator.Scenario.from_frames(
    ...     floors=[floor | {"floor_id": f"A-{level}", "level": level} for level in (1, 2)],
    ...     headcounts=[{"unit_id": "Finance", "headcount": 50}],
    ... )
    >>> here = [{"unit_id": "Finance", "floor_id": "A-1", "desks": 50}]
    >>> there = [{"unit_id": "Finance", "floor_id": "A-2", "desks": 50}]
    >>> found = allocator.moves(scenario, here, there, time_limit_s=5)
    >>> [(row.step, row.from_floor, row.to_floor, row.people) for row in found.rows]
    [(1, 'A-1', 'A-2', 50)]
    """
    began = time.monotonic()
    given, options = last_wave(scenario), search_options(time_limit_s, seed, workers)
    if people_per_step is not None and people_per_step < 1:
        refuse([amiss("people_per_step", "expected a whole number of at least 1")])
    today, target = rows_before(before), rows_after(given, after)
    from allocator.search.progress import Progress
    from allocator.studies.moves import plan_moves

    if on_progress is not None:
        on_progress(Progress(0.0, "ordering moves", None, None, None, None))
    return plan_moves(
        given,
        today,
        target,
        time_limit_s=options.time_limit_s,
        workers=options.workers,
        seed=options.seed,
        people_per_step=people_per_step,
        began=began,
    )


def waves(
    scenario: Scenario,
    *,
    time_limit_s: float = 15.0,
    seed: int = 0,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
) -> WavesFound:
    """Return plans of all waves that fit one another, and what planning together gains.

    Parameters
    ----------
    scenario
        What is given, with all its waves.
    time_limit_s
        Seconds at most for each solve, above 0.
    seed, workers, on_progress
        As of `solve`.

    Returns
    -------
    WavesFound
        The plan of each wave, the moves between them, and a table ``rows`` as in waves.csv.

    Raises
    ------
    InputError
        With everything that is wrong with what was given.

    Examples
    --------
    >>> import allocator
    >>> scenario = allocator.Scenario.from_frames(
    ...     floors=[{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 100}],
    ...     headcounts=[
    ...         {"unit_id": "Finance", "headcount": 50, "wave": 1},
    ...         {"unit_id": "Health", "headcount": 40, "wave": 2},
    ...     ],
    ... )
    >>> found = allocator.waves(scenario, time_limit_s=2)
    >>> found.status.value, found.rows.to_dict()["people"]
    ('feasible', [50, 90])
    """
    require_headcounts(scenario)
    options = search_options(time_limit_s, seed, workers)
    from allocator.studies.waves import plan_waves

    return plan_waves(scenario, options, on_progress=on_progress)


def relocate(  # noqa: PLR0913 - as the command takes it, by name
    scenario: Scenario,
    *,
    units: Sequence[str] | None = None,
    staff: Sequence[str] | None = None,
    families: Sequence[str] | None = None,
    time_limit_s: float = 30.0,
    seed: int = 0,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[Fitted, ...]:
    """Return who can move when, for each unit, staff and family scenario together.

    Parameters
    ----------
    scenario
        What is given, with the tables of a relocation; ``headcounts`` may be left out.
    units, staff, families
        Names of the scenarios to combine; all there are if left out.
    time_limit_s
        Seconds at most for each solve, above 0.
    seed, workers, on_progress
        As of `solve`.

    Returns
    -------
    tuple of Fitted
        Each combination, counted wave by wave, with the plans of its waves and what binds. Its
        ``rows`` are a table of its waves, as in relocate.csv.

    Raises
    ------
    InputError
        With everything that is wrong with what was given.

    Examples
    --------
    >>> import allocator
    >>> scenario = allocator.Scenario.from_frames(
    ...     floors=[{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60}],
    ...     staff=[{"unit_id": "Finance", "group": "young", "people": 80}],
    ...     unit_scenarios=[{"unit_scenario": "all", "unit_id": "Finance", "wave": 1}],
    ...     staff_scenarios=[{"staff_scenario": "half", "group": "young", "share": 0.5}],
    ... )
    >>> fitted = allocator.relocate(scenario)
    >>> [(each.rows.to_dict()["people"], each.fits) for each in fitted]
    [([40], True)]
    """
    options = search_options(time_limit_s, seed, workers)
    from allocator.studies.relocate import Names, combinations
    from allocator.studies.relocate import relocate as study

    found = combinations(scenario, Names.of(scenario, units, staff, families))
    return study(scenario, found, options, on_progress=on_progress)


def rotas(  # noqa: PLR0913 - as the command takes it, by name
    scenario: Scenario,
    plan: object = None,
    *,
    by: Literal["unit", "organisation"] = "unit",
    time_limit_s: float = 60.0,
    seed: int = 0,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
) -> Rotas | Plan:
    """Return who comes on which day, so that few floors run short of desks.

    Parameters
    ----------
    scenario
        What is given; of several waves the last one counts.
    plan
        The plan that weeks are for, as `check` takes it; one is found first if left out.
    by
        Whether each unit chooses its week, or all units of an organisation the same one.
    time_limit_s
        Seconds at most for everything, above 0.
    seed, workers, on_progress
        As of `solve`.

    Returns
    -------
    Rotas or Plan
        The weeks, as a table ``weeks``, and how the plan serves before and after. Of a scenario
        that has no plan, or none in time, the answer that says so.

    Raises
    ------
    InputError
        With everything that is wrong with what was given.

    Examples
    --------
    >>> import allocator
    >>> scenario = allocator.Scenario.from_frames(
    ...     floors=[{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60}],
    ...     headcounts=[{"unit_id": "Finance", "headcount": 70}],
    ... )
    >>> plan = [{"unit_id": "Finance", "floor_id": "A-1", "desks": 60}]
    >>> allocator.rotas(scenario, plan, time_limit_s=5).weeks.to_dict()["people"]
    [70]
    """
    began = time.monotonic()
    given, options = last_wave(scenario), search_options(time_limit_s, seed, workers)
    if by not in ("unit", "organisation"):
        refuse([amiss("by", "expected 'unit' or 'organisation'", by)])
    pieces = None if plan is None else pieces_of(given, plan)
    from allocator.studies.rotas import rotas as study

    return study(given, options, pieces=pieces, by=by, on_progress=on_progress, began=began)


def sensitivity(
    scenario: Scenario,
    *,
    time_limit_s: float = 30.0,
    seed: int = 0,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
    start: object = None,
) -> Sensitivity:
    """Return what each rule, need, affinity, the reserve and each full tower costs.

    Parameters
    ----------
    scenario
        What is given; of several waves the last one counts.
    time_limit_s
        Seconds at most for each solve, above 0; most take a tenth of it.
    seed, workers, on_progress
        As of `solve`; demands are dropped one after another.
    start
        A plan to begin from, as of `solve`.

    Returns
    -------
    Sensitivity
        The plan that prices are measured from, and the ``prices`` as a table, dearest first.

    Raises
    ------
    InputError
        With everything that is wrong with what was given.

    Examples
    --------
    >>> import allocator
    >>> floor = {"tower_id": "A", "desks": 60}
    >>> scenario = allocator.Scenario.from_frames(
    ...     floors=[floor | {"floor_id": f"A-{level}", "level": level} for level in (1, 2)],
    ...     headcounts=[{"unit_id": unit, "headcount": 30} for unit in ("Finance", "Health")],
    ...     rules=[{"rule": "apart_floor", "subject": "Finance", "object": "Health"}],
    ... )
    >>> found = allocator.sensitivity(scenario, time_limit_s=5)
    >>> prices = found.prices.to_dict()
    >>> prices["demand"], prices["price"]
    (['apart_floor'], [60.0])
    """
    given, options = last_wave(scenario), search_options(time_limit_s, seed, workers)
    pieces = None if start is None else pieces_of(given, start)
    from allocator.studies.pool import PoolHere
    from allocator.studies.sensitivity import sensitivity as study

    return study(
        given,
        pool=PoolHere(options.workers),
        options=options,
        start=pieces,
        on_progress=on_progress,
    )
