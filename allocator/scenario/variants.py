"""What a command changes of a scenario that it reads: late towers, growth, one of its waves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path

from allocator.errors import InputError, Problem
from allocator.scenario.known import Known
from allocator.scenario.names import Nearest
from allocator.scenario.read import read_scenario
from allocator.scenario.settings import LARGEST_COUNT, LARGEST_WAVE, exact
from allocator.scenario.tables import Headcount
from allocator.scenario.types import Scenario
from allocator.scenario.waves import in_wave

OPENS, GROW = "--opens", "--grow"
EVERYBODY = "all"
_WAVE = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(frozen=True)
class Variant:
    """What is asked of a scenario beside what its files say.

    Attributes
    ----------
    opens
        ``TOWER=WAVE``: all floors of a tower open with that wave.
    grow
        ``UNIT-OR-ORGANISATION=10%``, or ``all=10%``; a unit's beats its organisation's beats all.
    wave
        The wave to plan; the last if left out.
    """

    people_per_desk: str | None = None
    scheme: str | None = None
    opens: tuple[str, ...] = ()
    grow: tuple[str, ...] = ()
    wave: int | None = None

    def of(self, scenario: Scenario) -> Scenario:
        """Return the scenario with late towers and growth, all waves still in it.

        Raises
        ------
        InputError
            If a tower or a body is unknown, or a wave or percentage is none.
        """
        return grown(opened(scenario, self.opens), self.grow)

    def one_wave(self, scenario: Scenario) -> Scenario:
        """Return the scenario with late towers and growth, in the wave that is asked for."""
        return in_wave(self.of(scenario), self.wave)


def read_variant(path: Path, variant: Variant) -> Scenario:
    """Return a variant of the scenario at a path in one wave.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario, or with what is asked.
    """
    return variant.one_wave(_read(path, variant))


def read_waves(path: Path, variant: Variant) -> Scenario:
    """Return a variant of the scenario at a path with all its waves.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario, or with what is asked.
    """
    return variant.of(_read(path, variant))


def _read(path: Path, variant: Variant) -> Scenario:
    """Return the scenario at a path with the ratio and the scheme that are asked for."""
    return read_scenario(path, people_per_desk=variant.people_per_desk, scheme=variant.scheme)


def opened(scenario: Scenario, asked: Sequence[str]) -> Scenario:
    """Return the scenario with all floors of some towers opening with a wave, ``TOWER=WAVE``.

    Raises
    ------
    InputError
        If a tower is unknown or a wave is no whole number from 1.
    """
    waves: dict[str, int] = {}
    towers, problems = Known(scenario).towers, []
    for text in asked:
        # From the right, as an id may hold an equals sign.
        tower, _, wave = text.rpartition("=")
        if tower not in towers:
            hint = Nearest(towers).hint(tower or text)
            problems.append(Problem(f"expected TOWER=WAVE{hint}", OPENS, value=text))
        elif not _WAVE.fullmatch(wave) or not 1 <= int(wave) <= LARGEST_WAVE:
            expected = f"expected a wave from 1 to {LARGEST_WAVE:,} after ="
            problems.append(Problem(expected, OPENS, value=text))
        else:
            waves[tower] = int(wave)
    if problems:
        raise InputError(problems)
    if not waves:
        return scenario
    floors = tuple(
        floor.model_copy(update={"opens_wave": waves[floor.tower_id]})
        if floor.tower_id in waves
        else floor
        for floor in scenario.floors
    )
    return _with(scenario, floors=floors)


def grown(scenario: Scenario, asked: Sequence[str]) -> Scenario:
    """Return the scenario with more people, each row of headcounts rounded up.

    Own desks stay, at most as many as people. Growth does not compound.

    Raises
    ------
    InputError
        If a body is unknown, or growth is no percentage of at least −100 %.
    """
    known, problems = Known(scenario), []
    rates: dict[str, Fraction] = {}
    for text in asked:
        body, _, percent = text.rpartition("=")
        # A typing error in an id would otherwise grow nobody without a word.
        if body != EVERYBODY and body not in known.bodies:
            hint = Nearest({*known.bodies, EVERYBODY}).hint(body or text)
            expected = f"expected UNIT-OR-ORGANISATION=10%, or all=10%{hint}"
            problems.append(Problem(expected, GROW, value=text))
            continue
        try:
            rates[body] = exact(percent.removesuffix("%").strip()) / 100
        except ValueError:
            problems.append(Problem("expected a percentage such as 10%", GROW, value=text))
            continue
        if rates[body] < -1:
            problems.append(Problem("expected at least −100 %", GROW, value=text))
    if problems:
        raise InputError(problems)
    if not rates:
        return scenario
    rows = tuple(
        _grown(row, _rate(row.unit_id, known.organisation_of[row.unit_id], rates))
        for row in scenario.headcounts
    )
    for number, row in enumerate(rows, 1):
        if row.headcount > LARGEST_COUNT:
            expected = f"expected at most {LARGEST_COUNT:,} people of a row"
            problem = Problem(expected, "headcounts", number, "headcount", str(row.headcount))
            problems.append(scenario.placed(problem))
    if problems:
        raise InputError(problems)
    return _with(scenario, headcounts=rows)


def _rate(unit: str, organisation: str, rates: dict[str, Fraction]) -> Fraction:
    """Return how much a unit grows: the rate for it, else for its organisation, else for all."""
    bodies = (unit, organisation, EVERYBODY)
    return next((rates[body] for body in bodies if body in rates), Fraction(0))


def _grown(row: Headcount, rate: Fraction) -> Headcount:
    """Return a row with more people, or fewer, rounded up."""
    # In exact fractions: 110 people and 10 % are 121, where floating point makes 122.
    headcount = ceil(row.headcount * (1 + rate))
    own = min(row.own_desks, headcount)
    return row.model_copy(update={"headcount": headcount, "own_desks": own})


def _with(scenario: Scenario, **tables: object) -> Scenario:
    """Return a scenario with some tables replaced row by row, so that sources still hold."""
    # Unlike `replace`, which forgets where a table was read: the rows here are the same, one by
    # one.
    kept = {name: getattr(scenario, name) for name in type(scenario).model_fields}
    return Scenario(**(kept | tables))
