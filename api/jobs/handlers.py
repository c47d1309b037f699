"""What happens in a solver's process: a job's request in, its answer out, both as JSON.

Which job is carried out where and when is decided in `worker`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from allocator.errors import InputError
from allocator.plan.types import Pieces, Plan, Status
from allocator.plan.verify.given import given_pieces
from allocator.scenario.read import scenario_from_json
from allocator.scenario.tables import TABLES
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave
from allocator.scenario.write import scenario_json
from allocator.search.options import SolveOptions
from api.jobs.work import Answer, KeptPieces, Work, compact
from api.requests import CHOSEN

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress, ShouldStop
    from allocator.studies.pool import Solver

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class JobHandler:
    """Answers the request of one job, in a process.

    Attributes
    ----------
    request
        JSON text with ``options`` and either ``scenario`` or, of a child, ``changes``: what takes
        the place of the same keys of its parent's scenario.
    base
        The request of the parent.
    start
        The best plan of another worker that began the job.
    """

    kind: str
    request: str
    time_limit_s: float
    workers: int
    base: str | None = None
    start: KeptPieces | None = None

    def run(self, solver: Solver, on_progress: OnProgress, should_stop: ShouldStop) -> Answer:
        """Answer the request, in the process; a child that cannot be used is answered with why."""
        asked = json.loads(self.request)
        try:
            scenario = scenario_from_json(
                merged(asked, self.base), for_relocation=self.kind == "relocate"
            )
        except InputError as error:
            # A request was read before it was accepted, so this is a bug. A child's table is read
            # only now.
            if self.base is None:
                raise
            return _bad_input(error)
        work = Work(
            asked["options"],
            self.time_limit_s,
            self.workers,
            self.start,
            solver,
            on_progress,
            should_stop,
        )
        if self.kind not in WITH_WAVES:
            scenario = in_wave(scenario)
        return ANSWERS[self.kind](scenario, work)


def merged(asked: Mapping[str, Any], base: str | None) -> dict[str, Any]:
    """Return the scenario of a request; of a child, its parent's with the changes."""
    if base is None:
        scenario: dict[str, Any] = asked["scenario"]
        return scenario
    whole: dict[str, Any] = json.loads(base)["scenario"]
    return {**whole, **asked["changes"]}


def rows_of(pieces: Pieces, scenario: Scenario) -> Rows:
    """Return pieces as placements."""
    amount = "people" if scenario.by_chance else "desks"
    return [{"unit_id": u, "floor_id": f, amount: count} for (u, f), count in pieces.items()]


def _allocate(scenario: Scenario, work: Work) -> Answer:
    """Solve; where nothing fits, explain it within the time that is left."""
    from allocator.studies.outcome import Outcome  # noqa: PLC0415 - in a process

    options = work.effort()
    hooks = {"on_progress": work.on_progress, "should_stop": work.should_stop}
    plan = work.solver(scenario, options, start=work.start(scenario), **hooks)
    # Why nothing fits is looked for in what is left of the time, so that no answer comes late.
    left_s = options.time_limit_s - plan.run.wall_s
    if plan.status is Status.INFEASIBLE and left_s > 0 and not work.should_stop():
        from allocator.studies.explain import with_conflict  # noqa: PLC0415 - slow

        plan = with_conflict(plan, scenario, left_s)
    outcome = Outcome.of_plan(scenario, plan).model_dump(mode="json")
    return _of_plan(plan) | {"plan": compact(plan.as_json()), "outcome": outcome}


def _bad_input(error: InputError) -> Answer:
    """Return the answer of a child whose table cannot be used: every problem, and no status."""
    from allocator.studies.outcome import Outcome  # noqa: PLC0415 - in a process

    outcome = Outcome.of_bad_input(error).model_dump(mode="json")
    result = {"schema": 1, "problems": [asdict(problem) for problem in error.problems]}
    status = {"reason": "the table cannot be used"}
    return {"status": None, "job_status": status, "result": compact(result), "outcome": outcome}


def _of_plan(plan: Plan) -> Answer:
    """Return the part of an answer that says how good its plan is."""
    objective = plan.objective
    status = {"total": objective.total, "unplaced_people": objective.unplaced_people}
    status |= {"bound": plan.bound, "gap": plan.gap, "seconds": plan.run.wall_s}
    return {"status": plan.status.value, "job_status": status}


def _explain(scenario: Scenario, work: Work) -> Answer:
    """Say why nothing fits and what to give up, with a checked plan for each way out."""
    from allocator.studies.explain import explain, report  # noqa: PLC0415 - slow, in a process

    found = explain(
        scenario, work.effort(), on_progress=work.on_progress, should_stop=work.should_stop
    )
    result = report.as_json(found)
    for row, way in zip(result["ways_out"], found.ways_out, strict=True):
        del row["folder"]
        row["plan"] = way.plan.as_json()
    answer: Answer = {"status": found.status.value, "result": compact(result)}
    if found.plan is not None:
        answer |= _of_plan(found.plan) | {"plan": compact(found.plan.as_json())}
    return answer


def _tightest(scenario: Scenario, work: Work) -> Answer:
    """Find the smallest sharing ratio, with the plan and settings that it was found by."""
    from allocator.studies.tightest import report, tightest  # noqa: PLC0415 - slow

    found = tightest(
        scenario, work.effort(), on_progress=work.on_progress, should_stop=work.should_stop
    )
    status = found.fit.status.value
    answer: Answer = {"status": status, "result": compact(report.as_json(found))}
    if found.fit.plan is not None and found.fit.scenario is not None:
        settings = json.loads(scenario_json(found.fit.scenario))["settings"]
        answer |= _of_plan(found.fit.plan) | {"changes": {"settings": settings}}
        answer |= {"status": status, "plan": compact(found.fit.plan.as_json())}
    return answer


def _restack(scenario: Scenario, work: Work) -> Answer:
    from api.jobs.over_time import answer_restack  # noqa: PLC0415 - slow, in a process

    return answer_restack(scenario, work)


def _moves(scenario: Scenario, work: Work) -> Answer:
    from api.jobs.over_time import answer_moves  # noqa: PLC0415 - slow, in a process

    return answer_moves(scenario, work)


def _waves(scenario: Scenario, work: Work) -> Answer:
    from api.jobs.over_time import answer_waves  # noqa: PLC0415 - slow, in a process

    return answer_waves(scenario, work)


def _relocate(scenario: Scenario, work: Work) -> Answer:
    """Go through all combinations, with a plan and its tables for each wave that fits."""
    from allocator.studies.relocate import (  # noqa: PLC0415 - slow
        Names,
        combinations,
        relocate,
        report,
    )
    from allocator.studies.relocate.run import solves  # noqa: PLC0415

    names = Names.of(scenario, *(work.options.get(key) for key in CHOSEN))
    found = combinations(scenario, names)
    effort = work.effort()
    # A tenth is left for what is not solving: reading, checking, writing.
    each_s = max(0.1, 0.9 * effort.time_limit_s / max(1, solves(scenario, found)))
    options = effort.model_copy(update={"time_limit_s": each_s})
    fitted = relocate(
        scenario, found, options, on_progress=work.on_progress, should_stop=work.should_stop
    )
    status = Status.FEASIBLE if any(one.fits for one in fitted) else Status.INFEASIBLE
    if status is Status.INFEASIBLE and any(one.binds == "none" for one in fitted):
        status = Status.UNKNOWN
    result = report.as_json(fitted) | {"plans": [], "changes": []}
    base = json.loads(scenario_json(scenario))
    waves = [(each, number) for each in fitted for number in range(len(each.answers))]
    for row, (each, number) in zip(result["rows"], waves, strict=True):
        answer = each.answers[number]
        if each.fits and answer is not None:
            row["plan"] = len(result["plans"])
            result["plans"].append(answer.plan.as_json())
            whole = json.loads(scenario_json(answer.scenario))
            changed = (key for key in (*TABLES, "settings") if whole.get(key) != base.get(key))
            result["changes"].append({key: whole.get(key, []) for key in changed})
    return {"status": status.value, "result": compact(result)}


def _rotas(scenario: Scenario, work: Work) -> Answer:
    """Choose weeks; with a plan for them where the placements hold under the new weeks, too."""
    from allocator.plan.verify import verify  # noqa: PLC0415 - slow, in a process
    from allocator.studies.rotas import report, rotas  # noqa: PLC0415

    found = rotas(
        scenario,
        work.effort(),
        pieces=work.start(scenario),
        by=work.options.get("by", "unit"),
        on_progress=work.on_progress,
        should_stop=work.should_stop,
    )
    if isinstance(found, Plan):
        return _of_plan(found) | {"plan": compact(found.as_json())}
    document = report.as_json(found)
    answer: Answer = {"status": Status.FEASIBLE.value, "result": compact(document)}
    pieces = {(p.unit_id, p.floor_id): p.desks for p in found.placements}
    if scenario.by_chance:
        pieces = {(p.unit_id, p.floor_id): p.people for p in found.placements}
    # Days are chosen for a plan; with the rotas' own weeks it is checked like any other.
    if verify(found.scenario, given_pieces(found.scenario, pieces)).feasible:
        plan = _plan_with_weeks(found.scenario, pieces, work.effort())
        answer |= {"plan": compact(plan.as_json()), "changes": {"rotas": document["rotas"]}}
    return answer


def _plan_with_weeks(scenario: Scenario, pieces: Pieces, effort: SolveOptions) -> Plan:
    """Return the checked plan that weeks were chosen for; its total is not bounded here."""
    from allocator.plan.assemble import (  # noqa: PLC0415 - in a process
        checked_plan,
        least_of_all,
        run_record,
    )

    run = run_record(
        scenario,
        seed=effort.seed,
        workers=effort.workers,
        time_limit_s=effort.time_limit_s,
        wall_s=0.0,
    )
    bound = least_of_all(scenario)
    return checked_plan(scenario, pieces, term_bounds={}, bound=bound, run=run)


def _sensitivity(scenario: Scenario, work: Work) -> Answer:
    """Price every demand against one plan."""
    from allocator.studies.pool import PoolHere  # noqa: PLC0415 - in a process
    from allocator.studies.sensitivity import demands, report, sensitivity  # noqa: PLC0415 - slow
    from allocator.studies.sensitivity.run import limit_within  # noqa: PLC0415

    effort = work.effort()
    count = len(demands(scenario, {})) + len({floor.tower_id for floor in scenario.floors})
    each_s = limit_within(effort.time_limit_s, count, 1)
    found = sensitivity(
        scenario,
        pool=PoolHere(effort.workers, work.solver, work.should_stop),
        options=effort.model_copy(update={"time_limit_s": each_s, "workers": 1}),
        start=work.start(scenario),
        on_progress=work.on_progress,
        should_stop=work.should_stop,
    )
    plan = {"plan": compact(found.plan.as_json())}
    return _of_plan(found.plan) | plan | {"result": compact(report.as_json(found))}


WITH_WAVES = ("restack", "waves", "relocate")
"""Kinds that are given a scenario with all its waves; others its last one."""
ANSWERS: dict[str, Callable[[Scenario, Work], Answer]] = {
    "allocate": _allocate,
    "explain": _explain,
    "tightest": _tightest,
    "restack": _restack,
    "moves": _moves,
    "waves": _waves,
    "relocate": _relocate,
    "rotas": _rotas,
    "sensitivity": _sensitivity,
}
