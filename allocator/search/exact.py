"""One CP-SAT model of everything: closes small cases, and proves what it finds."""

from __future__ import annotations

from allocator.plan.assemble import OPTIMAL_GAP
from allocator.search.first import everywhere
from allocator.search.model.layout_model import Found, LayoutModel, Proof
from allocator.search.model.walking import WalkingForm, products_in
from allocator.search.record import Record

MOST_UNITS = 500
"""Units in an exact model; beyond it products are not even counted."""
MOST_PRODUCTS = 300_000
"""Products of floors in one exact model; more do not fit into memory and time."""
PRECISION = 0.6 * OPTIMAL_GAP
"""Part of the least total that rounding may cost the bound."""


def products_needed(record: Record) -> int:
    """Return how many products of floors an exact model needs."""
    case = record.case
    if len(case.unit_ids) > MOST_UNITS:
        return MOST_PRODUCTS + 1
    return products_in(record.scorer.walking, case.allowed.sum(axis=1))


def solve_exactly(record: Record, seconds: float) -> None:
    """Solve the whole case with one model, from the best plan at hand.

    Where desks may stay unplaced, as few people as possible come first, proved; then the total.
    """
    record.enter("exact model")
    if record.case.allow_unplaced and not _least_unplaced(record, seconds):
        return
    model = _model(record)
    if record.case.allow_unplaced and record.score is not None:
        model.keep_short_within(record.score.unplaced_people)
    form = WalkingForm(products=10**12, exact=True)
    precision = PRECISION * max(1.0, record.bound)
    model.minimise_cost(record.scorer.walking, form, precision=precision)
    found = _run(record, model, seconds)
    if found.layout is not None:
        record.offer(found.layout)
    record.raise_bound(found.bound)


def _least_unplaced(record: Record, seconds: float) -> bool:
    """Find the fewest unplaced people; return whether that is proved."""
    model = _model(record)
    model.minimise_short()
    found = _run(record, model, seconds)
    record.least_unplaced_proved = found.proof is Proof.OPTIMAL
    if found.layout is not None:
        record.offer(found.layout)
    return record.least_unplaced_proved


def _model(record: Record) -> LayoutModel:
    short = record.case.allow_unplaced
    return LayoutModel(record.case, everywhere(record), record.layout or {}, may_be_short=short)


def _run(record: Record, model: LayoutModel, seconds: float) -> Found:
    found = model.solve(
        record.effort(seconds),
        on_layout=record.offer,
        should_stop=record.stop_asked,
    )
    record.spend(found.work)
    return found
