"""The peer with Rebalancer, which assigns objects to containers (Kumar et al., OSDI 2024).

Objects are whole units, or parts of a unit that may be split; containers are floors. What its
goals can say is said in person-minutes a week: open floors, extra floors and towers, placement,
and moves as far as they are linear. Two terms have no goal there. Gaps are left out. Walking is
between home floors, as in `home_floor`, and takes as long as floors of one tower, towers of one
complex, or complexes lie apart on average. `contiguous` has no constraint; the checker judges all
plans alike.

It searches locally from the plan of a spreadsheet (`first_fit`), as it is made to mend a plan;
where that has none, all objects wait at first. Its model for HiGHS is not used: version 1.0.4
found no plan of 95 objects on 24 floors in 5 s, in 2 s of which the local search placed them all.

Users do not need it. It comes with the extra `bench`, for Python 3.12 and later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from allocator.search.case import Case, Layout
from allocator.search.rules import Apart, AtMost, Exclusive, Limit, Pinned, PlaceKind
from allocator.studies.bench.peers.first_fit import first_fit, most_floors
from allocator.studies.bench.peers.home_floor import trips_between_homes
from allocator.studies.bench.types import Allowance, BenchStatus, Claim, Notes

MOST_PARTS = 20
"""Parts that a unit is cut into at most."""
MOST_PAIRS = 200_000
"""Pairs of units between which people walk; of more, those with the most trips count."""
WAITING = "waiting"
"""The container of objects without a floor, which none may be in at the end."""
PLACED = {"filter": {"itemsBlacklist": [WAITING]}}
"""What counts objects on floors alone."""
BROKEN = 1e5
"""Person-minutes a week for each unit by which a constraint is broken, while one is."""
ABSOLUTE, MIN = 1, 2
"""Enumerators of its interface, which takes them by number."""

Goal = tuple[dict[str, Any], float]


def rebalancer(case: Case, allowance: Allowance, notes: Notes) -> Claim:
    """Solve a case with Rebalancer; how many threads it uses cannot be set.

    It says nothing of bounds, so the claim never has one, and it reports only its last assignment,
    so there is one plan at most.
    """
    from rebalancer import ProblemSolver  # noqa: PLC0415 - of the extra `bench`

    problem = _Problem(case, _start(case, allowance))
    solver = ProblemSolver(service_name="allocator", service_scope="bench")
    solver.set_log_level("ERROR").disable_solution_summary()
    problem.pass_to(solver)
    moves: list[dict[str, Any]] = [{"singleMoveTypeSpec": {}}, {"swapMoveTypeSpec": {}}]
    # It takes whole seconds, of which there must be one.
    search = {"solveTime": max(1, int(notes.left())), "moveTypeList": moves}
    solver.add_solver({"localSearchSolverSpec": search | {"randomSeed": allowance.seed}})
    placed = problem.pieces(solver.solve()["assignment"])
    if placed is None:
        return Claim(BenchStatus.UNKNOWN, message="some desks are not placed")
    notes.add(case.pieces(placed))
    return Claim(BenchStatus.FEASIBLE)


def _start(case: Case, allowance: Allowance) -> Layout:
    """Return the last plan of the spreadsheet; none where that places not everybody."""
    sheets = Notes(allowance)
    first_fit(case, allowance, sheets)
    plans = [case.layout(pieces) for _, pieces in sheets]
    return plans[-1] if plans else {}


class _Problem:
    """A case as objects, containers, constraints and goals.

    Attributes
    ----------
    desks
        Desks of each object, by its name.
    unit
        The unit of each object.
    objects
        Names of each unit's objects; where the first one is, is its home.
    at
        Objects by the container where they are at first.
    """

    def __init__(self, case: Case, start: Layout) -> None:
        self.case = case
        self.desks: dict[str, int] = {}
        self.unit: dict[str, int] = {}
        self.objects: dict[int, list[str]] = {}
        self.at: defaultdict[str, list[str]] = defaultdict(list)
        most = most_floors(case)
        begun: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
        for (unit, floor), desks in start.items():
            begun[unit].append((str(floor), desks))
        for unit in case.units:
            demand = int(case.demand[unit])
            for place, desks in begun[unit] or ([(WAITING, demand)] if demand else []):
                self._cut(unit, desks, place, most[unit])

    def _cut(self, unit: int, desks: int, place: str, most: int) -> None:
        """Cut desks of a unit into equal parts, none smaller than its smallest piece."""
        least = max(1, int(self.case.least[unit]), -(-int(self.case.demand[unit]) // MOST_PARTS))
        # A unit that may use one floor only is one object; equal parts let others go anywhere.
        parts = 1 if most < 2 else max(1, desks // least)
        names = self.objects.setdefault(unit, [])
        for part in range(parts):
            names.append(name := f"{unit}/{len(names)}")
            self.desks[name] = desks // parts + int(part < desks % parts)
            self.unit[name] = unit
            self.at[place].append(name)

    def pieces(self, assignment: Mapping[str, str]) -> dict[tuple[int, int], int] | None:
        """Return the plan of a solution; None if something is not placed."""
        layout: defaultdict[tuple[int, int], int] = defaultdict(int)
        for name, container in assignment.items():
            if container == WAITING:
                return None
            layout[self.unit[name], int(container)] += self.desks[name]
        return dict(layout)

    def pass_to(self, solver: Any) -> None:
        """Hand over all of it."""
        case, floors = self.case, [str(floor) for floor in self.case.floors]
        solver.set_object_name("piece").set_container_name("floor")
        solver.set_assignment({place: self.at[place] for place in (WAITING, *floors)})
        for kind in (PlaceKind.TOWER, PlaceKind.COMPLEX):
            of = {str(f): str(i) for i, own in enumerate(case.places(kind)) for f in own}
            solver.add_scope(kind.value, of | {WAITING: WAITING})
        load = {name: float(n * case.weight[self.unit[name]]) for name, n in self.desks.items()}
        room = dict(zip(floors, case.capacity.astype(float).tolist(), strict=True))
        solver.add_object_dimension("load", load)
        # The waiting container has room for everything, or the search could not begin there.
        solver.add_container_dimension("load", room | {WAITING: sum(load.values())})
        solver.add_partition("unit", {str(u): names for u, names in self.objects.items()})
        of_bodies = ((str(o), self._of(case.units_of[o])) for o in case.organisations)
        solver.add_partition("organisation", {body: names for body, names in of_bodies if names})
        for number, (spec, groups) in enumerate(self._constraints()):
            content = next(iter(spec.values()))
            # Names must differ, and several limits of one kind would otherwise share theirs.
            content["name"] += f" {number}"
            if groups:
                solver.add_partition(content["name"], groups)
                content["partitionName"] = content["name"]
            solver.add_constraint(spec, invalid_cost=BROKEN)
        for goal, weight in self._goals(floors):
            solver.add_goal(goal, weight=weight)

    def _of(self, units: Iterable[int]) -> list[str]:
        """Return the objects of all these units."""
        return [name for unit in units for name in self.objects.get(unit, ())]

    def _constraints(self) -> Iterable[tuple[dict[str, Any], dict[str, list[str]]]]:
        """Yield every constraint, with the groups of objects that it counts."""
        allowed = self.case.allowed
        yield {"capacitySpec": _spec("capacity", "floor", dimension="load")}, {}
        yield {"toFreeSpec": {"name": WAITING, "containers": [WAITING], "dimension": "load"}}, {}
        never = [
            {"object": name, "scopeItems": list(map(str, np.flatnonzero(~allowed[unit])))}
            for name, unit in self.unit.items()
            if not allowed[unit].all()
        ]
        if never:
            yield {"avoidAssignmentsSpec": _spec("allowed", "floor", assignments=never)}, {}
        for limit in self.case.limits:
            yield from self._rule(limit)

    def _rule(self, limit: Limit) -> Iterable[tuple[dict[str, Any], dict[str, list[str]]]]:
        """Yield what a limit of the rules asks for, if it can be said."""
        ours = self._of(limit.units)
        match limit:
            case AtMost():
                limits = _limit(limit.most)
                yield (
                    {"colocateGroupsSpec": _spec("at most", limit.place, limits=limits)},
                    {"units": ours},
                )
            case Apart():
                pairs = product(ours, self._of(limit.others))
                listed = [{"object1": a, "object2": b} for a, b in pairs]
                yield {"exclusiveObjectsSpec": _spec("apart", limit.place, pairs=listed)}, {}
            case Exclusive():
                owners = {self.case.organisation[unit] for unit in limit.units}
                others = [
                    name
                    for name, u in self.unit.items()
                    if self.case.organisation[u] not in owners
                ]
                groups = {"units": ours, "others": others} if others else {}
                if groups:
                    yield {"groupIsolationLimitSpec": _spec("own floor", "floor")}, groups
            case Pinned():
                filtered = {"itemsWhitelist": [str(limit.floor)]}
                spec = _spec("pinned", "floor", dimension="load", bound=MIN, filter=filtered)
                desks = limit.desks * int(self.case.weight[list(limit.units)].min(initial=1))
                yield {"groupCountSpec": spec | {"limit": _limit(desks)}}, {"units": ours}

    def _goals(self, floors: Sequence[str]) -> Iterable[Goal]:
        """Yield every goal with its weight, in person-minutes a week."""
        case, prices = self.case, self.case.scenario.settings.prices
        if case.open_cost.any():
            dearest = float(case.open_cost.max())
            costs = dict(zip(floors, (case.open_cost / dearest).tolist(), strict=True))
            spec = _spec("open floors", "floor", dimension="load", containerCosts=costs)
            yield {"minimizeContainersSpec": spec | PLACED}, dearest
        for price, scope, partition in (
            (prices.extra_floor, "floor", "unit"),
            (prices.extra_tower, "tower", "organisation"),
        ):
            if price:
                spec = _spec(f"extra {scope}s", scope, partitionName=partition, limits=_limit(1))
                yield {"colocateGroupsSpec": spec | PLACED}, price
        placed = list(self._placed())
        if placed:
            spec = _spec("placement and moves", "floor", affinities=placed)
            yield {"assignmentAffinitiesSpec": spec}, 1.0
        yield from self._walked()

    def _placed(self) -> Iterable[dict[str, Any]]:
        """Yield what each object gains on a floor: less placement, and moves saved."""
        for (unit, floor), site in self.case.site_costs.items():
            for name in self.objects.get(unit, ()):
                cost = site.at(self.desks[name] / int(self.case.demand[unit]))
                if cost:
                    yield {"objectName": name, "scopeItemName": str(floor), "affinity": -cost}

    def _walked(self) -> Iterable[Goal]:
        """Yield walking: minutes between homes on different floors, towers and complexes."""
        price = self.case.scenario.settings.prices.walking
        trips = trips_between_homes(self.case) if price else {}
        # Pairs of a country are too many to hand over.
        heaviest = sorted(trips.items(), key=lambda pair: -pair[1])[:MOST_PAIRS]
        affinities = [
            {
                "pair": {"object1": self.objects[a][0], "object2": self.objects[b][0]},
                "affinity": amount,
            }
            for (a, b), amount in heaviest
        ]
        for kind, minutes in self._minutes.items():
            if affinities and minutes > 0:
                spec = _spec(f"walking by {kind}", kind, affinities=affinities)
                yield {"pairAffinitiesSpec": spec}, price * minutes

    @cached_property
    def _minutes(self) -> dict[str, float]:
        """Mean minutes more between two floors apart by a kind of place than by the one inside.

        Its goals know only whether two objects share a place. A trip between two towers pays for
        being on different floors and then for being in different towers, so each ring is priced by
        what it adds to the ring within.
        """
        case, same = self.case, {}
        for kind in PlaceKind:
            of = np.zeros(len(case.floor_ids), np.int64)
            for i, own in enumerate(case.places(kind)):
                of[list(own)] = i
            same[kind] = of[:, None] == of
        rings = {
            PlaceKind.FLOOR: same[PlaceKind.TOWER] & ~same[PlaceKind.FLOOR],
            PlaceKind.TOWER: same[PlaceKind.COMPLEX] & ~same[PlaceKind.TOWER],
            PlaceKind.COMPLEX: ~same[PlaceKind.COMPLEX],
        }
        found, before = {}, 0.0
        for kind, ring in rings.items():
            here = float(case.minutes[ring].mean()) if ring.any() else before
            found[kind.value], before = max(0.0, here - before), here
        return found


def _spec(name: str, scope: str, **rest: Any) -> dict[str, Any]:
    """Return the fields that every constraint and goal has, and the rest of this one."""
    return {"name": name, "scope": str(scope), **rest}


def _limit(most: float) -> dict[str, Any]:
    """Return an upper limit in the form that its interface takes."""
    return {"type": ABSOLUTE, "globalLimit": float(most)}
