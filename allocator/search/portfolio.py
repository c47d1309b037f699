"""The portfolio: who searches on which thread, from whose plan, and in which order.

Local search finds; CP-SAT begins, repairs and proves. One thread a worker: compiled code and
CP-SAT both run outside Python's lock. With a budget of work instead of the clock the same parts
take turns, so that the same plan comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import numpy as np

from allocator.search.bounds import Bounds
from allocator.search.cancel import until
from allocator.search.exact import pack_exactly
from allocator.search.first import first_plan
from allocator.search.neighbourhoods import Neighbourhoods
from allocator.search.proofs import further_proofs, prove, prove_on, share_first
from allocator.search.record import Record
from allocator.search.restarts import walk, walk_moves

NEIGHBOURHOOD_S = 2.0
IN_VAIN, TURN_S = 4, 10.0
"""Neighbourhoods in vain after which local search takes a turn, and how long that is."""
WARM_UP = 0.1
"""Work of local search before a small case is solved as one model."""
POLL_S = 0.05
SEARCHED = 0.8
"""Part of the time after which one thread proves once more, where people are unplaced."""
WITHOUT_PLAN = 0.2
"""Part of the time that models wait for local search to have a plan."""


def search_together(record: Record, rng: np.random.Generator) -> None:
    """Search until the time is up, nothing better comes, or the gap is closed."""
    if record.is_reproducible:
        _take_turns(record, rng)
        return
    if record.workers == 1:
        _alone(record, *rng.spawn(2))
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
        walk_moves(record, rng, WARM_UP)
    else:
        walk(record, rng, work=WARM_UP)


def _alone(record: Record, *rngs: np.random.Generator) -> None:
    """One thread: a first plan however it comes, a bound, then local search.

    Where fewer people are unplaced in the end, the bound is that of as few.
    """
    pack_exactly(record, record.left() / 2)
    walk(record, rngs[0], seconds=record.left() / 4, until_first=True)
    if record.layout is None:
        first_plan(record)
    prove(record)
    prove_on(record, further_proofs(record), record.left() / 10)
    unplaced = record.unplaced_people
    walk(record, rngs[1], seconds=record.left() * SEARCHED if unplaced else np.inf)
    if record.unplaced_people != unplaced:
        prove(record)
    walk(record, rngs[1])


def _take_turns(record: Record, rng: np.random.Generator) -> None:
    """A budget of work: half for local search, then CP-SAT."""
    walk_moves(record, rng, record.left() / 2)
    if record.layout is None:
        first_plan(record)
        walk_moves(record, rng, record.left() / 2)
    prove(record)
    lay_out_anew(record, rng, further_proofs(record))


def prove_and_repair(record: Record, rng: np.random.Generator) -> None:
    """A first plan unless local search is sooner, the bound, then neighbourhoods."""
    record.threads_of_cp_sat = 1
    pack_exactly(record, record.left() / 2)
    await_first(record)
    first_plan(record)
    prove(record)
    proofs = further_proofs(record)
    if share := share_first(record):
        prove_on(record, proofs, record.left() * share)
    lay_out_anew(record, rng, proofs)


def await_first(record: Record) -> None:
    """Leave the processor to the local search until it has a plan, or should have had one.

    Models are built by Python, which holds up the other thread meanwhile, and a first plan by
    them alone is a poor one.
    """
    end = record.elapsed() + record.left() * WITHOUT_PLAN
    while record.layout is None and record.elapsed() < end and not record.is_finished():
        sleep(POLL_S)


def lay_out_anew(record: Record, rng: np.random.Generator, proofs: Iterator[Bounds]) -> None:
    """Lay out neighbourhoods anew until the end, and prove for half of the time.

    While CP-SAT finds nothing better there, local search takes turns with it.
    """
    near = Neighbourhoods(record.case, record.scorer, rng)
    owed, in_vain = 0.0, 0
    while record.layout is not None and not record.is_finished():
        began = monotonic()
        if in_vain >= IN_VAIN and not record.is_reproducible:
            walk(record, rng, seconds=TURN_S, afresh=False)
            in_vain = IN_VAIN - 1
        elif _lay_out_near(record, near):
            in_vain = 0
        else:
            in_vain += 1
        owed += monotonic() - began
        if owed > 0 and not record.is_finished():
            owed = prove_on(record, proofs, owed)


def _lay_out_near(record: Record, near: Neighbourhoods) -> bool:
    """Lay out one neighbourhood anew; return whether the plan is a better one then."""
    record.enter("neighbourhoods")
    near.case = record.case
    effort = record.effort(NEIGHBOURHOOD_S)
    step = near.step(record.layout or {}, effort, record.is_finished)
    record.spend_step(step.work)
    return step.layout is not None and record.offer(step.layout)
