"""The weeks that a unit may be given: its present one, even ones, those with all-hands days.

Which is chosen is `studies.rotas`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from allocator.scenario.data import ScenarioData
from allocator.scenario.presence import WEEKDAYS, Week, scaled

PRESENT, EVEN = "present", "even"
"""Names of the week that a unit has, and of the one with the same share on every day."""
MOST_DAYS = 3
"""All-hands days of a week that is on every menu."""
ROUNDING = 1e-9


def default_names() -> tuple[str, ...]:
    """Return the names of the weeks that are on every menu; all-hands days are joined by +.

    They are taken: a pattern of the table `patterns` must have another name.
    """
    chosen = (days for count in range(1, MOST_DAYS + 1) for days in combinations(WEEKDAYS, count))
    return (PRESENT, EVEN, *("+".join(days) for days in chosen))


def menus(scenario: ScenarioData) -> dict[str, dict[str, Week]]:
    """Return the weeks that each housed unit may be given, by name, as shares of its people.

    A unit that comes every day has that week alone. Others have their present week, the even one,
    each choice of all-hands days that their mean allows, and the patterns scaled to it.
    """
    shares = scenario.weekday_shares
    return {
        unit.unit_id: _menu(scenario, shares[unit.unit_id], unit.attendance_share)
        for unit in scenario.housed
    }


def _menu(scenario: ScenarioData, present: Week, mean: float) -> dict[str, Week]:
    """Return the weeks of one unit by name, the present one first."""
    # Whoever always comes has no other week.
    if mean >= 1:
        return {PRESENT: present}
    found = {PRESENT: present, EVEN: (mean,) * len(WEEKDAYS)}
    found |= dict(_with_all_hands(mean, scenario.settings.rotas.all_hands_share))
    found |= {
        row.pattern: week for row in scenario.patterns if (week := of_pattern(row.week, mean))
    }
    return found


def _with_all_hands(mean: float, share: float) -> Iterator[tuple[str, Week]]:
    """Yield weeks with all-hands days at that share, the others even, so that the mean holds."""
    # With a mean above that share an all-hands day would bring fewer people than usual.
    if share <= mean:
        return
    for count in range(1, MOST_DAYS + 1):
        other = (len(WEEKDAYS) * mean - count * share) / (len(WEEKDAYS) - count)
        # More such days would leave less than nobody for the others, and so would every larger
        # number.
        if other < -ROUNDING:
            return
        for days in combinations(WEEKDAYS, count):
            week = tuple(share if day in days else max(other, 0.0) for day in WEEKDAYS)
            yield "+".join(days), week


def of_pattern(week: Week, mean: float) -> Week | None:
    """Return the week of a pattern at a mean; None where more than all would come on a day.

    Parameters
    ----------
    week
        Monday to Friday; only proportions count.
    mean
        Share of the unit's people who come on the mean day, 0..1, which the week keeps.
    """
    found = tuple(mean * factor for factor in scaled(week))
    return None if max(found) > 1 + ROUNDING else tuple(min(1.0, share) for share in found)


def all_hands(week: Week, share: float) -> frozenset[int]:
    """Return the weekdays on which all hands are in, from 0; an even week has none."""
    # Otherwise everybody who comes often enough every day would count as five such days.
    if max(week) - min(week) <= ROUNDING:
        return frozenset()
    return frozenset(day for day, present in enumerate(week) if present >= share - ROUNDING)
