"""The first plan, by CP-SAT: one model of all, or floors too full at first and then emptied."""

from __future__ import annotations

from dataclasses import replace

from allocator.search.case import Layout
from allocator.search.exact import any_plan, everywhere
from allocator.search.model.layout_model import LayoutModel, LayoutSolution
from allocator.search.neighbourhoods import fewest_beyond, units_short
from allocator.search.record import Record
from allocator.search.rules import Pinned
from allocator.search.solver import Proof

AT_ONCE = 300
"""Units times floors up to which one model over all pieces comes first."""
AT_LAST = 60_000
"""Units times floors up to which one model of all is tried where other ways found nothing."""
SOFT_PART = 0.5
"""Part of the time that floors may be too full."""


def begin_from(record: Record, start: Layout) -> None:
    """Offer a plan made of what is given; desks that it leaves out find a place if they can.

    In a small case one model decides that, and whether there is any plan at all.

    Parameters
    ----------
    start
        Keeps every rule as far as it goes.
    """
    record.enter("placing what is left")
    # The start is complete, or may leave people out, so no model is needed.
    if not units_short(record.case, start) or record.case.allow_unplaced:
        record.offer(start)
    elif record.case.cells <= AT_ONCE:
        _in_one(record, near=start)
    else:
        _through_full_floors(record, start)


def _through_full_floors(record: Record, near: Layout) -> None:
    """Place all, floors too full at first; offer that if they are so no more.

    Parameters
    ----------
    near
        A layout to begin from, which may be empty or in part.
    """
    found = fewest_beyond(
        record.case,
        record.case.capacity,
        record.effort(record.left() * SOFT_PART),
        near=near,
        should_stop=lambda: _is_needless(record),
    )
    record.spend(found.work if found is not None else record.left() * SOFT_PART)
    if found is not None and found.desks == 0:
        record.offer(found.layout)


def first_plan(record: Record) -> None:
    """Offer a first plan unless somebody else has one, or prove that there is none.

    What local search has nearly made a plan is where it begins; a country needs that. Where desks
    may stay unplaced, nobody placed is a first plan.
    """
    case = record.case
    if record.layout is not None:
        return
    # Leaving everybody unplaced is feasible unless something is pinned; any other plan beats it.
    if case.allow_unplaced and not any(isinstance(limit, Pinned) for limit in case.limits):
        record.offer({})
    is_large = case.cells > AT_LAST
    # Not for a country without anything to begin from: a model of all pieces takes longer than
    # there is.
    if case.cells > AT_ONCE and not case.allow_unplaced and (record.nearly or not is_large):
        record.enter("floors too full")
        _through_full_floors(record, record.nearly or {})
    if record.layout is None and not is_large:
        _in_one(record)


def _in_one(record: Record, near: Layout | None = None) -> None:
    """Find any plan, or prove that there is none, in one model; a layout is where it begins."""
    short = record.case.allow_unplaced
    record.enter("one model of all")
    model = LayoutModel(record.case, everywhere(record), near or {}, may_be_short=short)
    if short:
        model.minimise_short()
    found = model.solve(record.effort(record.left()), should_stop=lambda: _is_needless(record))
    record.spend_step(found.work)
    if found.layout is not None:
        record.offer(found.layout)
    if record.rooms is not None:
        found = _judged_exactly(record, found)
    if found.proof is Proof.INFEASIBLE:
        record.prove_infeasible()


def _judged_exactly(record: Record, found: LayoutSolution) -> LayoutSolution:
    """Go on without rows that are only likely, unless they gave a plan: they prove nothing.

    Such rows are those that the search goes by where capacity is by chance.
    """
    if record.layout is not None or record.is_over():
        return replace(found, proof=Proof.UNKNOWN)
    found = any_plan(record)
    if found.layout is not None:
        record.offer(found.layout)
    return found


def _is_needless(record: Record) -> bool:
    """Whether a first plan is there already, or the time for one is over."""
    return (record.layout is not None and not record.case.allow_unplaced) or record.is_over()
