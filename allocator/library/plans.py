"""A plan and questions about it: read, solve, check, compare, explain, tightest."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.library.given import last_wave, pieces_of, refuse, rows_of, search_options

if TYPE_CHECKING:
    from allocator.plan.frames import Table
    from allocator.plan.types import Plan
    from allocator.plan.verify import Check
    from allocator.scenario.types import Scenario
    from allocator.search.progress import OnProgress
    from allocator.studies.compare import ComparisonRow
    from allocator.studies.explain import Explanation
    from allocator.studies.tightest import Tightest


def read(
    path: str | Path,
    *,
    people_per_desk: str | float | None = None,
    scheme: str | None = None,
) -> Scenario:
    """Return the scenario in a folder, an .xlsx or a .json file.

    Parameters
    ----------
    path
        The folder or file.
    people_per_desk
        People sharing a desk, at least 1; takes the place of the scenario's own. A number is
        taken at its shortest decimal form: 1.3 is 13/10.
    scheme
        Scheme of the headcounts in force.

    Raises
    ------
    InputError
        With everything that is wrong, each thing with its file, row and column.

    Examples
    --------
    >>> import allocator
    >>> scenario = allocator.read("data/ikn-kemenko4")
    >>> len(scenario.floors)
    24
    """
    from allocator.scenario.read import read_scenario

    ratio = None if people_per_desk is None else str(people_per_desk)
    return read_scenario(Path(path), people_per_desk=ratio, scheme=scheme, for_relocation=True)


def solve(  # noqa: PLR0913 - as the command takes it, by name
    scenario: Scenario,
    *,
    time_limit_s: float = 30.0,
    seed: int = 0,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
    start: object = None,
    reproducible: bool = False,
) -> Plan:
    """Return the best checked plan found in time, or why there is none.

    Parameters
    ----------
    scenario
        What is given; of several waves the last one is planned.
    time_limit_s
        Seconds at most, above 0; the search ends sooner where nothing better comes.
    seed
        Of the search, at least 0.
    workers
        Threads, 1..64; one for each processor if left out.
    on_progress
        Called from any thread with a `Progress` for every better plan, bound and stage.
    start
        A plan to begin from: a `Plan`, a table with unit_id, floor_id and desks (people where
        capacity is by chance), or the path of one.
    reproducible
        Whether a budget of work takes the place of the clock: same inputs, seed and workers,
        same plan.

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
    ...     people_per_desk="1.3",
    ... )
    >>> plan = allocator.solve(scenario, time_limit_s=5)
    >>> print(plan)
    optimal, total 60 person-minutes a week, proved at least 60, gap 0.0%
    70 people on 54 desks, 1 of 1 floor in use
    <BLANKLINE>
    A-1  ██████████████████░░     54/60  Finance 54
    >>> [(row.unit_id, row.floor_id, row.desks) for row in plan.placements]
    [('Finance', 'A-1', 54)]
    """
    began = time.monotonic()
    given = last_wave(scenario)
    options = search_options(time_limit_s, seed, workers, reproducible=reproducible)
    pieces = None if start is None else pieces_of(given, start)
    from allocator.search.solve import solve as search
    from allocator.studies.explain import with_conflict

    plan = search(given, options, start=pieces, on_progress=on_progress, began=began)
    return with_conflict(plan, given, time_limit_s - plan.run.wall_s)


def check(scenario: Scenario, placements: object) -> Check:
    """Return what a plan breaks and what it costs, whoever made it.

    Parameters
    ----------
    scenario
        What is given; of several waves the last one counts.
    placements
        A `Plan`, a table with unit_id, floor_id and desks (people where capacity is by chance),
        or the path of one. Tables are data frames of pandas, polars or pyarrow, dicts, or the
        placements of a plan.

    Raises
    ------
    InputError
        If it is no such table. Rows that fit no plan are violations, not errors.

    Examples
    --------
    >>> import allocator
    >>> scenario = allocator.Scenario.from_frames(
    ...     floors=[{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60}],
    ...     headcounts=[{"unit_id": "Finance", "headcount": 70}],
    ... )
    >>> by_hand = [{"unit_id": "Finance", "floor_id": "A-1", "desks": 70}]
    >>> [violation.kind for violation in allocator.check(scenario, by_hand).violations]
    ['over_capacity']
    """
    from allocator.plan.verify import verify

    given = last_wave(scenario)
    return verify(given, rows_of(given, placements))


def compare(
    scenario: Scenario | Mapping[str, Scenario],
    people_per_desk: str | Iterable[str | float] = (),
    *,
    time_limit_s: float = 30.0,
    seed: int = 0,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
) -> Table[ComparisonRow]:
    """Return a row for every sharing ratio: what it needs, costs, and who finds no desk.

    Parameters
    ----------
    scenario
        What is given, or several scenarios by name.
    people_per_desk
        Ratios of at least 1, each ``"1.3"`` or a range ``"1.0:2.0:0.1"``; a scenario's own if
        left out.
    time_limit_s
        Seconds at most for each case, above 0.
    seed, workers, on_progress
        As of `solve`; cases are solved one after another.

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
    >>> rows = allocator.compare(scenario, ["1.1", "1.3"], time_limit_s=5)
    >>> [(row.people_per_desk, row.outcome.status.value, row.spare) for row in rows]
    [('1.1', 'infeasible', -4), ('1.3', 'optimal', 6)]
    """
    from allocator.plan.frames import Table
    from allocator.scenario.ratio import unwanted_ratio
    from allocator.studies import compare as study
    from allocator.studies.pool import PoolHere

    several = scenario if isinstance(scenario, Mapping) else {_name(scenario): scenario}
    asked = [people_per_desk] if isinstance(people_per_desk, str) else people_per_desk
    ratios = tuple(dict.fromkeys(r for text in asked for r in study.ratios(str(text))))
    options = search_options(time_limit_s, seed, workers)
    cases: list[study.Case] = []
    for name, one in several.items():
        given = last_wave(one)
        for ratio in ratios[:1]:
            refuse(unwanted_ratio(given.settings, ratio, name))
        cases += study.at_ratios(study.Case(name, given), ratios)
    rows = study.compare(
        cases,
        pool=PoolHere(options.workers),
        options=options,
        on_progress=on_progress,
        time_s=study.at_most_s(cases, 1, time_limit_s),
    )
    return Table(rows, study.ComparisonRow)


def explain(
    scenario: Scenario,
    *,
    time_limit_s: float = 60.0,
    seed: int = 0,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
) -> Explanation:
    """Return why no plan exists and the cheapest ways out, or a plan where one exists.

    Parameters
    ----------
    scenario
        What is given; of several waves the last one counts.
    time_limit_s
        Seconds at most for everything, above 0.
    seed, workers, on_progress
        As of `solve`.

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
    >>> found = allocator.explain(scenario, time_limit_s=5)
    >>> found.status.value, found.reasons[0].desks
    ('infeasible', 10)
    """
    began = time.monotonic()
    given, options = last_wave(scenario), search_options(time_limit_s, seed, workers)
    from allocator.studies.explain import explain as study

    return study(given, options, on_progress=on_progress, began=began)


def tightest(
    scenario: Scenario,
    *,
    time_limit_s: float = 60.0,
    seed: int = 0,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
    with_rotas: bool = False,
) -> Tightest:
    """Return the smallest people_per_desk that fits, proved on both sides, and what serves.

    Parameters
    ----------
    scenario
        What is given; of several waves the last one counts.
    time_limit_s
        Seconds at most for everything, above 0.
    seed, workers, on_progress
        As of `solve`.
    with_rotas
        Whether the best weeks take the place of today's.

    Raises
    ------
    InputError
        With everything that is wrong with what was given; also where capacity is by chance.

    Examples
    --------
    >>> import allocator
    >>> scenario = allocator.Scenario.from_frames(
    ...     floors=[{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60}],
    ...     headcounts=[{"unit_id": "Finance", "headcount": 70}],
    ... )
    >>> allocator.tightest(scenario, time_limit_s=5).fit.people_per_desk
    Fraction(7, 6)
    """
    began = time.monotonic()
    given, options = last_wave(scenario), search_options(time_limit_s, seed, workers)
    from allocator.studies import tightest as studies

    study = studies.tightest_with_rotas if with_rotas else studies.tightest
    return study(given, options, on_progress=on_progress, began=began)


def _name(scenario: Scenario) -> str:
    return scenario.settings.name or "scenario"
