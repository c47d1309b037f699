"""The fewest people who have to move from today's plan, and a plan that moves so few.

A relaxation that is small whatever the size of the case: each unit is looked at on the floors
where it is today, and what does not stay there may go anywhere. Units that then leave are looked
at on every floor, and the rest is solved again, until nobody is left to be placed. Each answer
proves a bound of every plan; the last is a plan, and nobody moves less.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from allocator.plan.types import Pieces
from allocator.scenario.types import Scenario
from allocator.search.case import Case, Layout
from allocator.search.compile import compile_case
from allocator.search.model.layout_model import LayoutModel, LayoutSolution
from allocator.search.model.objective import people_moved
from allocator.search.progress import ShouldStop
from allocator.search.rules import KEPT_BY_PIECES
from allocator.search.solver import Effort

MOST_CELLS = 60_000
"""Units that are looked at everywhere times floors, beyond which the proof stops."""
PART = 0.5
"""Part of the time that is left for each step."""
CLOSE = 1e-5
"""Part of the people who move by which rounding may keep a bound below a plan."""
SCALE = 1e9
"""Parts of a person that count as different."""


@dataclass(frozen=True)
class LeastChange:
    """At least so many people move, and the best plan found on the way, if any was."""

    bound: float
    pieces: Pieces | None = None
    is_proved: bool = False
    """Whether nobody can move less than in the plan."""


@dataclass(frozen=True)
class _Budget:
    """Until when to go on, on the clock of `time.monotonic`, and how."""

    end: float
    workers: int
    seed: int
    should_stop: ShouldStop

    def left(self) -> float:
        """Return the seconds left, 0 once somebody asked to stop."""
        return 0.0 if self.should_stop() else max(self.end - time.monotonic(), 0.0)

    def effort(self) -> Effort:
        """Return an effort of a part of what is left."""
        return Effort(max(PART * self.left(), 0.05), self.workers, self.seed)


def least_change(
    scenario: Scenario,
    *,
    seconds: float,
    workers: int,
    seed: int,
    should_stop: ShouldStop = lambda: False,
) -> LeastChange:
    """Return a proved bound of the fewest people who move, and a plan near it.

    Parameters
    ----------
    scenario
        With people who move at one minute each and nothing else that costs
        (`limited.moves_alone`). The bound is 0 where it has no plan of today.
    """
    budget = _Budget(time.monotonic() + seconds, workers, seed, should_stop)
    case = compile_case(scenario)
    if not case.references:
        return LeastChange(0.0)
    bound, everywhere, stay = 0.0, frozenset[int](), None
    while budget.left() > 0 and len(everywhere) * len(case.floor_ids) <= MOST_CELLS:
        found = _staying(case, everywhere, stay or {}, budget)
        bound = max(bound, _proved(case, everywhere, found))
        if found.layout is None:
            break
        stay = found.layout
        # Only the bound: where people may stay unplaced, or rows are relaxed, these pieces need
        # not be the plan that is wanted.
        if case.allow_unplaced or scenario.by_chance:
            return LeastChange(bound)
        # First those who leave; rules that were left aside only once nobody does.
        more = _not_placed(case, stay) or _bound_by_dropped(case, everywhere)
        if not more - everywhere:
            moved = case.references[0].moved(stay, case.demand)
            is_proved = moved <= bound + CLOSE * max(moved, 1.0)
            return LeastChange(bound, case.pieces(stay), is_proved)
        everywhere |= more
    layout = None if stay is None else _placed(case, stay, budget)
    return LeastChange(bound, None if layout is None else case.pieces(layout))


def _cells(case: Case, everywhere: Collection[int]) -> list[tuple[int, int]]:
    """Return where units are today, and every floor for some of them."""
    today = {
        cell
        for cell in case.references[0].up_to
        if case.demand[cell[0]] and case.allowed[cell] and cell[0] not in everywhere
    }
    today |= {(u, f) for u in everywhere for f in case.floors if case.allowed[u, f]}
    return sorted(today)


def _staying(
    case: Case, everywhere: frozenset[int], near: Layout, budget: _Budget
) -> LayoutSolution:
    """Keep as many people as possible where they are; what is short of a unit goes elsewhere.

    Nothing is short of units that are looked at everywhere. Rules that pieces elsewhere could
    help to keep are left out, unless all pieces of their units are looked at.
    """
    limits = tuple(
        limit
        for limit in case.limits
        if limit.row.rule not in KEPT_BY_PIECES or everywhere.issuperset(limit.units)
    )
    known = {cell: desks for cell, desks in near.items() if cell[0] in everywhere}
    known |= {cell: desks for cell, desks in near.items() if cell in case.references[0].up_to}
    cells = _cells(case, everywhere)
    inside = {cell: known[cell] for cell in cells if cell in known}
    model = LayoutModel(replace(case, limits=limits), cells, inside, may_be_short=True)
    for unit, short in model.pieces.short.items() if not case.allow_unplaced else ():
        if unit in everywhere:
            model.model.add(short == 0)
            continue
        # What goes elsewhere is nothing, or a piece that is large enough there.
        goes = model.model.new_bool_var("")
        least = min(int(case.least[unit]), model.pieces.target[unit])
        model.model.add(short >= least).only_enforce_if(goes)
        model.model.add(short == 0).only_enforce_if(~goes)
    if case.is_plain and not case.allow_unplaced:
        _find_room(case, model)
    model.minimise(people_moved(model.pieces), SCALE)
    return model.solve(budget.effort(), should_stop=budget.should_stop)


def _find_room(case: Case, model: LayoutModel) -> None:
    """Let all that goes elsewhere find room on floors, on each nothing or a smallest piece.

    Whose pieces they are is left open.
    """
    smallest = int(case.least[case.demand > 0].min(initial=int(case.demand.max())))
    arrives = []
    for floor in case.floors:
        most = int(case.capacity[floor])
        if most < smallest:
            continue
        # On each floor nothing, or at least the smallest piece of anybody: weaker than the rule,
        # so no plan is lost.
        domain = cp_model.Domain.from_intervals([[0, 0], [smallest, most]])
        come = model.model.new_int_var_from_domain(domain, "")
        there = sum(model.pieces.at(u, floor) for u in model.pieces.units_on(floor))
        model.model.add(there + come <= most)
        arrives.append(come)
    in_model = set(model.pieces.units)
    others = sum(int(case.demand[u]) for u in case.units if u not in in_model)
    model.model.add(sum(arrives) == sum(model.pieces.short.values()) + others)


def _proved(case: Case, everywhere: Collection[int], stay: LayoutSolution) -> float:
    """Return what an answer proves, with those who are nowhere where they may be.

    Parameters
    ----------
    everywhere
        Units that were looked at on every floor.
    stay
        The answer; its bound is of the people in the model.
    """
    if stay.bound is None:
        return 0.0
    in_model = {unit for unit, _ in _cells(case, everywhere)}
    in_model |= {u for u in case.units if not case.allowed[u].any()}
    others = sum(float(cost) for u, cost in enumerate(case.leaving_cost) if u not in in_model)
    # Units that are in no cell cannot stay anywhere, so all of their people move; the scale
    # rounds.
    return max(stay.bound + others - 1 / SCALE, 0.0)


def _not_placed(case: Case, layout: Layout) -> frozenset[int]:
    """Return the units of which some desks are not placed; those who leave, in an answer."""
    placed = dict.fromkeys(case.units, 0)
    for (unit, _), desks in layout.items():
        placed[unit] += desks
    return frozenset(u for u in case.units if placed[u] < case.demand[u])


def _bound_by_dropped(case: Case, everywhere: Collection[int]) -> frozenset[int]:
    """Return the units of rules that were left out so far."""
    return frozenset(
        unit
        for limit in case.limits
        if limit.row.rule in KEPT_BY_PIECES
        for unit in limit.units
        if unit not in everywhere
    )


def _placed(case: Case, stay: Layout, budget: _Budget) -> Layout | None:
    """Place who leaves, wherever they may be, all others staying as they are.

    None where time is over, they are too many, or no place was found.
    """
    leave = _not_placed(case, stay)
    if budget.left() <= 0 or len(leave) * len(case.floor_ids) > 8 * MOST_CELLS:
        return None
    free = [(u, f) for u in sorted(leave) for f in case.floors if case.allowed[u, f]]
    model = LayoutModel(case, free, stay, may_be_short=False)
    model.minimise(people_moved(model.pieces), SCALE)
    return model.solve(budget.effort(), should_stop=budget.should_stop).layout
