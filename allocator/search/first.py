"""The first plan: one that is given, else units to towers, towers stacked, and repaired."""

from __future__ import annotations

import numpy as np

from allocator.scenario.rules import RuleKind
from allocator.search.case import Layout
from allocator.search.model.layout_model import LayoutModel, Proof
from allocator.search.model.variables import Cell
from allocator.search.record import Record
from allocator.search.stacking import desks_short, repair, stack
from allocator.search.towers import assign_towers

SMALL = 3_000
"""Units times floors up to which one model over all pieces finds a plan at once."""


def first_plan(record: Record, start: Layout | None, rng: np.random.Generator) -> bool:
    """Offer a first plan. Return whether it is proved that there is none."""
    record.enter("first plan")
    if record.case.allow_unplaced and all(
        r.kind is not RuleKind.AT_LEAST for r in record.case.rules
    ):
        record.offer({})
    if start and _mend(record, start, rng):
        return False
    if len(record.case.unit_ids) * len(record.case.floor_ids) <= SMALL:
        return _in_one(record)
    _in_stages(record, rng)
    return False


def everywhere(record: Record) -> list[Cell]:
    """Every unit on every floor."""
    return [(u, f) for u in record.case.units for f in record.case.floors]


def _in_one(record: Record) -> bool:
    """Find any plan, or prove that there is none, in one model."""
    short = record.case.allow_unplaced
    model = LayoutModel(record.case, everywhere(record), {}, may_be_short=short)
    if short:
        model.minimise_short()
    found = model.solve(record.effort(record.left()), should_stop=record.stop_asked)
    record.spend(found.work)
    if found.layout is not None:
        record.offer(found.layout)
    return found.proof is Proof.INFEASIBLE


def _in_stages(record: Record, rng: np.random.Generator) -> None:
    """Units to towers, pieces to floors, then whatever is left out."""
    case = record.case
    record.enter("units to towers")
    effort = record.effort(max(2.0, record.left() * 0.12))
    assigned = assign_towers(case, effort)
    record.spend(effort.seconds)
    record.enter("stacking towers")
    each = record.effort(max(0.3, record.left() * 0.3 / len(case.tower_ids)))
    layout = stack(case, assigned or {}, each, record.stop_asked)
    record.spend(each.seconds * len(case.tower_ids) / 4)
    _mend(record, layout, rng)


def _mend(record: Record, layout: Layout, rng: np.random.Generator) -> bool:
    """Find a place for every desk; offer the plan if that worked, or less is allowed."""
    case = record.case
    if desks_short(case, layout):
        record.enter("placing what is left")
        effort = record.effort(2.0)
        layout = repair(case, layout, effort, rng, lambda: _is_over(record, effort.seconds))
    if desks_short(case, layout) and not case.allow_unplaced:
        return False
    record.offer(layout)
    return True


def _is_over(record: Record, work: float) -> bool:
    record.spend(work / 4)
    return record.is_over()
