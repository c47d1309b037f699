"""Units parted into groups that go between towers as one: larger ones first, then smaller ones.

An organisation is at home where its units are together, and single units find that out slowly.

References
----------
Walshaw (2004), Multilevel refinement for combinatorial optimisation problems, Annals of Operations
Research 131.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from allocator.search.case import Case
from allocator.search.fields import parent_groups
from allocator.search.kernels.annealing import Whole

LARGEST = 0.9
"""Part of the largest tower that a group may fill."""

Partition = list[tuple[int, ...]]


def partitions(towers: Case) -> list[Partition]:
    """Return ways to part the units that have desks into groups, the coarsest first.

    Organisations where they fit a tower, else their parents, else units; then parents of all
    and units; then units.
    """
    most = LARGEST * int(towers.capacity.max(initial=0))
    placed = [u for u in towers.units if towers.demand[u] > 0]
    parents = [tuple(sorted(group)) for group in parent_groups(towers)]
    coarse = _parted(towers, placed, [*towers.units_of, *parents], most)
    middle = _parted(towers, placed, parents, most)
    fine: Partition = [(u,) for u in placed]
    found: list[Partition] = []
    for way in (coarse, middle, fine):
        # Only ways that are finer than the one before: where organisations are single units all
        # three are the same.
        if not found or len(way) > len(found[-1]):
            found.append(way)
    return found


def parted_by_tower(partition: Partition, tower_of: Whole) -> Partition:
    """Return the groups, those with units in several towers (U) in parts.

    A group can be in one tower alone, so it could not stand for units that floors have divided.
    """
    found: Partition = []
    for units in partition:
        parts: defaultdict[int, list[int]] = defaultdict(list)
        for u in units:
            parts[int(tower_of[u])].append(u)
        found.extend(tuple(part) for part in parts.values())
    return found


def _parted(
    towers: Case, placed: list[int], wanted: Iterable[Sequence[int]], most: float
) -> Partition:
    """Return the wanted groups that may be one, those before others first, and what is left.

    Parameters
    ----------
    placed
        Units with desks.
    wanted
        Groups by preference; units of an earlier one are left out of later ones.
    most
        Load of a group, at most.
    """
    left = dict.fromkeys(placed)
    found: Partition = []
    for group in wanted:
        members = tuple(u for u in group if u in left)
        # A group that no tower may hold in full would have nowhere to go.
        fits = towers.load[list(members)].sum() <= most
        if len(members) > 1 and fits and towers.allowed[list(members)].all(axis=0).any():
            found.append(members)
            for u in members:
                del left[u]
    return [*found, *((u,) for u in left)]
