"""Answers of the studies over time: restack, moves, waves; in a solver's process.

In the service the time limit is for all solves of a job together, as a job is watched by it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from allocator.plan.seating import seated
from allocator.plan.types import Plan
from allocator.plan.verify import verify
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave
from allocator.scenario.write import scenario_json
from allocator.search.options import SolveOptions
from allocator.studies.moves import document as moves_document
from allocator.studies.moves import plan_moves, rows_of_plan
from allocator.studies.restack import at_most_s as restack_at_most_s
from allocator.studies.restack import document as restack_document
from allocator.studies.restack import restack
from allocator.studies.waves import at_most_s as waves_at_most_s
from allocator.studies.waves import document as waves_document
from allocator.studies.waves import plan_waves, plans_of
from api.jobs.work import Answer, Work, compact
from api.requests import given_placements

LEAST_S = 0.2
"""Seconds that a solve gets at least."""


def answer_restack(scenario: Scenario, work: Work) -> Answer:
    """Return the curve, with the plan of each point and the moves to it."""
    varied = work.variant(scenario)
    given = in_wave(varied)
    options = _divided(work.effort(), restack_at_most_s)
    found = restack(given, options, on_progress=work.on_progress, should_stop=work.should_stop)
    result = restack_document(found) | {
        "plans": [plan.as_json() for plan in found.plans],
        "moves": [None if moves is None else moves_document(moves) for moves in found.moves],
    }
    at = next((i for i, point in enumerate(found.points) if point.knee), 0)
    answer = _answer(found.status.value, result, found.plans[at] if found.plans else None)
    if varied is not scenario:
        # What the plan is for: its files are drawn with these in the place of the request's.
        whole = json.loads(scenario_json(varied))
        answer["changes"] = {table: whole[table] for table in ("floors", "headcounts")}
    return answer


def answer_moves(scenario: Scenario, work: Work) -> Answer:
    """Return the moves from the table `current` to the placements of the request."""
    given = in_wave(scenario)
    check = verify(given, given_placements(work.options["placements"]))
    options = work.effort()
    found = plan_moves(
        given,
        given.current,
        rows_of_plan(seated(given, check.pieces)),
        time_limit_s=options.time_limit_s,
        workers=options.workers,
        seed=options.seed,
        people_per_step=work.options.get("people_per_step"),
        should_stop=work.should_stop,
    )
    return _answer("feasible", moves_document(found), None)


def answer_waves(scenario: Scenario, work: Work) -> Answer:
    """Return the plan of each wave, the moves between them, and what foresight gains."""
    given = work.variant(scenario)
    options = _divided(work.effort(), lambda options: waves_at_most_s(given, options))
    found = plan_waves(given, options, on_progress=work.on_progress, should_stop=work.should_stop)
    plans: tuple[Plan, ...] = ()
    if found.solution is not None:
        plans = plans_of(found, found.solution, options)
    result = waves_document(found) | {
        "plans": [plan.as_json() for plan in plans],
        "moves": [None if moves is None else moves_document(moves) for moves in found.moves],
    }
    return _answer(found.status.value, result, None)


def _divided(whole: SolveOptions, at_most_s: Callable[[SolveOptions], float]) -> SolveOptions:
    """Return the time limit of each solve, so that all take as long as the job may."""
    unit = whole.model_copy(update={"time_limit_s": 1.0})
    # What a study takes at most grows in a straight line with the limit of one solve, so two
    # values give both the number of solves and what is beside them.
    double = whole.model_copy(update={"time_limit_s": 2.0})
    each = at_most_s(double) - at_most_s(unit)
    besides = at_most_s(unit) - each
    seconds = max((whole.time_limit_s - besides) / each, LEAST_S)
    return whole.model_copy(update={"time_limit_s": seconds})


def _answer(status: str, result: dict[str, Any], plan: Plan | None) -> Answer:
    """Return the answer of a study, with the figures of its plan where it has one."""
    answer: Answer = {"status": status, "result": compact(result)}
    if plan is not None:
        objective = plan.objective
        figures = {"total": objective.total, "unplaced_people": objective.unplaced_people}
        figures |= {"bound": plan.bound, "gap": plan.gap, "seconds": plan.run.wall_s}
        answer |= {"plan": compact(plan.as_json()), "job_status": figures}
    return answer
