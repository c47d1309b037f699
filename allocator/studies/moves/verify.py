"""Replays moves step by step in plain loops.

It shares nothing with what orders them, so that a mistake there cannot hide here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor

from allocator.scenario.rules import RuleKind
from allocator.scenario.today import Held
from allocator.scenario.types import Rule, Scenario
from allocator.studies.moves.types import Move

Everyone = Mapping[str, Mapping[str, Held]]
"""Desks and people by unit and floor."""
State = dict[tuple[str, str], list[int]]
"""Desks and people by unit and floor while they move."""


def verify_moves(
    scenario: Scenario, before: Everyone, after: Everyone, rows: Sequence[Move]
) -> list[str]:
    """Return what is wrong with moves from one plan to another, a sentence each; empty if nothing.

    While a step is under way both places are held: no floor that receives people or desks may hold
    more than it has, with all that come in the step. Nobody leaves a floor who is not there,
    temporary places are allowed, and at the end everyone is where the plan after says.

    Parameters
    ----------
    before, after
        Desks and people by unit and floor, floors elsewhere included.
    rows
        Of moves.csv, in any order.
    """
    state = _state(before)
    waiting: dict[str, int] = {}
    found = [*_steps(rows)]
    for step in sorted({row.step for row in rows}):
        now = [row for row in rows if row.step == step]
        found += _overfull(scenario, state, now)
        for row in now:
            found += _leave(state, row, waiting)
            found += _temporary_places(scenario, row)
        for row in now:
            _arrive(state, row, waiting)
    return [*found, *_not_there(state, after, waiting)]


def _state(everyone: Everyone) -> State:
    """Return who is where as counts that can be changed."""
    return {
        (unit, place): [held.desks, held.people or 0]
        for unit, places in everyone.items()
        for place, held in places.items()
    }


def _steps(rows: Sequence[Move]) -> list[str]:
    """Return what is wrong with the numbers of the steps."""
    steps = sorted({row.step for row in rows})
    if steps != list(range(1, len(steps) + 1)):
        return [f"steps are {steps}, not numbered from 1 without gaps"]
    return []


def _overfull(scenario: Scenario, state: State, now: Sequence[Move]) -> list[str]:
    """Return the floors that would hold more than they have while a step is under way."""
    found = []
    for place in scenario.floors:
        coming = [row for row in now if row.to_floor == place.floor_id]
        # A floor that is too full already may stay so, if only nobody comes to it.
        if not coming:
            continue
        has = place.desks
        if has is None:
            has = floor((place.area_m2 or 0) / (scenario.settings.sharing.m2_per_desk or 1))
        if place.max_occupants is not None:
            has = min(has, place.max_occupants)
        # What is held before the step, all of it: nobody counts as gone until the step is over.
        held = sum(desks for (_, at), (desks, _) in state.items() if at == place.floor_id)
        taken = sum(row.desks_taken for row in coming)
        if held + taken > has:
            found.append(
                f"step {now[0].step}: floor {place.floor_id} holds {held} desks and receives "
                f"{taken}; it has {has}"
            )
    return found


def _leave(state: State, row: Move, waiting: dict[str, int]) -> list[str]:
    """Take people and desks off the floor they leave."""
    if not row.from_floor:
        if row.temporary:
            waiting[row.unit_id] = waiting.get(row.unit_id, 0) - row.people
            if waiting[row.unit_id] < 0:
                return [f"step {row.step}: nobody of {row.unit_id} is elsewhere"]
        return []
    here = state.setdefault((row.unit_id, row.from_floor), [0, 0])
    here[0] -= row.desks_freed
    here[1] -= row.people
    if min(here) < 0:
        return [f"step {row.step}: {row.unit_id} leaves more than it has on {row.from_floor}"]
    return []


def _arrive(state: State, row: Move, waiting: dict[str, int]) -> None:
    """Put people and desks on the floor they go to, or count them as waiting elsewhere."""
    if row.to_floor:
        here = state.setdefault((row.unit_id, row.to_floor), [0, 0])
        here[0] += row.desks_taken
        here[1] += row.people
    elif row.temporary:
        waiting[row.unit_id] = waiting.get(row.unit_id, 0) + row.people


def _temporary_places(scenario: Scenario, row: Move) -> list[str]:
    """A temporary place obeys needs, only_in, never_in, kept_for and levels."""
    targets = {place.floor_id: place for place in scenario.floors}
    if not row.temporary or row.to_floor not in targets:
        return []
    unit = next(unit for unit in scenario.housed if unit.unit_id == row.unit_id)
    place = targets[row.to_floor]
    names = {place.floor_id, place.tower_id, scenario.complex_of[place.tower_id]}
    mine = [r for r in scenario.rules if r.subject in (unit.unit_id, unit.organisation_id)]
    broken = []
    if not unit.needs <= set(place.features):
        broken.append("needs")
    for subject in {r.subject for r in mine if r.rule is RuleKind.ONLY_IN}:
        places = {r.object for r in mine if r.rule is RuleKind.ONLY_IN and r.subject == subject}
        if not places & names:
            broken.append("only_in")
    if any(r.rule is RuleKind.NEVER_IN and r.object in names for r in mine):
        broken.append("never_in")
    kept = {r.object for r in scenario.rules if r.rule is RuleKind.KEPT_FOR} & names
    if kept - {r.object for r in mine if r.rule is RuleKind.KEPT_FOR}:
        broken.append("kept_for")
    if any(_outside(r, place.level) for r in mine):
        broken.append("levels")
    return [f"step {row.step}: {row.unit_id} waits on {place.floor_id}: {b}" for b in broken]


def _outside(rule: Rule, level: int) -> bool:
    """Say whether a rule on levels keeps its subject off this one."""
    if rule.rule is not RuleKind.LEVELS:
        return False
    low, high = rule.level_range
    return not low <= level <= high


def _not_there(state: State, after: Everyone, waiting: dict[str, int]) -> list[str]:
    """Return who is not where the plan after says, and who is still elsewhere."""
    wanted, left = _state(after), {unit: n for unit, n in waiting.items() if n}
    found = [f"{people} people of {unit} stay elsewhere" for unit, people in left.items()]
    for unit, place in sorted({*state, *wanted}):
        has, should = state.get((unit, place), [0, 0]), wanted.get((unit, place), [0, 0])
        if has != should:
            found.append(
                f"{unit} has {has[0]} desks and {has[1]} people on {place} at the end, "
                f"not {should[0]} and {should[1]}"
            )
    return found
