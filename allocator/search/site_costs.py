"""What a unit costs on a floor by the share of it there: placement, and people who move.

The only place where that is worked out: models, local search, scores and bounds read it from the
case. The cost is linear in the share, less what is saved by people who need not move, each saving
up to a share of its own: so it is piecewise linear and never saves more the more there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.today import Whereabouts

Cell = tuple[int, int]
Floats = NDArray[np.float64]
MOST_REFERENCES = 2
"""Plans that a plan is compared with at a time: the one before it, and the one after."""


@dataclass(frozen=True)
class Neighbour:
    """Another plan that people should not have to leave, or come from.

    Attributes
    ----------
    whereabouts
        Where the people of units are in it, by unit_id.
    price
        Person-minutes a week for each person moved between it and the plan that is made.
    """

    whereabouts: Mapping[str, Whereabouts]
    price: float


@dataclass(frozen=True)
class Reference:
    """A neighbour in numbers: moved of a unit are min(h0, h) − Σ_f min(h0 · s0(f), h · s(f)).

    Attributes
    ----------
    price
        Person-minutes a week for each person moved.
    people
        min(h0, h), the most who can move (U).
    headcount
        h, people of each unit in the plan that is made (U).
    up_to
        h0 · s0(f) / h by unit and floor: the share that saves moves there; never 0, and no unit
        without people.
    """

    price: float
    people: Floats
    headcount: Floats
    up_to: Mapping[Cell, float]

    def moved(self, layout: Mapping[Cell, int], demand: NDArray[np.int64]) -> float:
        """Return the people moved in a layout."""
        stay = sum(
            self.headcount[u] * min(up_to, layout[u, f] / int(demand[u]))
            for (u, f), up_to in self.up_to.items()
            if (u, f) in layout
        )
        return float(self.people.sum() - stay)


@dataclass(frozen=True)
class Saving:
    """`rate` person-minutes a week for all of the unit, up to a share of it."""

    rate: float
    up_to: float


@dataclass(frozen=True)
class SiteCost:
    """cost(share) = linear · share − Σ rate · min(share, up_to), in person-minutes a week."""

    linear: float
    savings: tuple[Saving, ...] = ()

    def at(self, share: float) -> float:
        """Return the cost of a share of the unit, 0..1."""
        saved = sum(saving.rate * min(share, saving.up_to) for saving in self.savings)
        return self.linear * share - saved


def references_of(
    case_units: Mapping[str, int],
    case_floors: Mapping[str, int],
    people: NDArray[np.int64],
    neighbours: list[Neighbour],
) -> tuple[Reference, ...]:
    """Return the neighbours in numbers; those in which no unit is anywhere are left out."""
    found = []
    for neighbour in neighbours:
        most, up_to = np.zeros(len(people)), {}
        for unit_id, before in neighbour.whereabouts.items():
            unit = case_units.get(unit_id, -1)
            if unit < 0 or not people[unit]:
                continue
            most[unit] = min(before.people, float(people[unit]))
            for floor_id, share in before.share.items():
                if floor_id in case_floors and share * before.people > 0:
                    there = share * before.people / float(people[unit])
                    up_to[unit, case_floors[floor_id]] = there
        if most.any():
            found.append(Reference(neighbour.price, most, people.astype(float), up_to))
    return tuple(found)


def site_costs(
    placement_cost: Mapping[Cell, float], references: tuple[Reference, ...]
) -> dict[Cell, SiteCost]:
    """Return the cost of every unit and floor that has one; moving all is counted apart."""
    savings: dict[Cell, tuple[Saving, ...]] = {}
    for reference in references:
        for cell, up_to in reference.up_to.items() if reference.price else ():
            rate = reference.price * float(reference.headcount[cell[0]])
            savings[cell] = (*savings.get(cell, ()), Saving(rate, up_to))
    return {
        cell: SiteCost(placement_cost.get(cell, 0.0), savings.get(cell, ()))
        for cell in sorted({*placement_cost, *savings})
    }
