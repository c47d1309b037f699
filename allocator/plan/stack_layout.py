"""Where everything of the stack plan goes, in pixels: bars, headings, labels that fit.

Colours, marks and files are the business of `plan.stack`; here are only numbers and texts.
Complexes are blocks of towers, a tower stands on a ground line with level 0 just above it, a
floor is a bar as wide as its desks, and one scale of desks holds for the whole page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from allocator.errors import shorten
from allocator.plan.data import FloorUse, Placement, PlanData
from allocator.plan.stack_colours import Colouring
from allocator.plan.stack_groups import OTHER, Groups
from allocator.plan.stack_items import Box, Caption, Item, Label, Line, Segment, Tick
from allocator.plan.stack_text import fit, text_width
from allocator.scenario.types import Scenario
from allocator.texts import Texts

PADDING = 2
"""Pixels kept free at either end of a label."""
WIDEST_DESK = 4.0
"""Pixels of a desk at most, lest a small case fill a wall."""
TALLEST = 0.7
"""Height of the page by its width, up to which desks are drawn as wide as they can be."""
NARROWING, STEPS = 0.93, 40
"""Desks are tried this much narrower, so often, until the page is not too tall."""


TWO_LINES = 24
"""Pixels of a bar that has room for organisation and units, one below the other."""
TICK = 0.28
"""Height of what parts two units of an organisation, by that of a bar."""
UPWARDS, DOWNWARDS = 0.17, 0.27
"""Where the two lines stand, from the middle of a bar and by its height."""


@dataclass(frozen=True)
class Style:
    """Sizes of a page, in pixels; the more towers, the smaller.

    page is the width that rows of towers may fill; small_font is for labels that do not fit at
    the usual one; level_width is kept at the left of a tower for the numbers of its levels,
    heading above a row, and foot below it for the towers' names; bars may grow by growth where
    the page would else stay empty.
    """

    page: int
    bar_height: int
    font: int
    small_font: int
    level_width: int = 24
    tower_gap: int = 18
    block_gap: int = 26
    heading: int = 32
    foot: int = 54
    tallest: float = TALLEST
    growth: int = 0

    @property
    def narrowest(self) -> int:
        """Pixels of a tower that its name and load need; fewer where the page is a screen's."""
        return round((10 if self.growth == 0 else 7.6) * self.font)

    @property
    def name_font(self) -> int:
        """Size of a tower's name."""
        return self.font + (self.growth == 0)


def style_for(towers: int, page: int | None = None) -> Style:
    """Return sizes that suit so many towers on one page, of a given width if it is given."""
    if towers <= 24:
        return Style(page=page or 1500, bar_height=26, font=11, small_font=9)
    # Small bars cannot show two lines, but a country then fits a page.
    usual = 2400 if towers <= 100 else 3600
    return Style(page=page or usual, bar_height=16, font=9, small_font=8)


@dataclass(frozen=True)
class StackLayout:
    """A page, its size in pixels, everything on it, and what of that belongs to each tower."""

    width: float
    height: float
    style: Style
    items: tuple[Item, ...]
    towers: Mapping[str, tuple[Item, ...]]


@dataclass(frozen=True)
class Block:
    """Towers of one complex side by side; left and width of each in pixels."""

    complex_id: str
    towers: tuple[str, ...]
    lefts: tuple[float, ...]
    right: float


@dataclass(frozen=True)
class Drawing:
    """What is drawn: the plan, its groups and colours, its short-day chances, and the words."""

    plan: PlanData
    scenario: Scenario
    groups: Groups
    colours: Colouring
    chances: Mapping[tuple[str, str], float]
    say: Texts
    style: Style


def lay_out(drawing: Drawing) -> StackLayout:
    """Return the page of a plan."""
    return _Page(drawing).layout()


def rows_of_blocks(
    complex_of: Mapping[str, str], widths: Mapping[str, float], style: Style
) -> list[list[Block]]:
    """Return complexes in rows no wider than the page; one too wide for a row is cut.

    Parameters
    ----------
    complex_of, widths
        Complex and width in pixels of each tower, in the order of drawing.
    """
    rows: list[list[Block]] = []
    # Beyond the page, so that the first block begins a row.
    x = float(style.page) + 1
    for name, towers in _pieces(complex_of, widths, style.page):
        if x + sum(widths[tower] for tower in towers) > style.page:
            rows.append([])
            x = 0.0
        lefts = [x + sum(widths[t] for t in towers[:place]) for place in range(len(towers))]
        x = lefts[-1] + widths[towers[-1]]
        rows[-1].append(Block(name, towers, tuple(lefts), x - style.tower_gap))
        x += style.block_gap
    return rows


def _pieces(
    complex_of: Mapping[str, str], widths: Mapping[str, float], page: float
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each complex with its towers, in several pieces where they pass the page."""
    for name in dict.fromkeys(complex_of.values()):
        towers: list[str] = []
        for tower in (t for t, c in complex_of.items() if c == name):
            if towers and sum(widths[t] for t in [*towers, tower]) > page:
                yield name, tuple(towers)
                towers = []
            towers.append(tower)
        yield name, tuple(towers)


def _without_body(unit: str, body: str) -> str:
    """Return a unit's name without that of its organisation, which stands above it."""
    return unit.removeprefix(body).removesuffix(body).strip(" -_/.:,")


class _Page:
    """Walks over rows, towers, floors and pieces, and places each."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing, self.say = drawing, drawing.say
        plan, scenario = drawing.plan, drawing.scenario
        self.floors: dict[str, list[FloorUse]] = {}
        for floor in plan.floors:
            self.floors.setdefault(floor.tower_id, []).append(floor)
        for floors in self.floors.values():
            floors.sort(key=lambda floor: -floor.level)
        self.placed: dict[str, list[Placement]] = {floor.floor_id: [] for floor in plan.floors}
        for placement in plan.placements:
            self.placed[placement.floor_id].append(placement)
        self.complex_of = {tower: scenario.complex_of[tower] for tower in self.floors}
        self.tower_names = {t.tower_id: t.name or t.tower_id for t in scenario.towers or ()}
        self.names = {
            o.organisation_id: o.name or o.organisation_id for o in scenario.organisations or ()
        }
        self.units = {u.unit_id: u.name or u.unit_id for u in scenario.units or ()}
        self.style = drawing.style
        self.drawn: dict[str, tuple[Item, ...]] = {}
        # The scale of desks is found at the least height of bars; only then may bars grow.
        self.scale = self._widest_scale()
        self.style = replace(self.style, bar_height=self._bar_height())

    def _widest_scale(self) -> float:
        """Return the pixels of a desk that use the page best without its growing too tall.

        Wide desks in rows that are full are best. Where even narrow towers need more height, that
        height is allowed.
        """
        style = self.style
        widest = max(floor.desks for floors in self.floors.values() for floor in floors)
        room = style.page - style.level_width - style.tower_gap
        first = min(WIDEST_DESK, room / max(widest, 1))
        scales = [first * NARROWING**step for step in range(STEPS + 1)]
        # At the narrowest scale the page is as low as it can be; less than that cannot be asked
        # for.
        tallest = max(style.tallest * style.page, self._page_height(scales[-1]))
        fitting = [scale for scale in scales if self._page_height(scale) <= tallest]
        return max(fitting, key=lambda scale: scale * self._width_used(scale))

    def _width_used(self, scale: float) -> float:
        """Return which share of the page's width rows of towers fill, as a mean."""
        rows = self._rows(scale)
        return sum(row[-1].right for row in rows) / (len(rows) * self.style.page)

    def _bar_height(self) -> int:
        """Return a height of bars that fills the page, within what they may grow by."""
        style, rows = self.style, self._rows(self.scale)
        spare = style.tallest * style.page - sum(self._height(row) for row in rows)
        bars = sum(self._above(row) + self._below(row) for row in rows)
        return style.bar_height + int(min(max(spare / bars, 0), style.growth))

    def _page_height(self, scale: float) -> float:
        """Return the height of all rows at a scale."""
        return sum(self._height(row) for row in self._rows(scale))

    def _rows(self, scale: float) -> list[list[Block]]:
        """Return the rows of blocks at a scale."""
        style = self.style
        # Levels are numbered at the left of every tower, which belongs to its width.
        widths = {}
        for tower, floors in self.floors.items():
            # A tower's name needs its room even where its floors are small.
            bars = max(style.narrowest, scale * max(floor.desks for floor in floors))
            widths[tower] = style.level_width + bars + style.tower_gap
        return rows_of_blocks(self.complex_of, widths, style)

    def _height(self, row: list[Block]) -> float:
        """Return the height of a row in pixels."""
        bars = self._above(row) + self._below(row)
        return self.style.heading + bars * self.style.bar_height + self.style.foot

    def _above(self, row: list[Block]) -> int:
        """Return the most floors from level 0 up that a tower of the row has."""
        return max(self._bars_above_ground(t) for block in row for t in block.towers)

    def _below(self, row: list[Block]) -> int:
        """Return the most floors below level 0 that a tower of the row has."""
        towers = [tower for block in row for tower in block.towers]
        return max(len(self.floors[t]) - self._bars_above_ground(t) for t in towers)

    def _bars_above_ground(self, tower: str) -> int:
        """Return how many floors of a tower are drawn above its ground line."""
        return sum(1 for floor in self.floors[tower] if floor.level >= 0)

    def layout(self) -> StackLayout:
        """Return the page with everything on it."""
        style, rows = self.style, self._rows(self.scale)
        items: list[Item] = []
        top = 0.0
        for row in rows:
            ground = top + style.heading + self._above(row) * style.bar_height
            foot = ground + self._below(row) * style.bar_height
            for block in row:
                items += self._block(block, top, ground, foot)
            top += self._height(row)
        boxes = (item.x2 for item in items if isinstance(item, Box))
        width = max(*(block.right for row in rows for block in row), *boxes)
        return StackLayout(width, top, style, tuple(items), self.drawn)

    def _block(self, block: Block, top: float, ground: float, foot: float) -> Iterator[Item]:
        """Yield the heading of a complex, and its towers."""
        style = self.style
        left = block.lefts[0] + style.level_width
        # A tower that is a complex of its own would have its name twice.
        if block.towers != (block.complex_id,):
            y = top + style.heading * 0.62
            yield Line("rule", left, block.right, y)
            text = fit(shorten(block.complex_id), block.right - left, style.font + 3)
            yield Caption("complex", left, y - 5, text)
        for tower, x in zip(block.towers, block.lefts, strict=True):
            self.drawn[tower] = tuple(self._tower(tower, x + style.level_width, ground, foot))
            yield from self.drawn[tower]

    def _tower(self, tower: str, left: float, ground: float, foot: float) -> Iterator[Item]:
        """Yield a tower: its name and load, ground line, levels and floors."""
        style, floors = self.style, self.floors[tower]
        width = max(style.narrowest, self.scale * max(floor.desks for floor in floors))
        used, desks = sum(f.desks_used for f in floors), sum(f.desks for f in floors)
        name = fit(self._tower_name(tower), width, style.name_font)
        yield Caption("tower", left, foot + style.font + 6, name)
        figures = {"used": self.say.number(used), "desks": self.say.number(desks)}
        load = self.say("stack.load", **figures)
        if text_width(load, style.font) > width:
            load = self.say("stack.load_short", **figures)
        yield Caption("load", left, foot + 2 * style.font + 10, fit(load, width, style.font))
        yield Line("ground", left - 3, left + width, ground)
        top = ground - self._bars_above_ground(tower) * style.bar_height
        last: int | None = None
        for bar, floor in enumerate(floors):
            y = top + bar * style.bar_height
            # Several floors may be on one level, which is numbered once.
            if floor.level != last:
                middle = y + style.bar_height / 2
                yield Caption("level", left - 6, middle, str(floor.level).replace("-", "−"))
            last = floor.level
            yield Box("floor", left, left + width, y, y + style.bar_height, "", floor.floor_id)
            yield from self._floor(floor, left, y)

    def _tower_name(self, tower: str) -> str:
        """Return a tower's name, cut to what can be shown at all."""
        return shorten(self.tower_names.get(tower, tower))

    def _floor(self, floor: FloorUse, x: float, y: float) -> Iterator[Item]:
        """Yield what stands on a floor; more desks than it has are narrower, and stay on it."""
        pieces = sorted(
            self.placed[floor.floor_id],
            key=lambda p: (self.drawing.groups.rank(p.organisation_id), p.unit_id),
        )
        used = sum(piece.desks for piece in pieces)
        # A plan made by hand may have more on a floor than fits.
        scale = self.scale * min(1.0, floor.desks / used) if used else self.scale
        for body, mine in groupby(pieces, key=lambda piece: piece.organisation_id):
            segments = []
            for piece in mine:
                segments.append(self._piece(floor, piece, x, y, scale))
                x = segments[-1].x2
            yield from segments
            yield from self._ticks(segments)
            yield Box("body", segments[0].x, x, y, segments[0].y2, body, floor.floor_id)
            yield from self._labels(segments, x, body)
        if floor.desks_vacant > 0:
            yield from self._vacant(floor, x, y)
        if floor.desks_vacant < 0:
            end = x + floor.desks_vacant * scale
            yield Box("over", end, x, y, y + self.style.bar_height, "", floor.floor_id)

    def _ticks(self, segments: list[Segment]) -> Iterator[Tick]:
        """Yield what parts the units of an organisation: below its label, never through it."""
        for segment in segments[1:]:
            high = TICK * self.style.bar_height
            yield Tick("tick", segment.x, segment.y2 - high, segment.y2)

    def _labels(self, segments: list[Segment], right: float, body: str) -> Iterator[Label]:
        """Yield an organisation's label, and below it those of its units that fit whole."""
        label = self._label(shorten(body), segments[0], right, body)
        units = [] if self.style.bar_height < TWO_LINES else list(self._units(segments))
        yield replace(label, y=label.y - UPWARDS * self.style.bar_height) if units else label
        yield from units

    def _units(self, segments: list[Segment]) -> Iterator[Label]:
        """Yield the names of units that fit whole below their organisation's."""
        font = self.style.small_font
        for segment in segments:
            text = _without_body(segment.unit, segment.body)
            if text and text_width(text, font) <= segment.x2 - segment.x - 2 * PADDING:
                y = (segment.y + segment.y2) / 2 + DOWNWARDS * self.style.bar_height
                x = (segment.x + segment.x2) / 2
                yield Label("label", x, y, text, font, segment.shade, segment.body)

    def _piece(
        self, floor: FloorUse, piece: Placement, x: float, y: float, scale: float
    ) -> Segment:
        """Return the segment of a piece."""
        body, unit, say = piece.organisation_id, piece.unit_id, self.say
        group = self.drawing.groups.label_of(body)
        chance = self.drawing.chances.get((unit, piece.floor_id))
        return Segment(
            kind="piece",
            x=x,
            x2=x + piece.desks * scale,
            y=y,
            y2=y + self.style.bar_height,
            shade=self.drawing.colours.shade_of(piece, floor),
            body=body,
            unit_id=unit,
            floor_id=floor.floor_id,
            **self._whereabouts(floor),
            organisation=shorten(self.names.get(body, body)),
            unit=shorten(self.units.get(unit, unit)),
            group=say("stack.other") if group == OTHER else group,
            desks=say.number(piece.desks),
            people=say.number(piece.people),
            # Of desks that all of a floor share a small unit may have none.
            ratio=say.number(piece.people / piece.desks, 2) if piece.desks else "–",
            chance=say.percent(chance, 1),
        )

    def _vacant(self, floor: FloorUse, x: float, y: float) -> Iterator[Item]:
        """Yield the segment of vacant desks and its label."""
        desks, say = floor.desks_vacant, self.say
        blank: dict[str, Any] = dict.fromkeys(
            ("body", "unit_id", "unit", "group", "ratio", "chance"), ""
        )
        vacant = Segment(
            kind="vacant",
            x=x,
            x2=x + desks * self.scale,
            y=y,
            y2=y + self.style.bar_height,
            shade=say("stack.vacant"),
            floor_id=floor.floor_id,
            **self._whereabouts(floor),
            organisation=say("stack.vacant"),
            desks=say.number(desks),
            people=say.number(0),
            **blank,
        )
        yield vacant
        said = say("stack.vacant_desks", desks=say.number(desks))
        # In words only on a floor that is empty and wide enough; else the number alone.
        if floor.desks_used or text_width(said, self.style.small_font) > desks * self.scale:
            said = say.number(desks)
        yield self._label(said, vacant, vacant.x2, "")

    def _whereabouts(self, floor: FloorUse) -> dict[str, Any]:
        """Return the fields of a segment that say where it is."""
        return {
            "tower": self._tower_name(floor.tower_id),
            "floor": shorten(floor.floor_id),
            "level": floor.level,
        }

    def _label(self, text: str, first: Segment, right: float, body: str) -> Label:
        """Return the text as far as it fits between the first segment's left and the right."""
        room, style = right - first.x - 2 * PADDING, self.style
        font = style.font if text_width(text, style.font) <= room else style.small_font
        middle = (first.x + right) / 2, (first.y + first.y2) / 2
        return Label("label", *middle, fit(text, room, font), font, first.shade, body)
