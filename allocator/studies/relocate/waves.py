"""The scenario of one wave by itself: those who have come, on the floors that are open.

Planning waves together is not done here.
"""

from __future__ import annotations

from allocator.scenario.rules import RuleKind
from allocator.scenario.tables import Floor, Headcount
from allocator.scenario.types import Scenario
from allocator.studies.relocate.counting import opens

RELOCATION_TABLES = (
    "staff",
    "unit_scenarios",
    "staff_scenarios",
    "family_scenarios",
    "housing",
)
"""Tables that are settled once it is known who comes."""


def wave_scenario(scenario: Scenario, wave: int, headcounts: tuple[Headcount, ...]) -> Scenario:
    """Return the scenario of a wave: those who have come, on the floors that are open.

    What it says of waves is settled in it. A floor that opens later has no desks yet. Pins on it, and those of bodies of which a part has
    not come, do not hold yet.
    """
    closed = {f.floor_id for f in scenario.floors if opens(scenario, f) > wave}
    come = {row.unit_id for row in headcounts}
    owners = {row.organisation_id for row in headcounts}
    options = scenario.settings.options.model_copy(update={"scheme": None})
    return scenario.replace(
        floors=tuple(_floor(f, is_open=f.floor_id not in closed) for f in scenario.floors),
        towers=None
        if scenario.towers is None
        else tuple(t.model_copy(update={"opens_wave": None}) for t in scenario.towers),
        headcounts=headcounts,
        rules=tuple(
            row
            for row in scenario.rules
            if row.rule is not RuleKind.AT_LEAST
            or (row.object not in closed and row.subject in come | owners)
        ),
        rotas=tuple(
            r for r in scenario.rotas if (r.unit_id or r.organisation_id) in come | owners
        ),
        patterns=(),
        **dict.fromkeys(RELOCATION_TABLES, ()),
        settings=scenario.settings.model_copy(update={"options": options}),
    )


def _floor(place: Floor, *, is_open: bool) -> Floor:
    closed = {} if is_open else {"desks": 0, "area_m2": None}
    return place.model_copy(update={"opens_wave": None} | closed)
