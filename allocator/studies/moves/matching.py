"""Who goes from where to where, in the fewest rows; when is decided elsewhere.

Of a unit those stay who can: the smaller of its people on a floor before and after. The others
are matched to the places that get more people, with the fewest rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from allocator.plan.people import share_people
from allocator.plan.types import Placement
from allocator.scenario.tables import CurrentPiece
from allocator.scenario.today import Held, divided, held_today
from allocator.scenario.types import Scenario
from allocator.studies.moves.types import ELSEWHERE, Leg

MOST_EXACT = 14
"""Floors that lose or get people of one unit up to which the fewest rows are sure."""

Amounts = Mapping[str, int]
"""People, or desks, of one unit by floor."""


def rows_of_plan(placements: Iterable[Placement]) -> tuple[CurrentPiece, ...]:
    """Return the placements of a plan as today's, so that moves can begin from any plan."""
    return tuple(
        CurrentPiece(
            unit_id=row.unit_id,
            floor_id=row.floor_id,
            desks=row.desks,
            people=row.people,
            organisation_id=row.organisation_id,
        )
        for row in placements
    )


def held_before(scenario: Scenario, rows: Sequence[CurrentPiece]) -> dict[str, dict[str, Held]]:
    """Return what each unit has by floor before, its predecessors' part passed on to it.

    Where rows have no people, those that the unit has now are spread over its desks.
    """
    held = held_today(scenario.model_copy(update={"current": tuple(rows)}))
    found: dict[str, dict[str, Held]] = {}
    for (unit, floor), here in held.items():
        found.setdefault(unit, {})[floor] = here
    headcount = {unit.unit_id: unit.headcount for unit in scenario.housed}
    return {unit: _with_people(floors, headcount.get(unit, 0)) for unit, floors in found.items()}


def _with_people(floors: Mapping[str, Held], headcount: int) -> dict[str, Held]:
    """Return what a unit has with people, which are spread over desks where any row lacks them."""
    # People of some rows and not of others would be counted by two rules at once.
    if all(held.people is not None for held in floors.values()):
        return dict(floors)
    desks = {floor: held.desks for floor, held in floors.items()}
    people = share_people(headcount, sum(desks.values()), desks)
    return {floor: Held(desks[floor], people[floor]) for floor in floors}


def held_after(rows: Iterable[CurrentPiece]) -> dict[str, dict[str, Held]]:
    """Return what each unit has by floor after."""
    found: dict[str, dict[str, Held]] = {}
    for row in rows:
        found.setdefault(row.unit_id, {})[row.floor_id] = Held(row.desks, row.people)
    return found


def legs_between(
    before: Mapping[str, Mapping[str, Held]],
    after: Mapping[str, Mapping[str, Held]],
    organisation_of: Mapping[str, str],
    most_people: int | None = None,
) -> list[Leg]:
    """Return the legs of all units, in the order of their ids.

    Parameters
    ----------
    before, after
        What each unit has, by floor.
    organisation_of
        Organisation of each unit, those that are gone included.
    most_people
        People in one leg; larger ones are divided. None divides none.
    """
    found = []
    for unit in sorted({*before, *after}):
        old, new = before.get(unit, {}), after.get(unit, {})
        organisation = organisation_of.get(unit, unit)
        legs = _legs_of(unit, organisation, old, new)
        found += [part for leg in legs for part in _parts(leg, most_people)]
    return found


def _legs_of(
    unit: str, organisation: str, old: Mapping[str, Held], new: Mapping[str, Held]
) -> list[Leg]:
    """Return the legs of one unit: matched people first, then desks that change without people."""
    floors = sorted({*old, *new})
    nothing = Held(0, 0)
    more = {
        f: (new.get(f, nothing).people or 0) - (old.get(f, nothing).people or 0) for f in floors
    }
    change = {f: new.get(f, nothing).desks - old.get(f, nothing).desks for f in floors}
    rows = matched(more)
    # Desks belong to floors and not to people, so each floor's change is shared among its rows.
    freed = _spread([(f, people) for f, _, people in rows], {f: -change[f] for f in floors})
    taken = _spread([(f, people) for _, f, people in rows], change)
    legs = [
        Leg(unit, organisation, origin, target, people, freed[i], taken[i])
        for i, (origin, target, people) in enumerate(rows)
    ]
    # Where nobody comes or goes desks may change all the same, if the unit's ratio has changed.
    for f in floors:
        if change[f] < 0 and not any(origin == f for origin, _, _ in rows):
            legs.append(Leg(unit, organisation, f, ELSEWHERE, 0, -change[f], 0))
        if change[f] > 0 and not any(target == f for _, target, _ in rows):
            legs.append(Leg(unit, organisation, ELSEWHERE, f, 0, 0, change[f]))
    return legs


def _spread(rows: Sequence[tuple[str, int]], desks: Amounts) -> list[int]:
    """Return the desks that each row frees or takes: its floor's, in proportion to people."""
    found = [0] * len(rows)
    for floor in {floor for floor, _ in rows if floor != ELSEWHERE}:
        numbers = [i for i, (at, _) in enumerate(rows) if at == floor]
        people = sum(rows[i][1] for i in numbers)
        shares = {str(i): Fraction(rows[i][1], people) for i in numbers}
        for name, amount in divided(max(desks[floor], 0), shares).items():
            found[int(name)] = amount
    return found


def matched(more: Amounts) -> list[tuple[str, str, int]]:
    """Return who goes from where to where: floor, floor and people, with the fewest rows.

    Floors are divided into as many groups as possible within which as many leave as arrive; a
    group of n floors takes n − 1 rows. Newcomers and leavers are a floor of their own.

    Parameters
    ----------
    more
        People more on each floor than before, below 0 for fewer.
    """
    amounts = {floor: people for floor, people in more.items() if people}
    # More people after than before must have come from outside, and the other way round.
    balance = sum(amounts.values())
    if balance:
        amounts[ELSEWHERE] = -balance
    found = []
    for group in _groups(amounts):
        leave = {floor: -amounts[floor] for floor in group if amounts[floor] < 0}
        arrive = {floor: amounts[floor] for floor in group if amounts[floor] > 0}
        while leave and arrive:
            origin, target = next(iter(leave)), next(iter(arrive))
            people = min(leave[origin], arrive[target])
            found.append((origin, target, people))
            # Each row empties one side, and the last both: n floors take n − 1 rows.
            for side, floor in ((leave, origin), (arrive, target)):
                side[floor] -= people
                if not side[floor]:
                    del side[floor]
    return found


def _groups(amounts: Amounts) -> list[list[str]]:
    """Return the floors in as many groups of sum 0 as possible, for few floors; else in one.

    The most groups among some floors are the most among all but one of them, and one more where
    their own sum is 0.
    """
    floors = sorted(amounts)
    # All subsets of the floors are looked at, which doubles with every floor. One group is always
    # right, with a row more than needed at worst for each group missed.
    if len(floors) > MOST_EXACT:
        return [floors]
    size = 1 << len(floors)
    total, most, last = [0] * size, [0] * size, [-1] * size
    for mask in range(1, size):
        for i in range(len(floors)):
            if mask >> i & 1:
                rest = mask ^ (1 << i)
                total[mask] = total[rest] + amounts[floors[i]]
                if last[mask] < 0 or most[rest] > most[mask ^ (1 << last[mask])]:
                    last[mask] = i
        most[mask] = most[mask ^ (1 << last[mask])] + (total[mask] == 0)
    # Take the floors off again in the order in which they were added; each 0 begins a group.
    groups: list[list[str]] = []
    mask = size - 1
    while mask:
        if total[mask] == 0:
            groups.append([])
        groups[-1].append(floors[last[mask]])
        mask ^= 1 << last[mask]
    return groups


def _parts(leg: Leg, most_people: int | None) -> list[Leg]:
    """Return a leg in parts of at most so many people, desks in proportion."""
    if most_people is None or leg.people <= most_people:
        return [leg]
    # Rounded up. Parts are then made equal rather than full with a small remainder.
    count = -(-leg.people // most_people)
    shares = {str(i): Fraction(1, count) for i in range(count)}
    people, freed, taken = (
        divided(amount, shares) for amount in (leg.people, leg.desks_freed, leg.desks_taken)
    )
    return [
        Leg(
            leg.unit_id,
            leg.organisation_id,
            leg.from_floor,
            leg.to_floor,
            people[i],
            freed[i],
            taken[i],
        )
        for i in shares
    ]
