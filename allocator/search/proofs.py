"""Lower bounds while the search goes on: which are proved when, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import monotonic, thread_time

import numpy as np

from allocator.plan.certificate.types import Proof
from allocator.search.bounds import (
    Bounds,
    cautious,
    dual_bounds,
    lower_bounds,
    rising_bounds,
)
from allocator.search.bounds.assignment import is_alone
from allocator.search.bounds.sharing import is_small
from allocator.search.case import Layout
from allocator.search.record import Record

LARGE = 60_000
"""Units times floors from which a case is large: its models take long to build."""
FIRST_PART, FIRST_PART_OF_LARGE = 1 / 10, 1 / 5
"""Parts of the time left for the first bound; of a large case none rises afterwards."""
PART_OF_ALONE, PART_OF_SMALL = 0.5, 0.4
"""Parts of the time left for which proofs go on first: where a tree on the dual is likely to close
the case, and where few organisations share few towers."""
LEAST_S = 0.5
"""Seconds for the first bound, and for a certificate, at least."""
CERTIFICATE_S = 5.0
"""Seconds at most for a dual that is evaluated for a certificate alone."""


def prove(record: Record) -> None:
    """Prove a first lower bound, in a part of the time left.

    Nothing happens once the search is over, nor while desks may stay unplaced and no plan says how
    many people that are.
    """
    # How many people may stay unplaced is known from a plan alone.
    if record.is_over() or (record.case.allow_unplaced and record.score is None):
        return
    record.enter("lower bound")
    part = FIRST_PART_OF_LARGE if record.case.cells > LARGE else FIRST_PART
    seconds = max(LEAST_S, record.left() * part)
    unplaced = record.unplaced_people
    for bounds in lower_bounds(
        record.relaxed,
        time_limit_s=seconds,
        unplaced_people=unplaced,
        others_follow=not record.is_reproducible,
    ):
        record.prove(bounds)


def further_proofs(record: Record) -> Iterator[Bounds]:
    """Return bounds that take longer; none where a budget of work replaces the clock.

    They go by the clock, so they would not end alike.
    """
    if record.is_reproducible or record.score is None:
        return iter(())
    return rising_bounds(
        record.relaxed,
        Bounds(terms=record.term_bounds, total=record.bound),
        until=monotonic() + record.left(),
        should_stop=record.is_finished,
        unplaced_people=record.unplaced_people,
        plans=_Plans(record),
    )


def certified(record: Record) -> Proof:
    """Return what a dual proves of the bound, evaluated anew where others have proved more.

    Nothing where people are left unplaced, or where no model fits the case.

    Returns
    -------
    Proof
        Its `bound` is at most the record's, and None where nothing is proved.
    """
    proof = Proof() if record.make_proof is None else record.make_proof()
    if proof.bound is None or cautious(proof.bound) < record.bound:
        # The last rise of the bound has no certificate, or one of less; a dual evaluated now may
        # prove more than what was kept.
        proof = max(proof, _evaluated_anew(record), key=_claim)
    if proof.bound is None:
        return Proof()
    # A certificate must not claim more than the answer shows.
    return replace(proof, bound=min(cautious(proof.bound), record.bound))


def _claim(proof: Proof) -> float:
    """Return what a proof proves, −∞ for one of nothing."""
    return -np.inf if proof.bound is None else proof.bound


def _evaluated_anew(record: Record) -> Proof:
    """Return the best proof that a dual comes to in a moment; of nothing if there is none.

    Duals have proofs that can be written down; counting, the joint bound, the Benders tree and
    CP-SAT have none (docs/explanation/proof.md).
    """
    case = record.relaxed
    if record.score is None or record.unplaced_people or not case.is_plain:
        return Proof()
    record.enter("certificate")
    seconds = LEAST_S if record.is_reproducible else max(LEAST_S, record.left())
    end = monotonic() + min(seconds, CERTIFICATE_S)
    first = next(lower_bounds(case, time_limit_s=end - monotonic()))
    terms = {name: max(bound, record.term_bounds[name]) for name, bound in first.terms.items()}

    def is_over() -> bool:
        return monotonic() > end or record.was_asked_to_stop()

    made, most = None, -np.inf
    for bound, make in dual_bounds(case, terms, _Plans(record), is_over):
        if bound > most:
            most, made = bound, make
        if cautious(bound) >= record.bound:
            break
    return Proof() if made is None else made()


class _Plans:
    """The plans of a record, as proofs see them."""

    def __init__(self, record: Record) -> None:
        self._record = record

    @property
    def keeps_trees(self) -> bool:
        """Whether a certificate is wanted."""
        return self._record.keeps_proofs

    def total(self) -> float:
        """Return the total of the best plan that leaves nobody unplaced."""
        score = self._record.score
        # Bounds are of plans that place everybody; a cheaper plan that leaves people out does not
        # limit them.
        return np.inf if score is None or score.unplaced_people else score.total

    def offer(self, layout: Layout) -> float:
        """Take a plan if it is better than the best so far; return its total."""
        self._record.offer(layout)
        return self._record.scorer.score(layout).total


def share_first(record: Record) -> float:
    """Return the part of the time left for which proofs go on before models look for plans.

    It is 0 unless a tree is likely to close the case.
    """
    if is_alone(record.case):
        return PART_OF_ALONE
    return PART_OF_SMALL if is_small(record.case) else 0.0


def prove_on(record: Record, proofs: Iterator[Bounds], seconds: float) -> float:
    """Go on with proofs for about so many seconds; return those that are left, or below 0.

    Parameters
    ----------
    proofs
        Gone on with where it stopped the last time.
    seconds
        Of this thread's processor time.
    """
    record.enter("lower bound")
    # Time of this thread: waiting for a turn is no time spent on proofs.
    began = thread_time()
    for bounds in proofs:
        record.prove(bounds)
        record.spend(0.0)  # others may have their turn
        if thread_time() - began > seconds or record.is_finished():
            break
    return seconds - (thread_time() - began)
