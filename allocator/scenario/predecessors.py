"""Who today's units have become: the table `predecessors`, worked out for every unit of today.

What that means for people and desks on floors is `today`'s.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from allocator.scenario.data import ScenarioData

Parts = dict[str, dict[str, Fraction]]
"""Share of each unit of `current` that is now a unit, by both ids."""


def sources_of(scenario: ScenarioData) -> dict[str, tuple[str, ...]]:
    """Return the units of `current` by every id that `predecessors` may call them by.

    A unit's id stands for the unit; an organisation's for all its units, unless it is a unit's.
    """
    found: dict[str, dict[str, None]] = {}
    for row in scenario.current:
        if row.organisation_id:
            found.setdefault(row.organisation_id, {})[row.unit_id] = None
    single = {row.unit_id: (row.unit_id,) for row in scenario.current}
    # Units come last, so that an id which is both stands for the unit.
    return {body: tuple(units) for body, units in found.items()} | single


def parts_of_today(scenario: ScenarioData) -> Parts:
    """Return what each unit of `current` has become.

    Shares that are given pass on first; those left empty divide the remainder equally. A unit
    that is still there keeps what it does not pass on, and of others that part leaves.
    """
    units_of = sources_of(scenario)
    given: Parts = defaultdict(lambda: defaultdict(Fraction))
    empty: dict[str, list[str]] = defaultdict(list)
    for row in scenario.predecessors:
        for source in units_of.get(row.predecessor_id, ()):
            if row.share is None:
                empty[source].append(row.unit_id)
            else:
                given[source][row.unit_id] += row.share
    there = {unit.unit_id for unit in scenario.housed}
    found: Parts = {}
    for source in dict.fromkeys(row.unit_id for row in scenario.current):
        parts = dict(given.get(source, {}))
        # Shares are checked elsewhere; where they are not yet, nothing may be passed on twice.
        left = max(1 - sum(parts.values(), Fraction(0)), Fraction(0))
        heirs = empty.get(source) or ([source] if source in there else [])
        for heir in heirs:
            parts[heir] = parts.get(heir, Fraction(0)) + left / len(heirs)
        found[source] = {unit: share for unit, share in parts.items() if share}
    return found
