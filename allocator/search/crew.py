"""Who searches at the same time: local searches and CP-SAT, each from the other's best plan.

One thread a worker; compiled code and CP-SAT both run outside Python's lock. With a budget of
work instead of the clock the same parts take turns, so that the same plan comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import numpy as np

from allocator.search.bounds import Bounds, lower_bounds, rising_bounds
from allocator.search.cancel import until
from allocator.search.exact import pack_exactly
from allocator.search.first import first_plan
from allocator.search.local.budget import Budget
from allocator.search.local_search import local_search
from allocator.search.neighbourhoods import Neighbourhoods
from allocator.search.progress import MOVES_PER_S
from allocator.search.record import Record

NEIGHBOURHOOD_S = 2.0
IN_VAIN, TURN_S = 4, 10.0
"""Neighbourhoods in vain after which local search takes a turn, and how long that is."""
WARM_UP = 0.1
"""Work of local search before a small case is solved as one model."""
POLL_S = 0.05
BEHIND = 5e-4
"""Part of the total by which another's plan must be better for a local search to go there."""
SETTLED = 0.1
"""Work a unit without a better plan after which a local search begins again, from nothing or the
best."""
SEARCHED = 0.8
"""Part of the time after which one thread proves once more, where people are unplaced."""
WITHOUT_PLAN = 0.2
"""Part of the time that models of a large case wait for local search to have a plan."""
MODELLED_AT_ONCE = 60_000
"""Units times floors up to which CP-SAT looks for a first plan at the same time."""


def search_together(record: Record, rng: np.random.Generator) -> None:
    """Search until the time is up, nothing better comes, or the gap is closed."""
    if record.is_reproducible:
        _take_turns(record, rng)
        return
    if record.workers == 1:
        _alone(record, *rng.spawn(3))
        return
    first, *others = rng.spawn(record.workers)
    with ThreadPoolExecutor(record.workers) as pool:
        jobs = [pool.submit(_until_over, prove_and_repair, record, first)]
        jobs += [pool.submit(_until_over, walk, record, other) for other in others]
        for job in jobs:
            job.result()


def _until_over(
    job: Callable[[Record, np.random.Generator], None], record: Record, rng: np.random.Generator
) -> None:
    """Do a job in a thread of its own until it is done or the search is over."""
    with until(record.is_over):
        job(record, rng)


def warm_up(record: Record, rng: np.random.Generator) -> None:
    """A moment of local search, for a plan to prove something of."""
    if record.is_reproducible:
        _walk_moves(record, rng, WARM_UP)
    else:
        walk(record, rng, work=WARM_UP)


def _alone(record: Record, *rngs: np.random.Generator) -> None:
    """One thread: a first plan however it comes, a bound, then local search.

    Where fewer people are unplaced in the end, the bound is that of as few.
    """
    pack_exactly(record, record.left() / 2)
    walk(record, rngs[0], seconds=record.left() / 4, until_first=True)
    if record.layout is None:
        first_plan(record, rngs[1])
    prove(record)
    prove_on(record, further_proofs(record), record.left() / 10)
    unplaced = record.unplaced_people
    walk(record, rngs[2], seconds=record.left() * SEARCHED if unplaced else np.inf)
    if record.unplaced_people != unplaced:
        prove(record)
    walk(record, rngs[2])


def _take_turns(record: Record, rng: np.random.Generator) -> None:
    """A budget of work: half for local search, then CP-SAT."""
    _walk_moves(record, rng, record.left() / 2)
    if record.layout is None:
        first_plan(record, rng)
        _walk_moves(record, rng, record.left() / 2)
    prove(record)
    lay_out_anew(record, rng)


def _walk_moves(record: Record, rng: np.random.Generator, work: float) -> None:
    record.enter("local search")
    budget = Budget(
        moves=int(work * MOVES_PER_S), should_stop=record.stop_asked, on_moves=record.spend_moves
    )
    improve = local_search(record.case)
    for found in improve(
        record.case, record.layout or {}, rng=rng, budget=budget, now=record.case_now
    ):
        record.offer(found.layout)
    record.get_under_way()


def walk(
    record: Record,
    rng: np.random.Generator,
    *,
    seconds: float = np.inf,
    work: float = np.inf,
    until_first: bool = False,
    afresh: bool = True,
) -> None:
    """Local search, again and again: from nothing, and from the best plan that anybody has.

    It ends after so many seconds, or so much work of all threads; with `until_first`, once there
    is a plan or the first attempt has settled without one.
    """
    end, enough = record.elapsed() + seconds, record.work + work
    attempt: _Attempt

    def is_over() -> bool:
        first = until_first and record.layout is not None
        over = record.elapsed() > end or record.work > enough
        return first or over or is_finished(record)

    improve = local_search(record.case)
    afresh = afresh and not record.has_good_start
    while not is_over():
        record.enter("local search")
        attempt = _Attempt(record, afresh)
        budget = Budget(
            seconds=record.left(),
            should_stop=lambda: is_over() or attempt.is_over(),  # noqa: B023 - of this turn
            on_moves=attempt.spend,
        )
        begin = {} if afresh else record.layout or {}
        for found in improve(record.case, begin, rng=rng, budget=budget, now=record.case_now):
            attempt.note(found.total)
            record.offer(found.layout)
            if record.layout is not None:
                record.get_under_way()
        afresh = not afresh
        if until_first:
            break


class _Attempt:
    """One local search: from nothing, or from the best plan of all."""

    def __init__(self, record: Record, afresh: bool) -> None:
        self.record = record
        self.total = np.inf if afresh or record.score is None else record.score.total
        self.patience = SETTLED * len(record.case.unit_ids) * MOVES_PER_S
        self.moves_since = 0

    def spend(self, moves: int) -> None:
        """Count moves."""
        self.moves_since += moves
        self.record.spend_moves(moves)

    def note(self, total: float) -> None:
        """Note a better plan of its own."""
        self.total, self.moves_since = total, 0

    def is_over(self) -> bool:
        """Whether it has settled, or another has a clearly better plan than it ever had."""
        return self.moves_since > self.patience or self._is_behind()

    def _is_behind(self) -> bool:
        score = self.record.score
        if score is None or not np.isfinite(self.total):
            return False
        return score.total < self.total - BEHIND * abs(score.total)


def prove_and_repair(record: Record, rng: np.random.Generator) -> None:
    """A first plan unless local search is sooner, the bound, then neighbourhoods."""
    record.threads_of_cp_sat = 1
    pack_exactly(record, record.left() / 2)
    if record.case.cells > MODELLED_AT_ONCE:
        await_first(record)
    first_plan(record, rng)
    prove(record)
    lay_out_anew(record, rng)


def await_first(record: Record) -> None:
    """Leave the processor to the local search until it has a plan, or should have had one.

    Models of a country are built by Python, which holds up the other thread meanwhile.
    """
    end = record.elapsed() + record.left() * WITHOUT_PLAN
    while record.layout is None and record.elapsed() < end and not is_finished(record):
        sleep(POLL_S)


def prove(record: Record) -> None:
    """Prove a lower bound, in a tenth of the time; of a large case, where none rises, a fifth."""
    if record.is_over() or (record.case.allow_unplaced and record.score is None):
        return
    record.enter("lower bound")
    part = 5 if record.case.cells > MODELLED_AT_ONCE else 10
    seconds = max(0.5, record.left() / part)
    unplaced = record.unplaced_people
    for bounds in lower_bounds(record.relaxed, time_limit_s=seconds, unplaced_people=unplaced):
        record.prove(bounds)


def further_proofs(record: Record) -> Iterator[Bounds]:
    """Return bounds that take longer; none where a budget of work replaces the clock."""
    if record.is_reproducible or record.score is None:
        return iter(())
    return rising_bounds(
        record.relaxed,
        Bounds(terms=record.term_bounds, total=record.bound),
        until=monotonic() + record.left(),
        should_stop=lambda: is_finished(record),
        unplaced_people=record.unplaced_people,
    )


def prove_on(record: Record, proofs: Iterator[Bounds], seconds: float) -> float:
    """Go on with proofs for about so many seconds; return those that are left, or below 0."""
    record.enter("lower bound")
    began = monotonic()
    for bounds in proofs:
        record.prove(bounds)
        if monotonic() - began > seconds or is_finished(record):
            break
    return seconds - (monotonic() - began)


def lay_out_anew(record: Record, rng: np.random.Generator) -> None:
    """Lay out neighbourhoods anew until the end, and prove for half of the time.

    While CP-SAT finds nothing better there, local search takes turns with it.
    """
    near = Neighbourhoods(record.case, record.scorer, rng)
    proofs, owed, in_vain = further_proofs(record), 0.0, 0
    while record.layout is not None and not is_finished(record):
        began = monotonic()
        if in_vain >= IN_VAIN and not record.is_reproducible:
            walk(record, rng, seconds=TURN_S, afresh=False)
            in_vain = IN_VAIN - 1
        elif _lay_out_near(record, near):
            in_vain = 0
        else:
            in_vain += 1
        owed += monotonic() - began
        if owed > 0 and not is_finished(record):
            owed = prove_on(record, proofs, owed)


def _lay_out_near(record: Record, near: Neighbourhoods) -> bool:
    """Lay out one neighbourhood anew; return whether the plan is a better one then."""
    record.enter("neighbourhoods")
    near.case = record.case
    effort = record.effort(NEIGHBOURHOOD_S)
    step = near.step(record.layout or {}, effort, lambda: is_finished(record))
    record.spend_step(step.work)
    return step.layout is not None and record.offer(step.layout)


def is_finished(record: Record) -> bool:
    """Whether the search is over, or nothing better has come for long."""
    return record.is_over() or record.is_stalled()
