"""What a piece of the stack plan is coloured by: group, organisation, fill or short-day chance.

Each way gives every piece a shade, and every shade a fill; marks are drawn by `plan.stack`.
"""

from __future__ import annotations

import colorsys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from allocator.plan.data import FloorUse, Placement, PlanData
from allocator.plan.pools import pools, seats_of_plan
from allocator.plan.stack_groups import OTHER, Groups
from allocator.scenario.types import Scenario
from allocator.texts import Texts

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
"""Okabe and Ito's colours, which colour-blind readers tell apart; the biggest group first."""
OTHER_FILL = "#CBD0D6"
VACANT_FILL = "#FFFFFF"
FILL_STEPS = (0.5, 0.75, 0.9, 0.97)
FILL_SHADES = ("#EFF3FF", "#BDD7E7", "#6BAED6", "#3182BD", "#08519C")
CHANCE_STEPS = (2.0, 4.0, 8.0)
"""Chances are grouped by how many times the allowed share of short days they are."""
CHANCE_SHADES = ("#4A7FB5", "#FEE08B", "#FDAE61", "#E8603C", "#A50026")
MOST_LISTED = 12
"""Organisations that a legend lists; with more, their labels must do."""
HATCHES = 11
"""Ways in which a bar is hatched, plain among them."""
GOLDEN = 0.6180339887
"""Hues a golden section of the circle apart stay apart, however many there are."""

COLOURINGS = ("group", "organisation", "fill", "chance")


def usual_colouring(plan: PlanData) -> str:
    """Return what tells organisations apart best: their own colours, where there are enough."""
    organisations = {piece.organisation_id for piece in plan.placements}
    return "organisation" if len(organisations) <= len(PALETTE) else "group"


@dataclass(frozen=True)
class Colouring:
    """How pieces are coloured.

    Attributes
    ----------
    title
        Of the legend.
    fills
        Colour of each shade, in the order of the legend.
    shade_of
        Shade of a piece on a floor.
    has_legend
        Whether the shades are few enough to be listed.
    """

    title: str
    fills: dict[str, str]
    shade_of: Callable[[Placement, FloorUse], str]
    has_legend: bool = True


@dataclass(frozen=True)
class Chances:
    """Allowed share of short days, and chances of one by unit and floor."""

    allowed: float
    by_piece: dict[tuple[str, str], float]


def effective(kind: str, groups: Groups) -> str:
    """Return how pieces are coloured where that is asked for: one group at most tells nothing."""
    return "organisation" if kind == "group" and groups.named < 2 else kind


def colouring(kind: str, groups: Groups, chances: Chances, say: Texts) -> Colouring:
    """Return one of `COLOURINGS` for a plan; of one group at most, by organisation instead."""
    kind = effective(kind, groups)
    if kind == "organisation":
        return _by_organisation(groups, say)
    if kind == "fill":
        return _by_fill(say)
    if kind == "chance":
        return _by_chance(chances, say)
    return _by_group(groups, say)


def hatches(kind: str, groups: Groups) -> dict[str, int]:
    """Return how organisations are hatched that colours alone do not tell apart; 0 is plain.

    Those of a group have its colour, and more organisations than there are safe colours have some
    that colour-blind readers take for another's.
    """
    names, counts = groups.organisations, Counter[str]()
    # More organisations than safe colours: all are hatched in turn.
    if kind == "organisation" and len(names) > len(PALETTE):
        return {name: number % HATCHES for number, name in enumerate(names)}
    found: dict[str, int] = {}
    for name in names if kind == "group" else ():
        group = groups.label_of(name)
        found[name] = counts[group] % HATCHES
        counts[group] += 1
    return found


def short_day_chances(plan: PlanData, scenario: Scenario) -> dict[tuple[str, str], float]:
    """Return, by unit and floor, the chance of a short day on the worst weekday."""
    seats = seats_of_plan(scenario, plan.placements)
    return {
        (seat.unit_id, seat.floor_id): float(pool.short_day.max())
        for pool in pools(scenario, seats)
        for seat in pool.seats
    }


def is_dark(fill: str) -> bool:
    """Return whether white has more contrast with a colour than black, as WCAG measures it.

    The better of both is 4.58 to 1 at least, whatever the colour.
    """
    parts = (int(fill[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # Contrast with white, 1.05 / (L + 0.05), above that with black, (L + 0.05) / 0.05.
    return (luminance + 0.05) ** 2 < 1.05 * 0.05


def _by_group(groups: Groups, say: Texts) -> Colouring:
    """Return colours by coordinating group, one for all others."""
    other = say("stack.other")
    named = [label for label in groups.labels if label != OTHER]
    fills = dict(zip(named, PALETTE, strict=False))
    if OTHER in groups.labels:
        fills[other] = OTHER_FILL

    def shade(piece: Placement, _floor: FloorUse) -> str:
        label = groups.label_of(piece.organisation_id)
        return other if label == OTHER else label

    return Colouring(say("stack.group"), fills, shade)


def _by_organisation(groups: Groups, say: Texts) -> Colouring:
    """Return a colour for each organisation, a safe one where there are enough."""
    names = groups.organisations
    hues = PALETTE if len(names) <= len(PALETTE) else map(_hue, range(len(names)))
    fills = dict(zip(names, hues, strict=False))
    title, has_legend = say("stack.organisation"), len(names) <= MOST_LISTED
    return Colouring(title, fills, lambda piece, _: piece.organisation_id, has_legend)


def _hue(number: int) -> str:
    """Return a colour by its number: hues a golden section apart, three lightnesses in turn."""
    lightness = (0.72, 0.60, 0.82)[number % 3]
    parts = colorsys.hls_to_rgb((0.58 + number * GOLDEN) % 1.0, lightness, 0.55)
    return "#" + "".join(f"{round(255 * part):02X}" for part in parts)


def _by_fill(say: Texts) -> Colouring:
    """Return colours by how full floors are."""
    labels = _classes(FILL_STEPS, say)

    def shade(_piece: Placement, floor: FloorUse) -> str:
        return labels[sum(floor.desks_used >= step * floor.desks for step in FILL_STEPS)]

    return Colouring(say("stack.fill"), dict(zip(labels, FILL_SHADES, strict=True)), shade)


def _by_chance(chances: Chances, say: Texts) -> Colouring:
    """Return colours by the chance of a short day, in multiples of the allowed one."""
    allowed = chances.allowed
    # At most 1: a multiple of a large allowed share is no chance.
    steps = [allowed, *(min(1.0, allowed * step) for step in CHANCE_STEPS)]
    labels = _classes(steps, say)
    labels[0] = say("stack.allowed", share=say.percent(allowed))

    def shade(piece: Placement, _floor: FloorUse) -> str:
        chance = chances.by_piece.get((piece.unit_id, piece.floor_id), 0.0)
        return labels[sum(chance > step for step in steps)]

    return Colouring(say("stack.chance"), dict(zip(labels, CHANCE_SHADES, strict=True)), shade)


def _classes(steps: Iterable[float], say: Texts) -> list[str]:
    """Return the words of the classes between steps, all different."""
    written = [say.percent(step) for step in steps]
    between = [f"{low.rstrip(' %')}–{high}" for low, high in pairwise(written)]
    return [f"< {written[0]}", *between, f"≥ {written[-1]}"]
