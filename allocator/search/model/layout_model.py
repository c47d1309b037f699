"""The assembled model of a layout, whole or in part, and what CP-SAT says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Thread

from ortools.sat.python import cp_model

from allocator.search.case import Case, Layout
from allocator.search.model.objective import Cost, all_terms, fitting_scale, most_of
from allocator.search.model.rules import post_all
from allocator.search.model.variables import Cell, Pieces
from allocator.search.model.walking import WalkingForm, walking_cost
from allocator.search.progress import ShouldStop
from allocator.search.walking import Walking

POLL_S = 0.05
LARGEST_SCALE = 1e12
"""Fine enough for any precision asked for."""

OnLayout = Callable[[dict[Cell, int]], object]


class Proof(StrEnum):
    """What CP-SAT proved."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Effort:
    """How long CP-SAT may take.

    Attributes
    ----------
    seconds
        By the clock, or CP-SAT's deterministic seconds where `reproducible`.
    work
        CP-SAT's deterministic seconds, besides; None sets no limit.
    workers
        Threads; with `reproducible` they take turns in a fixed order.
    """

    seconds: float
    workers: int = 1
    seed: int = 0
    reproducible: bool = False
    work: float | None = None

    def apply(self, solver: cp_model.CpSolver) -> None:
        """Set the solver's parameters."""
        settings = solver.parameters
        settings.catch_sigint_signal = False
        settings.num_workers = self.workers
        settings.random_seed = self.seed % 2**31
        if self.reproducible:
            settings.max_deterministic_time = self.seconds
            settings.interleave_search = self.workers > 1
        else:
            settings.max_time_in_seconds = max(self.seconds, 0.01)
        if self.work is not None:
            settings.max_deterministic_time = min(self.work, settings.max_deterministic_time)


@dataclass(frozen=True)
class Found:
    """A layout, what was proved of it, and a lower bound of the model's objective.

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
        self.fixed = {cell: desks for cell, desks in layout.items() if cell not in chosen}
        self.pieces = Pieces(
            self.model, case, cells, self.fixed, may_be_short=may_be_short, target=target
        )
        post_all(self.pieces)
        self._hint()
        self._scale = 1.0

    def _hint(self) -> None:
        for cell, used in self.pieces.free_used.items():
            self.model.add_hint(used, self.layout.get(cell, 0) > 0)
        for cell, desks in self.pieces.sizes.items():
            self.model.add_hint(desks, self.layout.get(cell, 0))

    def minimise_cost(
        self,
        walking: Walking,
        form: WalkingForm,
        *,
        precision: float,
        short_price: float = 0.0,
    ) -> None:
        """Minimise the total of the free part, unplaced people at a price each.

        Rounding coefficients to whole numbers lowers the optimum by at most `precision`,
        in person-minutes a week, unless prices are so large that they need a coarser scale.
        """
        terms = list(all_terms(self.pieces).values())
        terms.append(walking_cost(self.pieces, walking, self.layout, form))
        if short_price:
            terms.append(self._short_cost(short_price))
        self._scale = self._fitting_scale(terms, precision)
        self.model.minimize(sum(term.scaled(self._scale) for term in terms))

    def minimise(self, cost: Cost) -> None:
        """Minimise one term alone."""
        self._scale = fitting_scale(self.pieces, [cost], 1.0)
        self.model.minimize(cost.scaled(self._scale))

    def minimise_short(self) -> None:
        """Minimise unplaced people."""
        short = self._short_cost(1.0)
        self._scale = 1e6
        self.model.minimize(short.scaled(self._scale))

    def keep_short_within(self, people: float) -> None:
        """Leave no more people unplaced than that, to a millionth, everybody counted."""
        short = self._short_cost(1.0)
        left = people - self._left_out()
        self.model.add(short.scaled(1e6) <= int(left * 1e6) + 1)

    def _left_out(self) -> float:
        """People without a place of units that have no floor to decide on here."""
        case, free = self.case, set(self.pieces.units)
        return sum(
            int(case.people[u]) * (1 - self.pieces.placed_as_known(u) / int(case.demand[u]))
            for u in case.units
            if u not in free and case.demand[u]
        )

    def _short_cost(self, price: float) -> Cost:
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
    ) -> Found:
        """Run CP-SAT and return the whole layout, the fixed part included."""
        solver = cp_model.CpSolver()
        effort.apply(solver)
        watcher = _Watcher(self, on_layout)
        with interruptible(solver, should_stop):
            status = solver.solve(self.model, watcher)
        if status == cp_model.MODEL_INVALID:
            raise RuntimeError(f"CP-SAT refuses the model: {self.model.validate()}")
        proof = PROOFS.get(status, Proof.UNKNOWN)
        seen = proof in (Proof.OPTIMAL, Proof.FEASIBLE)
        return Found(
            proof=proof,
            layout=self.read(solver.value) if seen else None,
            bound=None
            if proof is Proof.INFEASIBLE
            else self.unscaled(solver.best_objective_bound),
            work=float(solver.response_proto.deterministic_time),
        )

    def unscaled(self, bound: float) -> float | None:
        """Return a bound of the objective in its own unit; None where nothing is minimised."""
        return float(bound) / self._scale if self.model.has_objective() else None

    def read(self, value: Callable[[cp_model.LinearExprT], int]) -> dict[Cell, int]:
        """Return the layout of a solution."""
        free = {cell: int(value(self.pieces.at(*cell))) for cell in self.pieces.free_used}
        return dict(self.fixed) | {cell: desks for cell, desks in free.items() if desks}


PROOFS = {
    cp_model.OPTIMAL: Proof.OPTIMAL,
    cp_model.FEASIBLE: Proof.FEASIBLE,
    cp_model.INFEASIBLE: Proof.INFEASIBLE,
}


@contextmanager
def interruptible(solver: cp_model.CpSolver, should_stop: ShouldStop | None) -> Iterator[None]:
    """While inside, stop the solver soon after `should_stop` says so."""
    if should_stop is None:
        yield
        return
    over = Event()

    def watch() -> None:
        while not over.wait(POLL_S):
            if should_stop():
                solver.stop_search()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


class _Watcher(cp_model.CpSolverSolutionCallback):
    """Hands every better layout on."""

    def __init__(
        self,
        model: LayoutModel,
        on_layout: OnLayout | None,
    ) -> None:
        super().__init__()
        self._model = model
        self._on_layout = on_layout

    def on_solution_callback(self) -> None:
        if self._on_layout is not None:
            self._on_layout(self._model.read(self.value))
