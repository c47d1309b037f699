"""What stands on the page of a stack plan, each thing with its place in pixels from the top left.

Where everything goes is worked out by `plan.stack_layout`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """A part of a floor's bar: kind ``piece`` of one unit, or ``vacant`` desks.

    Pixels run from the page's top left; texts are as they are told, ids as they are given. body
    is the organisation's id, empty for vacant desks.
    """

    kind: str
    x: float
    x2: float
    y: float
    y2: float
    shade: str
    body: str
    unit_id: str
    floor_id: str
    tower: str
    floor: str
    level: int
    organisation: str
    unit: str
    group: str
    desks: str
    people: str
    ratio: str
    chance: str


@dataclass(frozen=True)
class Label:
    """A text on a bar, kind ``label``: what an organisation has on a floor, or vacant desks.

    shade is that below it, font its size in pixels.
    """

    kind: str
    x: float
    y: float
    text: str
    font: int
    shade: str
    body: str


@dataclass(frozen=True)
class Box:
    """A frame: ``body`` around an organisation's pieces on a floor, a ``floor``, or ``over``.

    The last is around what a plan made by hand has on a floor beyond its desks.
    """

    kind: str
    x: float
    x2: float
    y: float
    y2: float
    body: str
    floor_id: str


@dataclass(frozen=True)
class Caption:
    """A text that stands by itself: kind ``complex``, ``tower``, ``load`` or ``level``.

    y is the line it stands on, but for levels, whose middle it is.
    """

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


@dataclass(frozen=True)
class Tick:
    """An upright line, kind ``tick``, between two units of an organisation."""

    kind: str
    x: float
    y: float
    y2: float


Item = Segment | Label | Box | Caption | Line | Tick
