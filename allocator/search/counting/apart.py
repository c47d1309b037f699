"""Rules that keep units from one another: desks that nobody else may use are lost to the rest.

own_floor, apart_floor, apart_tower.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil

from ortools.sat.python import cp_model

from allocator.plan.types import Reason
from allocator.scenario.rules import RuleKind
from allocator.search.case import Case
from allocator.search.counting.words import open_to_any, short
from allocator.search.rules import Apart, Exclusive, PlaceKind
from allocator.search.solver import Effort, Proof, solve_model
from allocator.words import counted, listed, verb

LIMIT_S = 0.5
"""Seconds for one small model; what is not proved by then is not reported."""


def apart(case: Case) -> Iterator[Reason]:
    """Yield pairs that may not share a floor or tower, and cannot both find room."""
    floors: list[tuple[int, ...]] = [(f,) for f in case.floors]
    for limit in case.limits:
        if isinstance(limit, Apart):
            places = floors if limit.place is PlaceKind.FLOOR else case.floors_of
            yield from _both_find_room(case, limit, places)


def _both_find_room(case: Case, limit: Apart, places: Sequence[Sequence[int]]) -> Iterator[Reason]:
    """Yield a reason if no choice of places for the subject leaves the object enough."""
    first, second = (sum(int(case.demand[u]) for u in us) for us in (limit.units, limit.others))
    here, there = _rooms(case, limit.units, places), _rooms(case, limit.others, places)
    enough = sum(there) - second
    # A single place that is enough for the subject and can be spared settles nearly all cases
    # without a model.
    if any(mine >= first and theirs <= enough for mine, theirs in zip(here, there, strict=True)):
        return
    # Too little room even alone is reported by other counts, in plainer words.
    if not first or not second or sum(here) < first or enough < 0:
        return
    most = sum(there) - _least_loss(here, there, first)
    if most < second:
        noun = limit.place.value
        clause = (
            f"no {noun} may hold both {limit.row.subject} and {limit.row.object}: the first needs "
            f"{counted(first, 'desk')}, and the {noun}s it leaves then offer at most {most:,} of "
            f"the {second:,} that the second needs"
        )
        yield short(limit, second - most, clause)


def _rooms(case: Case, units: Sequence[int], places: Sequence[Sequence[int]]) -> list[int]:
    """Return the desks of each place that any of the units may use."""
    usable = case.capacity * open_to_any(case, units)
    return [int(usable[list(floors)].sum()) for floors in places]


def _least_loss(here: list[int], there: list[int], first: int) -> int:
    """Return at most the least room that the second loses where the first finds its desks.

    Parameters
    ----------
    here, there
        Desks of each place that the first, and that the second may use.
    first
        Desks that the first needs.
    """
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in here]
    model.add(sum(room * t for room, t in zip(here, taken, strict=True)) >= first)
    model.minimize(sum(room * t for room, t in zip(there, taken, strict=True)))
    # A bound, so it need not be solved to the end; whole desks, but for what floats have added.
    return max(ceil(solve_model(model, Effort(LIMIT_S)).bound - 1e-6), 0)


def own_floors(case: Case) -> Iterator[Reason]:
    """Yield a reason if units with floors of their own leave too many desks empty.

    Exact: the least stranded over all choices of whole floors for them.
    """
    owners = _owners(case)
    if not owners:
        return
    choice = _OwnFloors(case, owners)
    stranded = choice.least_stranded()
    spare = int(case.capacity.sum() - case.demand.sum())
    subjects = list(dict.fromkeys(limit.row.subject for limit in _rows(case)))
    names = f"{listed(subjects)} {verb(len(subjects), 'need')} floors of their own"
    if stranded is None:
        message = f"{names}, and there are not enough for all of them"
        yield Reason(kind=RuleKind.OWN_FLOOR.value, message=message)
    elif stranded > spare:
        desks = stranded - spare
        short = f"the others are then short of {counted(desks, 'desk')}"
        message = f"{names}: {choice.sentence(stranded)}; {short}"
        yield Reason(kind=RuleKind.OWN_FLOOR.value, desks=desks, message=message)


def _rows(case: Case) -> list[Exclusive]:
    """Return the limits that ask for floors of one's own."""
    return [limit for limit in case.limits if isinstance(limit, Exclusive)]


def _owners(case: Case) -> dict[int, list[int]]:
    """Return the units that need floors of their own, with desks, by organisation.

    Several rules of one organisation count together: its units may share a floor with each other.
    """
    found: defaultdict[int, set[int]] = defaultdict(set)
    for limit in _rows(case):
        for u in limit.units:
            if case.demand[u] > 0:
                found[int(case.organisation[u])].add(u)
    return {owner: sorted(units) for owner, units in found.items()}


class _OwnFloors:
    """Whole floors for each owner, floors alike taken together; least desks left empty on them.

    Attributes
    ----------
    taken
        How many floors of a kind each owner has.
    room
        Desks of the floors of each owner.
    empty
        Those of them that its organisation does not need.
    """

    def __init__(self, case: Case, owners: dict[int, list[int]]) -> None:
        self.model = cp_model.CpModel()
        open_to = [open_to_any(case, units).tolist() for units in owners.values()]
        # Floors of one size that are open to the same owners are counted together: the model stays
        # small.
        kinds = Counter((int(case.capacity[f]), tuple(o[f] for o in open_to)) for f in case.floors)
        self.taken = {
            (i, kind): self.model.new_int_var(0, count if kind[1][i] else 0, "")
            for kind, count in kinds.items()
            for i in range(len(owners))
        }
        for kind, count in kinds.items():
            self.model.add(sum(self.taken[i, kind] for i in range(len(owners))) <= count)
        self.room = [
            sum(kind[0] * taken for (j, kind), taken in self.taken.items() if j == i)
            for i in range(len(owners))
        ]
        # Units of the same organisation may join on these floors, so desks are stranded only
        # beyond all of it.
        wholes = [sum(int(case.demand[u]) for u in case.units_of[o]) for o in owners]
        least = [sum(int(case.demand[u]) for u in units) for units in owners.values()]
        self.empty = [
            self._empty(i, whole, int(case.capacity.sum())) for i, whole in enumerate(wholes)
        ]
        for room, desks in zip(self.room, least, strict=True):
            self.model.add(room >= desks)
        self.model.minimize(sum(self.empty))

    def _empty(self, owner: int, whole: int, most: int) -> cp_model.IntVar:
        """Return the desks on the owner's floors beyond what its whole organisation needs."""
        # From 0 up: room that others of the organisation fill is not stranded, but gains nothing
        # either.
        empty = self.model.new_int_var(0, most, "")
        self.model.add(empty >= self.room[owner] - whole)
        return empty

    def least_stranded(self) -> int | None:
        """Return at most the least number of desks left empty; None where no choice exists."""
        self.solved = solve_model(self.model, Effort(LIMIT_S))
        if self.solved.proof is Proof.INFEASIBLE:
            return None
        return max(ceil(self.solved.bound - 1e-6), 0)

    def sentence(self, stranded: int) -> str:
        """Return the choice in words."""
        if self.solved.proof is not Proof.OPTIMAL:
            return f"at least {counted(stranded, 'desk')} there stay empty"
        floors = sum(self.solved.value(taken) for taken in self.taken.values())
        room = sum(self.solved.value(room) for room in self.room)
        has = f"{counted(floors, 'floor')} with {counted(room, 'desk')}"
        return f"{has}, of which {room - stranded:,} {verb(room - stranded, 'are')} used"
