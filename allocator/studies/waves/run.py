"""Plans all waves: one after the other first, then together, from the last backwards.

Planning together solves one wave at a time between the plans before and after it. People who move
to it and people who move from it both count. It goes on until no wave gets better.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from allocator.plan.adapt import adapted
from allocator.plan.assemble import least_of_all
from allocator.plan.frames import Table
from allocator.plan.types import Pieces, Plan, Reason, Record, Status
from allocator.scenario.demand import demand, to_place, usable_desks
from allocator.scenario.today import pieces_today
from allocator.scenario.types import Scenario
from allocator.search.limited import at_price
from allocator.search.options import SolveOptions
from allocator.search.progress import OnProgress, Progress, ShouldStop
from allocator.search.site_costs import Neighbour
from allocator.search.solve import solve
from allocator.studies.moves import Moves, plan_moves, rows_of_plan
from allocator.studies.waves.solution import Solution, Waves, waves_of

SWEEPS = 1
"""Times that all waves are taken anew, there and back, if each solve takes all of its time."""
MOST_SWEEPS = 5
"""Times at most, where solves end sooner."""
MOVES_S = 10.0
"""Seconds for the order of moves between two waves."""
FINISH_S = 2.0
LEAST_S = 0.2


@dataclass(frozen=True)
class WavesProgress:
    """How far it is: solves done, all, and what is being done."""

    done: int
    solves: int
    doing: str


class WaveRow(Record):
    """A row of waves.csv.

    desks and floors are those open in the wave that may be used; people_moved are from the wave
    before; total without people moved and not weighted; bound proved for it.
    """

    wave: int
    people: int
    demand: int | None
    desks: int
    floors: int
    people_moved: float | None
    total: float | None
    bound: float


@dataclass(frozen=True)
class WavesFound:
    """Plans of all waves, or why there are none.

    Attributes
    ----------
    bounds
        Proved for the total without people moved of each wave, over all its plans.
    one_after_the_other
        The plans that come from taking each wave from the plan before; None where they broke
        off.
    moves
        To each wave from the one before; None where there is nothing to move from.
    """

    status: Status
    waves: Waves
    bounds: tuple[float, ...]
    solution: Solution | None = None
    one_after_the_other: Solution | None = None
    moves: tuple[Moves | None, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def bound(self) -> float:
        """Proved for the total of all waves together: each wave's own, as much as it weighs."""
        return sum(w * b for w, b in zip(self.waves.weights, self.bounds, strict=True))

    @property
    def rows(self) -> Table[WaveRow]:
        """Return the rows of waves.csv, the first wave first."""
        solution = self.solution
        lines = []
        for number, bound in enumerate(self.bounds):
            scenario = self.waves.scenarios[number]
            sharing = scenario.settings.sharing
            usable = [usable_desks(floor, sharing) for floor in scenario.floors]
            total = None if solution is None else solution.totals[number]
            lines.append(
                WaveRow(
                    wave=number + 1,
                    people=sum(unit.headcount for unit in scenario.housed),
                    demand=None if scenario.by_chance else sum(map(demand, scenario.housed)),
                    desks=sum(usable),
                    floors=sum(1 for desks in usable if desks),
                    people_moved=None if solution is None else solution.moved[number],
                    total=total,
                    bound=bound if total is None else min(bound, total),
                )
            )
        return Table(lines, WaveRow)

    @property
    def foresight(self) -> float | None:
        """What planning together gains; None where one after the other has no plan.

        Never below 0, as planning together begins from the plans found one after the other.
        """
        if self.solution is None or self.one_after_the_other is None:
            return None
        return self.one_after_the_other.total - self.solution.total


def solves_of(count: int) -> int:
    """Return how many solves so many waves take at most.

    Each by itself, each after the one before, all but the last before the one after, and a sweep
    there and back.
    """
    return 3 * count - 1 + SWEEPS * 2 * (count - 1)


def at_most_s(scenario: Scenario, options: SolveOptions) -> float:
    """Return the seconds that all take at most, moves and finishing included."""
    count = waves_of(scenario).count
    moves = count * min(MOVES_S, options.time_limit_s)
    return solves_of(count) * options.time_limit_s + moves + FINISH_S


@dataclass
class _Run:
    """The planning while it goes on."""

    waves: Waves
    options: SolveOptions
    on_step: Callable[[WavesProgress], None]
    on_progress: OnProgress | None
    should_stop: ShouldStop
    until: float
    best: Solution | None = None
    bounds: list[float] = field(default_factory=list)
    done: int = 0

    def is_over(self) -> bool:
        """Say whether no more solves are begun."""
        return self.should_stop() or time.monotonic() >= self.until - LEAST_S

    def solve(
        self,
        doing: str,
        scenario: Scenario,
        start: Pieces | None,
        next_plan: Neighbour | None = None,
    ) -> Plan:
        """Solve a wave, in the time of one solve or what is left.

        Parameters
        ----------
        start
            A plan to begin from; left out where it does not place all.
        next_plan
            The plan after, which this one should be near to, if there is one.
        """
        self.on_step(WavesProgress(self.done, solves_of(self.waves.count), doing))
        self.done += 1
        if start and not _places_all(scenario, start):
            start = None  # newcomers find room sooner where all is open
        left = max(self.until - time.monotonic(), LEAST_S)
        options = self.options.model_copy(
            update={"time_limit_s": min(self.options.time_limit_s, left)}
        )

        def tell(progress: Progress) -> None:
            """Pass progress on without pieces, which are of one wave and not of all."""
            if self.on_progress is not None:
                self.on_progress(replace(progress, pieces=None))

        return solve(
            scenario,
            options,
            start=start,
            next_plan=next_plan,
            on_progress=tell,
            should_stop=self.should_stop,
        )

    def priced(self, number: int, scenario: Scenario) -> Scenario:
        """Return the scenario of a wave at the price of moves while it lasts.

        The wave's own total counts as often as it weighs, a move once.
        """
        # All of a solve's objective is multiplied by the weight in the sum over waves.
        price = self.waves.move / self.waves.weights[number]
        limit = scenario.settings.options.max_people_moved
        found = at_price(scenario, price)
        options = found.settings.options.model_copy(update={"max_people_moved": limit})
        settings = found.settings.model_copy(update={"options": options})
        return found.model_copy(update={"settings": settings})

    def offer(self, solution: Solution | None) -> bool:
        """Keep a solution if it is the best so far."""
        # A chain that broke off is no solution.
        if solution is None or not solution.beats(self.best):
            return False
        self.best = solution
        return True


def _places_all(scenario: Scenario, pieces: Pieces) -> bool:
    """Whether pieces place all that is to be placed."""
    placed: dict[str, int] = {}
    for (unit, _), amount in pieces.items():
        placed[unit] = placed.get(unit, 0) + amount
    by_chance = scenario.by_chance
    units = scenario.housed
    return all(placed.get(u.unit_id, 0) == to_place(u, by_chance=by_chance) for u in units)


def plan_waves(
    scenario: Scenario,
    options: SolveOptions | None = None,
    *,
    on_step: Callable[[WavesProgress], None] = lambda _: None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop = lambda: False,
) -> WavesFound:
    """Return plans of all waves that fit one another, and what foresight gains.

    Parameters
    ----------
    scenario
        With all its waves.
    options
        The time limit is for each solve; `at_most_s` says how long all take at most.
    on_step
        Called before each solve.
    should_stop
        Asked often; once true, the plans known by then are returned.
    """
    options = options or SolveOptions()
    waves, began = waves_of(scenario), time.monotonic()
    until = began + solves_of(waves.count) * options.time_limit_s
    run = _Run(waves, options, on_step, on_progress, should_stop, until)
    # First each by itself: that gives the bounds, and if one wave has no plan nothing else is
    # tried.
    alone, reasons = _alone(run)
    if reasons:
        return WavesFound(Status.INFEASIBLE, waves, tuple(run.bounds), reasons=reasons)
    first = _forwards(run)
    run.offer(first)
    if waves.count > 1:
        run.offer(_backwards(run, alone))
        run.offer(_each_alone(run, alone))
        _together(run)
    if run.best is None:
        return WavesFound(Status.UNKNOWN, waves, tuple(run.bounds))
    end = until + waves.count * min(MOVES_S, options.time_limit_s)
    moves = _moves(run, run.best, end)
    return WavesFound(Status.FEASIBLE, waves, tuple(run.bounds), run.best, first, moves)


def _alone(run: _Run) -> tuple[list[Pieces | None], tuple[Reason, ...]]:
    """Solve each wave as if there were no other.

    That proves its bound, or that it has no plan.
    """
    found: list[Pieces | None] = []
    reasons: list[Reason] = []
    for number, scenario in enumerate(run.waves.scenarios):
        # Price 0 for moves: the wave before is merely a place to begin.
        start = found[-1] if found else None
        plan = run.solve(
            f"wave {number + 1} by itself",
            at_price(scenario, 0.0),
            adapted(start, scenario) if start else None,
        )
        run.bounds.append(least_of_all(scenario) if plan.bound is None else plan.bound)
        found.append(plan.pieces if plan.objective.total is not None else None)
        if plan.status is Status.INFEASIBLE:
            reasons += [
                reason.model_copy(update={"message": f"wave {number + 1}: {reason.message}"})
                for reason in plan.reasons
            ]
    return found, tuple(reasons)


def _forwards(run: _Run) -> Solution | None:
    """Return the plans of one wave after the other, each from the plan before."""
    plans: list[Pieces] = []
    placements = None
    for number in range(run.waves.count):
        scenario = run.waves.after(number, placements)
        start = adapted(plans[-1], scenario) if plans else pieces_today(scenario)
        plan = run.solve(
            f"wave {number + 1} after the one before", run.priced(number, scenario), start
        )
        if plan.objective.total is None:
            return None
        plans.append(plan.pieces)
        placements = plan.placements
    return Solution(run.waves, tuple(plans))


def _backwards(run: _Run, alone: list[Pieces | None]) -> Solution | None:
    """Return plans that lead to the last wave as it is best by itself, from there backwards."""
    last = alone[-1]
    if last is None:
        return None
    plans: list[Pieces] = [last]
    for number in range(run.waves.count - 2, -1, -1):
        scenario = run.waves.after(number, None)
        plan = run.solve(
            f"wave {number + 1} before the one after",
            run.priced(number, scenario),
            adapted(plans[0], scenario),
            run.waves.next_plan(number + 1, plans[0]),
        )
        if plan.objective.total is None:
            return None
        # Found from the last, kept from the first.
        plans.insert(0, plan.pieces)
    return Solution(run.waves, tuple(plans))


def _each_alone(run: _Run, alone: list[Pieces | None]) -> Solution | None:
    """Return the plans of waves by themselves, whoever has to move between them."""
    plans = [pieces for pieces in alone if pieces is not None]
    return Solution(run.waves, tuple(plans)) if len(plans) == run.waves.count else None


def _together(run: _Run) -> None:
    """Take one wave at a time anew between the two beside it, until none gets better."""
    last = run.waves.count - 1
    for _ in range(MOST_SWEEPS):
        better = False
        for number in _there_and_back(last):
            if run.best is None or run.is_over():
                return
            better |= _anew(run, run.best, number)
        if not better:
            return


def _there_and_back(last: int) -> Iterable[int]:
    """Return waves from the last to the first and back, each end once."""
    return (*range(last, -1, -1), *range(1, last))


def _anew(run: _Run, best: Solution, number: int) -> bool:
    """Solve one wave between its neighbours; return whether all together is better for it."""
    last = run.waves.count - 1
    # The last wave has nobody after it.
    following = None if number == last else run.waves.next_plan(number + 1, best.plans[number + 1])
    plan = run.solve(
        f"wave {number + 1} between its neighbours",
        run.priced(number, best.scenario(number)),
        best.plans[number],
        following,
    )
    if plan.objective.total is None:
        return False
    return run.offer(best.with_plan(number, plan.pieces))


def _moves(run: _Run, solution: Solution, until: float) -> tuple[Moves | None, ...]:
    """Order the moves between waves, and from today's plan to the first where there is one."""
    found: list[Moves | None] = []
    for number in range(run.waves.count):
        scenario = solution.scenario(number)
        # Desks belong to nobody then, so no order of moves can be checked.
        if scenario.by_chance or not scenario.current:
            found.append(None)
            continue
        run.on_step(WavesProgress(run.done, solves_of(run.waves.count), "moves in order"))
        seconds = min(MOVES_S, run.options.time_limit_s, max(until - time.monotonic(), LEAST_S))
        found.append(
            plan_moves(
                scenario,
                scenario.current,
                rows_of_plan(solution.placements[number]),
                time_limit_s=seconds,
                workers=run.options.workers,
                seed=run.options.seed,
                should_stop=run.should_stop,
            )
        )
    return tuple(found)
