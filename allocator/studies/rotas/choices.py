"""What is chosen: groups of units with one name of a week each, and the pools their people share.

How good a choice is follows exactly from the laws of attendance; each pool and day is worked out
once. Finding choices is `improve`'s and `master`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.attendance import Group, pool_pmf, shortage
from allocator.plan.pools import Seats, pool_members
from allocator.scenario.menu import PRESENT, ROUNDING, all_hands, menus
from allocator.scenario.presence import WEEKDAYS, Week
from allocator.scenario.types import Scenario
from allocator.scenario.week_cells import unit_pairs

DAYS = range(len(WEEKDAYS))
DIGITS = 9
"""Of people without a desk, to which two choices are compared."""

Choice = list[int]
"""The number of an option for each group."""


@dataclass(frozen=True)
class Option:
    """A week for the units of a group: its name and each unit's shares.

    Attributes
    ----------
    weeks
        Of each unit of the group, in its order.
    hands
        All-hands days times people.
    changed
        People whose week would be another than today's.
    """

    name: str
    weeks: tuple[Week, ...]
    hands: int
    changed: int


@dataclass(frozen=True)
class UnitGroup:
    """Units that are given weeks of one name, and the options that they have."""

    units: tuple[str, ...]
    options: tuple[Option, ...]


class Member(NamedTuple):
    """Sharers of one unit in a pool: its group, its place in the group, and how many they are."""

    group: int
    place: int
    sharers: int


@dataclass(frozen=True)
class DeskPool:
    """People who share desks on a floor."""

    floor: int
    desks: int
    members: tuple[Member, ...]


class Score(NamedTuple):
    """What a choice is judged by, the first first; less is better everywhere.

    Attributes
    ----------
    short_floors
        Floors with a pool that is short too often on some weekday.
    minus_hands
        Minus all-hands days times people.
    without_desk
        People without a desk on the worst weekday, over all pools.
    changed
        People whose week changes.
    """

    short_floors: int
    minus_hands: int
    without_desk: float
    changed: int


class Choices:
    """A scenario and a plan as choices of weeks.

    Attributes
    ----------
    allowed
        Share of a weekday's occurrences on which a pool may be short.
    floors
        Ids of the floors in use.
    compatible
        For two groups whose units need common days: which options of the one go with which of
        the other, either way round.
    """

    def __init__(
        self, scenario: Scenario, seats: Sequence[Seats], *, by_organisation: bool
    ) -> None:
        given = scenario.settings.attendance
        self.scenario = scenario
        self.allowed = given.short_day_probability
        self.correlation, self.day_shock = given.correlation, given.day_shock
        self.groups = _groups(scenario, by_organisation=by_organisation)
        self.place_of = {
            unit: (g, place)
            for g, group in enumerate(self.groups)
            for place, unit in enumerate(group.units)
        }
        self.floors = tuple(dict.fromkeys(seat.floor_id for seat in seats))
        self.pools = self._pools(seats)
        self.pools_of = [
            tuple(dict.fromkeys(p for p, pool in enumerate(self.pools) if _has(pool, g)))
            for g in range(len(self.groups))
        ]
        self.compatible = self._compatible()
        self._known: dict[tuple[int, tuple[float, ...]], tuple[float, float]] = {}

    def _pools(self, seats: Sequence[Seats]) -> tuple[DeskPool, ...]:
        """Return who shares desks with whom, by the numbers of floors and groups."""
        number = {floor: f for f, floor in enumerate(self.floors)}
        return tuple(
            DeskPool(
                number[sat[0].floor_id],
                desks,
                tuple(Member(*self.place_of[s.unit_id], s.sharers) for s in sat),
            )
            for _, sat, desks in pool_members(self.scenario, seats)
        )

    def _compatible(self) -> dict[tuple[int, int], NDArray[np.bool_]]:
        """Return for each pair of groups which options have the days in common that they need."""
        share = self.scenario.settings.rotas.all_hands_share
        found: dict[tuple[int, int], NDArray[np.bool_]] = {}
        for (one, other), need in _common_days(self.scenario).items():
            (a, i), (b, j) = self.place_of[one], self.place_of[other]
            ones = [all_hands(option.weeks[i], share) for option in self.groups[a].options]
            others = [all_hands(option.weeks[j], share) for option in self.groups[b].options]
            fits = np.array([[_in_common(x, y, need) for y in others] for x in ones])
            if a == b:
                # Two units of one group have options of one name, so only equal numbers can meet.
                fits = np.diag(fits.diagonal())
            for pair, matrix in (((a, b), fits), ((b, a), fits.T)):
                # Several pairs of units may tie the same two groups: all of them must agree.
                found[pair] = matrix if pair not in found else found[pair] & matrix
        return found

    def share(self, member: Member, choice: Choice, day: int) -> float:
        """Return the share of a member's people who come on a day, 0..1."""
        return self.groups[member.group].options[choice[member.group]].weeks[member.place][day]

    def figures(self, p: int, shares: tuple[float, ...]) -> tuple[float, float]:
        """Return the chance that a pool is short with these shares, and who finds no desk.

        Convolution is most of the work, and the search meets the same shares again and again, so
        figures are kept.

        Parameters
        ----------
        p
            Number of the pool.
        shares
            Of each member in the pool's order, on one day.
        """
        known = self._known.get((p, shares))
        if known is None:
            pool = self.pools[p]
            groups = [
                Group(member.sharers, share, self.correlation)
                for member, share in zip(pool.members, shares, strict=True)
            ]
            found = shortage(pool_pmf(groups, self.day_shock), pool.desks)
            known = self._known[p, shares] = found.short_day, found.without_desk
        return known

    def pool_week(self, p: int, choice: Choice) -> tuple[bool, tuple[float, ...]]:
        """Return whether a pool is short too often on some day, and who finds no desk by day."""
        pool = self.pools[p]
        weeks = [
            self.groups[m.group].options[choice[m.group]].weeks[m.place] for m in pool.members
        ]
        days = [self.figures(p, tuple(week[day] for week in weeks)) for day in DAYS]
        return any(short > self.allowed for short, _ in days), tuple(each for _, each in days)

    def score(self, choice: Choice) -> Score:
        """Return how good a choice is, worked out anew from all pools.

        `improve.State` keeps the same figures up to date move by move; both must agree.
        """
        weeks = [self.pool_week(p, choice) for p in range(len(self.pools))]
        short = {self.pools[p].floor for p, (is_short, _) in enumerate(weeks) if is_short}
        worst = max(sum(each[day] for _, each in weeks) for day in DAYS)
        chosen = [group.options[o] for group, o in zip(self.groups, choice, strict=True)]
        # Sums in another order differ in the last digits, which must not decide between choices.
        return Score(
            len(short),
            -sum(option.hands for option in chosen),
            round(worst, DIGITS),
            sum(option.changed for option in chosen),
        )

    def keeps_common_days(self, choice: Choice) -> bool:
        """Say whether all units have the days in common that they should."""
        return all(fits[choice[a], choice[b]] for (a, b), fits in self.compatible.items())

    @cached_property
    def even(self) -> Choice:
        """The choice of the evenest weeks: no all-hands days, the least share on the worst day.

        It goes with every other, so it is a choice that always exists.
        """
        return [_evenest(group) for group in self.groups]

    @cached_property
    def present(self) -> Choice:
        """Today's weeks; they need not have the common days, so they may be no choice at all."""
        return [
            next(o for o, option in enumerate(group.options) if option.name == PRESENT)
            for group in self.groups
        ]

    def weeks(self, choice: Choice) -> dict[str, tuple[str, Week]]:
        """Return name and shares of each unit's week in a choice."""
        found = {}
        for group, o in zip(self.groups, choice, strict=True):
            option = group.options[o]
            for unit, week in zip(group.units, option.weeks, strict=True):
                found[unit] = option.name, week
        return found


def _has(pool: DeskPool, group: int) -> bool:
    """Say whether somebody of a group sits in a pool."""
    return any(member.group == group for member in pool.members)


def _evenest(group: UnitGroup) -> int:
    """Return the number of a group's evenest option."""

    def key(o: int) -> tuple[int, float]:
        """Return all-hands days first, then the share on the worst day."""
        option = group.options[o]
        return option.hands, max(max(week) for week in option.weeks)

    return min(range(len(group.options)), key=key)


def _in_common(one: frozenset[int], other: frozenset[int], need: int) -> bool:
    """Say whether two weeks have enough all-hands days in common, or all that either has."""
    return len(one & other) >= min(need, len(one), len(other))


def _groups(scenario: Scenario, *, by_organisation: bool) -> tuple[UnitGroup, ...]:
    """Return the groups; of an organisation those units that do not come every day anyway."""
    menu_of, bodies = menus(scenario), dict[str, list[str]]()
    for unit in scenario.housed:
        # A unit that comes every day has its present week alone; it would leave the others no
        # choice.
        alone = not by_organisation or len(menu_of[unit.unit_id]) == 1
        body = f"unit {unit.unit_id}" if alone else f"organisation {unit.organisation_id}"
        bodies.setdefault(body, []).append(unit.unit_id)
    people = {unit.unit_id: unit.headcount for unit in scenario.housed}
    return tuple(_group(scenario, units, menu_of, people) for units in bodies.values())


def _group(
    scenario: Scenario,
    units: Sequence[str],
    menu_of: dict[str, dict[str, Week]],
    people: dict[str, int],
) -> UnitGroup:
    """Return units as a group, with the weeks that all of them can have."""
    share, options = scenario.settings.rotas.all_hands_share, []
    for name in menu_of[units[0]]:
        if all(name in menu_of[unit] for unit in units):
            weeks = tuple(menu_of[unit][name] for unit in units)
            hands = sum(
                people[unit] * len(all_hands(week, share))
                for unit, week in zip(units, weeks, strict=True)
            )
            changed = sum(
                people[unit]
                for unit, week in zip(units, weeks, strict=True)
                if _differs(week, menu_of[unit][PRESENT])
            )
            options.append(Option(name, weeks, hands, changed))
    return UnitGroup(tuple(units), tuple(options))


def _differs(one: Week, other: Week) -> bool:
    """Say whether two weeks differ by more than rounding."""
    return any(abs(x - y) > ROUNDING for x, y in zip(one, other, strict=True))


def _common_days(scenario: Scenario) -> dict[tuple[str, str], int]:
    """Return the days that pairs of units should have in common, where any."""
    found: dict[tuple[str, str], int] = {}
    for row in scenario.affinities:
        asked = row.common_days
        days = (1 if row.closeness == "essential" else 0) if asked is None else asked
        for one, other in unit_pairs(scenario, row) if days else ():
            # Ordered, so that rows in either direction are one pair; the most days asked for hold.
            pair = (one, other) if one < other else (other, one)
            found[pair] = max(days, found.get(pair, 0))
    return found
