"""Branch and bound on the dual of a labelled model, best first.

A child gives one node one label. It inherits its parent's multipliers, at which it is bounded no
lower, and takes some steps from there. What the parent's dual comes to with a node at a label
bounds that child at once, so that most children are never looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count
from time import monotonic
from typing import NamedTuple

import numpy as np

from allocator.plan.certificate.types import Proof
from allocator.search.bounds.ascent import DEAD, FORBIDDEN, Multipliers
from allocator.search.bounds.certified import MOST_BYTES as MOST_KEPT
from allocator.search.bounds.certified import Kept, Proved
from allocator.search.bounds.dual import Dual
from allocator.search.bounds.labelled import Labelled, Whole

CHILD_TURNS, STEPS_AT_ONCE = 4, 10
"""Looks at the clock, and steps between them, from the multipliers of the parent."""
MOST_BYTES = 1_000_000_000
"""Memory for multipliers of open nodes; beyond it the tree stops."""
CLOSED = 4e-7
"""Part of the best total within which a node counts as no better."""
TURN_S = 0.2
"""Seconds after which the caller has a turn."""


@dataclass(frozen=True)
class Problem:
    """What a tree asks its caller.

    Attributes
    ----------
    most
        Returns the total above which nothing is of interest: that of the best plan.
    leaf
        Returns the exact total of a plan, by the label of each node of the whole model.
    is_over
        Whether to stop.
    """

    most: Callable[[], float]
    leaf: Callable[[Whole], float]
    is_over: Callable[[], bool]


@dataclass(frozen=True)
class _Node:
    """What is left of a model, multipliers for it, and the labels of nodes that have theirs.

    entry: its number among the entries that are kept; −1 if it is none.
    """

    model: Labelled
    x: Multipliers
    labels: Whole
    entry: int = -1

    def child(self, node: int, label: int) -> _Node:
        """Return what is left once a node has a label."""
        labels = self.labels.copy()
        labels[self.model.nodes[node]] = label
        return _Node(*self.model.fixed(node, label, self.x), labels, self.entry)

    @property
    def bytes(self) -> int:
        """What the node keeps."""
        return int(self.x.flat.nbytes + 3 * self.model.cost.nbytes)


class _Open(NamedTuple):
    """A child that is still to be looked at, ordered by its bound, then by age."""

    bound: float
    number: int
    parent: _Node
    node: int
    label: int
    siblings: list[None]
    """One for every child of the parent that is open."""


def tree_bounds(dual: Dual, problem: Problem, about: Proof | None = None) -> Iterator[Proved]:
    """Yield rising bounds of the least total, a moment each, until it is proved.

    Parameters
    ----------
    dual
        Of the whole model, raised as high as it goes.
    about
        What a proof says of the model. Multipliers are kept for one only where it is given.
    """
    tree = _Tree(dual, problem, about)
    reported = monotonic()
    # Where memory is used up the tree stops with what it has proved; the bound stays valid.
    while tree.heap and not problem.is_over() and tree.bytes < MOST_BYTES:
        tree.step()
        if monotonic() - reported > TURN_S:
            yield Proved(tree.bound, tree.proof)
            reported = monotonic()
    yield Proved(tree.bound, tree.proof)


class _Tree:
    """Open nodes, and the least bound of those that were left aside.

    What is proved is the least over both, and never more than the best plan's total.
    """

    def __init__(self, dual: Dual, problem: Problem, about: Proof | None) -> None:
        self.problem, self.pace, self.number = problem, dual.pace_now, count()
        self.heap: list[_Open] = []
        self.left_aside, self.bytes = np.inf, 0
        labels = np.full(len(dual.model.nodes), -1)
        self.about = about or Proof()
        self.kept = None if about is None else Kept()
        root = self._kept(_Node(dual.model, dual.best, labels), -1, -1)
        self._branch(root, dual, dual.bound)

    def proof(self) -> Proof:
        """Return the proof of what the kept multipliers prove; of nothing if none are kept."""
        if self.kept is None:
            return Proof()
        proved = self.bound if self.kept.proved is None else self.kept.proved
        return replace(self.about, bound=proved, entries=tuple(self.kept.entries))

    def _kept(self, node: _Node, at: int, label: int) -> _Node:
        """Keep the multipliers of a node while there is room; return it with its entry."""
        if self.kept is None or self.kept.proved is not None:
            return node
        if self.kept.bytes > MOST_KEPT:
            # From here on entries are missing, so a certificate can say no more than what holds
            # now.
            self.kept.proved = self.bound
            return node
        return replace(node, entry=self.kept.keep(node.entry, at, label, node.x.flat))

    @property
    def bound(self) -> float:
        """What is proved."""
        return min(
            self.left_aside, self.heap[0].bound if self.heap else np.inf, self.problem.most()
        )

    @property
    def limit(self) -> float:
        """The bound from which on a node is no better than the best plan."""
        most = min(self.problem.most(), DEAD)
        return most - CLOSED * abs(most)

    def step(self) -> None:
        """Look at the open node of the least bound."""
        here = heappop(self.heap)
        here.siblings.pop()
        # A parent's model and multipliers are held by its open children; with the last one they
        # are free.
        if not here.siblings:
            self.bytes -= here.parent.bytes
        if here.bound >= self.limit:
            self.left_aside = min(self.left_aside, here.bound)
            return
        number = int(here.parent.model.nodes[here.node])
        self._look(here.parent.child(here.node, here.label), here.bound, number, here.label)

    def _look(self, node: _Node, bound: float, at: int, label: int) -> None:
        """Raise the bound of a node; leave it aside, or branch."""
        if not len(node.model.nodes):
            self._leaf(node)
            return
        dual = Dual(node.model, node.x, self.pace)
        for _ in range(CHILD_TURNS):
            dual.ascend(STEPS_AT_ONCE)
            if dual.bound >= self.limit or self.problem.is_over():
                break
        # A few steps may end below what the parent's dual has already proved of this child.
        bound = max(bound, dual.bound)
        node = self._kept(replace(node, x=dual.best), at, label)
        if bound >= self.limit:
            self.left_aside = min(self.left_aside, bound)
            return
        self._branch(node, dual, bound)

    def _leaf(self, node: _Node) -> None:
        """Note a plan: its bound is its exact total, which the dual may lie below.

        Otherwise a gap would stay open once everything is closed.
        """
        exact = max(node.model.constant, self.problem.leaf(node.labels))
        self.left_aside = min(self.left_aside, exact)

    def _branch(self, node: _Node, dual: Dual, bound: float) -> None:
        """Open the children of one node of the model: those that may be better."""
        rising = np.maximum(dual.marginals(), bound)
        # Looked up once: the best total may fall meanwhile, and pruned and open children must not
        # overlap.
        limit = self.limit
        pruned = (rising >= limit) & (node.model.cost < DEAD)
        if pruned.any():
            self.left_aside = min(self.left_aside, float(rising[pruned].min()))
        model = replace(node.model, cost=np.where(rising >= limit, FORBIDDEN, node.model.cost))
        keep = replace(node, model=model)
        # What rises beyond the limit is closed all the same, and says no more for this node.
        gain = np.minimum(rising, limit) - bound
        chosen = int(np.argmax(gain.mean(axis=1)))
        labels = np.flatnonzero(rising[chosen] < limit).tolist()
        siblings = [None] * len(labels)
        self.bytes += keep.bytes if labels else 0
        for label in labels:
            bounded = float(rising[chosen, label])
            child = _Open(bounded, next(self.number), keep, chosen, label, siblings)
            heappush(self.heap, child)
