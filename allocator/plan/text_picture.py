"""A plan as lines of text: what it is worth, and each floor in use as a bar with its units.

The picture itself is `plan.stack`'s; what the command line prints is `cli.console`'s.
"""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import shorten
from allocator.plan.data import FloorUse, PlanData
from allocator.plan.gap import is_bound, told_gap
from allocator.words import counted

BAR = 20
"""Characters of a bar, which stands for all desks of a floor."""
MOST_FLOORS, MOST_UNITS, MOST_NAME = 40, 4, 24
"""Floors drawn, units named on each, and characters of a name; the rest are counted."""
FULL, EMPTY = "█", "░"


def heading(plan: PlanData) -> str:
    """Return status, total, bound and gap in one line."""
    total = plan.objective.total
    parts = [plan.status.value]
    if total is not None:
        parts.append(f"total {total:,.0f} person-minutes a week")
    if plan.bound is not None and is_bound(total, plan.bound):
        parts.append(f"proved at least {plan.bound:,.0f}")
    gap = told_gap(plan.gap)
    if gap is not None:
        parts.append(f"gap {gap:.1%}")
    return ", ".join(parts)


def text_picture(plan: PlanData) -> str:
    """Return the plan as text; where there is none, the reasons.

    Long plans are cut: some floors and units are drawn, and the rest counted.
    """
    lines = [heading(plan), *(reason.message for reason in plan.reasons)]
    # Vacant floors are only counted: in a country they would hide the others.
    used = [floor for floor in plan.floors if floor.desks_used]
    if used:
        people = sum(floor.people for floor in used)
        desks = sum(floor.desks_used for floor in used)
        seated = f"{counted(people, 'person')} on {counted(desks, 'desk')}"
        lines += [f"{seated}, {len(used):,} of {counted(len(plan.floors), 'floor')} in use", ""]
        lines += _floors(plan, used)
    return "\n".join(lines)


def _floors(plan: PlanData, used: list[FloorUse]) -> Iterator[str]:
    """Yield a line for each floor, the highest of a tower first."""
    # Towers in the order of the plan's floors, which is that of the scenario.
    order = {tower: n for n, tower in enumerate(dict.fromkeys(f.tower_id for f in plan.floors))}
    drawn = sorted(used, key=lambda floor: (order[floor.tower_id], -floor.level))[:MOST_FLOORS]
    units: dict[str, list[str]] = {}
    for piece in plan.placements:
        name = f"{shorten(piece.unit_id, MOST_NAME)} {piece.desks:,}"
        units.setdefault(piece.floor_id, []).append(name)
    names = [shorten(floor.floor_id, MOST_NAME) for floor in drawn]
    width = max(map(len, names))
    for name, floor in zip(names, drawn, strict=True):
        here = units.get(floor.floor_id, [])
        more = f", and {len(here) - MOST_UNITS:,} more" if len(here) > MOST_UNITS else ""
        desks = f"{floor.desks_used:,}/{floor.desks:,}"
        yield f"{name:<{width}}  {_bar(floor)} {desks:>9}  {', '.join(here[:MOST_UNITS])}{more}"
    if len(used) > MOST_FLOORS:
        yield f"… and {counted(len(used) - MOST_FLOORS, 'more floor')}"


def _bar(floor: FloorUse) -> str:
    """Return a bar that is full only where every desk is used, and never empty."""
    share = BAR * min(floor.desks_used, floor.desks) // max(floor.desks, 1)
    # A floor in use shows it; rounding down leaves a full bar to full floors.
    full = max(1, share)
    return FULL * full + EMPTY * (BAR - full)
