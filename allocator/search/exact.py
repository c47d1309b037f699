"""One CP-SAT model of everything: closes small cases, and proves what it finds.

With capacity by chance its rows are relaxed: floors that are then short are ruled out one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from allocator.plan.assemble import OPTIMAL_GAP
from allocator.search.model.layout_model import LayoutModel, LayoutSolution
from allocator.search.model.variables import Cell
from allocator.search.model.walking_products import WalkingForm, products_in
from allocator.search.record import Record
from allocator.search.solver import Proof
from allocator.search.special.packing import is_packing
from allocator.search.special.pattern_model import PatternModel, TooManyError

MOST_UNITS = 500
"""Units in an exact model; beyond it products are not even counted."""
MOST_PRODUCTS = 300_000
"""Products of floors in one exact model; more do not fit into memory and time."""
PACKING_S, MOST_PACKING_S = 5.0, 20.0
"""Seconds that a packing gets at first, and at most at a time: it cannot be stopped sooner."""
PRECISION = 0.6 * OPTIMAL_GAP
"""Part of the least total that rounding may cost the bound."""


def everywhere(record: Record) -> list[Cell]:
    """Return every unit on every floor, as cells of a model."""
    return [(u, f) for u in record.case.units for f in record.case.floors]


def products_needed(record: Record) -> int:
    """Return how many products of floors an exact model needs, or too many."""
    case = record.case
    if len(case.unit_ids) > MOST_UNITS:
        return MOST_PRODUCTS + 1
    return products_in(record.scorer.walking, case.allowed.sum(axis=1))


def solve_exactly(record: Record, seconds: float, work: float | None = None) -> None:
    """Solve the whole case with one model, from the best plan at hand.

    Where desks may stay unplaced, as few people as possible come first, proved; then the total.

    Parameters
    ----------
    seconds, work
        The most that each of the two may take, by the clock and in CP-SAT's deterministic
        seconds.
    """
    record.enter("exact model")
    if record.case.allow_unplaced and not _least_unplaced(record, seconds, work):
        return
    # All pairs, and exact ones: only then is the optimum a proof.
    form = WalkingForm(products=10**12, exact=True)
    # Rounding may cost the bound no more than would keep a proved plan from being called optimal.
    precision = PRECISION * max(1.0, record.bound)

    def cheapest(model: LayoutModel) -> None:
        if record.case.allow_unplaced and record.score is not None:
            model.keep_short_within(record.score.unplaced_people)
        model.minimise_cost(record.scorer.walking, form, precision=precision)

    found = _run(record, cheapest, seconds, work)
    if found.layout is not None:
        record.offer(found.layout)
    record.raise_bound(found.bound)


def _least_unplaced(record: Record, seconds: float, work: float | None) -> bool:
    """Find the fewest unplaced people; return whether that is proved."""
    found = _run(record, LayoutModel.minimise_short, seconds, work)
    record.least_unplaced_proved = found.proof is Proof.OPTIMAL
    if found.layout is not None:
        record.offer(found.layout)
    return record.least_unplaced_proved


def _model(record: Record) -> LayoutModel:
    """Return the model of all, with rows that every plan obeys, begun from the best plan."""
    short, layout = record.case.allow_unplaced, record.layout or {}
    model = LayoutModel(record.relaxed, everywhere(record), layout, may_be_short=short)
    if record.case.most_moved is not None:
        model.keep_moved_within(record.case.most_moved)
    return model


def any_plan(record: Record) -> LayoutSolution:
    """Return a plan, or a proof that there is none, with capacity by chance judged exactly.

    It may take all the time that is left.
    """
    return _run(record, lambda model: None, record.left())


def _run(
    record: Record,
    aim: Callable[[LayoutModel], None],
    seconds: float,
    work: float | None = None,
) -> LayoutSolution:
    """Solve; where floors turn out to be short, rule that out and solve again.

    Parameters
    ----------
    aim
        Sets the model's objective, and rows that go with it.
    seconds, work
        Of all rounds together by the clock, and of each in CP-SAT's deterministic seconds.
    """
    end = record.elapsed() + seconds
    while True:
        model = _model(record)
        aim(model)
        if record.covers is not None:
            record.covers.post(model.pieces)
        found = model.solve(
            record.effort(end - record.elapsed(), work),
            on_layout=record.offer,
            should_stop=record.stop_asked,
        )
        record.spend_step(found.work)
        # Rows are relaxed, so having no solution is a proof, and a solution has to pass the exact
        # judgement.
        if found.layout is None or record.covers is None or record.covers.passes(found.layout):
            return found
        # Without a new cover the same layout would come again.
        if not record.covers.learn(found.layout) or record.is_over() or record.elapsed() > end:
            return replace(found, layout=None, proof=Proof.UNKNOWN)


def pack_exactly(record: Record, seconds: float) -> None:
    """Solve a packing with one model of its own, if the case is one with few ways to fill floors.

    It goes by the clock, so it is left out with `reproducible`.
    """
    if record.is_reproducible or not is_packing(record.case):
        return
    record.enter("exact packing")
    try:
        parts = PatternModel(record.case)
    except TooManyError:
        return
    end, each = record.elapsed() + seconds, PACKING_S
    while not record.is_over() and record.elapsed() < end:
        packed = parts.solve(min(each, record.left()))
        if packed.layout is not None:
            record.offer(packed.layout)
        record.raise_bound(packed.extra * record.case.scenario.settings.prices.extra_tower)
        if packed.is_over:
            return
        each = min(2 * each, MOST_PACKING_S)
