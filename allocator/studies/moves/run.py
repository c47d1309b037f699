"""From two plans to moves in their order: fewest elsewhere, fewest moved twice, fewest steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from allocator.errors import InputError, Problem, UncheckedPlanError
from allocator.plan.frames import Table
from allocator.scenario.tables import CurrentPiece
from allocator.scenario.today import Held
from allocator.scenario.types import Scenario
from allocator.search.progress import ShouldStop
from allocator.search.solver import Effort
from allocator.studies.moves.matching import held_after, held_before, legs_between
from allocator.studies.moves.model import Aim, OrderModel
from allocator.studies.moves.order import Order, cycle_of, deadlock, greedy, rows_of
from allocator.studies.moves.site import Site, site_of
from allocator.studies.moves.types import ELSEWHERE, Leg, Move, Moves
from allocator.studies.moves.verify import verify_moves
from allocator.words import counted, verb

MOST_PLACES = 6
"""Temporary floors that a leg is offered where not all fit into the model: the roomiest."""
FEW_PAIRS, MOST_PAIRS = 400, 6_000
"""Legs times temporary floors up to which every floor is offered at once, or at last."""
MOST_LEGS = 1_200
"""Legs up to which one model orders them; beyond it they go step by step, as they find room."""
LEAST_S = 0.05


@dataclass
class _Clock:
    """What is left of a time limit, and how the models may use it."""

    until: float
    workers: int
    seed: int
    stop: ShouldStop

    def effort(self, part: float) -> Effort:
        """Return a part of what is left."""
        left = max(self.until - time.monotonic(), LEAST_S)
        return Effort(seconds=part * left, workers=self.workers, seed=self.seed)


def plan_moves(  # noqa: PLR0913 - what moves are made of, by name
    scenario: Scenario,
    before: Sequence[CurrentPiece],
    after: Sequence[CurrentPiece],
    *,
    time_limit_s: float = 60.0,
    workers: int = 2,
    seed: int = 0,
    people_per_step: int | None = None,
    should_stop: ShouldStop = lambda: False,
    began: float | None = None,
) -> Moves:
    """Return who goes from where to where in which step, replayed and found right.

    Parameters
    ----------
    scenario
        What both plans are of; the predecessors in it say who the units of `before` are now.
    people_per_step
        People who may go together of one unit from one floor to another; more go in parts.

    Raises
    ------
    InputError
        If capacity is by chance: then desks are shared by all on a floor, and belong to nobody.
    UncheckedPlanError
        If the replay finds something wrong: a bug of ours.
    """
    if scenario.by_chance:
        message = 'expected capacity "ratio": moves are not ordered where capacity is by chance'
        raise InputError([Problem(message, "scenario", None, "sharing.capacity", "chance")])
    # The caller may have begun earlier: the limit is of the whole command.
    start = time.monotonic() if began is None else began
    clock = _Clock(start + time_limit_s, workers, seed, should_stop)
    old, new = held_before(scenario, before), held_after(after)
    legs = legs_between(old, new, _organisations(scenario, before), people_per_step)
    site = site_of(scenario, old, legs)
    found = _ordered(site, clock) if legs else _Found([], True, True, True, 0)
    return _checked(site, found, old, new)


def _organisations(scenario: Scenario, before: Sequence[CurrentPiece]) -> dict[str, str]:
    """Return the organisation of every unit, of those that are gone as today's plan has it."""
    today = {row.unit_id: row.organisation_id or row.unit_id for row in before}
    return today | {unit.unit_id: unit.organisation_id for unit in scenario.housed}


@dataclass
class _Found:
    """An order, and what is proved of it: fewest elsewhere, twice, steps, and in all temporary."""

    order: Order
    is_fewest_elsewhere: bool = False
    is_fewest_twice: bool = False
    is_fewest_steps: bool = False
    fewest_temporary: int = 0


def _ordered(site: Site, clock: _Clock) -> _Found:
    """Return the best order found: step by step first, then by models that begin from it."""
    order = greedy(site)
    found = _Found(order, fewest_temporary=_surely_temporary(site))
    if len(site.movers) > MOST_LEGS:
        # Without a model only an order that needs no temporary place at all is proved best.
        elsewhere = any(timing.place is not None for timing in order)
        found.is_fewest_elsewhere = found.is_fewest_twice = not elsewhere
        return found
    # First whether an order without temporary places exists: that model is much smaller.
    if found.fewest_temporary == 0 and _without_places(site, found, clock):
        return found
    _with_places(site, found, clock)
    return found


def _surely_temporary(site: Site) -> int:
    """Return people of whom some must wait somewhere: a deadlock is broken by one of it."""
    stuck = [site.legs[i] for i in deadlock(site) if site.legs[i].is_between_floors]
    return min((leg.people for leg in stuck), default=0)


def _without_places(site: Site, found: _Found, clock: _Clock) -> bool:
    """Find the fewest steps without a temporary place; return whether there is such an order."""
    model = OrderModel(site, {})
    is_direct = all(timing.place is None for timing in found.order)
    if is_direct:
        model.hint(found.order)
    # Most of the time where an order is known, as then nothing else remains to be found.
    aim, order = model.least(model.end, clock.effort(0.4 if not is_direct else 0.9), clock.stop)
    if aim is None or order is None:
        if not is_direct:
            return False
    else:
        found.order = order
        found.is_fewest_steps = aim.is_proved and _steps(order) == aim.value
    found.is_fewest_elsewhere = found.is_fewest_twice = True
    return True


def _with_places(site: Site, found: _Found, clock: _Clock) -> None:
    """Bound the people with a temporary place as if there were room for all; then place them."""
    movers = site.movers
    # With room elsewhere for all, nobody needs a temporary floor. So this relaxes both kinds of
    # waiting, and its bound holds for their sum.
    anywhere = OrderModel(site, dict.fromkeys(movers, ()))
    anywhere.hint(found.order)
    fewest, order = anywhere.least(anywhere.elsewhere, clock.effort(0.3), clock.stop)
    if fewest is not None and order is not None:
        found.order = order
        found.fewest_temporary = max(found.fewest_temporary, fewest.bound)
    # At first with the roomiest floors, which is quick, then with all, which alone proves.
    few, everything = _places(site, movers, found.order)
    _aim(site, found, few, clock, is_all=everything is None)
    if everything is not None and not found.is_fewest_twice and len(everything):
        _aim(site, found, everything, clock, is_all=True)


def _aim(
    site: Site,
    found: _Found,
    places: Mapping[int, Sequence[str]],
    clock: _Clock,
    *,
    is_all: bool,
) -> None:
    """Go for the three aims, each kept for the next, with some or all temporary floors."""
    model = OrderModel(site, places)
    model.hint(found.order)
    best, aims = found.order, list[Aim | None]()
    for amount, part in ((model.elsewhere, 0.4), (model.twice, 0.4), (model.end, 0.4)):
        aim, order = model.least(amount, clock.effort(part), clock.stop)
        aims.append(aim)
        if order is not None and _worth(site, order) < _worth(site, best):
            best = order
    if _worth(site, best) < _worth(site, found.order):
        found.order = best
    _judge(site, found, aims, is_all=is_all)


def _worth(site: Site, order: Order) -> tuple[int, int, int]:
    """Return people elsewhere, people twice and steps of an order: fewer are better, in turn."""
    pairs = list(zip(site.legs, order, strict=True))
    elsewhere = sum(leg.people for leg, timing in pairs if timing.place == ELSEWHERE)
    return elsewhere, sum(leg.people for leg, timing in pairs if timing.place), _steps(order)


def _judge(site: Site, found: _Found, aims: Sequence[Aim | None], *, is_all: bool) -> None:
    """Say what is proved: by the model where it has all floors, else by the bound of both."""
    elsewhere, twice, steps = _worth(site, found.order)
    first, second, third = aims
    # With some floors only, a model says nothing of orders that use another; none elsewhere needs
    # no proof.
    if elsewhere == 0 or (is_all and first is not None and first.bound >= elsewhere):
        found.is_fewest_elsewhere = True
    proved = is_all and second is not None and first is not None and first.value == elsewhere
    if found.is_fewest_elsewhere and (
        (elsewhere == 0 and twice == found.fewest_temporary)
        or (proved and second is not None and second.bound >= twice)
    ):
        found.is_fewest_twice = True
    if is_all and found.is_fewest_twice and third is not None and second is not None:
        same = second.value == twice and third.value == steps
        found.is_fewest_steps = same and third.is_proved


def _steps(order: Order) -> int:
    """Return the steps of an order in which something happens."""
    return len({time for timing in order for time in (timing.leaves, timing.arrives)})


def _places(
    site: Site, movers: Sequence[int], order: Order
) -> tuple[Mapping[int, Sequence[str]], Mapping[int, Sequence[str]] | None]:
    """Return some temporary floors of legs, and all if they are not too many; None if as many."""
    open_to = {i: sorted(_open_to(site, site.legs[i]), key=_roomiest(site)) for i in movers}
    count = sum(len(floors) for floors in open_to.values())
    if count <= FEW_PAIRS:
        return open_to, None
    waiting = {i for i, timing in enumerate(order) if timing.place is not None}
    stuck = {*waiting, *deadlock(site)}
    few = {
        i: [f for f in floors if site.room(f) >= site.needs[i]][:MOST_PLACES] if i in stuck else []
        for i, floors in open_to.items()
    }
    return few, open_to if count <= MOST_PAIRS else {}


def _open_to(site: Site, leg: Leg) -> set[str]:
    """Return the floors where a leg may wait: not the one it leaves, nor the one it goes to."""
    return set(site.allowed.get(leg.unit_id, ())) - {leg.from_floor, leg.to_floor}


def _roomiest(site: Site) -> Callable[[str], tuple[float, str]]:
    """Return the key that sorts floors by what is free before and after all moves, most first."""
    return lambda floor: (-site.room(floor) if floor in site.has else -inf, floor)


def _checked(
    site: Site,
    found: _Found,
    old: Mapping[str, Mapping[str, Held]],
    new: Mapping[str, Mapping[str, Held]],
) -> Moves:
    """Return the moves as rows, replayed by a checker of its own, with what is proved."""
    rows = rows_of(site, found.order)
    # Nothing leaves this module unchecked: what a planner would carry out must be possible.
    wrong = verify_moves(site.scenario, old, new, rows)
    if wrong:
        raise UncheckedPlanError("\n".join(["the moves found break the floors:", *wrong[:20]]))
    places = [timing.place for timing in found.order]
    people = [leg.people for leg in site.legs]
    elsewhere = sum(n for n, at in zip(people, places, strict=True) if at == ELSEWHERE)
    twice = sum(n for n, at in zip(people, places, strict=True) if at)
    cycle = cycle_of(site, deadlock(site))
    return Moves(
        rows=Table(rows, Move),
        steps=max((row.step for row in rows), default=0),
        people_moved=sum(leg.people for leg in site.legs if leg.is_between_floors),
        people_elsewhere=elsewhere,
        people_twice=twice,
        fewest_temporary=found.fewest_temporary,
        is_fewest_elsewhere=found.is_fewest_elsewhere,
        is_fewest_twice=found.is_fewest_twice,
        is_fewest_steps=found.is_fewest_steps,
        cycle=tuple(site.legs[i].from_floor for i in cycle),
        notes=tuple(_notes(site, found, cycle, elsewhere, twice)),
    )


def _notes(
    site: Site, found: _Found, cycle: Sequence[int], elsewhere: int, twice: int
) -> list[str]:
    """Say why somebody needs a temporary place, and whether fewer are proved impossible."""
    if not elsewhere and not twice:
        return []
    notes = []
    if cycle:
        why = f"as each waits for the next: {'; '.join(_waits(site, site.legs[i]) for i in cycle)}"
        notes.append(f"No order without a temporary place exists, {why}.")
    elif found.fewest_temporary:
        notes.append("No order without a temporary place exists: every one was ruled out.")
    else:
        notes.append("No order without a temporary place was found in time.")
    for amount, what, proved in (
        (elsewhere, "elsewhere for a time", found.is_fewest_elsewhere),
        (twice, "on another floor for a time", found.is_fewest_twice),
    ):
        if amount:
            known = "fewer are proved impossible" if proved else "fewer are not ruled out"
            who = f"{counted(amount, 'person')} {verb(amount, 'work')}"
            notes.append(f"{who} {what}; {known}.")
    return notes


def _waits(site: Site, leg: Leg) -> str:
    """Return a sentence on what a leg waits for."""
    free = site.has[leg.to_floor] - site.held.get(leg.to_floor, 0)
    return (
        f"{leg.unit_id} goes from {leg.from_floor} to {leg.to_floor}, which has "
        f"{counted(max(free, 0), 'free desk')} of the {leg.desks_taken:,} needed"
    )
