"""The bound that a tree of multipliers proves, branch by branch.

The tree is read from its first entry on. What is left of the model is made anew for every entry,
so a wrong tree can prove too little, and never too much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from allocator.plan.certificate.dual import Model, evaluate
from allocator.plan.certificate.types import Entry, Floats

Leaf = Callable[[Mapping[int, int]], float]
"""Returns the total of the plan in which each node has a label."""


class _Child(NamedTuple):
    """A child with an entry: its model is the parent's once a node, by position, has a label."""

    entry: int
    model: Model
    position: int
    label: int
    labels: dict[int, int]


class RefusedError(ValueError):
    """The certificate does not prove what it claims; the message says why."""


@dataclass(frozen=True)
class Tree:
    """Entries of a certificate with the claim that they are to prove.

    Attributes
    ----------
    claim
        Children that are bounded by as much need no entry.
    name
        Names a node and a label in sentences.
    """

    entries: Sequence[Entry]
    claim: float
    leaf: Leaf
    name: Callable[[int, int], str]

    def bound(self, model: Model) -> float:
        """Return what the tree proves of a model.

        Raises
        ------
        RefusedError
            If multipliers do not fit the model, or a branch is missing.
        """
        if not self.entries:
            raise RefusedError("it has no multipliers")
        below: dict[int, list[int]] = {}
        for number, entry in enumerate(self.entries):
            if entry.parent >= number or (entry.parent < 0) != (number == 0):
                raise RefusedError(f"entry {number:,} of its tree has no parent before it")
            below.setdefault(entry.parent, []).append(number)
        least, open_children = self._look(0, model, {}, below.get(0, []))
        # A stack and no recursion: trees may be deeper than Python's recursion limit.
        while open_children:
            child = open_children.pop()
            left = child.model.fixed(child.position, child.label)
            found, children = self._look(
                child.entry, left, child.labels, below.get(child.entry, [])
            )
            least = min(least, found)
            open_children += children
        return least

    def _look(
        self, number: int, model: Model, labels: dict[int, int], below: list[int]
    ) -> tuple[float, list[_Child]]:
        """Return the least that is proved of one entry without its children, and these.

        Parameters
        ----------
        number
            Of the entry.
        labels
            Of nodes that have theirs, in numbers of the whole model.
        below
            Numbers of its children.

        Raises
        ------
        RefusedError
            If its multipliers do not fit, or its children are of several nodes.
        """
        entry = self.entries[number]
        if len(entry.multipliers) != model.size:
            raise RefusedError(
                f"entry {number:,} of its tree has {len(entry.multipliers):,} multipliers, "
                f"and the model takes {model.size:,}"
            )
        found = evaluate(model, entry.multipliers)
        last = len(model.nodes) == 1
        if found.bound >= self.claim or not (below or last):
            # Each node has some label, so the least over its labels holds, of the best node.
            by_node = found.with_label.min(axis=1, initial=np.inf)
            return max(found.bound, float(by_node.max(initial=-np.inf))), []
        node = int(model.nodes[0]) if last else self.entries[below[0]].node
        at = np.flatnonzero(model.nodes == node)
        if not len(at) or any(self.entries[b].node != node for b in below):
            raise RefusedError(f"entry {number:,} of its tree branches on no single node")
        entry_of = {} if last else {self.entries[b].label: b for b in below}
        return self._branches(model, found.with_label, int(at[0]), labels, entry_of)

    def _branches(
        self,
        model: Model,
        with_label: Floats,
        position: int,
        labels: dict[int, int],
        entry_of: Mapping[int, int],
    ) -> tuple[float, list[_Child]]:
        """Return the children of a node by its labels, and the least proved of what has none."""
        proved = with_label >= self.claim
        least = float(with_label[proved].min(initial=np.inf))
        # Labels that are proved need not be looked at again below, by any node.
        narrower = replace(model, cost=np.where(proved, np.inf, model.cost))
        children = []
        for label in np.flatnonzero(~proved[position]).tolist():
            here = labels | {int(model.nodes[position]): label}
            if label in entry_of:
                children.append(_Child(entry_of[label], narrower, position, label, here))
            else:
                closed = narrower.fixed(position, label)
                least = min(least, self._closed(closed, here, with_label[position, label]))
        return least, children

    def _closed(self, model: Model, labels: dict[int, int], bound: float) -> float:
        """Return what is proved of a child that has no entry: only a plan may lack one."""
        if len(model.nodes):
            *_, (node, label) = labels.items()
            raise RefusedError(
                f"its tree lacks the branch {self.name(node, label)}, at depth {len(labels)}, "
                f"where only {bound:,.1f} is proved"
            )
        exact = max(bound, model.constant)
        # The dual of a whole plan may lie below its exact total.
        return exact if exact >= self.claim else max(exact, self.leaf(labels))
