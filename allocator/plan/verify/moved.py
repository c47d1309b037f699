"""People moved against today's plan, worked out from the tables alone, for the checker.

It shares nothing with `scenario.today`, which serves the search.
"""

from __future__ import annotations

from fractions import Fraction
from math import fsum

from allocator.plan.data import Violation
from allocator.plan.verify.given_plan import GivenPlan
from allocator.scenario.types import CurrentPiece, Scenario

ROUNDING = 1e-6
"""People by which a plan may exceed the limit, by rounding alone."""


def people_moved(plan: GivenPlan) -> float:
    """Return the people moved of all units, in people; it need not be a whole number."""
    return fsum(moved_by_unit(plan).values())


def moved_by_unit(plan: GivenPlan) -> dict[str, float]:
    """Return min(h0, h) − Σ_f min(h0 · s0(f), h · s(f)) of every unit with a place today.

    h0 people with shares s0 on floors are there today, h with s after. Newcomers and leavers do
    not count; people who are left unplaced do.
    """
    today = people_today(plan.scenario)
    found = {}
    for unit in plan.scenario.housed:
        if unit.unit_id not in today:
            continue
        before, stayed = today[unit.unit_id], []
        placed, needed = plan.desks_by_floor.get(unit.unit_id, {}), plan.demand[unit.unit_id]
        for floor, desks in placed.items() if needed else ():
            # In fractions: parts of people are exact until they are added up.
            now_here = Fraction(unit.headcount * desks, needed)
            stayed.append(min(before.get(floor, Fraction(0)), now_here))
        most = min(sum(before.values()), Fraction(unit.headcount))
        found[unit.unit_id] = float(most - sum(stayed))
    return found


def too_many_moved(plan: GivenPlan) -> list[Violation]:
    """Return a violation if more people move than max_people_moved; a list of one, or none."""
    most = plan.scenario.settings.options.max_people_moved
    moved = people_moved(plan) if most is not None else 0.0
    if most is None or moved <= most + ROUNDING:
        return []
    message = f"{moved:,.2f} people move and at most {most:,g} may: {moved - most:,.2f} too many"
    return [
        Violation(
            kind="max_people_moved", subject="", object="", amount=moved - most, message=message
        )
    ]


def people_today(scenario: Scenario) -> dict[str, dict[str, Fraction]]:
    """Return the people of each unit on each floor today, those elsewhere included.

    Counted by people where all rows that a unit comes from have them. Else by desks, as many
    people as the unit has now.
    """
    headcount = {unit.unit_id: unit.headcount for unit in scenario.housed}
    rows_of: dict[str, list[tuple[CurrentPiece, Fraction]]] = {}
    becomes = _becomes(scenario)
    for row in scenario.current:
        for unit, share in becomes[row.unit_id].items():
            if unit in headcount and share > 0:
                rows_of.setdefault(unit, []).append((row, share))
    found = {}
    for unit, rows in rows_of.items():
        # Desks and people cannot be added, so one row without people makes it desks for the unit.
        by_people = all(row.people is not None for row, _ in rows)
        on: dict[str, Fraction] = {}
        for row, share in rows:
            amount = row.people if by_people and row.people is not None else row.desks
            on[row.floor_id] = on.get(row.floor_id, Fraction(0)) + share * amount
        total = sum(on.values())
        if total > 0:
            scale = Fraction(1) if by_people else Fraction(headcount[unit]) / total
            found[unit] = {floor: amount * scale for floor, amount in on.items()}
    return found


def _becomes(scenario: Scenario) -> dict[str, dict[str, Fraction]]:
    """Return which share of each unit of `current` is now which unit.

    Shares that `predecessors` state come first. What they leave goes in equal parts to successors
    without a stated share, else to the unit itself if it is still there; else nobody has it.
    """
    organisations: dict[str, set[str]] = {}
    for piece in scenario.current:
        organisations.setdefault(piece.unit_id, set())
        if piece.organisation_id:
            organisations[piece.unit_id].add(piece.organisation_id)
    still_there = {unit.unit_id for unit in scenario.housed}
    found: dict[str, dict[str, Fraction]] = {}
    for source, its_organisations in organisations.items():
        # A row may name the organisation that the unit was in, unless a unit of `current` has that
        # id.
        names = {source} | (its_organisations - set(organisations))
        naming = [row for row in scenario.predecessors if row.predecessor_id in names]
        parts: dict[str, Fraction] = {}
        for row in naming:
            if row.share is not None:
                parts[row.unit_id] = parts.get(row.unit_id, Fraction(0)) + row.share
        remainder = 1 - sum(parts.values(), Fraction(0))
        heirs = [row.unit_id for row in naming if row.share is None]
        # Nobody else takes the rest, so it stays with the unit of that id.
        if not heirs and source in still_there:
            heirs = [source]
        for heir in heirs:
            parts[heir] = parts.get(heir, Fraction(0)) + remainder / len(heirs)
        found[source] = parts
    return found
