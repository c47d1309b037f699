"""Units that stay whole: a labelled model of units by floors, its dual, and a tree that closes it.

This is the generalised quadratic assignment problem. Walking, placement and moves are in it
exactly, so that the label of every unit is a plan; other terms are a constant below them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from allocator.plan.certificate.types import Kind, Proof
from allocator.plan.types import TermName
from allocator.search.bounds.ascent import FORBIDDEN
from allocator.search.bounds.certified import Proved, proof_of_dual
from allocator.search.bounds.dual import Dual
from allocator.search.bounds.labelled import Labelled, Whole, undivided
from allocator.search.bounds.plans import Plans
from allocator.search.bounds.tree import Problem, tree_bounds
from allocator.search.case import Case
from allocator.search.progress import ShouldStop
from allocator.search.special.packing import stays_whole
from allocator.search.walking_time import WalkingTime

MOST_ENTRIES = 20_000_000
"""Pairs of units times pairs of floors, at most."""


def is_assignment(case: Case) -> bool:
    """Return whether all of a plan is a floor for every unit, few enough, and somebody walks."""
    units, floors = int((case.demand > 0).sum()), len(case.floor_ids)
    walks = case.scenario.settings.prices.walking > 0 and len(case.trips.a) > 0
    return walks and (units * floors) ** 2 // 2 <= MOST_ENTRIES and stays_whole(case)


def is_alone(case: Case) -> bool:
    """Return whether it is an assignment, and every tower is one floor."""
    return len(case.floor_ids) == len(case.tower_ids) and is_assignment(case)


def assignment_model(case: Case, others: float = 0.0) -> Labelled:
    """Return the model; `others` is a bound of all terms but walking, placement and moves.

    Nodes are the units with desks, in the order of the case; labels and places are the floors.
    """
    price = case.scenario.settings.prices.walking
    units = np.flatnonzero(case.demand > 0)
    trips = price * WalkingTime(case).between(units.tolist())
    weight = np.repeat(case.demand[units, None].astype(float), len(case.floor_ids), axis=1)
    cost = case.whole_costs()[units] + np.outer(np.diag(trips) / 2, np.diag(case.minutes))
    cost[~case.allowed[units] | (weight > case.capacity)] = FORBIDDEN
    first, second = np.triu_indices(len(units), 1)
    # Units without desks are no nodes, yet people of theirs may count as moved.
    unplaced = float(case.leaving_cost.sum() - case.leaving_cost[units].sum())
    return Labelled(
        nodes=np.arange(len(units)),
        constant=others + unplaced,
        cost=cost,
        weight=weight,
        own=weight,
        place=np.arange(len(case.floor_ids)),
        capacity=case.capacity.astype(float),
        first=first,
        second=second,
        table=np.arange(len(first)),
        pair_cost=trips[first, second][:, None, None] * case.minutes,
        **undivided(len(units), len(case.floor_ids)),
    )


IN_MODEL = (TermName.WALKING, TermName.PLACEMENT_COST, TermName.PEOPLE_MOVED)
"""Terms that the model holds."""


def assignment_bounds(
    case: Case,
    terms: Mapping[TermName, float],
    plans: Plans,
    should_stop: ShouldStop,
) -> Iterator[Proved]:
    """Yield rising bounds of the total, a moment each, until the best plan is proved.

    Plans that the tree meets are offered.

    Parameters
    ----------
    case
        One that `is_assignment`.
    terms
        Bounds of all terms; those of the model are not used.
    plans
        Where the best total is asked, again and again: it falls while others search.
    should_stop
        Asked every moment.
    """
    units = np.flatnonzero(case.demand > 0).tolist()

    def leaf(labels: Whole) -> float:
        layout = {(u, int(f)): int(case.demand[u]) for u, f in zip(units, labels, strict=True)}
        return plans.offer(layout)

    def is_over() -> bool:
        return should_stop() or dual.bound >= plans.total()

    if not units:
        return
    others = {name: bound for name, bound in terms.items() if name not in IN_MODEL}
    dual = Dual(assignment_model(case, sum(others.values())))
    about = _about(case, units, dual.model, others)
    for bound in dual.rise(is_over):
        yield Proved(bound, partial(proof_of_dual, dual, about))
    problem = Problem(plans.total, leaf, should_stop)
    yield from tree_bounds(dual, problem, about if plans.keeps_trees else None)


def _about(
    case: Case, units: list[int], model: Labelled, others: Mapping[TermName, float]
) -> Proof:
    """Return what a proof says of the model."""
    return Proof(
        kind=Kind.ASSIGNMENT,
        trusted={name.value: bound for name, bound in others.items()},
        nodes=tuple(case.unit_ids[u] for u in units),
        places=case.floor_ids,
        pairs=np.column_stack([model.first, model.second]),
    )
