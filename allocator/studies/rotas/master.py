"""A model of all choices that is exact where it was looked at, for proofs and for better choices.

Chances and people without a desk only grow when more come. So where a pool is short with certain
shares, it is with larger ones: each such fact, found where the model's choice is wrong, is a row.
What the model proves holds for all choices, as its rows do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import product
from math import ceil, floor, prod

from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr, LinearExprT

from allocator.scenario.menu import ROUNDING
from allocator.search.solver import Effort, solve_model
from allocator.studies.rotas.choices import DAYS, Choice, Choices, Member, Score

SCALE = 10_000
"""Parts of a person in which people without a desk are counted."""
MOST_TRIED = 300
"""Combinations of shares up to which all that make a pool short are looked for at once."""


class Aim(IntEnum):
    """The aims in their order (docs/explanation/attendance.md), as places in a `Score`."""

    SHORT_FLOORS = 0
    HANDS = 1
    WITHOUT_DESK = 2
    CHANGED = 3


@dataclass(frozen=True)
class Solved:
    """A choice of the model, if it found one, and the bound that it proved of the aim."""

    choice: Choice | None
    bound: float


class Master:
    """The model of a case: which option each group has, which floors may be short.

    At first it knows little of chances: facts are added where its choice turns out wrong. Its rows
    hold for all choices, so what it proves is a bound whether or not all facts were added
    (docs/explanation/attendance.md).
    """

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.model = CpModel()
        self.chosen = [
            [self.model.new_bool_var("") for _ in group.options] for group in choices.groups
        ]
        for options in self.chosen:
            self.model.add_exactly_one(options)
        self.short = [self.model.new_bool_var("") for _ in choices.floors]
        most = [sum(m.sharers for m in pool.members) * SCALE for pool in choices.pools]
        self.without = [
            [self.model.new_int_var(0, max(each, 0), "") for _ in DAYS] for each in most
        ]
        self.worst = self.model.new_int_var(0, sum(most), "")
        for day in DAYS:
            self.model.add(self.worst >= LinearExpr.sum([each[day] for each in self.without]))
        self._add_common_days()
        self._add_means()
        for p in range(len(choices.pools)):
            # Of small pools all facts are known at once, which spares solves.
            for shares in smallest_short(choices, p):
                self._say_short(p, shares)

    def _add_common_days(self) -> None:
        """Forbid options that have too few days in common with each other group's choice."""
        for (a, b), fits in self.choices.compatible.items():
            for o, row in enumerate(fits):
                if a == b:
                    if not row[o]:
                        self.model.add(self.chosen[a][o] == 0)
                elif not row.all():
                    allowed = [self.chosen[b][i] for i in range(len(row)) if row[i]]
                    self.model.add_bool_or([self.chosen[a][o].negated(), *allowed])

    def _add_means(self) -> None:
        """Those expected cannot exceed the desks by much where a day is seldom short.

        By Cantelli's inequality by at most √(ε / (1 − ε)) standard deviations.
        """
        choices, share = self.choices, self.choices.allowed
        # A common factor of the day adds to the variance, so the inequality would claim too much.
        if choices.day_shock:
            return
        for p, pool in enumerate(choices.pools):
            # p (1 − p) is at most 1/4, so this holds whatever weeks are chosen.
            variance = sum(
                m.sharers * 0.25 * max(0.0, 1 + (m.sharers - 1) * choices.correlation)
                for m in pool.members
            )
            most = pool.desks + (variance * share / (1 - share)) ** 0.5
            people = sum(m.sharers for m in pool.members)
            for day in DAYS:
                # Rounded down, and the limit up: whole parts must not make the row claim more than
                # is true.
                expected = [
                    (var, floor(SCALE * m.sharers * option.weeks[m.place][day]))
                    for m in pool.members
                    for var, option in zip(
                        self.chosen[m.group], choices.groups[m.group].options, strict=True
                    )
                ]
                total = LinearExpr.weighted_sum([v for v, _ in expected], [c for _, c in expected])
                # Where the floor counts as short the row must not bind at all.
                beyond = SCALE * people * self.short[choices.pools[p].floor]
                self.model.add(total <= ceil(SCALE * most) + beyond)

    def amount(self, aim: Aim) -> LinearExprT:
        """Return what is least under an aim, in whole parts.

        Floors, days times people, or people.
        """
        if aim is Aim.SHORT_FLOORS:
            return LinearExpr.sum(self.short)
        if aim is Aim.WITHOUT_DESK:
            return self.worst
        variables, weights = [], []
        for options, group in zip(self.chosen, self.choices.groups, strict=True):
            variables += options
            weights += [-o.hands if aim is Aim.HANDS else o.changed for o in group.options]
        return LinearExpr.weighted_sum(variables, weights)

    def keep(self, aim: Aim, score: Score) -> None:
        """Ask from now on for choices that are as good as a score in an aim.

        Aims come one after the other, so this is how an earlier one outweighs all later ones.
        """
        value = score[aim]
        # One part more, as the figures are rounded and the best choice itself must stay allowed.
        parts = ceil(value * SCALE) + 1 if aim is Aim.WITHOUT_DESK else int(value)
        self.model.add(self.amount(aim) <= parts)

    def solve(
        self,
        aim: Aim,
        hint: Choice,
        seconds: float,
        workers: int,
        should_stop: Callable[[], bool],
        seed: int,
    ) -> Solved:
        """Return the best choice of the model as it stands, and the bound that it proves."""
        self.model.minimize(self.amount(aim))
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for options, o in zip(self.chosen, hint, strict=True):
            for number, var in enumerate(options):
                self.model.add_hint(var, number == o)
        effort = Effort(max(seconds, 0.01), workers, seed)
        found = solve_model(self.model, effort, should_stop=should_stop)
        bound = found.bound / (SCALE if aim is Aim.WITHOUT_DESK else 1)
        if not found.has_solution:
            return Solved(None, bound)
        choice = [
            next(o for o, var in enumerate(options) if found.value(var)) for options in self.chosen
        ]
        self._values = [[found.value(var) for var in each] for each in self.without]
        self._short = [bool(found.value(var)) for var in self.short]
        return Solved(choice, bound)

    def learn(self, choice: Choice, aim: Aim) -> int:
        """Add rows for what the model did not know of its choice; return how many facts.

        None means that the model was right about its choice, so its bound is attained.
        """
        facts = 0
        for p, pool in enumerate(self.choices.pools):
            weeks = [[self.choices.share(m, choice, day) for m in pool.members] for day in DAYS]
            seen: set[tuple[float, ...]] = set()
            for day, week in enumerate(weeks):
                shares = tuple(week)
                # A week has equal days; a fact that holds for shares holds on each of them.
                if shares in seen:
                    continue
                seen.add(shares)
                short, without = self.choices.figures(p, shares)
                if short > self.choices.allowed and not self._short[pool.floor]:
                    facts += self._forbid(p, shares)
                value = self._values[p][day] / SCALE
                # Before that aim nobody asks how many find no desk, and such rows only make the
                # model larger.
                if aim >= Aim.WITHOUT_DESK and without > value + 1.5 / SCALE:
                    facts += self._price(p, shares, without)
        return facts

    def _forbid(self, p: int, shares: tuple[float, ...]) -> int:
        """Say that a pool is short with such shares, each lowered as far as that holds."""
        lowered = self._lowered(
            p, shares, lambda s: self.choices.figures(p, s)[0] > self.choices.allowed
        )
        self._say_short(p, lowered)
        return 1

    def _say_short(self, p: int, shares: tuple[float, ...]) -> None:
        """Add the row: not all members have these shares, unless the floor is short."""
        short = self.short[self.choices.pools[p].floor]
        for literals, count in self._at_least(p, shares):
            self.model.add(LinearExpr.sum(literals) <= count - 1 + short)

    def _price(self, p: int, shares: tuple[float, ...], without: float) -> int:
        """Say how many find no desk at least with these shares."""
        # Down, so that the row claims no more people than the exact figure.
        parts = floor(without * SCALE)
        for day, (literals, count) in enumerate(self._at_least(p, shares)):
            beyond = LinearExpr.sum(literals) - (count - 1)
            self.model.add(self.without[p][day] >= parts * beyond)
        return 1

    def _lowered(
        self, p: int, shares: tuple[float, ...], holds: Callable[[tuple[float, ...]], bool]
    ) -> tuple[float, ...]:
        """Return shares each lowered as far as a fact holds.

        So that its row rules out the most.
        """
        found = list(shares)
        for place, member in enumerate(self.choices.pools[p].members):
            for lower in levels(self.choices, member):
                if lower >= found[place]:
                    break
                tried = tuple(lower if i == place else share for i, share in enumerate(found))
                if holds(tried):
                    found[place] = lower
                    break
        return tuple(found)

    def _at_least(self, p: int, shares: tuple[float, ...]) -> Iterator[tuple[list[IntVar], int]]:
        """Yield for each day what is chosen where all shares are at least these, and how many.

        Members that cannot have less are left out; two of one group count as one.
        """
        members = self.choices.pools[p].members
        for day in DAYS:
            literals: list[IntVar] = []
            groups: dict[int, set[int]] = {}
            for member, share in zip(members, shares, strict=True):
                options = self.choices.groups[member.group].options
                enough = {
                    o
                    for o, option in enumerate(options)
                    if option.weeks[member.place][day] >= share - ROUNDING
                }
                groups[member.group] = groups.get(member.group, enough) & enough
            count = 0
            for group, enough in groups.items():
                # A group that cannot have less says nothing, and would only make the row longer.
                if len(enough) < len(self.chosen[group]):
                    count += 1
                    literals += [self.chosen[group][o] for o in enough]
            yield literals, count


def levels(choices: Choices, member: Member) -> list[float]:
    """Return the shares that a member may have on a day, from the least, each once."""
    options = choices.groups[member.group].options
    return sorted({share for option in options for share in option.weeks[member.place]})


def smallest_short(choices: Choices, p: int) -> list[tuple[float, ...]]:
    """Return shares with which a pool is short, of which none is larger than another everywhere.

    All of them where the pool is small, as for fewer members the rest follows by halving; else
    none, and they are learnt as they are met.
    """
    scales = [levels(choices, member) for member in choices.pools[p].members]
    # Each combination is a convolution: beyond so many it is cheaper to learn facts as they are
    # met.
    if prod(map(len, scales[:-1])) > MOST_TRIED:
        return []
    last, found = scales[-1], list[tuple[float, ...]]()
    for first in product(*scales[:-1]):

        def is_short(share: float, first: tuple[float, ...] = first) -> bool:
            """Say whether the pool is short with these shares of all members but the last."""
            return choices.figures(p, (*first, share))[0] > choices.allowed

        place = bisect_left(last, True, key=is_short)
        if place < len(last):
            found.append((*first, last[place]))
    # A larger one follows from a smaller one, so its row would be idle.
    return [one for one in found if not any(_below(other, one) for other in found)]


def _below(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Say whether shares are smaller somewhere and larger nowhere."""
    return one != other and all(x <= y for x, y in zip(one, other, strict=True))
