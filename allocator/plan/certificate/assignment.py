"""Units that stay whole, read anew: the labelled model of units by floors.

The model of the search is `allocator.search.bounds.assignment`; nothing of it is used here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from allocator.plan.certificate.dual import Model
from allocator.plan.certificate.reading import Reading
from allocator.plan.certificate.tree import Leaf, RefusedError
from allocator.plan.certificate.types import Proof
from allocator.plan.verify import given_pieces, verify

IN_MODEL = frozenset({"walking", "placement_cost", "people_moved"})
"""Terms that the model holds; others are taken from elsewhere."""


def assignment_model(reading: Reading, proof: Proof, others: float) -> Model:
    """Return the model with its nodes and labels in the order of the proof.

    `others` are costs of terms that are not in the model.

    Raises
    ------
    RefusedError
        If its nodes are not the units, or not all of them stay whole.
    """
    us = _positions("units", proof.nodes, reading.units)
    fs = _positions("floors", proof.places, reading.floors)
    if not ((reading.most_floors == 1) | (reading.demand < 2 * reading.smallest)).all():
        raise RefusedError("its units stay whole, and units of the scenario may be divided")
    first, second = np.triu_indices(len(us), 1)
    pairs = np.column_stack([first, second])
    if proof.pairs.shape != pairs.shape or (proof.pairs != pairs).any():
        raise RefusedError("its pairs are not all pairs of units")
    weight = np.repeat(reading.demand[us, None].astype(float), len(fs), axis=1)
    trips = reading.trips[np.ix_(us, us)]
    return Model(
        nodes=np.arange(len(us)),
        constant=others,
        cost=reading.whole_costs[np.ix_(us, fs)],
        weight=weight,
        own=weight,
        place=np.arange(len(fs)),
        capacity=reading.capacity[fs].astype(float),
        first=first,
        second=second,
        pair_cost=trips[first, second][:, None, None] * reading.minutes[np.ix_(fs, fs)],
        spread=np.zeros(len(fs), bool),
    )


def leaf_of(reading: Reading, proof: Proof) -> Leaf:
    """Return what works out a plan's total by the labels of its nodes; infinite if unsound.

    A plan that breaks a rule is no plan, and a tree may leave it out.
    """

    def total(labels: Mapping[int, int]) -> float:
        pieces = {
            (unit := proof.nodes[i], proof.places[k]): int(reading.demand[reading.units[unit]])
            for i, k in labels.items()
        }
        found = verify(reading.scenario, given_pieces(reading.scenario, pieces))
        return found.total if found.feasible else np.inf

    return total


def _positions(what: str, ids: Sequence[str], known: Mapping[str, int]) -> list[int]:
    """Return the numbers of ids in the order of the proof.

    Raises
    ------
    RefusedError
        If they are not the scenario's, each once.
    """
    if sorted(ids) != sorted(known):
        raise RefusedError(f"its {what} are not those of the scenario")
    return [known[name] for name in ids]
