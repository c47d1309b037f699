"""A plan as the page tells it: verdict, terms, organisations with their costs, and floors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from allocator.plan.types import AreaKind, Violation
from allocator.report.names import Names
from allocator.report.summary import summary
from allocator.report.tables import Reported
from allocator.scenario.demand import demand
from allocator.texts.sentences import capital, said

MOST_VIOLATIONS = 200
"""Violations listed; the rest are counted."""


def view(given: Reported) -> dict[str, Any]:
    """Return all that the page shows of a plan beside its picture."""
    check, say = given.check, given.say
    names = Names(given.scenario, say)
    brief = summary(given)
    return {
        "feasible": check.feasible,
        "total": check.total,
        "unplaced_people": check.unplaced_people,
        "terms": [
            {"name": term.name, "said": say(f"term.{term.name}"), "cost": term.cost}
            for term in check.terms
        ],
        "violations": [_violation(v, names) for v in check.violations[:MOST_VIOLATIONS]],
        "violation_count": len(check.violations),
        "warned": _warned(given),
        "tiles": [{"figure": tile.figure, "words": tile.words} for tile in brief.tiles],
        "points": list(brief.points),
        "organisations": list(_organisations(given, names)),
        "floors": list(_floors(given, names)),
    }


def _warned(given: Reported) -> dict[str, int]:
    """Return how much the checker has against each tower, and against who is there.

    What is said of a unit without a place stands at the towers of its organisation.
    """
    plan, scenario = given.plan, given.scenario
    towers: dict[str, set[str]] = defaultdict(set)
    for floor in plan.floors:
        for name in (floor.floor_id, floor.tower_id, scenario.complex_of[floor.tower_id]):
            towers[name].add(floor.tower_id)
    for piece in plan.placements:
        towers[piece.unit_id].add(piece.tower_id)
        # What breaks a rule names a unit, an organisation, a floor, a tower or a complex.
        towers[piece.organisation_id].add(piece.tower_id)
    body_of = {unit.unit_id: unit.organisation_id for unit in scenario.housed}
    found = Counter[str]()
    for violation in given.check.violations:
        subject = violation.subject
        found.update(towers.get(subject) or towers.get(body_of.get(subject, ""), set()))
    return dict(found)


def _violation(violation: Violation, names: Names) -> dict[str, Any]:
    """Return a violation in the language, with names in the place of ids."""
    return {
        "kind": violation.kind,
        "title": names.say(f"violation.{violation.kind}"),
        "said": capital(said(violation.message, names.say, names.of)),
        "subject": violation.subject,
    }


def _organisations(given: Reported, names: Names) -> Iterable[dict[str, Any]]:
    """Yield each organisation with its people, its place, what it costs by term, and its units."""
    say = given.say
    serving = {area.area_id: area for area in given.areas(AreaKind.ORGANISATION)}
    pieces: dict[str, list[dict[str, Any]]] = {}
    for piece in _pieces(given, names):
        pieces.setdefault(piece.pop("organisation"), []).append(piece)
    units = _units(given, names, pieces)
    uses = {use.organisation_id: use for use in given.plan.organisations}
    for name, costs in given.costs.items():
        use, area = uses[name], serving.get(name)
        yield {
            "id": name,
            "name": given.organisation_names.get(name, name),
            "coordinator": given.scenario.coordinator_of.get(name, ""),
            "people": use.people,
            "desks": use.desks,
            "towers": use.towers,
            "place": given.levels(name),
            "short_day": area.short_day_peak if area else None,
            "without_desk": area.without_desk_peak if area else None,
            "total": sum(costs.values()),
            "costs": [
                {"said": say(f"term.{term}"), "cost": cost} for term, cost in costs.items() if cost
            ],
            "units": units.get(name, []),
        }


def _units(
    given: Reported, names: Names, pieces: dict[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """Return the units of each organisation with their pieces."""
    of_unit: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for piece in (piece for own in pieces.values() for piece in own):
        of_unit[piece["unit"]].append(piece)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for unit in given.scenario.housed:
        found[unit.organisation_id].append(
            {
                "id": unit.unit_id,
                "name": names.unit(unit.unit_id),
                "headcount": unit.headcount,
                "demand": None if given.scenario.by_chance else demand(unit),
                "pieces": of_unit.get(unit.unit_id, []),
            }
        )
    return found


def _pieces(given: Reported, names: Names) -> Iterable[dict[str, Any]]:
    """Yield each piece of a plan with its floor as people call it."""
    for piece in given.plan.placements:
        yield {
            "organisation": piece.organisation_id,
            "unit": piece.unit_id,
            "floor": piece.floor_id,
            "place": names.floor(piece.floor_id),
            "desks": piece.desks,
            "people": piece.people,
        }


def _floors(given: Reported, names: Names) -> Iterable[dict[str, Any]]:
    """Yield each floor with its desks and how many are vacant."""
    for floor in given.plan.floors:
        yield {
            "id": floor.floor_id,
            "tower": floor.tower_id,
            "place": names.floor(floor.floor_id),
            "desks": floor.desks,
            "vacant": floor.desks_vacant,
        }
