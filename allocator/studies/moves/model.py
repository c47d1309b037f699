"""The order of moves as a small model for CP-SAT: fewest elsewhere, fewest twice, fewest steps.

Of each floor that may be too full, every arrival looks at who is there then: those who arrived
by the same step are counted, those who left in an earlier one are not. Times are steps; there are
enough of them for every leg to go alone, so what is proved holds for every order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from allocator.search.progress import ShouldStop
from allocator.search.solver import Effort, Proof, Solved, solve_model
from allocator.studies.moves.order import Order, Timing, completed
from allocator.studies.moves.site import Site
from allocator.studies.moves.types import ELSEWHERE

Bool = cp_model.IntVar
Linear = Any
"""An expression that CP-SAT minimises; its operators are more than mypy follows."""


@dataclass(frozen=True)
class Event:
    """Desks that come to a floor, or go, at a time, where a literal holds."""

    time: cp_model.IntVar
    desks: int
    holds: Bool


@dataclass(frozen=True)
class Aim:
    """What a model found for one aim, and whether fewer are proved impossible."""

    value: int
    bound: int
    is_proved: bool


class OrderModel:
    """Times of all who go from a floor to a floor, temporary places for those that may have one.

    Nobody else is in their way: leavers go in the first step, newcomers come when there is room.

    Parameters
    ----------
    places
        Temporary floors that each leg may have, besides elsewhere. A leg that is not in it has
        none.
    """

    def __init__(
        self, site: Site, places: Mapping[int, Sequence[str]], *, elsewhere: bool = True
    ) -> None:
        self.site = site
        self.model: Any = cp_model.CpModel()
        # Each leg alone in a step, and each twice for a temporary place: no order needs more
        # steps.
        last = 2 * max(len(site.movers), 1)
        self.true = self.model.new_constant(1)
        self.first = self.model.new_constant(1)
        self.leaves = {i: self.model.new_int_var(1, last, "") for i in site.movers}
        self.arrives = dict(self.leaves)
        self.out: dict[int, Bool] = {}
        self.at: dict[tuple[int, str], Bool] = {}
        for i, floors in places.items():
            self._may_wait(i, floors, last, elsewhere=elsewhere)
        for floor in site.has:
            self._never_overfull(floor)
        self.end = self.model.new_int_var(1, last, "")
        times = [*self.leaves.values(), *self.arrives.values()]
        self.model.add_max_equality(self.end, times or [self.first])

    def _may_wait(self, i: int, floors: Sequence[str], last: int, *, elsewhere: bool) -> None:
        """Let a leg go at once, or wait at one temporary place for a later step."""
        model = self.model
        self.arrives[i] = model.new_int_var(1, last, "")
        for floor in floors:
            self.at[i, floor] = model.new_bool_var("")
        if elsewhere:
            self.out[i] = model.new_bool_var("")
        waits = [self.at[i, f] for f in floors] + ([self.out[i]] if elsewhere else [])
        model.add_at_most_one(waits)
        goes = model.new_bool_var("")
        model.add_bool_or([goes, *waits])
        model.add(self.arrives[i] == self.leaves[i]).only_enforce_if(goes)
        for wait in waits:
            model.add(self.arrives[i] > self.leaves[i]).only_enforce_if(wait)
            model.add_implication(wait, ~goes)

    def _never_overfull(self, floor: str) -> None:
        """Post that whoever comes to a floor finds room beside all who are or come there."""
        site = self.site
        occupants = [i for i, at in self.at if at == floor]
        # Such a floor has room for all who ever come, even if nobody leaves.
        if not site.may_bind(floor) and not occupants:
            return
        comes = [
            Event(self.arrives[i], site.legs[i].desks_taken, self.true)
            for i in site.arriving(floor)
            if i in self.arrives
        ]
        comes += [Event(self.leaves[i], site.needs[i], self.at[i, floor]) for i in occupants]
        goes = [
            Event(self.leaves[i], site.legs[i].desks_freed, self.true)
            for i in site.leaving(floor)
            if i in self.leaves
        ]
        if site.leavers(floor):
            # Whoever leaves the towers waits for nobody, so all of them go in the first step.
            goes.append(Event(self.first, site.leavers(floor), self.true))
        goes += [Event(self.arrives[i], site.needs[i], self.at[i, floor]) for i in occupants]
        for event in comes:
            self._finds_room(event, comes, goes, site.has[floor] - site.held.get(floor, 0))

    def _finds_room(self, event: Event, comes: list[Event], goes: list[Event], free: int) -> None:
        """Post that one arrival finds room, counting who is there then.

        Both places are held while a step is under way: who arrives in the same step counts, and
        who leaves in it still counts, too.
        """
        model = self.model
        there: list[Linear] = []
        for other in comes:
            if other is not event and other.desks:
                counts = model.new_bool_var("")
                # Only one direction is posted: counting somebody who is not there yet makes the
                # row harder, so the solver never does it without need. The same holds for leavers
                # below.
                later = model.add(other.time > event.time)
                later.only_enforce_if([~counts, other.holds])
                there.append(other.desks * counts)
        gone: list[Linear] = []
        for other in goes:
            left = model.new_bool_var("")
            model.add_implication(left, other.holds)
            model.add(other.time < event.time).only_enforce_if(left)
            gone.append(other.desks * left)
        fits = model.add(sum(there) + event.desks - sum(gone) <= free)
        fits.only_enforce_if(event.holds)

    def hint(self, order: Order) -> None:
        """Begin from an order.

        Legs that may not wait in this model are hinted at their times alone.
        """
        for i in self.leaves:
            timing = order[i]
            self.model.add_hint(self.leaves[i], timing.leaves)
            if i in self.out:
                self.model.add_hint(self.arrives[i], timing.arrives)
                self.model.add_hint(self.out[i], timing.place == ELSEWHERE)
        for (i, floor), there in self.at.items():
            self.model.add_hint(there, order[i].place == floor)

    @property
    def elsewhere(self) -> Linear:
        """People who work elsewhere for a time."""
        return sum(self.site.legs[i].people * out for i, out in self.out.items())

    @property
    def twice(self) -> Linear:
        """People who are on another floor for a time."""
        return sum(self.site.legs[i].people * there for (i, _), there in self.at.items())

    def least(
        self, amount: Linear, effort: Effort, should_stop: ShouldStop
    ) -> tuple[Aim | None, Order | None]:
        """Minimise an amount, keep it at what was found, and return that with its order.

        Aims come one after the other: each is posted as a limit for those that follow, so a later
        one is never bought at the price of an earlier one.

        Parameters
        ----------
        amount
            `elsewhere`, `twice` or `end`.

        Returns
        -------
        tuple
            The aim and its order, or None twice where nothing was found in time.
        """
        self.model.minimize(amount)
        solved = solve_model(self.model, effort, should_stop=should_stop)
        if not solved.has_solution:
            return None, None
        # People and steps are whole, so a bound in fractions is rounded up.
        value, bound = solved.value(amount), -int(-solved.bound // 1)
        self.model.clear_objective()
        self.model.add(amount <= value)
        order = self._read(solved)
        self.model.clear_hints()
        self.hint(order)
        return Aim(value, min(bound, value), solved.proof is Proof.OPTIMAL), order

    def _read(self, solved: Solved) -> Order:
        """Return the order of a solution, with the times of all who are not in the model."""
        value: Callable[[Linear], int] = solved.value
        places = {i: ELSEWHERE for i, out in self.out.items() if value(out)}
        places |= {i: floor for (i, floor), there in self.at.items() if value(there)}
        movers = {
            i: Timing(int(value(self.leaves[i])), int(value(self.arrives[i])), places.get(i))
            for i in self.leaves
        }
        return completed(self.site, movers)
