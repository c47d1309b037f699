"""The assembled model of a layout, whole or in part, and what CP-SAT says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ortools.sat.python import cp_model

from allocator.search.case import Case, Layout
from allocator.search.model.objective import (
    Cost,
    all_terms,
    fitting_scale,
    most_of,
    people_moved_from,
)
from allocator.search.model.rules import post_all
from allocator.search.model.variables import Cell, Pieces
from allocator.search.model.walking_products import WalkingForm, walking_cost
from allocator.search.progress import ShouldStop
from allocator.search.solver import Effort, Proof, Solution, solve_model
from allocator.search.walking_time import WalkingTime

LARGEST_SCALE = 1e12
"""Fine enough for any precision asked for."""

FINEST = 1e9
"""Parts of a person to which a limit of moves is kept; rounding down lets in a little more."""

OnLayout = Callable[[dict[Cell, int]], object]


@dataclass(frozen=True)
class LayoutSolution:
    """A layout, what was proved, and a lower bound of the model's objective.

    bound is in person-minutes a week over the free part, or in people where the fewest unplaced
    people are sought; None where nothing is known. work is CP-SAT's deterministic seconds.
    """

    proof: Proof
    layout: dict[Cell, int] | None
    bound: float | None
    work: float


class LayoutModel:
    """Free pieces of a case with every rule, ready to be solved.

    Parameters
    ----------
    free
        Units and floors to decide on; pairs that are not allowed are left out.
    layout
        The plan at hand. Its pieces that are not free stay; the free ones are a hint.
    may_be_short
        Whether desks may stay unplaced.
    target
        Desks of each unit to place on its free floors; all that are not fixed if left out.
    """

    def __init__(
        self,
        case: Case,
        free: Iterable[Cell],
        layout: Layout,
        *,
        may_be_short: bool,
        target: Mapping[int, int] | None = None,
    ) -> None:
        self.case = case
        self.layout = layout
        self.model = cp_model.CpModel()
        cells = [cell for cell in dict.fromkeys(free) if case.allowed[cell]]
        chosen = set(cells)
        # Pieces that are not free count as numbers, so that rules and costs see all of the plan.
        self.fixed = {cell: desks for cell, desks in layout.items() if cell not in chosen}
        self.pieces = Pieces(
            self.model, case, cells, self.fixed, may_be_short=may_be_short, target=target
        )
        post_all(self.pieces)
        self._hint()
        self._scale = 1.0

    def _hint(self) -> None:
        """Give CP-SAT the layout at hand: it need not be feasible to be of use."""
        for cell, used in self.pieces.free_used.items():
            self.model.add_hint(used, self.layout.get(cell, 0) > 0)
        for cell, desks in self.pieces.sizes.items():
            self.model.add_hint(desks, self.layout.get(cell, 0))

    def minimise_cost(
        self,
        walking: WalkingTime,
        form: WalkingForm,
        *,
        precision: float,
        short_price: float = 0.0,
    ) -> None:
        """Minimise the total of the free part, unplaced people at a price each.

        Rounding coefficients to whole numbers lowers the optimum by at most `precision`, in
        person-minutes a week, unless prices are so large that they need a coarser scale.

        Parameters
        ----------
        walking
            Trips of the case.
        form
            How walking enters: exactly, or to where others are in the layout at hand.
        precision
            Person-minutes a week, above 0.
        short_price
            Person-minutes a week for a person unplaced.
        """
        terms = list(all_terms(self.pieces).values())
        terms.append(walking_cost(self.pieces, walking, self.layout, form))
        if short_price:
            terms.append(self._short_cost(short_price))
        self._scale = self._fitting_scale(terms, precision)
        self.model.minimize(sum(term.scaled(self._scale) for term in terms))

    def minimise(self, cost: Cost, scale: float = 1.0) -> None:
        """Minimise one term alone, to so many parts of its unit where no sum overflows."""
        self._scale = fitting_scale(self.pieces, [cost], scale)
        self.model.minimize(cost.scaled(self._scale))

    def minimise_short(self) -> None:
        """Minimise unplaced people, to a millionth of a person."""
        short = self._short_cost(1.0)
        self._scale = 1e6
        self.model.minimize(short.scaled(self._scale))

    def keep_short_within(self, people: float) -> None:
        """Leave no more people unplaced than that, to a millionth, everybody counted."""
        short = self._short_cost(1.0)
        left = people - self._left_out()
        # Coefficients are rounded down, so the row lets in a little more and never cuts off a plan
        # that counts.
        self.model.add(short.scaled(1e6) <= int(left * 1e6) + 1)

    def keep_moved_within(self, people: float) -> None:
        """Let no more people move from where they are today, where every piece is free.

        Parameters
        ----------
        people
            May be a part of a person; the row is kept to `FINEST`, rounded down.
        """
        moved = people_moved_from(self.pieces, self.case.references[0])
        scale = fitting_scale(self.pieces, [moved], FINEST)
        self.model.add(moved.scaled(scale) <= int(people * scale))

    def _left_out(self) -> float:
        """People without a place of units that have no floor to decide on here."""
        case, free = self.case, set(self.pieces.units)
        return sum(
            int(case.people[u]) * (1 - self.pieces.placed_as_known(u) / int(case.demand[u]))
            for u in case.units
            if u not in free and case.demand[u]
        )

    def _short_cost(self, price: float) -> Cost:
        """Return the cost of unplaced people: a desk stands for people / demand of its unit."""
        cost = Cost()
        for u, desks in self.pieces.short.items():
            cost.add(price * int(self.case.people[u]) / int(self.case.demand[u]), desks)
        return cost

    def _fitting_scale(self, terms: list[Cost], precision: float) -> float:
        """A scale at which rounding all coefficients down loses at most `precision`."""
        largest = sum(most_of(self.pieces, amount) for term in terms for _, amount in term.rows)
        return fitting_scale(self.pieces, terms, min(max(1.0, largest / precision), LARGEST_SCALE))

    def solve(
        self,
        effort: Effort,
        *,
        on_layout: OnLayout | None = None,
        should_stop: ShouldStop | None = None,
    ) -> LayoutSolution:
        """Run CP-SAT and return the whole layout, the fixed part included.

        Parameters
        ----------
        effort
            Time or work, and workers.
        on_layout
            Called with every layout that is found, from the thread of the solver.
        should_stop
            Asked while it runs.
        """

        def tell(solution: Solution) -> None:
            if on_layout is not None:
                on_layout(self.read(solution.value))

        solved = solve_model(self.model, effort, should_stop=should_stop, on_solution=tell)
        is_proved_none = solved.proof is Proof.INFEASIBLE
        return LayoutSolution(
            proof=solved.proof,
            layout=self.read(solved.value) if solved.has_solution else None,
            # Without a solution the solver's bound means nothing.
            bound=None if is_proved_none else self.unscaled(solved.bound),
            work=solved.work,
        )

    def unscaled(self, bound: float) -> float | None:
        """Return a bound of the objective in its own unit; None where nothing is minimised."""
        return float(bound) / self._scale if self.model.has_objective() else None

    def read(self, value: Callable[[cp_model.LinearExprT], int]) -> dict[Cell, int]:
        """Return the layout of a solution."""
        free = {cell: int(value(self.pieces.at(*cell))) for cell in self.pieces.free_used}
        return dict(self.fixed) | {cell: desks for cell, desks in free.items() if desks}
