"""Where everything of the stack plan goes, in pixels: bars, headings, labels that fit.

Colours, marks and files are the business of `plan.stack`; here are only numbers and texts.
Complexes are blocks of towers, a tower stands on a ground line with level 0 just above it, a
floor is a bar as wide as its desks, and one scale of desks holds for the whole page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from allocator.errors import shorten
from allocator.plan.stack_groups import VACANT, Groups
from allocator.plan.stack_text import fit, text_width
from allocator.plan.types import FloorUse, Placement, Plan
from allocator.scenario.types import Scenario

PADDING = 2
"""Pixels kept free at either end of a label."""
WIDEST_DESK = 4.0
"""Pixels of a desk at most, lest a small case fill a wall."""
TALLEST = 0.7
"""Height of the page by its width, up to which desks are drawn as wide as they can be."""


@dataclass(frozen=True)
class Style:
    """Sizes of a page, in pixels; the more towers, the smaller.

    page is the width that rows of towers may fill; small_font is for labels that do not fit at
    the usual one; level_width is kept at the left of a tower for the numbers of its levels,
    heading above a row, and foot below it for the towers' names.
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

    @property
    def narrowest(self) -> int:
        """Pixels of a tower that its name and load need."""
        return 10 * self.font


def style_for(towers: int) -> Style:
    """Return sizes that suit so many towers on one page."""
    if towers <= 24:
        return Style(page=1500, bar_height=26, font=11, small_font=8)
    return Style(page=2400 if towers <= 100 else 3600, bar_height=16, font=9, small_font=8)


@dataclass(frozen=True)
class Segment:
    """A part of a floor's bar: what one organisation has there, or what is vacant.

    Pixels run from the page's top left. label is shortened to fit, or empty; font is its size.
    """

    x: float
    x2: float
    y: float
    y2: float
    group: str
    label: str
    font: int
    tower: str
    floor: str
    level: int
    organisation: str
    units: int
    desks: int
    people: int


@dataclass(frozen=True)
class Caption:
    """A text that stands by itself: kind ``complex``, ``tower``, ``load`` or ``level``."""

    kind: str
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Line:
    """A level line: kind ``ground`` under a tower or ``rule`` under a heading."""

    kind: str
    x: float
    x2: float
    y: float


Item = Segment | Caption | Line


@dataclass(frozen=True)
class Layout:
    """A page, its size in pixels, and everything on it."""

    width: float
    height: float
    style: Style
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Block:
    """Towers of one complex side by side; left and width of each in pixels."""

    complex_id: str
    towers: tuple[str, ...]
    lefts: tuple[float, ...]
    right: float


def lay_out(plan: Plan, scenario: Scenario, groups: Groups) -> Layout:
    """Return the page of a plan."""
    return _Page(plan, scenario, groups).layout()


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


class _Page:
    """Walks over rows, towers, floors and pieces, and places each."""

    def __init__(self, plan: Plan, scenario: Scenario, groups: Groups) -> None:
        self.groups = groups
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
        self.style = style_for(len(self.floors))
        self.scale = self._widest_scale()

    def _widest_scale(self) -> float:
        """Return the most pixels a desk may have without the page growing too tall."""
        style = self.style
        widest = max(floor.desks for floors in self.floors.values() for floor in floors)
        room = style.page - style.level_width - style.tower_gap
        scale = min(WIDEST_DESK, room / max(widest, 1))
        for _ in range(40):
            if sum(self._height(row) for row in self._rows(scale)) <= TALLEST * style.page:
                break
            scale *= 0.93
        return scale

    def _rows(self, scale: float) -> list[list[Block]]:
        style = self.style
        widths = {}
        for tower, floors in self.floors.items():
            bars = max(style.narrowest, scale * max(floor.desks for floor in floors))
            widths[tower] = style.level_width + bars + style.tower_gap
        return rows_of_blocks(self.complex_of, widths, style)

    def _height(self, row: list[Block]) -> float:
        bars = self._above(row) + self._below(row)
        return self.style.heading + bars * self.style.bar_height + self.style.foot

    def _above(self, row: list[Block]) -> int:
        return max(self._bars_above_ground(t) for block in row for t in block.towers)

    def _below(self, row: list[Block]) -> int:
        towers = [tower for block in row for tower in block.towers]
        return max(len(self.floors[t]) - self._bars_above_ground(t) for t in towers)

    def _bars_above_ground(self, tower: str) -> int:
        return sum(1 for floor in self.floors[tower] if floor.level >= 0)

    def layout(self) -> Layout:
        style, rows = self.style, self._rows(self.scale)
        items: list[Item] = []
        top = 0.0
        for row in rows:
            ground = top + style.heading + self._above(row) * style.bar_height
            foot = ground + self._below(row) * style.bar_height
            for block in row:
                items += self._block(block, top, ground, foot)
            top += self._height(row)
        width = max(block.right for row in rows for block in row)
        return Layout(width, top, style, tuple(items))

    def _block(self, block: Block, top: float, ground: float, foot: float) -> Iterator[Item]:
        style = self.style
        left = block.lefts[0] + style.level_width
        if block.towers != (block.complex_id,):
            y = top + style.heading * 0.62
            yield Line("rule", left, block.right, y)
            text = fit(shorten(block.complex_id), block.right - left, style.font + 3)
            yield Caption("complex", left, y - 5, text)
        for tower, x in zip(block.towers, block.lefts, strict=True):
            yield from self._tower(tower, x + style.level_width, ground, foot)

    def _tower(self, tower: str, left: float, ground: float, foot: float) -> Iterator[Item]:
        style, floors = self.style, self.floors[tower]
        width = max(style.narrowest, self.scale * max(floor.desks for floor in floors))
        used, desks = sum(f.desks_used for f in floors), sum(f.desks for f in floors)
        name = fit(self._tower_name(tower), width, style.font + 1)
        yield Caption("tower", left, foot + style.font + 6, name)
        yield Caption("load", left, foot + 2 * style.font + 10, f"{used:,} of {desks:,} desks")
        yield Line("ground", left - 3, left + width, ground)
        top = ground - self._bars_above_ground(tower) * style.bar_height
        told: int | None = None
        for bar, floor in enumerate(floors):
            y = top + bar * style.bar_height
            if floor.level != told:
                middle = y + style.bar_height / 2
                yield Caption("level", left - 6, middle, str(floor.level).replace("-", "−"))
            told = floor.level
            yield from self._floor(floor, left, y)

    def _tower_name(self, tower: str) -> str:
        return shorten(self.tower_names.get(tower, tower))

    def _floor(self, floor: FloorUse, x: float, y: float) -> Iterator[Segment]:
        by_organisation: dict[str, list[Placement]] = {}
        for placement in self.placed[floor.floor_id]:
            by_organisation.setdefault(placement.organisation_id, []).append(placement)
        for name in sorted(by_organisation, key=self.groups.rank):
            segment = self._segment(floor, name, by_organisation[name], x, y)
            yield segment
            x = segment.x2
        if floor.desks_vacant > 0:
            yield self._vacant(floor, x, y)

    def _segment(
        self, floor: FloorUse, name: str, pieces: list[Placement], x: float, y: float
    ) -> Segment:
        desks = sum(piece.desks for piece in pieces)
        label, font = self._label(shorten(name), desks)
        return Segment(
            x=x,
            x2=x + desks * self.scale,
            y=y,
            y2=y + self.style.bar_height,
            group=self.groups.label_of(name),
            label=label,
            font=font,
            tower=self._tower_name(floor.tower_id),
            floor=shorten(floor.floor_id),
            level=floor.level,
            organisation=shorten(self.names.get(name, name)),
            units=len(pieces),
            desks=desks,
            people=sum(piece.people for piece in pieces),
        )

    def _vacant(self, floor: FloorUse, x: float, y: float) -> Segment:
        desks = floor.desks_vacant
        said = f"{desks:,} vacant" if floor.desks_used == 0 else f"{desks:,}"
        label, font = self._label(said, desks)
        if label != said:
            label, font = self._label(f"{desks:,}", desks)
        return Segment(
            x=x,
            x2=x + desks * self.scale,
            y=y,
            y2=y + self.style.bar_height,
            group=VACANT,
            label=label,
            font=font,
            tower=self._tower_name(floor.tower_id),
            floor=shorten(floor.floor_id),
            level=floor.level,
            organisation=VACANT,
            units=0,
            desks=desks,
            people=0,
        )

    def _label(self, text: str, desks: int) -> tuple[str, int]:
        """Return the text as far as it fits so many desks, and its size."""
        room, style = desks * self.scale - 2 * PADDING, self.style
        if text_width(text, style.font) <= room:
            return text, style.font
        return fit(text, room, style.small_font), style.small_font
