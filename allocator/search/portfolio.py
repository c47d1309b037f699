"""The portfolio: who searches on which thread, from whose plan, and in which order.

Local search finds; CP-SAT begins, repairs and proves. One thread a worker: compiled code and
CP-SAT both run outside Python's lock. With one worker, and where a budget of work replaces the
clock, the same two jobs take turns. Jobs know of each other only by the `Record`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep, thread_time

import numpy as np

from allocator.search.bounds import Bounds
from allocator.search.cancel import until
from allocator.search.exact import pack_exactly
from allocator.search.first import first_plan
from allocator.search.neighbourhoods import Neighbourhoods
from allocator.search.proofs import further_proofs, prove, prove_on, share_first
from allocator.search.record import Record
from allocator.search.restarts import walk
from allocator.search.turns import Turns

NEIGHBOURHOOD_S = 2.0
IN_VAIN, TURN_S, TURN_PART = 4, 10.0, 1 / 3
"""Neighbourhoods in vain after which local search takes a turn, and how long that is at most: in
seconds, and as a part of the time left."""
WARM_UP = 0.1
"""Work of local search before a small case is solved as one model."""
POLL_S = 0.05
SHARES = (0.25, 0.75)
"""Shares of models and of local search where they take turns."""
WITHOUT_PLAN = 0.2
"""Part of the time that models wait for local search to have a plan."""


def search_together(record: Record, rng: np.random.Generator) -> None:
    """Search until the time is up, nothing better comes, or the gap is closed.

    Parameters
    ----------
    record
        Best plan, bounds and time; says how many workers there are.
    rng
        Each job gets a generator spawned from it.
    """
    # At least one local search: with a single worker the two jobs share its thread's time.
    jobs = [prove_and_repair, *[walk] * max(record.workers - 1, 1)]
    if record.is_sequential:
        jobs = jobs[:2]
        record.turns = Turns(SHARES, by_work=record.is_reproducible)
    with ThreadPoolExecutor(len(jobs)) as pool:
        # Spawned before threads start, so that who begins first has no say in the numbers.
        rngs = rng.spawn(len(jobs))
        ended = [
            pool.submit(_until_over, number, *each, record)
            for number, each in enumerate(zip(jobs, rngs, strict=True))
        ]
        for job in ended:
            # An exception in a thread is raised here, and not lost.
            job.result()


def _until_over(
    number: int,
    job: Callable[[Record, np.random.Generator], None],
    rng: np.random.Generator,
    record: Record,
) -> None:
    """Do a job in a thread of its own until it is done or the search is over."""
    turns = record.turns
    if turns is not None:
        turns.enter(number)
    try:
        # What is under construction when time ends is given up; all that was found is in the
        # record by then.
        with until(record.is_over):
            job(record, rng)
    finally:
        if turns is not None:
            # Also after an error, or the others would wait for ever.
            turns.leave()


def warm_up(record: Record, rng: np.random.Generator) -> None:
    """A moment of local search, for a plan to prove something of."""
    walk(record, rng, work=WARM_UP)


def prove_and_repair(record: Record, rng: np.random.Generator) -> None:
    """A first plan unless local search is sooner, the bound, then neighbourhoods."""
    # The other workers search locally meanwhile.
    record.threads_of_cp_sat = 1
    # First: where it applies, one model finds the plan and proves it.
    pack_exactly(record, record.left() / 2)
    await_first(record)
    first_plan(record)
    # The first bound before anything long: it costs a part of the time, and without it there is no
    # gap.
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
        if record.turns is None:
            sleep(POLL_S)
        elif record.turns.is_alone:
            return
        else:
            record.turns.pass_on()


def lay_out_anew(record: Record, rng: np.random.Generator, proofs: Iterator[Bounds]) -> None:
    """Lay out neighbourhoods anew until the end, and prove for half of the time.

    While CP-SAT finds nothing better there, local search takes turns with it. Where fewer people
    are unplaced by then, more is proved of plans that leave as few.
    """
    near = Neighbourhoods(record.case, record.scorer, rng)
    owed, in_vain, unplaced = 0.0, 0, record.unplaced_people
    while record.layout is not None and not record.is_finished():
        began = thread_time()
        if in_vain >= IN_VAIN:
            walk(record, rng, seconds=min(TURN_S, TURN_PART * record.left()), afresh=False)
            in_vain = IN_VAIN - 1
        elif _lay_out_near(record, near):
            in_vain = 0
        else:
            in_vain += 1
        # Time of this thread, so that proofs are owed no more than it has really spent on plans.
        owed += thread_time() - began
        # Only once plans have settled: bounds of fewer people unplaced are all worked out anew.
        if in_vain >= IN_VAIN and record.unplaced_people != unplaced:
            prove(record)
            proofs, unplaced = further_proofs(record), record.unplaced_people
        if owed > 0 and not record.is_finished():
            owed = prove_on(record, proofs, owed)


def _lay_out_near(record: Record, near: Neighbourhoods) -> bool:
    """Lay out one neighbourhood anew; return whether the plan is a better one then."""
    record.enter("neighbourhoods")
    # With capacity by chance floors have learnt since.
    near.case = record.case
    effort = record.effort(NEIGHBOURHOOD_S)
    step = near.step(record.layout or {}, effort, record.is_finished)
    record.spend_step(step.work)
    return step.layout is not None and record.offer(step.layout)
