"""What floors hold before the moves and what they have: what every order of moves goes by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil

from allocator.scenario.demand import desks_on
from allocator.scenario.today import Held
from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.studies.moves.types import ELSEWHERE, Leg


@dataclass(frozen=True)
class Site:
    """Floors with what they hold and have, and the legs between them.

    Attributes
    ----------
    has
        Desks of each floor, or max_occupants where that is less; floors elsewhere have no limit
        and are not in it.
    held
        Desks held before the first step.
    """

    scenario: Scenario
    legs: tuple[Leg, ...]
    has: Mapping[str, int]
    held: Mapping[str, int]

    def arriving(self, floor: str) -> list[int]:
        """Return the legs that come to a floor, by their numbers."""
        return self._arriving.get(floor, [])

    def leaving(self, floor: str) -> list[int]:
        """Return the legs that free desks of a floor.

        Who leaves without freeing any is not among them.
        """
        return self._leaving.get(floor, [])

    @cached_property
    def movers(self) -> tuple[int, ...]:
        """The legs of people who go from a floor to a floor.

        Only these need an order: leavers and newcomers are in nobody's way.
        """
        return tuple(i for i, leg in enumerate(self.legs) if leg.is_between_floors)

    def leavers(self, floor: str) -> int:
        """Return the desks of a floor that are given up by who goes nowhere."""
        legs = (self.legs[i] for i in self.leaving(floor))
        return sum(leg.desks_freed for leg in legs if leg.to_floor == ELSEWHERE)

    @cached_property
    def _arriving(self) -> dict[str, list[int]]:
        """Legs by the floor they go to."""
        return _by_floor(leg.to_floor for leg in self.legs)

    @cached_property
    def _leaving(self) -> dict[str, list[int]]:
        """Legs that free desks, by the floor they leave."""
        found = _by_floor(leg.from_floor for leg in self.legs)
        # A leg that frees nothing can be waited for by nobody.
        return {f: [i for i in legs if self.legs[i].desks_freed] for f, legs in found.items()}

    def most_held(self, floor: str) -> int:
        """Return what a floor would hold if nobody left it.

        As much as it can ever be asked for.
        """
        taken = sum(self.legs[i].desks_taken for i in self.arriving(floor))
        return self.held.get(floor, 0) + taken

    def may_bind(self, floor: str) -> bool:
        """Say whether what the floor has can stand in the way of a move."""
        return floor in self.has and self.most_held(floor) > self.has[floor]

    def room(self, floor: str) -> int:
        """Return the desks of a floor that are free before and after all moves.

        Below 0 if it is too full.
        """
        after = self.most_held(floor) - sum(self.legs[i].desks_freed for i in self.leaving(floor))
        # The fuller of the two moments counts, as somebody may stay there from the one to the
        # other.
        return self.has[floor] - max(self.held.get(floor, 0), after)

    @cached_property
    def needs(self) -> tuple[int, ...]:
        """Desks that each leg needs on a temporary floor, at its unit's ratio.

        Own desks do not count.
        """
        ratio = {unit.unit_id: unit.people_per_desk for unit in self.scenario.housed}
        return tuple(
            ceil(Fraction(leg.people) / ratio.get(leg.unit_id, Fraction(1))) for leg in self.legs
        )

    @cached_property
    def allowed(self) -> dict[str, frozenset[str]]:
        """Floors where units may be for a time, by needs, only_in, never_in, kept_for and levels.

        Other rules hold at the end alone (docs/explanation/over-time.md).
        """
        case = compile_case(self.scenario)
        movers = {leg.unit_id for leg in self.legs if leg.is_between_floors}
        return {
            unit: frozenset(f for i, f in enumerate(case.floor_ids) if case.allowed[u, i])
            for u, unit in enumerate(case.unit_ids)
            if unit in movers
        }


def site_of(
    scenario: Scenario, before: Mapping[str, Mapping[str, Held]], legs: Sequence[Leg]
) -> Site:
    """Return the floors of a scenario with what units hold on them before.

    What a floor has counts, its reserve included.
    """
    sharing = scenario.settings.sharing
    has = {}
    for floor in scenario.floors:
        desks = desks_on(floor, sharing)
        most = floor.max_occupants
        # People and desks are counted alike here: max_occupants limits what a floor receives as
        # desks do.
        has[floor.floor_id] = desks if most is None else min(desks, most)
    held: dict[str, int] = {}
    for floors in before.values():
        for name, amount in floors.items():
            held[name] = held.get(name, 0) + amount.desks
    return Site(scenario, tuple(legs), has, held)


def _by_floor(floors: Iterable[str]) -> dict[str, list[int]]:
    """Return the numbers of legs by floor; elsewhere is no floor."""
    found: dict[str, list[int]] = {}
    for i, floor in enumerate(floors):
        if floor != ELSEWHERE:
            found.setdefault(floor, []).append(i)
    return found
