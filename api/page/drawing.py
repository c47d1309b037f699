"""The stack plan as the page draws it: towers with their items, or a country at a glance.

Where everything goes is `allocator.plan.stack_layout`'s, as in files; marks are the page's own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from allocator.plan.stack import SCREEN
from allocator.plan.stack_colours import (
    PALETTE,
    VACANT_FILL,
    Chances,
    Colouring,
    colouring,
    effective,
    hatches,
    is_dark,
    short_day_chances,
    usual_colouring,
)
from allocator.plan.stack_groups import Groups
from allocator.plan.stack_items import Box, Item, Label, Segment
from allocator.plan.stack_layout import Drawing, StackLayout, lay_out, style_for
from allocator.plan.types import Plan
from allocator.scenario.types import Scenario
from allocator.texts import Texts

DECIMALS = 1
MANY = 24
"""Towers beyond which they are shown at a glance, and opened one complex at a time."""


def drawing(
    plan: Plan,
    scenario: Scenario,
    say: Texts,
    *,
    colour: str,
    size: tuple[int, int],
    towers: Collection[str] = (),
) -> dict[str, Any]:
    """Return what to draw of a plan: some towers or, of many and none asked for, all at a glance.

    Parameters
    ----------
    size
        Pixels of the page: its width, and the height to keep to where that can be.
    """
    groups = Groups(plan, scenario, most=len(PALETTE))
    every = {floor.tower_id for floor in plan.floors}
    shown = every & set(towers)
    is_glance = len(every) > MANY and not shown
    part = _part(plan, shown or every)
    # Chances are worked out only where they are shown: a country at a glance shows none.
    needs_chances = colour == "chance" or not is_glance
    allowed = scenario.settings.attendance.short_day_probability
    by_piece = short_day_chances(part, scenario) if needs_chances else {}
    colour = effective(colour or usual_colouring(plan), groups)
    colours = colouring(colour, groups, Chances(allowed, by_piece), say)
    answer: dict[str, Any] = {
        "legend": _legend(colours),
        "many": len(every) > MANY,
        "colour": colour,
    }
    if is_glance:
        return answer | {"glance": _glance(plan, scenario, colours)}
    style = style_for(min(len(shown or every), MANY), size[0])
    looks = SCREEN | {"tallest": size[1] / size[0]}
    # The page is as wide as its window, a file has a fixed size.
    style = type(style)(**(vars(style) | looks))
    layout = lay_out(Drawing(part, scenario, groups, colours, by_piece, say, style))
    fills = colours.fills | {say("stack.vacant"): VACANT_FILL}
    return answer | _laid_out(layout, fills, hatches(colour, groups))


def _part(plan: Plan, towers: Collection[str]) -> Plan:
    """Return the plan of some towers alone."""
    floors = tuple(floor for floor in plan.floors if floor.tower_id in towers)
    placements = tuple(piece for piece in plan.placements if piece.tower_id in towers)
    return plan.model_copy(update={"floors": floors, "placements": placements})


def _legend(colours: Colouring) -> dict[str, Any]:
    """Return the shades with their fills; no entries where they would only repeat names."""
    entries = [{"shade": shade, "fill": fill} for shade, fill in colours.fills.items()]
    return {"title": colours.title, "entries": entries if colours.has_legend else []}


def _laid_out(layout: StackLayout, fills: dict[str, str], hatch: dict[str, int]) -> dict[str, Any]:
    """Return a layout as the page reads it: its items by tower, and those of none."""
    drawn = [
        {
            "id": tower,
            "items": [_item(item, fills) for item in items] + _hatched(items, fills, hatch),
        }
        for tower, items in layout.towers.items()
    ]
    of_towers = {id(item) for items in layout.towers.values() for item in items}
    rest = [_item(item, fills) for item in layout.items if id(item) not in of_towers]
    return {
        "width": round(layout.width, DECIMALS),
        "height": round(layout.height, DECIMALS),
        "fonts": {"usual": layout.style.font, "name": layout.style.name_font},
        "towers": drawn,
        "rest": rest,
    }


def _hatched(items: Collection[Item], fills: dict[str, str], hatch: dict[str, int]) -> list[Any]:
    """Return the hatching of organisations whose colour others have, too."""
    shade_of = {item.body: item.shade for item in items if isinstance(item, Label)}
    inks = {body: "light" if is_dark(fills[shade]) else "dark" for body, shade in shade_of.items()}
    return [
        _item(replace(item, kind="hatch"), fills)
        | {"hatch": f"{hatch[item.body]}-{inks[item.body]}"}
        for item in items
        if isinstance(item, Box) and item.kind == "body" and hatch.get(item.body)
    ]


def _item(item: Item, fills: dict[str, str]) -> dict[str, Any]:
    """Return an item as the page needs it: what it knows of ids is left out."""
    left_out = {"tower", "floor", "level", "organisation", "unit", "group"}
    entry = {
        key: round(value, DECIMALS) if isinstance(value, float) else value
        for key, value in vars(item).items()
        if not (isinstance(item, Segment) and key in left_out)
    }
    if isinstance(item, Segment | Label):
        entry["fill"] = fills[item.shade]
    if isinstance(item, Label):
        entry["ink"] = "#fff" if is_dark(fills[item.shade]) else "#000"
    return entry


def _glance(plan: Plan, scenario: Scenario, colours: Colouring) -> list[dict[str, Any]]:
    """Return complexes with their towers: for each floor its fill and the shade it has most of."""
    shades: dict[str, Counter[str]] = defaultdict(Counter)
    floor_of = {floor.floor_id: floor for floor in plan.floors}
    for piece in plan.placements:
        shade = colours.shade_of(piece, floor_of[piece.floor_id])
        shades[piece.floor_id][shade] += piece.desks
    names = {tower.tower_id: tower.name or tower.tower_id for tower in scenario.towers or ()}
    complexes: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for floor in sorted(plan.floors, key=lambda floor: -floor.level):
        most = shades[floor.floor_id].most_common(1)
        complexes[scenario.complex_of[floor.tower_id]][floor.tower_id].append(
            {
                "id": floor.floor_id,
                "desks": floor.desks,
                "used": floor.desks_used,
                "fill": colours.fills[most[0][0]] if most else VACANT_FILL,
            }
        )
    return [
        {
            "id": name,
            "towers": [
                {"id": tower, "name": names.get(tower, tower), "floors": floors}
                for tower, floors in towers.items()
            ],
        }
        for name, towers in complexes.items()
    ]
