"""The scenario of a combination: those who move, each unit with its wave, by tables of any office.

What it is in one wave is `scenario.waves`'s. Planning waves together is not done here.
"""

from __future__ import annotations

from allocator.scenario.settings import Waves
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave
from allocator.studies.relocate.counting import Combination

RELOCATION_TABLES = (
    "staff",
    "unit_scenarios",
    "staff_scenarios",
    "family_scenarios",
    "housing",
)
"""Tables that are settled once it is known who moves."""


def moving(scenario: Scenario, combination: Combination) -> Scenario:
    """Return the scenario of everybody who moves in a combination, each unit with its wave.

    From here on a relocation is an office with waves like any other.
    """
    wave_of: dict[str, int] = {}
    for counted in combination.waves:
        for row in counted.headcounts:
            # The first wave in which the unit is there; it stays from then on.
            wave_of.setdefault(row.unit_id, counted.wave)
    headcounts = tuple(
        row.model_copy(update={"wave": wave_of[row.unit_id]})
        for row in combination.waves[-1].headcounts
    )
    # A week of somebody who does not move would name an id that this scenario lacks.
    named = {row.unit_id for row in headcounts} | {row.organisation_id for row in headcounts}
    # Each wave is solved by itself, so a limit holds against today alone; weights and names are of
    # the waves of `headcounts`.
    limit = scenario.settings.options.max_people_moved if scenario.current else None
    options = scenario.settings.options.model_copy(
        update={"scheme": None, "max_people_moved": limit}
    )
    return scenario.replace(
        headcounts=headcounts,
        rotas=tuple(r for r in scenario.rotas if (r.unit_id or r.organisation_id) in named),
        patterns=(),
        **dict.fromkeys(RELOCATION_TABLES, ()),
        settings=scenario.settings.model_copy(update={"options": options, "waves": Waves()}),
    )


def by_wave(scenario: Scenario, combination: Combination) -> tuple[Scenario, ...]:
    """Return the scenario of each wave: those who have come, on the floors that are open."""
    whole = moving(scenario, combination)
    return tuple(in_wave(whole, counted.wave) for counted in combination.waves)
