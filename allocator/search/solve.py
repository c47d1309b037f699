"""From a scenario to a checked plan: the stages of the search in their order.

Counting may prove that there is none. A small case is closed by one model; else the portfolio
searches until time is up, and proves a lower bound beside. Each stage has a module of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from allocator.errors import InputError, Problem
from allocator.plan.assemble import checked_plan, no_plan, run_record
from allocator.plan.certificate.types import Proof
from allocator.plan.types import Pieces, Plan, Reason, Run, Status, TermName
from allocator.plan.verify import given_pieces, verify
from allocator.scenario.types import Scenario
from allocator.search.bounds import bounds_at_once
from allocator.search.cancel import until
from allocator.search.compile import compile_case
from allocator.search.counting import shortfalls
from allocator.search.exact import MOST_PRODUCTS, products_needed, solve_exactly
from allocator.search.first import begin_from, first_plan
from allocator.search.kernels.ready import COMPILING, compile_search
from allocator.search.limited import solve_limited
from allocator.search.options import SolveOptions
from allocator.search.portfolio import search_together, warm_up
from allocator.search.progress import OnProgress, ShouldStop
from allocator.search.proofs import certified, prove
from allocator.search.record import Record
from allocator.search.site_costs import Neighbour
from allocator.search.special.packing import is_packing

__all__ = ["NO_LAYOUT", "SolveOptions", "solve"]

OnProof = Callable[[Proof], None]
CELLS_TO_CLOSE, PRODUCTS_TO_CLOSE = 64, 2_000
"""Units times floors, and products of floors, up to which the exact model closes a case without
being asked for; without walking it always tries. Others end when nothing better comes."""
AFTER = 6.0
"""Times as long as preparing a case that checking, drawing and writing its plan take: measured on
countries, and so kept of the time limit on a machine that is as busy then as before."""
CLOSING_WORK = 15.0
"""Deterministic seconds of CP-SAT that it gets for that."""


def solve(  # noqa: PLR0913 - what a solve begins with, by name
    scenario: Scenario,
    options: SolveOptions | None = None,
    *,
    start: Pieces | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    began: float | None = None,
    next_plan: Neighbour | None = None,
    on_proof: OnProof | None = None,
) -> Plan:
    """Return the best checked plan found in time, or why there is none.

    Parameters
    ----------
    start
        A plan to begin from, by (unit_id, floor_id). It need not be feasible here: what breaks a
        rule is taken out and placed anew.
    on_progress
        Called from any thread with every better plan, bound and stage.
    should_stop
        Asked often; once true, the best plan so far is returned.
    began
        When the time limit began, on the clock of `time.monotonic`; now if left out. A part of
        it is kept for checking and writing.
    next_plan
        A plan of a later time to which people should not have to move. It weighs in the search;
        total and bound are those of the scenario alone.
    on_proof
        Called at the end with what a dual proves of the bound, for a certificate; not where the
        number of people who move is limited.

    Raises
    ------
    UncheckedPlanError
        If the checker refuses the plan: a bug of ours.
    InputError
        If `exact` is asked for a case that is too large for one model.
    """
    options, entered = options or SolveOptions(), time.monotonic()
    once = partial(_solve, next_plan=next_plan)
    # One exact model keeps the limit by itself; without today's plan nobody moves.
    is_free = scenario.settings.options.max_people_moved is None or not scenario.current
    if is_free or options.exact:
        limited = partial(once, began=began, on_proof=on_proof)
    else:
        limited = partial(solve_limited, once=once, began=entered if began is None else began)
    return limited(
        scenario, options, start=start, on_progress=on_progress, should_stop=should_stop
    )


def _solve(  # noqa: PLR0913 - as `solve` takes it
    scenario: Scenario,
    options: SolveOptions,
    *,
    next_plan: Neighbour | None,
    start: Pieces | None,
    on_progress: OnProgress | None,
    should_stop: ShouldStop | None,
    began: float | None = None,
    on_proof: OnProof | None = None,
) -> Plan:
    """Run the search once; a limit of moves is kept, but not searched for."""
    entered = time.monotonic()
    case = compile_case(scenario, next_plan)
    record = Record(
        case,
        time_limit_s=options.time_limit_s,
        workers=options.workers,
        seed=options.seed,
        reproducible=options.reproducible,
        on_progress=on_progress,
        should_stop=should_stop,
        began=entered if began is None else began,
    )
    record.keeps_proofs = on_proof is not None
    reasons = _search(scenario, record, options, start, entered)
    if on_proof is not None:
        on_proof(certified(record))
    return _answer(scenario, record, options, reasons, with_next_plan=next_plan is not None)


def _search(
    scenario: Scenario,
    record: Record,
    options: SolveOptions,
    start: Pieces | None,
    entered: float,
) -> tuple[Reason, ...]:
    """Run the stages; return reasons where it is proved that no plan exists."""
    record.enter("counting")
    # Counting first: it is quick, and its reasons are sentences where a model can only say no.
    reasons = shortfalls(record.relaxed)
    if reasons:
        record.prove_infeasible()
        return reasons
    # Preparing has shown how slow this case is on this machine. Checking and writing take a
    # multiple of that.
    record.reserve(AFTER * (time.monotonic() - entered))
    _compile(record)
    products = products_needed(record)
    if options.exact and products > MOST_PRODUCTS:
        raise InputError([_too_large()])
    rng = np.random.default_rng(options.seed)
    with until(record.is_over):
        if start:
            begin_from(record, _usable(scenario, record, start))
            record.has_good_start = record.layout is not None
        if options.exact or _is_small(record, products):
            _close(record, rng, exact=options.exact)
        if not options.exact and not record.is_over():
            search_together(record, rng)
    return (Reason(kind="search", message=NO_LAYOUT),) if record.is_infeasible else ()


def _compile(record: Record) -> None:
    """Compile the search, once an installation, while the clock stands still."""
    # Compiling comes once an installation and would eat the first run's limit.
    began = time.monotonic()
    compile_search(partial(record.enter, COMPILING), record.was_asked_to_stop)
    record.pause(time.monotonic() - began)


def _is_small(record: Record, products: int) -> bool:
    """Whether one model is likely to close the case soon.

    Few cells and few products; or no product at all, since walking is what makes models hard.
    """
    if record.case.cells <= CELLS_TO_CLOSE:
        return products <= PRODUCTS_TO_CLOSE
    return products == 0 and not is_packing(record.case)


def _close(record: Record, rng: np.random.Generator, *, exact: bool) -> None:
    """Find a good plan quickly, then prove it with one model; with `exact` that model alone."""
    if not exact:
        warm_up(record, rng)
    first_plan(record)
    prove(record)
    if not record.is_over():
        solve_exactly(record, record.left(), work=None if exact else CLOSING_WORK)


NO_LAYOUT = (
    "every way of placing the units was tried: none keeps all rules, though the desks would do"
)


def _too_large() -> Problem:
    """Return the problem that a case is too large for one model."""
    return Problem(
        message=f"expected a small case: one model of this needs more than {MOST_PRODUCTS:,} "
        "products of floors; leave the option out",
        table="options",
        column="exact",
    )


def _usable(scenario: Scenario, record: Record, start: Pieces) -> dict[tuple[int, int], int]:
    """Return the part of a given plan that breaks no rule.

    Parameters
    ----------
    start
        By ids; units and floors that are unknown here are left out.
    """
    pieces = dict(start)
    given = given_pieces(scenario, pieces)
    # Desks without a place are no reason to remove other pieces.
    bad = [v for v in verify(scenario, given).violations if v.kind != "unplaced"]
    if bad:
        involved = {name for v in bad for name in (v.subject, *v.object.split(";"))}
        units = {u for name in involved for u in scenario.units_of.get(name, ())}
        # All pieces of those involved, as it is not known which one is to blame.
        pieces = {
            (u, f): d for (u, f), d in pieces.items() if u not in units and f not in involved
        }
    return record.case.layout(pieces)


def _answer(
    scenario: Scenario,
    record: Record,
    options: SolveOptions,
    reasons: tuple[Reason, ...],
    *,
    with_next_plan: bool,
) -> Plan:
    """Return the answer; what was proved of moves to the next plan is left out of it."""
    run = _run(scenario, record, options)
    if record.layout is None:
        status = Status.INFEASIBLE if reasons else Status.UNKNOWN
        return no_plan(scenario, status, reasons, run)
    terms, bound = record.term_bounds, record.bound
    if with_next_plan:
        # Moves to the next plan were part of what was bounded, but are not part of the total that
        # is shown.
        terms = terms | {TermName.PEOPLE_MOVED: 0.0}
        # The bound of the total counts those moves, so only the sum of the other terms is left.
        bound = max(sum(terms.values()), bounds_at_once(record.relaxed).total)
    return checked_plan(
        scenario,
        record.case.pieces(record.layout),
        term_bounds=terms,
        bound=bound,
        trip_bounds=record.trip_bounds,
        run=run,
        least_unplaced_proved=record.least_unplaced_proved,
    )


def _run(scenario: Scenario, record: Record, options: SolveOptions) -> Run:
    """Return the record of the run for the answer."""
    return run_record(
        scenario,
        seed=options.seed,
        workers=options.workers,
        time_limit_s=options.time_limit_s,
        wall_s=round(time.monotonic() - record.began, 3),
        stopped_because=record.stopped_because(),
        trace=record.trace,
    )
