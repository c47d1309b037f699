"""Organisations over towers, branched on who is apart: what the branches prove together.

A branch says of some organisations that they are apart, and of others that they are whole. Either
no further one is apart, or one of those that are free is. Children are listed in an order: in each
the organisations of those before it are whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allocator.plan.certificate.dual import Model, evaluate
from allocator.plan.certificate.tree import RefusedError
from allocator.plan.certificate.types import Entry

NOBODY = -1
"""In place of the node of an entry: no further organisation is apart."""


class Branches:
    """Entries of a certificate, each with its children."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.below: dict[int, list[int]] = {}
        for number, entry in enumerate(entries):
            # Parents come first, so there is no circle, and the recursion ends.
            if entry.parent >= number or (entry.parent < 0) != (number == 0):
                raise RefusedError(f"entry {number:,} of its tree has no parent before it")
            self.below.setdefault(entry.parent, []).append(number)

    def bound(self, model: Model) -> float:
        """Return what they prove of a model.

        Raises
        ------
        RefusedError
            If multipliers do not fit, or an entry is no branch of its parent.
        """
        if any(len(entry.multipliers) != model.size for entry in self.entries):
            raise RefusedError(f"it does not have the {model.size:,} multipliers of its model")
        if not self.entries:
            raise RefusedError("it has no multipliers")
        return self._proved(0, model)

    def _proved(self, number: int, model: Model) -> float:
        """Return what an entry proves, by itself or by its branches.

        Parameters
        ----------
        model
            What is left of the whole model in this branch.
        """
        here = evaluate(model, self.entries[number].multipliers)
        children = self.below.get(number, [])
        if not children:
            return here.bound
        whole_cost = np.where(model.spread, np.inf, model.cost).min(axis=1)
        free = [i for i in model.parts if np.isfinite(whole_cost[i])]
        # What the parent's dual comes to with an organisation apart bounds that branch, also
        # without an entry.
        apart = {i: float(here.with_label[i, model.spread].min()) for i in free}
        nobody, whole = -np.inf, list[int]()
        for child in children:
            node = self.entries[child].node
            if node == NOBODY:
                left = model.all_whole(list(apart))
                nobody = max(nobody, evaluate(left, self.entries[child].multipliers).bound)
            # An entry that comes twice, or is of an organisation that cannot be apart here, would
            # hide a branch that is missing.
            elif node in whole or node not in apart:
                raise RefusedError(f"entry {child:,} of its tree is no branch of its parent")
            else:
                left = model.all_whole(whole).spread_out(node)
                apart[node] = max(apart[node], self._proved(child, left))
                whole.append(node)
        # Every plan is in one of the branches, so the least of them holds. Without the branch
        # "nobody else" that least is −∞.
        return max(here.bound, min([nobody, *apart.values()]))
