"""Who is apart: a tree on the model over towers, best first.

In every plan either no further organisation is apart, or one is: the first in an order of them,
those before it being whole. Each of these branches inherits multipliers. What the dual of a branch
comes to with an organisation apart bounds that child at once, so that many are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

import numpy as np

from allocator.plan.certificate.types import Entry, Proof, Together
from allocator.search.bounds.ascent import DEAD, FORBIDDEN, Multipliers
from allocator.search.bounds.certified import MOST_BYTES, Kept
from allocator.search.bounds.dual import Dual
from allocator.search.bounds.labelled import Floats, Labelled
from allocator.search.bounds.patterns import SearchSets
from allocator.search.progress import ShouldStop

NOBODY = -1
"""In place of the node of an entry: no further organisation is apart."""


@dataclass(frozen=True)
class _Branch:
    """A branch whose dual was raised, with its best multipliers.

    entry: its number among those that are kept for a proof, or −1.
    """

    model: Labelled
    x: Multipliers
    entry: int


class _Child(NamedTuple):
    """A branch in which one more organisation is apart and others are whole, still to be raised.

    Ordered by its bound, then by age.
    """

    bound: float
    number: int
    parent: _Branch
    node: int
    whole: Sequence[int]

    def model(self) -> Labelled:
        """Return its model: the parent's, some organisations whole, one spread."""
        model = all_whole(self.parent.model, self.whole)
        cost = model.cost.copy()
        # All labels of one that is apart stay open together. One of them alone would be no
        # partition: it is at several at once.
        cost[self.node, ~model.spread] = FORBIDDEN
        return replace(model, cost=cost)


class Branches:
    """The tree while it grows.

    Parameters
    ----------
    root
        Dual of the whole model, at the beginning.
    about
        What a proof says of the model.
    keeps
        Whether multipliers of branches are kept for a proof; else it is of the root alone.
    """

    def __init__(self, root: Dual, about: Proof, *, keeps: bool) -> None:
        self.root, self.about = root, about
        self.heap, self.number = list[_Child](), count()
        self.closed, self.under_way = np.inf, -np.inf
        self.current: tuple[_Child, Dual] | None = None
        self.bytes = 0
        self.kept = Kept() if keeps else None

    @property
    def bound(self) -> float:
        """What is proved of all plans."""
        first = self.heap[0].bound if self.heap else np.inf
        return max(self.root.bound, min(self.closed, self.under_way, first))

    def rise(self, search_sets: SearchSets, is_over: ShouldStop) -> Iterator[None]:
        """Raise the root, and then branch after branch; a turn for the caller every moment.

        Parameters
        ----------
        search_sets
            Searches what sets of organisations pay that decide a minimum.
        is_over
            Asked every moment; `bound` holds whenever it stops.
        """
        yield from rise_with_sets(self.root, search_sets, is_over)
        self.under_way = self.root.bound
        first = self._kept(self.root, -1, NOBODY)
        yield from self._branch(first, self.root.marginals(), search_sets, is_over)
        while self.heap and self.heap[0].bound < self.closed and not is_over():
            child = heappop(self.heap)
            self.under_way = child.bound
            dual = Dual(child.model(), child.parent.x, self.root.warmer)
            self.current = child, dual
            # A branch is raised only until it no longer matters: what is proved is the least of
            # all branches.
            for _ in rise_with_sets(dual, search_sets, _reached(dual, self.closed, is_over)):
                self.under_way = max(self.under_way, dual.bound)
                yield
            branch, self.current = self._kept(dual, child.parent.entry, child.node), None
            if self.under_way < self.closed and self.bytes < MOST_BYTES and not is_over():
                yield from self._branch(branch, dual.marginals(), search_sets, is_over)
            self.closed = min(self.closed, self.under_way)
            self.under_way = np.inf

    def _branch(
        self, branch: _Branch, marginals: Floats, search_sets: SearchSets, is_over: ShouldStop
    ) -> Iterator[None]:
        """Raise the branch with nobody else apart, and note those with one more."""
        model, bound = branch.model, self.under_way
        whole = model.cost[:, ~model.spread].min(axis=1) < DEAD
        free = np.flatnonzero((model.parts[:, 1] > model.parts[:, 0]) & whole)
        if is_over() or not len(free):
            return
        self.bytes += branch.x.flat.nbytes + 2 * model.cost.nbytes
        # What holds for the branch holds for its children.
        apart = np.maximum(marginals[:, model.spread].min(axis=1), bound)
        order = free[np.argsort(apart[free], kind="stable")].tolist()
        nobody = Dual(all_whole(model, order), branch.x, self.root.warmer)
        for _ in rise_with_sets(nobody, search_sets, _reached(nobody, self.closed, is_over)):
            yield
        self._kept(nobody, branch.entry, NOBODY)
        self.closed, self.under_way = min(self.closed, max(nobody.bound, bound)), np.inf
        for at, node in enumerate(order):
            # Those before it in the order are whole, so no plan is in two branches and none is
            # left out.
            child = _Child(float(apart[node]), next(self.number), branch, node, order[:at])
            heappush(self.heap, child)

    def _kept(self, dual: Dual, parent: int, node: int) -> _Branch:
        """Keep multipliers while there is room."""
        branch = _Branch(dual.model, dual.best, -1)
        if self.kept is None or self.kept.proved is not None:
            return branch
        if self.kept.bytes > MOST_BYTES:
            # From here on entries are missing, so a certificate can say no more than what holds
            # now.
            self.kept.proved = self.bound
            return branch
        return replace(branch, entry=self.kept.keep(parent, node, -1, dual.best.flat.copy()))

    def proof(self) -> Proof:
        """Return the proof of what the kept multipliers prove, or of the root's."""
        entries, bound = [Entry(-1, NOBODY, -1, self.root.best.flat.copy())], self.root.bound
        if self.kept and self.kept.entries:
            entries = list(self.kept.entries)
            bound = self.bound if self.kept.proved is None else self.kept.proved
            # The branch that is being raised counts in the bound with what it has so far.
            if self.current and self.kept.proved is None:
                child, dual = self.current
                flat = dual.best.flat.copy()
                entries.append(Entry(child.parent.entry, child.node, -1, flat))
        sets, views = self.root.model.patterns, self.root.model.views
        # Of thousands of sets only those that hold up a minimum are in the file; the others count
        # as paying nothing.
        every = (sets.deciding(views(entry.multipliers).rho) for entry in entries)
        places = np.repeat(sets.label, np.diff(sets.start)).tolist()
        return replace(
            self.about,
            bound=bound,
            entries=tuple(entries),
            patterned=tuple(sets.label.tolist()),
            together=tuple(
                Together(places[s], tuple(sets.members(s)), float(sets.extra[s]))
                for s in sorted(set().union(*every))
            ),
        )


def _reached(dual: Dual, goal: float, is_over: ShouldStop) -> ShouldStop:
    """Return what stops an ascent once it is over or no longer matters."""
    return lambda: is_over() or dual.bound >= goal


def rise_with_sets(dual: Dual, search_sets: SearchSets, is_over: ShouldStop) -> Iterator[None]:
    """Raise a dual; search sets that decide a minimum; go on until there are no more of them."""
    while not is_over():
        for _ in dual.rise(is_over):
            yield
        some = False
        for _ in search_sets(dual.best.rho, is_over):
            some = True
            yield
        if not some:
            return
        dual.warm()


def all_whole(model: Labelled, nodes: Sequence[int]) -> Labelled:
    """Return the model in which some organisations are whole, each in one tower."""
    cost, parts = model.cost.copy(), model.parts.copy()
    some = np.array(nodes, np.int64)
    cost[np.ix_(some, np.flatnonzero(model.spread))] = FORBIDDEN
    parts[some] = 0
    return replace(model, cost=cost, parts=parts)
