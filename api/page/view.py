"""A plan as the page tells it: verdict, terms, organisations with their costs, and floors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allocator.plan.stack_colours import short_day_chances
from allocator.plan.types import AreaKind, Placement, Violation
from allocator.report.summary import summary
from allocator.report.tables import Reported
from allocator.scenario.demand import demand
from allocator.texts import Texts

MOST_VIOLATIONS = 200
"""Violations told; the rest are counted."""


def view(given: Reported) -> dict[str, Any]:
    """Return all that the page shows of a plan beside its picture."""
    check, say = given.check, given.say
    told = summary(given)
    return {
        "feasible": check.feasible,
        "total": check.total,
        "unplaced_people": check.unplaced_people,
        "terms": [
            {"name": term.name, "said": say(f"term.{term.name}"), "cost": term.cost}
            for term in check.terms
        ],
        "violations": [_violation(v, say) for v in check.violations[:MOST_VIOLATIONS]],
        "violation_count": len(check.violations),
        "tiles": [{"figure": tile.figure, "words": tile.words} for tile in told.tiles],
        "points": list(told.points),
        "organisations": list(_organisations(given)),
        "floors": list(_floors(given)),
    }


def _violation(violation: Violation, say: Texts) -> dict[str, Any]:
    """Return a violation; its sentence is the library's own in English alone."""
    said = violation.message
    if say.language != "en":
        about = " – ".join(part for part in (violation.subject, violation.object) if part)
        said = f"{about} ({say.amount(violation.amount)})"
    title = say(f"violation.{violation.kind}")
    return {"kind": violation.kind, "title": title, "said": said, "subject": violation.subject}


def _organisations(given: Reported) -> Iterable[dict[str, Any]]:
    say = given.say
    serving = {area.area_id: area for area in given.areas(AreaKind.ORGANISATION)}
    pieces: dict[str, list[dict[str, Any]]] = {}
    for piece in _pieces(given):
        pieces.setdefault(piece.pop("organisation"), []).append(piece)
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
            "units": _units(given, name, pieces.get(name, [])),
        }


def _units(given: Reported, body: str, pieces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {unit.unit_id: unit.name or unit.unit_id for unit in given.scenario.units or ()}
    return [
        {
            "id": unit.unit_id,
            "name": names.get(unit.unit_id, unit.unit_id),
            "headcount": unit.headcount,
            "demand": None if given.scenario.by_chance else demand(unit),
            "pieces": [piece for piece in pieces if piece["unit"] == unit.unit_id],
        }
        for unit in given.scenario.housed
        if unit.organisation_id == body
    ]


def _pieces(given: Reported) -> Iterable[dict[str, Any]]:
    chances = short_day_chances(given.plan, given.scenario)
    for piece in given.plan.placements:
        yield {
            "organisation": piece.organisation_id,
            "unit": piece.unit_id,
            "floor": piece.floor_id,
            "place": _place(given, piece),
            "desks": piece.desks,
            "people": piece.people,
            "chance": chances.get((piece.unit_id, piece.floor_id)),
        }


def _place(given: Reported, piece: Placement) -> str:
    tower = given.tower_names[piece.tower_id]
    return given.say("page.place", tower=tower, level=piece.level)


def _floors(given: Reported) -> Iterable[dict[str, Any]]:
    for floor in given.plan.floors:
        tower = given.tower_names[floor.tower_id]
        yield {
            "id": floor.floor_id,
            "place": given.say("page.place", tower=tower, level=floor.level),
            "desks": floor.desks,
            "vacant": floor.desks_vacant,
        }
