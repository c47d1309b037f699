"""Whether rotas, patterns and common days agree with the units that they speak of."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from allocator.errors import Problem
from allocator.scenario.data import ScenarioData
from allocator.scenario.known import Known, mentions
from allocator.scenario.menu import default_names, of_pattern
from allocator.scenario.tables import Affinity


def rotas_are_of_one_body(scenario: ScenarioData, known: Known) -> Iterator[Problem]:
    """A rota is of an organisation or of a unit, each in its own column."""
    for number, row in enumerate(scenario.rotas, 1):
        if (row.organisation_id is None) == (row.unit_id is None):
            expected = "expected exactly one of organisation_id and unit_id"
            yield Problem(expected, "rotas", number, "organisation_id", row.organisation_id or "")
    for mention in mentions(scenario, "rotas", "organisation_id"):
        # Under the wrong column it would be an organisation that nobody knows.
        if mention.id in known.units - known.organisations:
            body = known.organisation_of[mention.id]
            expected = f"expected an organisation, such as {body}; a unit goes into unit_id"
            yield Problem(expected, "rotas", mention.row, "organisation_id", mention.id)


def weeks_bring_somebody(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Somebody comes on some day of a rota and of a pattern."""
    for table in ("rotas", "patterns"):
        for number, row in enumerate(getattr(scenario, table), 1):
            if not any(row.week):
                yield Problem("expected a number above 0 on some day", table, number, "mon", "0")


def rotas_leave_who_comes_daily(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """A unit of which everybody comes every day has no rota of its own but an even one.

    A rota of its organisation is no contradiction: it is meant for the others.
    """
    daily = {unit.unit_id for unit in scenario.housed if unit.attendance_share >= 1}
    for mention in mentions(scenario, "rotas", "unit_id"):
        week = scenario.rotas[mention.row - 1].week
        if mention.id in daily and max(week) != min(week):
            expected = "expected the same on every day, as everybody of this unit comes every day"
            yield Problem(expected, "rotas", mention.row, "unit_id", mention.id)


def patterns_have_their_own_names(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """No pattern bears the name of a week that is on every menu."""
    taken = frozenset(default_names())
    for mention in mentions(scenario, "patterns", "pattern"):
        if mention.id in taken:
            expected = "expected another name, as every unit may have a week of this name"
            yield Problem(expected, "patterns", mention.row, "pattern", mention.id)


def patterns_fit_a_unit(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Each pattern fits some unit that does not come every day.

    One that fits none would be left off every menu without a word.
    """
    means = {unit.attendance_share for unit in scenario.housed if unit.attendance_share < 1}
    for number, row in enumerate(scenario.patterns, 1):
        # A week of nobody has a problem already.
        if any(row.week) and means and not any(of_pattern(row.week, mean) for mean in means):
            expected = (
                "expected a week that fits some unit: scaled to its mean, more than all of its "
                "people would come on a day"
            )
            yield Problem(expected, "patterns", number, "pattern", row.pattern)


def common_days_agree(scenario: ScenarioData, _: Known) -> Iterator[Problem]:
    """Rows that ask for common days of the same two units ask for the same number."""
    first: dict[frozenset[str], tuple[int, int]] = {}
    for number, row in enumerate(scenario.affinities, 1):
        if row.common_days is None:
            continue
        for pair in unit_pairs(scenario, row):
            earlier, days = first.setdefault(frozenset(pair), (number, row.common_days))
            if days != row.common_days:
                place = scenario.file_row("affinities", earlier)
                units = " and ".join(sorted(pair))
                expected = f"expected {days}, as row {place} asks for {units}"
                yield Problem(expected, "affinities", number, "common_days", str(row.common_days))
                break


def unit_pairs(scenario: ScenarioData, row: Affinity) -> Iterator[tuple[str, str]]:
    """Yield the pairs of different units that the two bodies of an affinity stand for.

    Those without people have no pairs. Inside one body, each pair of its units comes once.
    """
    ones, others = scenario.units_of.get(row.a, ()), scenario.units_of.get(row.b, ())
    if row.a == row.b:
        yield from combinations(ones, 2)
    else:
        yield from ((one, other) for one, other in product(ones, others) if one != other)
