"""Patterns: sets of nodes that one place may hold, and what a set pays more than its nodes do.

A place r of few sets S is described by all of them in place of its capacity alone. With
multipliers ρ_i(r) a node pays ρ_i(r) more at the place, and the bound gains

    Σ_r min_S [extra(S) − Σ_{i in S} ρ_i(r)]

over the sets that fit. Any extra from 0 up that the set pays in fact may stand there, so it is
searched for sets that decide a minimum alone, and only once they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.search.progress import ShouldStop

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
SearchSets = Callable[[Floats, ShouldStop], Iterator[None]]
"""Searches what sets pay that decide a minimum at multipliers ρ (N, G); a turn after each."""
MOST_SETS = 10_000
"""Sets of a place; one that may hold more has its capacity alone."""
AT_A_TIME = 30
"""Sets of a place that are searched before the dual goes on."""


class Patterns(NamedTuple):
    """Sets of nodes by place. G places, S sets, M members of them one after the other.

    label (G), which the members of a set have; start (G + 1), first set of each place, and the
    end; first (S + 1), first member of each set, and the end; member (M), nodes; extra (S),
    person-minutes a week that a set pays at least, above what its nodes pay each.
    """

    label: Whole
    start: Whole
    first: Whole
    member: Whole
    extra: Floats

    def paid(self, g: int, rho: Floats) -> Floats:
        """Return what each set of a place adds to the bound (sets of it); rho (N, G)."""
        begin, end = self.start[g], self.start[g + 1]
        first = self.first[begin : end + 1]
        found = self.extra[begin:end].copy()
        owner = np.repeat(np.arange(len(found)), np.diff(first))
        np.subtract.at(found, owner, rho[self.member[first[0] : first[-1]], g])
        return found

    def deciding(self, rho: Floats) -> list[int]:
        """Return the sets without whose extra a minimum would be lower."""
        found = list[int]()
        for g, (begin, end) in enumerate(pairwise(self.start.tolist())):
            paid, extra = self.paid(g, rho), self.extra[begin:end]
            found += (begin + np.flatnonzero((extra > 0) & (paid - extra < paid.min()))).tolist()
        return found

    def searching(self, extra: Callable[[list[int], int], float]) -> SearchSets:
        """Return what searches sets near the least of their place, each once.

        Parameters
        ----------
        extra
            Returns what nodes pay together at a label above what each does by itself.
        """
        done = set[int]()

        def search(rho: Floats, is_over: ShouldStop) -> Iterator[None]:
            for g, begin in enumerate(self.start[:-1].tolist()):
                # Sets near the least decide soon. The others may never do, and their contents are
                # dear to search.
                order = begin + np.argsort(self.paid(g, rho), kind="stable")[:AT_A_TIME]
                for s in order.tolist():
                    if s not in done and not is_over():
                        done.add(s)
                        self.extra[s] = extra(self.members(s), int(self.label[g]))
                        yield

        return search

    def members(self, s: int) -> list[int]:
        """Return the nodes of a set."""
        found: list[int] = self.member[self.first[s] : self.first[s + 1]].tolist()
        return found


def _whole(values: Sequence[int]) -> Whole:
    """Return whole numbers as an array, also where there are none."""
    return np.array(values, np.int64)


NO_PATTERNS = Patterns(_whole([]), _whole([0]), _whole([0]), _whole([]), np.zeros(0))


def patterns_of(weight: Floats, fits: NDArray[np.bool_], capacity: Floats) -> Patterns:
    """Return the sets of nodes that fit into places that hold few, with nothing extra.

    Parameters
    ----------
    weight, fits : (N, R)
        What a node weighs at each place, which is a label, and whether it may be there.
    capacity : (R)
    """
    label, start, first, member = list[int](), [0], [0], list[int]()
    for r, room in enumerate(capacity.tolist()):
        nodes = [i for i in np.argsort(weight[:, r], kind="stable").tolist() if fits[i, r]]
        weights = [float(weight[i, r]) for i in nodes]
        # One set more than the most says that there are too many; the rest is not counted.
        found = list(_sets(weights, room, MOST_SETS))
        if 1 < len(found) <= MOST_SETS:
            label.append(r)
            start.append(start[-1] + len(found))
            for chosen in found:
                member += [nodes[k] for k in chosen]
                first.append(len(member))
    counts = _whole(start), _whole(first)
    return Patterns(_whole(label), *counts, _whole(member), np.zeros(start[-1]))


def _sets(weights: list[float], room: float, most: int) -> Iterator[tuple[int, ...]]:
    """Yield sets of things that fit, the lightest first; one more than the most if there are."""
    waiting: list[tuple[tuple[int, ...], int, float]] = [((), 0, room)]
    while waiting and most >= 0:
        chosen, next_one, left = waiting.pop()
        yield chosen
        most -= 1
        for k in range(next_one, len(weights)):
            # Weights rise, so all that follow are too heavy as well.
            if weights[k] > left:
                break
            waiting.append(((*chosen, k), k + 1, left - weights[k]))
