"""The peers with a MIP solver: the home-floor model in HiGHS and in SCIP.

Neither is needed by users; they come with the extra `bench`.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from allocator.search.case import Case
from allocator.studies.bench.peers.home_floor import HomeFloorModel
from allocator.studies.bench.peers.rows import Rows
from allocator.studies.bench.types import Allowance, BenchStatus, Claim, Notes


def highs(case: Case, allowance: Allowance, notes: Notes) -> Claim:
    """Solve the home-floor model with HiGHS.

    Every better plan is noted as it is found. The claim has the solver's bound only where the
    model is exact; otherwise that bound says nothing of the total.
    """
    import highspy  # noqa: PLC0415 - of the extra `bench`

    home = HomeFloorModel(case)
    if not home.rows.cost:  # HiGHS calls such a model empty, whether its rows hold or not
        return _without_columns(home, notes)
    solver = highspy.Highs()
    solver.silent()
    _pass_to_highs(solver, home.rows)
    solver.setOptionValue("time_limit", notes.left())
    solver.setOptionValue("threads", allowance.workers)
    solver.setOptionValue("random_seed", allowance.seed)
    # As close as the checker calls optimal; HiGHS by default stops earlier.
    solver.setOptionValue("mip_rel_gap", 1e-6)
    solver.cbMipImprovingSolution.subscribe(
        lambda event: notes.add(home.pieces(event.data_out.mip_solution))
    )
    solver.run()
    said = solver.getModelStatus()
    known = {
        highspy.HighsModelStatus.kOptimal: BenchStatus.OPTIMAL,
        highspy.HighsModelStatus.kInfeasible: BenchStatus.INFEASIBLE,
    }
    bound = float(solver.getInfo().mip_dual_bound)
    return home.claim(known.get(said, _without_proof(notes)), bound)


def _without_columns(home: HomeFloorModel, notes: Notes) -> Claim:
    """Return what is known of a model in which nothing is to be decided."""
    if any(row.least > 0 or row.most < 0 for row in home.rows.always()):
        return home.claim(BenchStatus.INFEASIBLE, 0.0)
    notes.add(home.pieces([]))
    return home.claim(BenchStatus.OPTIMAL, home.rows.constant)


def _pass_to_highs(solver: Any, rows: Rows) -> None:
    """Hand over the whole model in one call, its rows as compressed sparse rows."""
    always = rows.always()
    ends = np.cumsum([len(row.columns) for row in always])
    solver.passModel(
        len(rows.cost),
        len(always),
        int(ends[-1]),
        2,  # row by row
        1,  # minimise
        rows.constant,
        np.array(rows.cost),
        np.zeros(len(rows.cost)),
        np.array(rows.most),
        np.array([row.least for row in always]),
        np.array([row.most for row in always]),
        np.concatenate([[0], ends[:-1]]).astype(np.int32),
        np.concatenate([row.columns for row in always]).astype(np.int32),
        np.concatenate([row.coefficients for row in always]),
        np.array([int(step == 1) for step in rows.step], np.int32),
    )


def scip(case: Case, allowance: Allowance, notes: Notes) -> Claim:
    """Solve the home-floor model with SCIP.

    As for `highs`, better plans are noted as they are found, and a bound counts only where the
    model is exact.
    """
    import pyscipopt  # noqa: PLC0415 - of the extra `bench`

    home = HomeFloorModel(case)
    model = pyscipopt.Model()
    model.hideOutput()
    columns = _pass_to_scip(model, home.rows)
    model.attachEventHandlerCallback(
        lambda solved, _event: notes.add(_pieces_in_scip(home, solved, columns)),
        [pyscipopt.SCIP_EVENTTYPE.BESTSOLFOUND],
    )
    model.setParams(
        {
            "limits/time": notes.left(),
            "limits/gap": 1e-6,
            "parallel/maxnthreads": allowance.workers,
            "randomization/randomseedshift": allowance.seed,
        }
    )
    model.optimize()
    known = {"optimal": BenchStatus.OPTIMAL, "infeasible": BenchStatus.INFEASIBLE}
    # SCIP calls it so when it ends within the gap set above.
    known["gaplimit"] = BenchStatus.OPTIMAL
    bound = float(model.getDualbound())
    return home.claim(known.get(model.getStatus(), _without_proof(notes)), bound)


def _pass_to_scip(model: Any, rows: Rows) -> list[Any]:
    """Hand over column by column and row by row."""
    from pyscipopt import quicksum  # noqa: PLC0415 - of the extra `bench`

    columns = [
        model.addVar(vtype="I" if step == 1 else "C", lb=0, ub=most, obj=cost)
        for most, cost, step in zip(rows.most, rows.cost, rows.step, strict=True)
    ]
    model.addObjoffset(rows.constant)
    for row in rows.always():
        terms = zip(row.coefficients.tolist(), row.columns.tolist(), strict=True)
        total = quicksum(number * columns[column] for number, column in terms)
        if isfinite(row.least) and isfinite(row.most):
            model.addCons((row.least <= total) <= row.most)
        elif isfinite(row.most):
            model.addCons(total <= row.most)
        else:
            model.addCons(total >= row.least)
    return columns


def _pieces_in_scip(home: HomeFloorModel, model: Any, columns: list[Any]) -> Any:
    """Return the plan of the best solution that SCIP has at this moment."""
    best = model.getBestSol()
    return home.pieces([model.getSolVal(best, column) for column in columns])


def _without_proof(notes: Notes) -> BenchStatus:
    """Return the status of a solve that ended without proof: by whether it found any plan."""
    return BenchStatus.FEASIBLE if any(True for _ in notes) else BenchStatus.UNKNOWN
