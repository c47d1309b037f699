"""The scenario of one wave by itself: those who have come, on the floors that are open.

Planning waves together is not done here.
"""

from __future__ import annotations

from allocator.scenario.rules import RuleKind
from allocator.scenario.tables import Floor, Headcount
from allocator.scenario.types import Scenario
from allocator.studies.relocate.counting import Counted, opens, organisations

RELOCATION_TABLES = (
    "staff",
    "unit_scenarios",
    "staff_scenarios",
    "family_scenarios",
    "housing",
)
"""Tables that are settled once it is known who comes."""


def idle_pins(scenario: Scenario, counted: Counted) -> frozenset[int]:
    """Return the rows of rules, from 0, that are pins which do not hold yet in a wave.

    Their floor opens later, or a part of their subject comes later or not at all.
    """
    closed = {f.floor_id for f in scenario.floors if opens(scenario, f) > counted.wave}
    owner = organisations(scenario)
    come = {row.unit_id for row in counted.headcounts} - counted.awaited
    come |= {owner[unit] for unit in come}
    come -= {owner[unit] for unit in counted.awaited}
    return frozenset(
        number
        for number, row in enumerate(scenario.rules)
        if row.rule is RuleKind.AT_LEAST and (row.object in closed or row.subject not in come)
    )


def wave_scenario(
    scenario: Scenario,
    wave: int,
    headcounts: tuple[Headcount, ...],
    idle: frozenset[int] = frozenset(),
) -> Scenario:
    """Return the scenario of a wave: those who have come, on the floors that are open.

    What it says of waves is settled in it. A floor that opens later has no desks yet.

    Parameters
    ----------
    idle
        Rows of rules, from 0, that do not hold yet.
    """
    closed = {f.floor_id for f in scenario.floors if opens(scenario, f) > wave}
    bodies = {row.unit_id for row in headcounts} | {row.organisation_id for row in headcounts}
    options = scenario.settings.options.model_copy(update={"scheme": None})
    return scenario.replace(
        floors=tuple(_floor(f, is_open=f.floor_id not in closed) for f in scenario.floors),
        towers=None
        if scenario.towers is None
        else tuple(t.model_copy(update={"opens_wave": None}) for t in scenario.towers),
        headcounts=headcounts,
        rules=tuple(row for number, row in enumerate(scenario.rules) if number not in idle),
        rotas=tuple(r for r in scenario.rotas if (r.unit_id or r.organisation_id) in bodies),
        patterns=(),
        **dict.fromkeys(RELOCATION_TABLES, ()),
        settings=scenario.settings.model_copy(update={"options": options}),
    )


def _floor(place: Floor, *, is_open: bool) -> Floor:
    closed = {} if is_open else {"desks": 0, "area_m2": None}
    return place.model_copy(update={"opens_wave": None} | closed)
