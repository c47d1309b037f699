"""Every plan of a tiny scenario by brute force, and tiny scenarios drawn at random.

The checker judges; nothing here knows what a rule or a term means.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product
from math import prod
from random import Random
from typing import Any

from allocator.plan.types import TermName
from allocator.plan.verify import Check, GivenPlacement, verify
from allocator.scenario.demand import smallest_piece, to_place, usable_desks
from allocator.scenario.rules import RULE_FORMS, RuleKind, Takes, ValueForm
from allocator.scenario.types import Floor, HousedUnit, Scenario
from tests.builders import scenario as build

Desks = dict[tuple[str, str], int]


def pieces_of(scenario: Scenario, unit: HousedUnit) -> list[Desks]:
    """Return every way to lay out one unit in pieces that are large enough, rules aside."""
    sharing, needed = scenario.settings.sharing, to_place(unit, by_chance=scenario.by_chance)
    least = smallest_piece(needed, sharing)
    rooms = [
        needed if scenario.by_chance else usable_desks(floor, sharing) for floor in scenario.floors
    ]
    ways = list(_splits(needed, least, rooms))
    if not scenario.settings.options.allow_unplaced:
        ways = [way for way in ways if sum(way) == needed]
    return [_by_id(scenario.floors, unit, way) for way in ways]


def layouts(scenario: Scenario) -> Iterator[Desks]:
    """Yield every layout whose pieces each fit their floor; together they may overfill it."""
    for ways in product(*(pieces_of(scenario, unit) for unit in scenario.housed)):
        yield {place: desks for way in ways for place, desks in way.items()}


def size(scenario: Scenario) -> int:
    """Return how many layouts there are."""
    return prod(len(pieces_of(scenario, unit)) for unit in scenario.housed)


def check(scenario: Scenario, desks: Desks) -> Check:
    """Return what the checker says of a layout."""
    return verify(scenario, [GivenPlacement(u, f, d) for (u, f), d in desks.items()])


def feasible_plans(scenario: Scenario) -> list[Check]:
    """Return the checks of all plans that satisfy everything."""
    usable = {f.floor_id: usable_desks(f, scenario.settings.sharing) for f in scenario.floors}
    found = []
    for desks in layouts(scenario):
        used = dict.fromkeys(usable, 0)
        for (_, floor), amount in desks.items():
            used[floor] += amount
        if all(used[floor] <= usable[floor] for floor in usable):
            judged = check(scenario, desks)
            if judged.feasible:
                found.append(judged)
    return found


def costs(judged: Check) -> dict[TermName, float]:
    """Return the cost of every term."""
    return {term.name: term.cost for term in judged.terms}


def _splits(needed: int, least: int, rooms: list[int]) -> Iterator[tuple[int, ...]]:
    """Yield desks by floor, at most `needed` in all, each piece 0 or at least `least`."""
    if not rooms:
        yield ()
        return
    for desks in (0, *range(max(least, 1), min(needed, rooms[0]) + 1)):
        for rest in _splits(needed - desks, least, rooms[1:]):
            yield (desks, *rest)


def _by_id(floors: tuple[Floor, ...], unit: HousedUnit, way: tuple[int, ...]) -> Desks:
    return {
        (unit.unit_id, floor.floor_id): desks
        for floor, desks in zip(floors, way, strict=True)
        if desks
    }


def random_scenario(seed: int, most_layouts: int = 400) -> Scenario:
    """Return a tiny scenario with something of everything, the same for the same seed.

    Up to 4 units, 4 floors and 2 towers; splits, rules of every kind, walkways, placement costs of
    either sign, a current plan, trips of every sort. It may have no plan.
    """
    rng = Random(seed)
    while True:
        drawn = _draw(rng)
        if size(drawn) <= most_layouts:
            return drawn


def _draw(rng: Random) -> Scenario:
    floors = [f"f{i}" for i in range(rng.randint(2, 4))]
    units = [f"u{i}" for i in range(rng.randint(2, 4))]
    owner = {unit: rng.choice(("P", "Q", "R")) for unit in units}
    return build(
        floors=[_floor(rng, name) for name in floors],
        headcounts=[
            {"unit_id": u, "headcount": rng.randint(0, 8), "organisation_id": owner[u]}
            for u in units
        ],
        units=[
            {
                "unit_id": u,
                "organisation_id": owner[u],
                "parent_id": f"{owner[u]}-{rng.choice('ab')}",
            }
            | ({"needs": ("secure",)} if rng.random() < 0.1 else {})
            for u in units
        ],
        organisations=[
            {"organisation_id": o, "name": o, "coordinator_id": rng.choice(("P", "K"))}
            for o in ("P", "Q", "R")
        ],
        towers=[
            {"tower_id": t, "name": t, "complex_id": "X" if rng.random() < 0.4 else None}
            | {"x_m": float(rng.randint(0, 300)), "y_m": 0.0}
            for t in ("A", "B")
        ],
        rules=_rules(rng, units, sorted(set(owner.values())), owner, floors),
        affinities=_affinities(rng, units),
        walking=_walkways(rng, floors),
        placement_costs=_on_floors(rng, units, floors, "cost", lambda: rng.uniform(-30, 30)),
        **_today(rng, units, [*floors, "elsewhere"]),
        settings=_settings(rng),
    )


def _floor(rng: Random, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "floor_id": name,
        "tower_id": rng.choice("AB"),
        "level": rng.randint(0, 3),
    }
    row["desks"] = rng.randint(2, 9)
    if rng.random() < 0.15:
        row["max_occupants"] = rng.randint(1, 8)
    if rng.random() < 0.7:
        row["features"] = ("secure",)
    if rng.random() < 0.2:
        row["open_price"] = float(rng.randint(0, 40))
    return row


def _rules(
    rng: Random, units: list[str], bodies: list[str], owner: dict[str, str], floors: list[str]
) -> list[dict[str, Any]]:
    everyone = [*units, *bodies]
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        kind = rng.choice(list(RuleKind))
        subject, other = rng.choice(everyone), rng.choice(everyone)
        overlap = other in (subject, owner.get(subject)) or subject == owner.get(other)
        if kind in (RuleKind.APART_FLOOR, RuleKind.APART_TOWER) and overlap:
            continue
        row = {"rule": kind, "subject": subject} | _cells(rng, kind, other, floors)
        found[kind, subject, row.get("object")] = row
    return list(found.values())


def _cells(rng: Random, kind: RuleKind, other: str, floors: list[str]) -> dict[str, str]:
    form, cells = RULE_FORMS[kind], {}
    if form.object is Takes.BODY:
        cells["object"] = other
    elif form.object is not Takes.NOTHING:
        cells["object"] = rng.choice(floors if form.object is Takes.FLOOR else [*floors, "A", "B"])
    if form.value is ValueForm.COUNT:
        cells["value"] = str(rng.randint(1, 3))
    elif form.value is ValueForm.RANGE:
        low = rng.randint(0, 2)
        cells["value"] = f"{low}..{low + rng.randint(0, 2)}"
    return cells


def _affinities(rng: Random, units: list[str]) -> list[dict[str, Any]]:
    if rng.random() < 0.5:
        return []
    a, b = rng.choice(units), rng.choice([*units, "P", "Q"])
    return [{"a": a, "b": b, "trips_per_week": float(rng.randint(1, 20))}]


def _walkways(rng: Random, floors: list[str]) -> list[dict[str, Any]]:
    """Rows that keep to no law: minutes on one floor, and detours longer than the sum of parts."""
    found = {}
    for _ in range(rng.choice((0, 0, 1, 2))):
        pair = tuple(sorted((rng.choice(floors), rng.choice(floors))))
        found[pair] = {
            "from_floor": pair[0],
            "to_floor": pair[1],
            "minutes": float(rng.choice((0, 0.2, 1, 30))),
        }
    return list(found.values())


def _on_floors(
    rng: Random, units: list[str], floors: list[str], column: str, draw: Any
) -> list[dict[str, Any]]:
    if rng.random() < 0.5:
        return []
    pairs = [(u, f) for u in units for f in floors if rng.random() < 0.3]
    return [{"unit_id": u, "floor_id": f, column: draw()} for u, f in pairs]


def _today(rng: Random, units: list[str], floors: list[str]) -> dict[str, Any]:
    """Where units and some that are gone are today, and what of those has become of whom."""
    rows = _on_floors(rng, [*units, "old"], floors, "desks", lambda: rng.randint(0, 4))
    if rng.random() < 0.5:
        rows = [row | {"people": rng.randint(0, 6)} for row in rows]
    heirs = rng.sample(units, 2) if any(row["unit_id"] == "old" for row in rows) else []
    shares = ("0.4", None) if rng.random() < 0.5 else (None, None)
    return {
        "current": rows,
        "predecessors": [(u, "old", share) for u, share in zip(heirs, shares, strict=False)],
    }


def _settings(rng: Random) -> dict[str, Any]:
    some = rng.choice
    return {
        "sharing": {
            "people_per_desk": some(("1", "1.3", "2")),
            "min_piece_desks": some((1, 2, 3)),
            "min_piece_share": some(("0", "0.4")),
            "reserve_share": some(("0", "0", "0.2")),
        },
        "trips": {name: some((0.0, 0.5, 3.0)) for name in ("unit", "parent", "organisation")}
        | {name: some((0.0, 0.5)) for name in ("coordinator", "siblings")},
        "prices": {
            "walking": some((0.0, 1.0, 3.0)),
            "extra_tower": some((0.0, 5.0, 100.0)),
            "extra_floor": some((0.0, 3.0, 30.0)),
            "extra_gap": some((0.0, 2.0, 20.0)),
            "open_desk": some((0.0, 1.0, 5.5)),
            "move": some((0.0, 2.0)),
        },
        "options": {"allow_unplaced": rng.random() < 0.15},
    }


@cache
def tiny(seed: int) -> tuple[Scenario, list[Check]]:
    """Return a tiny case at random with all its plans; many tests ask for the same ones."""
    given = random_scenario(seed)
    return given, feasible_plans(given)
