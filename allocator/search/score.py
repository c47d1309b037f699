"""The score of a layout: unplaced people first, the total second, exactly and fast.

Feasibility is not looked at here. The checker recomputes everything without this module
(docs/explanation/objective.md has the formulas).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from allocator.plan.types import TermName
from allocator.search.case import Case, Layout
from allocator.search.walking_time import WalkingTime


@dataclass(frozen=True, order=True)
class Score:
    """What plans are compared by: people without a place, then person-minutes a week."""

    unplaced_people: float
    total: float

    def beats(self, other: Score | None) -> bool:
        """Whether it is better by more than rounding."""
        if other is None:
            return True
        if abs(self.unplaced_people - other.unplaced_people) > 1e-6:
            return self.unplaced_people < other.unplaced_people
        # By a millionth of a minute, or a billionth of the total where that is more: sums in
        # another order differ by as little.
        return self.total < other.total - 1e-6 * max(1.0, abs(other.total) * 1e-3)


class Scorer:
    """Scores layouts of one case.

    Attributes
    ----------
    walking
        Trips of the case, which others of the search use as well.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.walking = WalkingTime(case)
        self.prices = case.scenario.settings.prices

    def score(self, layout: Layout) -> Score:
        """Return the score of a layout.

        A unit's people are unplaced in proportion to its desks that are.
        """
        placed = np.zeros(len(self.case.unit_ids))
        for (u, _), desks in layout.items():
            placed[u] += desks
        demand = np.maximum(self.case.demand, 1)
        # Shares that add up to 1 but for rounding leave nobody unplaced.
        short = np.where(self.case.demand > 0, 1 - placed / demand, 0.0)
        unplaced = float(self.case.people @ np.where(np.abs(short) < 1e-12, 0.0, short))
        return Score(unplaced, sum(self.costs(layout).values()))

    def costs(self, layout: Layout) -> dict[TermName, float]:
        """Return the cost of every term, in person-minutes a week."""
        prices = self.prices
        floors_of: defaultdict[int, set[int]] = defaultdict(set)
        unit_floors: defaultdict[int, int] = defaultdict(int)
        for u, f in layout:
            floors_of[int(self.case.organisation[u])].add(f)
            unit_floors[u] += 1
        tower = self.case.tower
        towers = sum(len({int(tower[f]) for f in used}) - 1 for used in floors_of.values())
        return {
            TermName.EXTRA_TOWERS: towers * prices.extra_tower,
            TermName.EXTRA_FLOORS: (len(layout) - len(unit_floors)) * prices.extra_floor,
            TermName.GAPS: sum(map(self._gaps, floors_of.values())) * prices.extra_gap,
            TermName.OPEN_FLOORS: float(
                sum(self.case.open_cost[f] for f in {f for _, f in layout})
            ),
            TermName.WALKING: self.walking.minutes(layout) * prices.walking
            if prices.walking
            else 0.0,
            TermName.PLACEMENT_COST: self._placement(layout),
            TermName.PEOPLE_MOVED: sum(
                reference.price * reference.moved(layout, self.case.demand)
                for reference in self.case.references
                if reference.price
            ),
        }

    def _gaps(self, floors: set[int]) -> int:
        """Return unused levels between the lowest and the highest, over an organisation's towers.

        Parameters
        ----------
        floors
            All that the organisation uses.
        """
        ranks: defaultdict[int, set[int]] = defaultdict(set)
        for f in floors:
            ranks[int(self.case.tower[f])].add(self.case.rank[f])
        return sum(max(used) - min(used) + 1 - len(used) for used in ranks.values())

    def _placement(self, layout: Layout) -> float:
        """Return placement costs: cost of a unit on a floor by the share of it there."""
        cost, demand = self.case.placement_cost, self.case.demand
        if not cost:
            return 0.0
        return sum(
            cost[cell] * desks / int(demand[cell[0]])
            for cell, desks in layout.items()
            if cell in cost
        )

    def moved(self, layout: Layout) -> float:
        """Return the people who move from where they are today; a plan of today must be known."""
        return self.case.references[0].moved(layout, self.case.demand)
