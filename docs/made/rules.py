"""The page of rules: each in words, with a plan just inside it and one just outside, drawn.

Every example is a small scenario that the checker judges: a plan drawn as inside is clean, and
one drawn as outside breaks this rule and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import allocator
from allocator.scenario.rules import RULE_FORMS, RuleKind

DESKS = 20
"""Desks of every floor of the examples."""
TOWERS = {"A": "West", "B": "West", "C": "East"}
LEVELS = (3, 2, 1)
ORGANISATIONS = {"Budget": "Finance", "Taxes": "Finance", "Clinics": "Health", "Roads": "Works"}
COLOURS = {"Finance": "#9ec5e8", "Health": "#f4c7a1", "Works": "#b9d8a8"}
WIDE, HIGH, APART = 150, 26, 24
"""Pixels of a floor, and between two towers."""

Plan = dict[str, dict[str, int]]
"""Desks by floor and unit."""


@dataclass(frozen=True)
class Example:
    """A rule as a row of the table, a plan that keeps it, and one that does not."""

    subject: str
    inside: Plan
    outside: Plan
    object: str = ""
    value: str = ""


EXAMPLES = {
    RuleKind.ONLY_IN: Example(
        "Finance",
        {"A-1": {"Budget": 10, "Taxes": 10}, "B-1": {"Clinics": 12}},
        {"A-1": {"Budget": 10}, "B-1": {"Taxes": 8, "Clinics": 12}},
        object="A",
    ),
    RuleKind.NEVER_IN: Example(
        "Clinics",
        {"A-2": {"Clinics": 12}, "A-1": {"Budget": 10}},
        {"A-2": {"Budget": 10}, "A-1": {"Clinics": 12}},
        object="A-1",
    ),
    RuleKind.KEPT_FOR: Example(
        "Finance",
        {"A-3": {"Budget": 10}, "A-2": {"Taxes": 8, "Clinics": 12}},
        {"A-3": {"Budget": 8, "Clinics": 12}},
        object="A-3",
    ),
    RuleKind.SAME_FLOOR: Example(
        "Budget",
        {"A-1": {"Budget": 10, "Clinics": 10}},
        {"A-1": {"Budget": 10}, "A-2": {"Clinics": 10}},
        object="Clinics",
    ),
    RuleKind.SAME_TOWER: Example(
        "Finance",
        {"A-1": {"Budget": 10}, "A-3": {"Taxes": 8, "Clinics": 12}},
        {"A-1": {"Budget": 10}, "A-3": {"Taxes": 8}, "B-1": {"Clinics": 12}},
        object="Health",
    ),
    RuleKind.SAME_COMPLEX: Example(
        "Finance",
        {"A-1": {"Budget": 10}, "B-1": {"Clinics": 12}},
        {"A-1": {"Budget": 10}, "C-1": {"Clinics": 12}},
        object="Health",
    ),
    RuleKind.ADJACENT_FLOORS: Example(
        "Budget",
        {"A-1": {"Budget": 16}, "A-2": {"Clinics": 12}},
        {"A-1": {"Budget": 16}, "A-3": {"Clinics": 12}},
        object="Clinics",
    ),
    RuleKind.APART_FLOOR: Example(
        "Budget",
        {"A-1": {"Budget": 10}, "A-2": {"Clinics": 10}},
        {"A-1": {"Budget": 10, "Clinics": 10}},
        object="Clinics",
    ),
    RuleKind.APART_TOWER: Example(
        "Finance",
        {"A-1": {"Budget": 10}, "B-1": {"Clinics": 12}},
        {"A-1": {"Budget": 10}, "A-3": {"Clinics": 12}},
        object="Health",
    ),
    RuleKind.OWN_FLOOR: Example(
        "Finance",
        {"A-2": {"Budget": 10, "Taxes": 8}, "A-1": {"Clinics": 12}},
        {"A-2": {"Budget": 10, "Roads": 8}, "A-1": {"Taxes": 8}},
    ),
    RuleKind.CONTIGUOUS: Example(
        "Finance",
        {"A-1": {"Budget": 16}, "A-2": {"Taxes": 16}, "B-3": {"Taxes": 8}},
        {"A-1": {"Budget": 16}, "A-3": {"Taxes": 16}, "B-3": {"Taxes": 8}},
    ),
    RuleKind.MAX_FLOORS: Example(
        "Finance",
        {"A-1": {"Budget": 18}, "A-2": {"Budget": 10, "Taxes": 10}},
        {"A-1": {"Budget": 10}, "A-2": {"Budget": 9}, "A-3": {"Budget": 9}},
        value="2",
    ),
    RuleKind.MAX_TOWERS: Example(
        "Finance",
        {"A-1": {"Budget": 16}, "A-2": {"Taxes": 16}},
        {"A-1": {"Budget": 16}, "B-1": {"Taxes": 16}},
        value="1",
    ),
    RuleKind.LEVELS: Example(
        "Clinics", {"A-1": {"Clinics": 16}}, {"A-3": {"Clinics": 16}}, value="1..2"
    ),
    RuleKind.AT_LEAST: Example(
        "Finance",
        {"A-1": {"Budget": 10, "Taxes": 10}},
        {"A-1": {"Budget": 10}, "A-2": {"Taxes": 10}},
        object="A-1",
        value="15",
    ),
}


def judged(kind: RuleKind, plan: Plan) -> allocator.Check:
    """Return what the checker says of one plan of the example of a rule."""
    example = EXAMPLES[kind]
    rule = {"rule": kind.value, "subject": example.subject}
    rule |= {"object": example.object} if example.object else {}
    rule |= {"value": example.value} if example.value else {}
    demand = dict.fromkeys(ORGANISATIONS, 0)
    for units in plan.values():
        for unit, desks in units.items():
            demand[unit] += desks
    scenario = allocator.Scenario.from_frames(
        floors=[
            {"floor_id": f"{tower}-{level}", "tower_id": tower, "level": level, "desks": DESKS}
            for tower in TOWERS
            for level in LEVELS
        ],
        towers=[{"tower_id": t, "name": t, "complex_id": c} for t, c in TOWERS.items()],
        units=[{"unit_id": unit, "organisation_id": of} for unit, of in ORGANISATIONS.items()],
        headcounts=[{"unit_id": unit, "headcount": desks} for unit, desks in demand.items()],
        rules=[rule],
    )
    rows = [
        {"unit_id": unit, "floor_id": floor, "desks": desks}
        for floor, units in plan.items()
        for unit, desks in units.items()
    ]
    return allocator.check(scenario, rows)


def picture(kind: RuleKind) -> str:
    """Return the example of a rule as SVG: the plan inside it, and beside it the one outside."""
    example = EXAMPLES[kind]
    towers = sorted({floor[0] for plan in (example.inside, example.outside) for floor in plan})
    wide = len(towers) * (WIDE + APART) - APART
    height = (len(LEVELS) + 2) * HIGH + 12
    parts = [
        *_plan(example.inside, towers, 0, "inside"),
        *_plan(example.outside, towers, wide + 3 * APART, "outside"),
    ]
    size = f'width="{2 * wide + 3 * APART + 2}" height="{height}"'
    box = f'viewBox="-1 -1 {2 * wide + 3 * APART + 2} {height}"'
    font = 'font-family="sans-serif" font-size="11"'
    paper = '<rect x="-1" y="-1" width="100%" height="100%" fill="#fff"/>'
    lines = "\n".join([paper, *parts])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {font}>\n{lines}\n</svg>\n'


def _plan(plan: Plan, towers: list[str], left: float, title: str) -> Iterator[str]:
    """Yield a plan: towers side by side, floors above one another, units as blocks."""
    yield f'<text x="{left}" y="14" font-weight="bold">{title}</text>'
    for tower in towers:
        for row, level in enumerate(LEVELS):
            yield from _floor(plan.get(f"{tower}-{level}", {}), left, (row + 1) * HIGH)
        name = f"tower {tower}" + (f" ({TOWERS[tower]})" if "C" in towers else "")
        yield _label(name, left + WIDE / 2, (len(LEVELS) + 1) * HIGH + 16)
        left += WIDE + APART


def _floor(units: dict[str, int], left: float, top: float) -> Iterator[str]:
    yield f'<rect x="{left}" y="{top}" width="{WIDE}" height="{HIGH}" fill="none" stroke="#999"/>'
    for unit, desks in units.items():
        wide = WIDE * desks / DESKS
        shape = f'x="{left}" y="{top}" width="{wide}" height="{HIGH}"'
        yield f'<rect {shape} stroke="#555" fill="{COLOURS[ORGANISATIONS[unit]]}"/>'
        yield _label(f"{unit} {desks}", left + wide / 2, top + HIGH - 9)
        left += wide


def _label(text: str, x: float, y: float) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="middle">{escape(text)}</text>'


def in_words(plan: Plan) -> str:
    """Return a plan as text, for those who do not see it."""
    return "; ".join(
        f"{floor}: " + ", ".join(f"{unit} {desks}" for unit, desks in units.items())
        for floor, units in plan.items()
    )


def page() -> str:
    """Return the page of all rules."""
    return HEAD + "\n".join(_section(kind) for kind in RuleKind)


def _section(kind: RuleKind) -> str:
    form, example = RULE_FORMS[kind], EXAMPLES[kind]
    meaning = form.says(subject="*subject*", object="*object*", value=example.value or "*value*")
    cells = [kind.value, example.subject, example.object or "", example.value or ""]
    (broken,) = judged(kind, example.outside).violations
    joined = {
        None: "",
        "subject": "Several rows of one subject are one rule: any of the places will do.\n\n",
        "object": "Several rows of one place are one rule: all their subjects may be there.\n\n",
    }[form.joined_by]
    shown = f"Inside, {in_words(example.inside)}. Outside, {in_words(example.outside)}."
    return (
        f"## {kind.value}\n\n{meaning[0].upper() + meaning[1:]}.\n\n"
        f"*object*: {form.object.value}. *value*: {form.value.value}.\n\n{joined}"
        f"```csv\nrule,subject,object,value\n{','.join(cells)}\n```\n\n"
        f"![{shown}](rules/{kind.value}.svg)\n\n"
        f"Outside: {broken.message}.\n"
    )


HEAD = """# Rules

A rule is a row of the table `rules`. Every plan keeps all of them. *subject* is a unit or an
organisation; an organisation stands for all its units. A rule of an organisation and a rule of one
of its units both hold. A unit without people breaks no rule.

In the drawings every floor has 20 desks. Budget and Taxes are units of Finance, Clinics is one of
Health, Roads one of Works. Towers A and B are the complex West; tower C is the complex East.
The checker has judged every drawing: the sentence under one is what it says of the plan outside.

"""
