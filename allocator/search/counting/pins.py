"""Pins (at_least): more desks asked for on a floor than it, or the subject, can have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from allocator.plan.types import Reason
from allocator.search.case import Case
from allocator.search.counting.words import needed, short
from allocator.search.rules import Pinned
from allocator.words import counted


def pins(case: Case) -> Iterator[Reason]:
    """Yield pins beyond what their units may have, beyond the floor, or beyond all their desks."""
    rows = [limit for limit in case.limits if isinstance(limit, Pinned)]
    found = list(hopeless(case))
    yield from found
    # A pin that is hopeless by itself would be counted again in the sums.
    if not found:
        yield from _beyond_floors(case, rows)
        yield from _beyond_demand(case, rows)


def hopeless(case: Case) -> Iterator[Reason]:
    """Yield pins to a floor of which the units that may be there need fewer desks.

    Where desks are pooled, people are pinned, and counted.
    """
    noun = "person" if case.scenario.by_chance else "desk"
    for limit in case.limits:
        if isinstance(limit, Pinned):
            there = sum(int(case.demand[u]) for u in limit.units if case.allowed[u, limit.floor])
            if limit.desks > there:
                asked = (
                    f"{limit.row.subject} must have {counted(limit.desks, noun)} on "
                    f"{limit.row.object}"
                )
                have = "have" if noun == "person" else "need"
                clause = f"{asked}, and its units that may be there {have} {there:,}"
                yield short(limit, limit.desks - there, clause, noun)


def _beyond_floors(case: Case, rows: list[Pinned]) -> Iterator[Reason]:
    """Yield floors whose desks all pins on them exceed."""
    by_floor: defaultdict[int, list[Pinned]] = defaultdict(list)
    for limit in rows:
        by_floor[limit.floor].append(limit)
    for floor, own in by_floor.items():
        asked, room = sum(_by_organisation(case, own).values()), int(case.capacity[floor])
        if asked > room:
            clause = (
                f"{counted(asked, 'desk')} must be on {case.floor_ids[floor]}, by the rules "
                f"at_least, and {room:,} may be used"
            )
            yield short(own[0], asked - room, clause)


def _beyond_demand(case: Case, rows: list[Pinned]) -> Iterator[Reason]:
    """Yield units whose pins on all floors exceed their demand."""
    most: defaultdict[str, dict[int, Pinned]] = defaultdict(dict)
    # The largest pin on a floor holds the smaller ones.
    for limit in sorted(rows, key=lambda limit: limit.desks):
        most[limit.row.subject][limit.floor] = limit
    for subject, by_floor in most.items():
        first = next(iter(by_floor.values()))
        asked = sum(limit.desks for limit in by_floor.values())
        demand = sum(int(case.demand[u]) for u in first.units)
        if asked > demand:
            clause = (
                f"{subject} must have {counted(asked, 'desk')} on "
                f"{counted(len(by_floor), 'floor')}, and {needed(demand)}"
            )
            yield short(first, asked - demand, clause)


def _by_organisation(case: Case, rows: list[Pinned]) -> dict[int, int]:
    """Return desks pinned by organisation: its own pin, or those of its units if they are more."""
    whole: defaultdict[int, int] = defaultdict(int)
    single: defaultdict[tuple[int, int], int] = defaultdict(int)
    for limit in rows:
        owner, count = int(case.organisation[limit.units[0]]), limit.desks
        # Pins of an organisation and of its units may be met by the same desks, so they do not add
        # up.
        whole[owner] = max(whole[owner], count)
        if len(limit.units) == 1:
            unit = owner, limit.units[0]
            single[unit] = max(single[unit], count)
    return {
        owner: max(most, sum(desks for (o, _), desks in single.items() if o == owner))
        for owner, most in whole.items()
    }
