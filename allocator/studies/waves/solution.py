"""Plans of all waves together, and what they cost: each wave as long as it lasts, and the moves.

Nothing is searched for here; every plan is looked at by the checker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum

from allocator.plan.seating import seated
from allocator.plan.types import Pieces, Placement, TermName
from allocator.plan.verify import Check, given_pieces, verify
from allocator.scenario.demand import to_place
from allocator.scenario.known import last_wave
from allocator.scenario.tables import CurrentPiece
from allocator.scenario.today import Whereabouts
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave
from allocator.search.site_costs import Neighbour
from allocator.studies.moves import rows_of_plan

ROUNDING = 1e-6


@dataclass(frozen=True)
class Waves:
    """The scenario of each wave, and how much a wave weighs.

    Attributes
    ----------
    scenarios
        By wave; that of the first begins from today's plan where there is one.
    weights
        With a mean of 1.
    most_moved
        The most people who may move from a wave to the next; None sets no limit.
    names
        What each wave is called; None where they have numbers only.
    """

    scenarios: tuple[Scenario, ...]
    weights: tuple[float, ...]
    most_moved: float | None
    names: tuple[str, ...] | None

    @property
    def count(self) -> int:
        """How many waves there are, at least one."""
        return len(self.scenarios)

    @property
    def move(self) -> float:
        """Person-minutes a week for each person who moves from a wave to the next."""
        return self.scenarios[0].settings.prices.move

    def after(self, number: int, before: Sequence[Placement] | None) -> Scenario:
        """Return the scenario of a wave with the plan of the wave before as today's.

        Parameters
        ----------
        number
            From 0; the first wave keeps the plan of today that is given.
        before
            Placements of the wave before; None where it is not known yet.
        """
        scenario = self.scenarios[number]
        if number == 0:
            return scenario
        today: tuple[CurrentPiece, ...] = rows_of_plan(before or ())
        # Nobody to move from, nobody to limit.
        most = self.most_moved if today else None
        options = scenario.settings.options.model_copy(update={"max_people_moved": most})
        settings = scenario.settings.model_copy(update={"options": options})
        # Predecessors speak of today's units; between two waves every unit is its own.
        changes = {"current": today, "predecessors": (), "settings": settings}
        return scenario.model_copy(update=changes)

    def next_plan(self, number: int, pieces: Pieces) -> Neighbour:
        """Return the plan of a wave as one that the wave before should come near to.

        Its price is that of a move, by the weight of the wave that is solved.
        """
        scenario = self.scenarios[number]
        on: dict[str, dict[str, int]] = {}
        for (unit_id, floor_id), amount in pieces.items():
            on.setdefault(unit_id, {})[floor_id] = amount
        found = {}
        for unit in scenario.housed:
            needed = to_place(unit, by_chance=scenario.by_chance)
            # As shares of what is needed, since a unit may need another number of desks one wave
            # earlier.
            share = {f: n / needed for f, n in on.get(unit.unit_id, {}).items()}
            if share:
                found[unit.unit_id] = Whereabouts(float(unit.headcount), share)
        return Neighbour(found, self.move / self.weights[number - 1])


def waves_of(scenario: Scenario) -> Waves:
    """Return the waves of a scenario; one without any is one wave.

    Weights are scaled to a mean of 1, so that a total compares with that of a scenario without
    waves.
    """
    last = last_wave(scenario)
    given = scenario.settings.waves.weights
    weights = [1.0] * last if given is None else [float(weight) for weight in given]
    mean = fsum(weights) / last
    return Waves(
        tuple(in_wave(scenario, wave) for wave in range(1, last + 1)),
        tuple(weight / mean for weight in weights),
        scenario.settings.options.max_people_moved,
        scenario.settings.waves.names,
    )


@dataclass(frozen=True)
class Solution:
    """A plan for each wave. What it costs is worked out by the checker when it is asked for.

    Attributes
    ----------
    plans
        Pieces by wave.
    """

    waves: Waves
    plans: tuple[Pieces, ...]

    def with_plan(self, number: int, pieces: Pieces) -> Solution:
        """Return the solution with another plan of one wave."""
        plans = (*self.plans[:number], pieces, *self.plans[number + 1 :])
        return Solution(self.waves, plans)

    @cached_property
    def placements(self) -> tuple[tuple[Placement, ...], ...]:
        """Who sits where in each wave."""
        pairs = zip(self.waves.scenarios, self.plans, strict=True)
        return tuple(seated(scenario, pieces) for scenario, pieces in pairs)

    def scenario(self, number: int) -> Scenario:
        """Return the scenario of a wave, with the plan of the wave before as today's."""
        # Made anew from the placements, so that people moved are counted as whole people are
        # placed.
        return self.waves.after(number, self.placements[number - 1] if number else None)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What the checker says of each wave, from the plan of the wave before."""
        return tuple(
            verify(scenario, given_pieces(scenario, pieces))
            for scenario, pieces in (
                (self.scenario(number), pieces) for number, pieces in enumerate(self.plans)
            )
        )

    @property
    def feasible(self) -> bool:
        """Say whether no wave breaks anything, the limit of moves included."""
        return all(check.feasible for check in self.checks)

    @cached_property
    def moved(self) -> tuple[float, ...]:
        """People moved from the wave before, or from today, to each wave."""
        return tuple(_amount(check, TermName.PEOPLE_MOVED) for check in self.checks)

    @cached_property
    def totals(self) -> tuple[float, ...]:
        """Total of each wave by itself, without people moved."""
        return tuple(check.total - _cost(check, TermName.PEOPLE_MOVED) for check in self.checks)

    @property
    def unplaced(self) -> float:
        """People without a place, each wave as much as it weighs."""
        pairs = zip(self.waves.weights, self.checks, strict=True)
        return fsum(weight * check.unplaced_people for weight, check in pairs)

    @property
    def total(self) -> float:
        """What all waves cost, each as much as it weighs, and all moves."""
        pairs = zip(self.waves.weights, self.totals, strict=True)
        return fsum(w * total for w, total in pairs) + self.waves.move * fsum(self.moved)

    def beats(self, other: Solution | None) -> bool:
        """Say whether it is better by more than rounding: fewer unplaced, then a lower total."""
        if other is None:
            return self.feasible
        if not self.feasible:
            return False
        if abs(self.unplaced - other.unplaced) > ROUNDING:
            return self.unplaced < other.unplaced
        return self.total < other.total - ROUNDING * max(1.0, abs(other.total))


def _amount(check: Check, name: TermName) -> float:
    """Return the amount of a term."""
    return sum(term.amount for term in check.terms if term.name is name)


def _cost(check: Check, name: TermName) -> float:
    """Return the cost of a term."""
    return sum(term.cost for term in check.terms if term.name is name)


def movers(
    before: Mapping[tuple[str, str], int], after: Mapping[tuple[str, str], int]
) -> set[tuple[str, str]]:
    """Return the pieces of units that were there before on a floor where they have more now.

    Newcomers are left out: nobody of theirs has moved.
    """
    units = {unit for unit, _ in before}
    return {
        (unit, floor)
        for (unit, floor), desks in after.items()
        if unit in units and (unit, floor) not in before and desks
    }
