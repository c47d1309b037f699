"""A local search for weeks, exactly evaluated.

One group's week changes at a time; when no such change is better, the weeks of a few neighbouring
pools are set even and chosen anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from allocator.studies.rotas.choices import DAYS, DIGITS, Choice, Choices, Score

Key = Callable[[Score], Any]
"""What makes one score better than another: the smaller key."""
RUIN_POOLS = 3
"""Pools at most whose groups are chosen anew together."""
PATIENCE, PATIENCE_A_POOL = 10, 10
"""Attempts without a better choice after which the search ends: some, and some for each pool."""


class State:
    """A choice with what is needed to tell quickly how one group's other week would change it.

    Attributes
    ----------
    weeks
        Of each pool, whether it is short, and who finds no desk by day.
    short_pools
        Of each floor, how many of its pools are short.
    without
        People without a desk by day, over all pools.
    """

    def __init__(self, choices: Choices, choice: Choice) -> None:
        self.choices = choices
        self.choice = list(choice)
        self.weeks = [choices.pool_week(p, self.choice) for p in range(len(choices.pools))]
        self.short_pools = np.zeros(len(choices.floors), np.int64)
        for p, (is_short, _) in enumerate(self.weeks):
            self.short_pools[choices.pools[p].floor] += is_short
        self.without = [sum(each[day] for _, each in self.weeks) for day in DAYS]
        chosen = [g.options[o] for g, o in zip(choices.groups, self.choice, strict=True)]
        self.hands = sum(option.hands for option in chosen)
        self.changed = sum(option.changed for option in chosen)
        self.score = self._score(
            int((self.short_pools > 0).sum()), self.hands, self.without, self.changed
        )

    def copy(self) -> State:
        """Return a state that changes by itself."""
        # Without `__init__`, which would work out every pool anew.
        other = object.__new__(State)
        other.__dict__ |= self.__dict__
        other.choice, other.weeks = list(self.choice), list(self.weeks)
        other.short_pools, other.without = self.short_pools.copy(), list(self.without)
        return other

    @staticmethod
    def _score(short: int, hands: int, without: list[float], changed: int) -> Score:
        """Return the figures as a score, rounded as `Choices.score` rounds them."""
        return Score(short, -hands, round(max(without), DIGITS), changed)

    def fits(self, group: int, option: int) -> bool:
        """Say whether a week has the days in common with those of the other groups."""
        return all(
            matrix[option, option if other == group else self.choice[other]]
            for (one, other), matrix in self.choices.compatible.items()
            if one == group
        )

    def with_week(self, group: int, option: int) -> Score:
        """Return the score with another week of a group, which stays as it is.

        Only the pools in which the group sits are looked at.
        """
        before, self.choice[group] = self.choice[group], option
        new = {p: self.choices.pool_week(p, self.choice) for p in self.choices.pools_of[group]}
        self.choice[group] = before
        short, without = int((self.short_pools > 0).sum()), list(self.without)
        changes: dict[int, int] = {}
        for p, (is_short, each) in new.items():
            was_short, was = self.weeks[p]
            floor = self.choices.pools[p].floor
            changes[floor] = changes.get(floor, 0) + is_short - was_short
            without = [w + e - b for w, e, b in zip(without, each, was, strict=True)]
        for floor, change in changes.items():
            pools = int(self.short_pools[floor])
            # A floor is short once, however many of its pools are.
            short += (pools + change > 0) - (pools > 0)
        options = self.choices.groups[group].options
        hands = self.hands + options[option].hands - options[before].hands
        changed = self.changed + options[option].changed - options[before].changed
        return self._score(short, hands, without, changed)

    def take(self, group: int, option: int) -> None:
        """Give a group another week and bring all figures up to date."""
        options, before = self.choices.groups[group].options, self.choice[group]
        self.choice[group] = option
        for p in self.choices.pools_of[group]:
            was_short, was = self.weeks[p]
            self.weeks[p] = is_short, each = self.choices.pool_week(p, self.choice)
            self.short_pools[self.choices.pools[p].floor] += is_short - was_short
            self.without = [w + e - b for w, e, b in zip(self.without, each, was, strict=True)]
        self.hands += options[option].hands - options[before].hands
        self.changed += options[option].changed - options[before].changed
        short = int((self.short_pools > 0).sum())
        self.score = self._score(short, self.hands, self.without, self.changed)


def descend(state: State, key: Key, groups: Iterable[int], is_over: Callable[[], bool]) -> None:
    """Give groups their best week, one after another, until none is better.

    Parameters
    ----------
    state
        Changed in place.
    key
        What is to become smaller.
    groups
        Those that may change, in the order in which they are tried.
    """
    order = list(groups)
    better = True
    while better and not is_over():
        better = False
        for group in order:
            options = range(len(state.choices.groups[group].options))
            found = [
                (key(state.with_week(group, o)), o)
                for o in options
                if o != state.choice[group] and state.fits(group, o)
            ]
            best = min(found, default=None)
            if best is not None and best[0] < key(state.score):
                state.take(group, best[1])
                better = True
            if is_over():
                return


def improve(
    state: State,
    key: Key,
    rng: np.random.Generator,
    is_over: Callable[[], bool],
    on_better: Callable[[State], None],
) -> State:
    """Return the best state found: again and again the weeks of a few pools are chosen anew.

    Parameters
    ----------
    on_better
        Called with each state that is better than all before.
    """
    choices = state.choices
    descend(state, key, rng.permutation(len(choices.groups)).tolist(), is_over)
    on_better(state)
    near = _neighbours(choices)
    fruitless, patience = 0, PATIENCE + PATIENCE_A_POOL * len(choices.pools)
    while choices.pools and fruitless < patience and not is_over():
        fruitless += 1
        tried = state.copy()
        first = int(rng.integers(len(choices.pools)))
        pools = [first, *rng.permutation(near[first]).tolist()[: int(rng.integers(RUIN_POOLS))]]
        groups = list(dict.fromkeys(m.group for p in pools for m in choices.pools[p].members))
        for group in groups:
            _set_even(tried, group)
        descend(tried, key, rng.permutation(groups).tolist(), is_over)
        # Equal ones are taken, too, to drift over plateaus; they do not count as a success.
        if key(tried.score) <= key(state.score):
            if key(tried.score) < key(state.score):
                on_better(tried)
                fruitless = 0
            state = tried
    return state


def _set_even(state: State, group: int) -> None:
    """Give a group the even week, which all others go with."""
    even = state.choices.even[group]
    if state.choice[group] != even and state.fits(group, even):
        state.take(group, even)


def _neighbours(choices: Choices) -> list[list[int]]:
    """Return for each pool the others that a unit of it sits in, too."""
    found: list[set[int]] = [set() for _ in choices.pools]
    for pools in choices.pools_of:
        for p in pools:
            found[p] |= set(pools) - {p}
    return [sorted(others) for others in found]
