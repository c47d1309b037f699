"""CP-SAT as all of the search asks it: how long it may take, who may stop it, what it proved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Thread
from typing import Any

from ortools.sat.python import cp_model

from allocator.search.progress import ShouldStop

POLL_S = 0.05
"""Seconds after which it is asked again whether to stop."""

Solution = cp_model.CpSolverSolutionCallback
"""A solution while the search goes on: its `value(expression)` and its `objective_value`."""


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
        # Ctrl-C is for whoever called: the plan found so far is still to be written.
        settings.catch_sigint_signal = False
        settings.num_workers = self.workers
        settings.random_seed = self.seed % 2**31
        if self.reproducible:
            settings.max_deterministic_time = self.seconds
            # Threads in a fixed order: without it deterministic time alone does not make runs
            # alike.
            settings.interleave_search = self.workers > 1
        else:
            settings.max_time_in_seconds = max(self.seconds, 0.01)
        if self.work is not None:
            settings.max_deterministic_time = min(self.work, settings.max_deterministic_time)


@dataclass(frozen=True)
class Solved:
    """What CP-SAT found and proved.

    Attributes
    ----------
    bound
        Proved lower bound of the objective, in the model's whole units.
    work
        Deterministic seconds that it took.
    value
        Value of an expression in the best solution; only where there is one.
    """

    proof: Proof
    bound: float
    work: float
    value: Callable[[cp_model.LinearExprT], int]

    @property
    def has_solution(self) -> bool:
        """Whether there is a solution."""
        return self.proof in (Proof.OPTIMAL, Proof.FEASIBLE)


def solve_model(
    model: cp_model.CpModel,
    effort: Effort,
    *,
    should_stop: ShouldStop | None = None,
    on_solution: Callable[[Solution], object] | None = None,
    **parameters: Any,
) -> Solved:
    """Run CP-SAT on a model.

    Parameters
    ----------
    on_solution
        Told every better solution; the search stops once it returns True.
    parameters
        Further parameters of CP-SAT, by their names.

    Raises
    ------
    RuntimeError
        If the model is not valid: our bug.
    """
    solver = cp_model.CpSolver()
    effort.apply(solver)
    for name, value in parameters.items():
        setattr(solver.parameters, name, value)
    with _interruptible(solver, should_stop):
        status = solver.solve(model, _Listener(on_solution) if on_solution else None)
    if status == cp_model.MODEL_INVALID:
        raise RuntimeError(f"CP-SAT refuses the model: {model.validate()}")
    return Solved(
        proof=PROOFS.get(status, Proof.UNKNOWN),
        bound=float(solver.best_objective_bound),
        work=float(solver.response_proto.deterministic_time),
        value=solver.value,
    )


PROOFS = {
    cp_model.OPTIMAL: Proof.OPTIMAL,
    cp_model.FEASIBLE: Proof.FEASIBLE,
    cp_model.INFEASIBLE: Proof.INFEASIBLE,
}


@contextmanager
def _interruptible(solver: cp_model.CpSolver, should_stop: ShouldStop | None) -> Iterator[None]:
    """While inside, stop the solver soon after `should_stop` says so."""
    if should_stop is None:
        yield
        return
    over = Event()

    # A thread of its own: the solver asks nobody between two solutions.
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


class _Listener(cp_model.CpSolverSolutionCallback):
    """Hands every better solution on."""

    def __init__(self, on_solution: Callable[[Solution], object]) -> None:
        super().__init__()
        self._on_solution = on_solution

    def on_solution_callback(self) -> None:
        # True itself: whoever returns something else does not mean to stop.
        if self._on_solution(self) is True:
            self.stop_search()
