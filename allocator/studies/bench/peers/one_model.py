"""The peer with CP-SAT: the home-floor model, all of it, in whole numbers.

CP-SAT knows no fractions. Each column is counted in steps of its own size and each row is divided
by its step, always to the side on which the model's cost can only fall.
"""

from __future__ import annotations

from math import floor, isfinite

from ortools.sat.python import cp_model

from allocator.search.case import Case
from allocator.search.solver import Effort, Solution, solve_model
from allocator.studies.bench.peers.home_floor import HomeFloorModel
from allocator.studies.bench.peers.rows import Row, Rows
from allocator.studies.bench.types import Allowance, BenchStatus, Claim, Notes

COST_STEP = 0.001
"""Person-minutes a week to which costs are rounded down."""
ROUNDING = 1e-6


def cp_sat(case: Case, allowance: Allowance, notes: Notes) -> Claim:
    """Solve the home-floor model with CP-SAT.

    Costs are rounded down to `COST_STEP`, so that the bound it proves is one of the model in
    fractions as well.
    """
    home = HomeFloorModel(case)
    model, columns = _model(home.rows)

    def note(solution: Solution) -> None:
        """Note the plan of a better solution at the moment it is found."""
        notes.add(home.pieces([solution.value(column) for column in columns]))

    effort = Effort(notes.left(), allowance.workers, allowance.seed)
    solved = solve_model(model, effort, on_solution=note)
    bound = solved.bound * COST_STEP + home.rows.constant
    return home.claim(BenchStatus(solved.proof.value), bound)


def _model(rows: Rows) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """Return the model in steps: coefficients rounded towards 0, costs down."""
    model = cp_model.CpModel()
    columns = [
        model.new_int_var(0, floor(most / step + ROUNDING), "")
        for most, step in zip(rows.most, rows.step, strict=True)
    ]
    for row in rows.rows:
        _post(model, columns, rows, row)
    costs = [
        floor(cost * step / COST_STEP + ROUNDING)
        for cost, step in zip(rows.cost, rows.step, strict=True)
    ]
    model.minimize(cp_model.LinearExpr.weighted_sum(columns, costs))
    return model, columns


def _post(model: cp_model.CpModel, columns: list[cp_model.IntVar], rows: Rows, row: Row) -> None:
    """Post one row in steps; a row that may be switched off is enforced by its own literal."""
    used = row.columns.tolist()
    numbers = [
        _towards_0(number * rows.step[column] / row.step)
        for column, number in zip(used, row.coefficients.tolist(), strict=True)
    ]
    total = cp_model.LinearExpr.weighted_sum([columns[column] for column in used], numbers)
    if isfinite(row.least) and isfinite(row.most):
        model.add_linear_constraint(total, round(row.least / row.step), round(row.most / row.step))
    elif isfinite(row.most):
        model.add(total <= round(row.most / row.step))
    else:
        posted = model.add(total >= round(row.least / row.step))
        if row.only_if is not None:
            posted.only_enforce_if(columns[row.only_if])


def _towards_0(number: float) -> int:
    """Return a number without its fraction, as if `ROUNDING` more of it were there."""
    # A product such as 0.29 · 100 comes out just below the whole number that is meant.
    whole = floor(abs(number) + ROUNDING)
    return whole if number > 0 else -whole
