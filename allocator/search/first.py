"""The first plan, by CP-SAT: one that is given, else units to towers, towers stacked, repaired."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allocator.search.case import Layout
from allocator.search.exact import any_plan, everywhere
from allocator.search.model.layout_model import Found, LayoutModel
from allocator.search.overfull import fewest_beyond
from allocator.search.record import Record
from allocator.search.rules import Pinned
from allocator.search.solver import Proof
from allocator.search.stacking import desks_short, repair, stack
from allocator.search.towers import assign_towers

AT_ONCE = 300
"""Units times floors up to which one model over all pieces comes first."""
STACK_S = 0.5
"""Seconds for fewer extra floors in one tower, at most."""
AT_LAST = 60_000
"""Units times floors up to which one model of all is tried where other ways found nothing."""


def begin_from(record: Record, start: Layout, rng: np.random.Generator) -> None:
    """Offer a plan made of what is given; desks that it leaves out find a place if they can.

    In a small case one model decides that, and whether there is any plan at all.
    """
    record.enter("placing what is left")
    if desks_short(record.case, start) and record.case.cells <= AT_ONCE:
        _offer(record, start)
        _in_one(record, near=start)
        return
    if desks_short(record.case, start):
        start = _through_full_floors(record, start) or start
    if desks_short(record.case, start):
        limit = record.elapsed() + record.left() / 2
        start = repair(record, start, rng, lambda: _is_needless(record, limit))
    _offer(record, start)


def _through_full_floors(record: Record, start: Layout) -> Layout | None:
    """Place all at once, floors too full at first; it goes by the clock, and all must fit."""
    if record.is_reproducible or record.case.allow_unplaced or record.case.cells > AT_LAST:
        return None
    found = fewest_beyond(
        record.case,
        record.case.capacity,
        record.effort(record.left() / 4),
        near=start,
        should_stop=lambda: _is_needless(record, np.inf),
    )
    return found.layout if found is not None and found.desks == 0 else None


def first_plan(record: Record, rng: np.random.Generator) -> None:
    """Offer a first plan unless somebody else has one, or prove that there is none."""
    cells = record.case.cells
    if record.case.allow_unplaced and not _has_pins(record):
        record.offer({})
    if cells <= AT_ONCE:
        _in_one(record)
        return
    _in_stages(record, rng)
    if record.layout is None and cells <= AT_LAST:
        _in_one(record)


def _has_pins(record: Record) -> bool:
    return any(isinstance(limit, Pinned) for limit in record.case.limits)


def _in_one(record: Record, near: Layout | None = None) -> None:
    """Find any plan, or prove that there is none, in one model; a layout is where it begins."""
    short = record.case.allow_unplaced
    record.enter("one model of all")
    model = LayoutModel(record.case, everywhere(record), near or {}, may_be_short=short)
    if short:
        model.minimise_short()
    found = model.solve(
        record.effort(record.left()), should_stop=lambda: _is_needless(record, np.inf)
    )
    record.spend_step(found.work)
    if found.layout is not None:
        record.offer(found.layout)
    if record.rooms is not None:
        found = _judged_exactly(record, found)
    if found.proof is Proof.INFEASIBLE:
        record.prove_infeasible()


def _judged_exactly(record: Record, found: Found) -> Found:
    """Go on without rows that are only likely, unless they gave a plan: they prove nothing."""
    if record.layout is not None or record.is_over():
        return replace(found, proof=Proof.UNKNOWN)
    found = any_plan(record)
    if found.layout is not None:
        record.offer(found.layout)
    return found


def _in_stages(record: Record, rng: np.random.Generator) -> None:
    """Units to towers, pieces to floors, then whatever is left out."""
    case = record.case
    record.enter("units to towers")
    effort = record.effort(max(4.0, record.left() * 0.3))
    assigned = assign_towers(case, effort, lambda: _is_needless(record, np.inf))
    record.spend(effort.seconds)
    record.enter("stacking towers")
    each = record.effort(min(STACK_S, record.left() * 0.3 / len(case.tower_ids)))
    layout = stack(case, assigned or {}, each, lambda: _is_needless(record, np.inf))
    record.spend(each.seconds * len(case.tower_ids) / 4)
    begin_from(record, layout, rng)


def _offer(record: Record, layout: Layout) -> None:
    if not desks_short(record.case, layout) or record.case.allow_unplaced:
        record.offer(layout)


def _is_needless(record: Record, limit: float) -> bool:
    """Whether a first plan is there already, or the time for one is over."""
    has_one = record.layout is not None and not record.case.allow_unplaced
    return has_one or record.is_over() or record.elapsed() > limit
