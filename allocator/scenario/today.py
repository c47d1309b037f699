"""Where units are today: `current`, with what their predecessors passed on to them.

What people moved are worked out from, in the search and in the studies; the checker has its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from allocator.scenario.data import ScenarioData
from allocator.scenario.predecessors import parts_of_today
from allocator.scenario.tables import CurrentPiece


@dataclass(frozen=True)
class Whereabouts:
    """Where the people of a unit are in a plan: how many they are, and the share on each floor.

    Attributes
    ----------
    share
        By floor_id, also of floors elsewhere; they sum to 1.
    """

    people: float
    share: dict[str, float]


def whereabouts_today(scenario: ScenarioData) -> dict[str, Whereabouts]:
    """Return where each unit with a place today is.

    By people where every row of it and of its predecessors has people; else by desks, and as many
    people as the unit has now. A unit that has nothing today is left out.
    """
    rows: defaultdict[str, list[tuple[CurrentPiece, Fraction]]] = defaultdict(list)
    parts = parts_of_today(scenario) if scenario.current else {}
    for row in scenario.current:
        for unit, share in parts[row.unit_id].items():
            rows[unit].append((row, share))
    return {
        unit.unit_id: found
        for unit in scenario.housed
        if (found := _of_rows(unit.headcount, rows.get(unit.unit_id, []))) is not None
    }


def _of_rows(headcount: int, rows: list[tuple[CurrentPiece, Fraction]]) -> Whereabouts | None:
    """Return where the people of a unit are, from its parts of today's rows; None for nowhere."""
    # People of some rows and desks of others cannot be added up.
    by_people = all(row.people is not None for row, _ in rows)
    on: defaultdict[str, Fraction] = defaultdict(Fraction)
    for row, share in rows:
        on[row.floor_id] += share * ((row.people if by_people else row.desks) or 0)
    total = sum(on.values(), Fraction(0))
    if not total:
        return None
    shares = {floor: float(amount / total) for floor, amount in on.items() if amount}
    return Whereabouts(float(total) if by_people else float(headcount), shares)


@dataclass(frozen=True)
class Held:
    """What a unit has on a floor today: whole desks, and whole people where they are known."""

    desks: int
    people: int | None


def held_today(scenario: ScenarioData) -> dict[tuple[str, str], Held]:
    """Return what each unit has on each floor today, elsewhere included, by both ids.

    What predecessors pass on is divided floor by floor, by largest remainder; what nobody takes
    leaves, and keeps the id that it has today.
    """
    parts = parts_of_today(scenario) if scenario.current else {}
    found: dict[tuple[str, str], Held] = {}
    for row in scenario.current:
        shares = dict(parts[row.unit_id])
        left = 1 - sum(shares.values(), Fraction(0))
        if left > 0:
            shares[row.unit_id] = shares.get(row.unit_id, Fraction(0)) + left
        desks = divided(row.desks, shares)
        people = None if row.people is None else divided(row.people, shares)
        for unit in shares:
            known = found.get((unit, row.floor_id), Held(0, 0))
            here = None if people is None else people[unit]
            # One part without people leaves the sum unknown; a guess would count as people moved.
            both = None if here is None or known.people is None else here + known.people
            # A part that rounds to nothing is no place.
            if desks[unit] or here or (unit, row.floor_id) in found:
                found[unit, row.floor_id] = Held(known.desks + desks[unit], both)
    return found


def divided(whole: int, shares: dict[str, Fraction]) -> dict[str, int]:
    """Return a whole number divided by largest remainder; ties go to the earlier share.

    Parameters
    ----------
    whole
        Desks or people, at least 0.
    shares
        By name, exact; they sum to 1.
    """
    exact = {name: whole * share for name, share in shares.items()}
    found = {name: int(amount) for name, amount in exact.items()}
    left = whole - sum(found.values())
    in_order = sorted(shares, key=lambda name: found[name] - exact[name])
    for name in in_order[: max(left, 0)]:
        found[name] += 1
    return found


def pieces_today(scenario: ScenarioData) -> dict[tuple[str, str], int]:
    """Return today's plan as far as it may be a place to begin from: desks of units on floors.

    It may break rules and overfill floors; whoever begins from it repairs that.

    Returns
    -------
    dict
        Desks, or people where capacity is by chance, by unit_id and floor_id.
    """
    floors = {floor.floor_id for floor in scenario.floors}
    units = {unit.unit_id for unit in scenario.housed}
    held = held_today(scenario)
    amounts = {at: (it.people or 0) if scenario.by_chance else it.desks for at, it in held.items()}
    return {
        (unit, floor): amount
        for (unit, floor), amount in amounts.items()
        if amount and unit in units and floor in floors
    }
