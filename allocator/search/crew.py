"""Who searches at the same time: local searches and CP-SAT, each from the other's best plan.

One thread a worker; compiled code and CP-SAT both run outside Python's lock. With a budget of
work instead of the clock the same parts take turns, so that the same plan comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic, sleep

import numpy as np

from allocator.search.bounds import Bounds, lower_bounds, rising_bounds
from allocator.search.exact import pack_exactly
from allocator.search.first import first_plan
from allocator.search.local.budget import Budget
from allocator.search.local.ready import POLL_S, is_ready, wait_until_ready
from allocator.search.local_search import local_search
from allocator.search.neighbourhoods import Neighbourhoods
from allocator.search.record import Record

NEIGHBOURHOOD_S = 2.0
IN_VAIN, TURN_S = 4, 10.0
"""Neighbourhoods in vain after which local search takes a turn, and how long that is."""
WARM_UP_S = 0.3
COMPILING_S = 10.0
"""Seconds left above which it pays to wait for the local search to be compiled."""
BEHIND = 5e-4
"""Part of the total by which another's plan must be better for a local search to go there."""
SETTLED_S = 0.1
"""Seconds a unit without a better plan after which a local search begins again, from nothing or
the best."""
WITHOUT_PLAN = 0.2
"""Part of the time that a local search may go on without a plan while another has one."""
MODELLED_AT_ONCE = 60_000
"""Units times floors up to which CP-SAT looks for a first plan at the same time."""
MOVES_PER_S = 400_000
"""Moves that stand for a second where a budget of work replaces the clock."""


def search_together(record: Record, rng: np.random.Generator) -> None:
    """Search until the time is up, nothing better comes, or the gap is closed."""
    if record.is_reproducible:
        _take_turns(record, rng)
        return
    rngs = rng.spawn(record.workers)
    compiled = Event()
    jobs: list[Callable[[], None]] = [
        lambda r=r: _beside(record, r, compiled)  # type: ignore[misc]
        for r in rngs[1:]
    ]
    if record.workers == 1:
        jobs = [lambda: _alone(record, rng)]
    else:
        jobs.append(lambda: prove_and_repair(record, rngs[0], compiled))
    with ThreadPoolExecutor(len(jobs)) as pool:
        for job in [pool.submit(job) for job in jobs]:
            job.result()


def _beside(record: Record, rng: np.random.Generator, compiled: Event) -> None:
    """Local search beside CP-SAT, as soon as its code is compiled."""
    wait_until_ready(lambda: is_finished(record), local_search(record.case).code)
    compiled.set()
    walk(record, rng)


def warm_up(record: Record, rng: np.random.Generator) -> None:
    """A moment of local search, for a plan to prove something of."""
    if record.is_reproducible:
        _walk_moves(record, rng, WARM_UP_S)
    else:
        walk(record, rng, seconds=WARM_UP_S)


def _alone(record: Record, rng: np.random.Generator) -> None:
    """One thread: a first plan however it comes, a bound, then local search."""
    pack_exactly(record, record.left() / 2)
    if is_ready(local_search(record.case).code):
        walk(record, rng, seconds=record.left() / 4, until_first=True)
    if record.layout is None:
        first_plan(record, rng)
    prove(record)
    prove_on(record, further_proofs(record), record.left() / 10)
    walk(record, rng)


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
    budget = Budget(moves=int(work * MOVES_PER_S), should_stop=record.stop_asked)
    improve = local_search(record.case).improve
    for found in improve(
        record.case, record.layout or {}, rng=rng, budget=budget, now=record.case_now
    ):
        record.offer(found.layout)
    record.spend(work)
    record.get_under_way()


def walk(
    record: Record,
    rng: np.random.Generator,
    *,
    seconds: float = np.inf,
    until_first: bool = False,
    afresh: bool = True,
) -> None:
    """Local search, again and again: from nothing, and from the best plan that anybody has."""
    end = record.elapsed() + seconds

    def is_over() -> bool:
        first = until_first and record.layout is not None
        return first or is_finished(record) or record.elapsed() > end

    search = local_search(record.case)
    wait_until_ready(is_over, search.code)
    afresh = afresh and not record.has_good_start
    while not is_over():
        record.enter("local search")
        attempt = _Attempt(record, afresh)
        budget = Budget(seconds=record.left(), should_stop=attempt.stop_when(is_over))
        begin = {} if afresh else record.layout or {}
        for found in search.improve(
            record.case, begin, rng=rng, budget=budget, now=record.case_now
        ):
            attempt.note(found.total)
            record.offer(found.layout)
            if record.layout is not None:
                record.get_under_way()
        afresh = not afresh


class _Attempt:
    """One local search: from nothing, or from the best plan of all."""

    def __init__(self, record: Record, afresh: bool) -> None:
        self.record = record
        self.afresh = afresh
        self.total = np.inf if afresh or record.score is None else record.score.total
        self.bettered = record.elapsed()

    def note(self, total: float) -> None:
        """Note a better plan of its own."""
        self.total, self.bettered = total, self.record.elapsed()

    def stop_when(self, is_over: Callable[[], bool]) -> Callable[[], bool]:
        """Return a question: whether it is over, has settled, or is of no more use."""
        return lambda: is_over() or self._has_settled() or self._is_behind()

    def _has_settled(self) -> bool:
        """Whether it found nothing better for a part of the whole search's patience."""
        waited = self.record.elapsed() - self.bettered
        settled = SETTLED_S * len(self.record.case.unit_ids)
        return bool(np.isfinite(self.total)) and waited > settled

    def _is_behind(self) -> bool:
        """Whether another has a clearly better plan, or one at all while this finds none."""
        score = self.record.score
        if score is None:
            return False
        if self.afresh:
            waited = self.record.elapsed() - self.bettered
            return not np.isfinite(self.total) and waited > self.record.limit * WITHOUT_PLAN
        return score.total < self.total - BEHIND * abs(score.total)


def prove_and_repair(record: Record, rng: np.random.Generator, compiled: Event) -> None:
    """A first plan unless local search is sooner, the bound, then neighbourhoods.

    Once there is a plan the processor is left to those who compile, if that leads anywhere.
    """
    record.threads_of_cp_sat = 1
    pack_exactly(record, record.left() / 2)
    is_large = record.case.cells > MODELLED_AT_ONCE
    if is_large and is_ready(local_search(record.case).code):
        await_first(record)
    first_plan(record, rng)
    while record.left() > COMPILING_S and not is_finished(record) and not compiled.is_set():
        sleep(POLL_S)
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
    unplaced = 0.0 if record.score is None else record.score.unplaced_people
    part = 5 if record.case.cells > MODELLED_AT_ONCE else 10
    seconds = max(0.5, record.left() / part)
    record.prove(lower_bounds(record.relaxed, time_limit_s=seconds, unplaced_people=unplaced))


def further_proofs(record: Record) -> Iterator[Bounds]:
    """Return bounds that take longer; none where a budget of work replaces the clock."""
    if record.is_reproducible or record.score is None:
        return iter(())
    return rising_bounds(
        record.relaxed,
        Bounds(terms=record.term_bounds, total=record.bound),
        until=monotonic() + record.left(),
        should_stop=lambda: is_finished(record),
        unplaced_people=record.score.unplaced_people,
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
    record.spend(step.work)
    return step.layout is not None and record.offer(step.layout)


def is_finished(record: Record) -> bool:
    """Whether the search is over, or nothing better has come for long."""
    return record.is_over() or record.is_stalled()
