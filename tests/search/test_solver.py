"""CP-SAT behind one call: efforts, answers in plain words, and an end when it is asked for."""

from __future__ import annotations

import time
from threading import Event, Timer

import pytest
from ortools.sat.python import cp_model

from allocator.search.solver import Effort, Proof, solve_model


def knapsack(sizes: list[int], room: int) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """Return a model that takes as much as fits."""
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in sizes]
    model.add(sum(n * t for n, t in zip(sizes, taken, strict=True)) <= room)
    model.maximize(sum(n * t for n, t in zip(sizes, taken, strict=True)))
    return model, taken


def endless() -> cp_model.CpModel:
    """Return a model that is not closed in many seconds: a market split."""
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in range(50)]
    slack = []
    for i in range(6):
        weights = [(7919 * (i + 1) * (j + 3) ** 2) % 100 for j in range(50)]
        off = model.new_int_var(0, 5000, "")
        total = sum(w * t for w, t in zip(weights, taken, strict=True))
        model.add(total - sum(weights) // 2 <= off)
        model.add(sum(weights) // 2 - total <= off)
        slack.append(off)
    model.minimize(sum(slack))
    return model


def test_optimum_is_told_with_its_bound_and_values() -> None:
    """The bound of a closed model is its optimum."""
    model, taken = knapsack([3, 5, 7], 10)
    solved = solve_model(model, Effort(10.0))
    assert (solved.proof, solved.bound) == (Proof.OPTIMAL, 10.0)
    assert [solved.value(t) for t in taken] == [1, 0, 1]
    assert solved.has_solution


def test_infeasible_is_a_proof() -> None:
    """There is no solution then, and that is known."""
    model = cp_model.CpModel()
    one = model.new_bool_var("")
    model.add(one + one == 1)
    solved = solve_model(model, Effort(10.0))
    assert solved.proof is Proof.INFEASIBLE
    assert not solved.has_solution


def test_invalid_models_are_bugs_of_ours() -> None:
    """They raise with what CP-SAT says of them."""
    model = cp_model.CpModel()
    huge = model.new_int_var(0, 2**62, "")
    model.add(2**62 * huge <= 5)
    with pytest.raises(RuntimeError, match="refuses"):
        solve_model(model, Effort(1.0))


def test_a_wish_to_stop_is_heard_soon() -> None:
    """Long before the limit, and what was found by then is kept."""
    asked = Event()
    Timer(0.3, asked.set).start()
    began = time.monotonic()
    solved = solve_model(endless(), Effort(60.0), should_stop=asked.is_set)
    assert time.monotonic() - began < 20
    assert solved.proof in (Proof.FEASIBLE, Proof.UNKNOWN)


def test_budget_of_work_gives_the_same_answer_again() -> None:
    """By deterministic seconds, the bound is the same bit for bit."""
    effort = Effort(0.1, reproducible=True)
    first, second = (solve_model(endless(), effort) for _ in range(2))
    assert (first.bound, first.work) == (second.bound, second.work)


def test_work_can_end_what_the_clock_would_not() -> None:
    """Both limits hold, whichever comes first."""
    solved = solve_model(endless(), Effort(60.0, work=0.05))
    assert solved.work < 1.0


def test_solutions_are_told_until_one_is_enough() -> None:
    """The search stops once the listener says so."""
    model, _ = knapsack(list(range(1, 30)), 200)
    told: list[float] = []

    def first(solution: object) -> bool:
        told.append(1.0)
        return True

    solve_model(model, Effort(10.0), on_solution=first)
    assert len(told) == 1
