"""Walking in the model: products of shares, exactly or as a transport between two units.

The minutes of a pair are Σ_f Σ_g s_u(f) s_v(g) minutes(f, g). With q_fg for the product, the rows
Σ_g q_fg = s_u(f) and Σ_f q_fg = s_v(g) hold, which is exact as soon as one of the two is on one
floor, and never too high otherwise (the linearisation of Adams and Johnson, 1994, for quadratic
assignment). Where both may be split, the exact form adds the products themselves.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from allocator.search.cancel import checkpoint
from allocator.search.case import Layout
from allocator.search.model.objective import Cost
from allocator.search.model.variables import DeskCount, Pieces
from allocator.search.walking_time import WalkingTime

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WalkingForm:
    """How walking enters a model.

    Attributes
    ----------
    products
        Most products of floors that may be made; pairs with the most trips come first, the
        others are walked to where they sit in the layout at hand.
    exact
        Whether the products of two split units are posted, so that the optimum is a proof.
    """

    products: int
    exact: bool


def walking_cost(pieces: Pieces, walking: WalkingTime, layout: Layout, form: WalkingForm) -> Cost:
    """Return the walking of the free units, among themselves and to all others."""
    return _Products(pieces, walking, layout, form).cost()


class _Products:
    """Walking as a cost, while pairs of units get products of floors one after the other.

    Attributes
    ----------
    marginal : (units, floors)
        Minutes that all of a unit walks from a floor to partners where they sit in the layout.
        Whoever gets products is taken out of it.
    """

    def __init__(
        self, pieces: Pieces, walking: WalkingTime, layout: Layout, form: WalkingForm
    ) -> None:
        self.pieces = pieces
        self.case = pieces.case
        self.form = form
        self.price = self.case.scenario.settings.prices.walking
        self.units = list(pieces.units)
        self.free = {
            u: [f for f in pieces.floors_of(u) if pieces.is_free((u, f))] for u in self.units
        }
        self.floors = sorted({f for floors in self.free.values() for f in floors})
        self.place = {f: i for i, f in enumerate(self.floors)}
        self.trips = walking.between(self.units)
        shares: defaultdict[int, dict[int, float]] = defaultdict(dict)
        for (u, f), desks in layout.items():
            shares[u][f] = desks / int(self.case.demand[u])
        loads = walking.loads(layout)
        self.marginal = walking.gradient(
            self.units, self.floors, loads, [shares[u] for u in self.units]
        )
        self.near = self.case.minutes[np.ix_(self.floors, self.floors)]
        self.share = self._free_shares(layout)
        self.result = Cost()

    def _free_shares(self, layout: Layout) -> Floats:
        share = np.zeros((len(self.units), len(self.floors)))
        for i, u in enumerate(self.units):
            for f in self.free[u]:
                share[i, self.place[f]] = layout.get((u, f), 0) / int(self.case.demand[u])
        return share

    def cost(self) -> Cost:
        """Pairs with products, units that may be split, then all the rest at its marginal cost."""
        if not self.price:
            return self.result
        for i, j in self._pairs():
            checkpoint()
            self._take_out(i, j)
            self._pair(i, j)
        for i, u in enumerate(self.units):
            checkpoint()
            self._take_out(i, i)
            if self.pieces.is_whole(u):
                self._inside_whole(i)
            else:
                self._inside(i)
        self._rest()
        return self.result

    def _pairs(self) -> list[tuple[int, int]]:
        """Pairs with trips, most trips first, as many as the form allows."""
        first, second = np.nonzero(np.triu(self.trips, 1))
        # Pairs with many trips gain most from being exact, and the number of products is limited.
        order = np.argsort(-self.trips[first, second], kind="stable")
        chosen, left = [], self.form.products
        for k in order:
            i, j = int(first[k]), int(second[k])
            left -= len(self.free[self.units[i]]) * len(self.free[self.units[j]])
            if left < 0:
                break
            chosen.append((i, j))
        return chosen

    def _take_out(self, i: int, j: int) -> None:
        """Stop walking to where the other sits in the layout: it is free to move."""
        self.marginal[i] -= self.trips[i, j] * (self.share[j] @ self.near)
        if i != j:
            self.marginal[j] -= self.trips[i, j] * (self.share[i] @ self.near)

    def _amount(self, u: int, f: int) -> tuple[DeskCount, int]:
        """A unit's amount on a floor, and its amount in all: 0 or 1, or desks."""
        if self.pieces.is_whole(u):
            return self.pieces.floors_of(u)[f], 1
        return self.pieces.at(u, f), int(self.case.demand[u])

    def _pair(self, i: int, j: int) -> None:
        u, v = self.units[i], self.units[j]
        model = self.pieces.model
        total = {w: self._amount(w, self.free[w][0])[1] if self.free[w] else 1 for w in (u, v)}
        most = total[u] * total[v]
        both_split = not self.pieces.is_whole(u) and not self.pieces.is_whole(v)
        product = {}
        for f in self.free[u]:
            for g in self.free[v]:
                # Products are of whole desks, so that shares need no fractions.
                q = model.new_int_var(0, most, "")
                product[f, g] = q
                minutes = float(self.case.minutes[f, g])
                self.result.add(self.price * self.trips[i, j] * minutes / most, q)
                if self.form.exact and (both_split or self.pieces.short):
                    amounts = [self._amount(u, f)[0], self._amount(v, g)[0]]
                    model.add_multiplication_equality(q, amounts)
        # The rows need all of both to be free: parts that are fixed or left out would be missing
        # from the sums.
        if not self.pieces.short and not self._has_fixed(u) and not self._has_fixed(v):
            for f in self.free[u]:
                row = sum(product[f, g] for g in self.free[v])
                model.add(row == total[v] * self._amount(u, f)[0])
            for g in self.free[v]:
                column = sum(product[f, g] for f in self.free[u])
                model.add(column == total[u] * self._amount(v, g)[0])
        elif not self.form.exact:
            self._at_least_overlap(u, v, product, total)

    def _has_fixed(self, u: int) -> bool:
        """Whether a part of a unit is not free."""
        return self.pieces.fixed_desks[u] > 0

    def _at_least_overlap(
        self,
        u: int,
        v: int,
        product: dict[tuple[int, int], cp_model.IntVar],
        total: dict[int, int],
    ) -> None:
        """Where amounts are open: q ≥ total_v · a_u + total_u · a_v − total_u · total_v."""
        # McCormick's lower envelope: it holds for any amounts, and a minimum needs no upper one.
        for (f, g), q in product.items():
            a, b = self._amount(u, f)[0], self._amount(v, g)[0]
            self.pieces.model.add(q >= total[v] * a + total[u] * b - total[u] * total[v])

    def _inside_whole(self, i: int) -> None:
        """Trips inside a unit on one floor, where `walking` says that they take time."""
        u = self.units[i]
        for f in self.free[u]:
            price = 0.5 * self.price * self.trips[i, i] * float(self.case.minutes[f, f])
            self.result.add(price, self.pieces.floors_of(u)[f])

    def _inside(self, i: int) -> None:
        """Add trips inside a unit that may be split."""
        u = self.units[i]
        floors = self.free[u]
        for k, f in enumerate(floors):
            for g in floors[k:] if self.form.exact else floors[k + 1 :]:
                times = 0.5 if f == g else 1.0
                price = self.price * self.trips[i, i] * times * float(self.case.minutes[f, g])
                if price:
                    self.result.add(*self._both(u, f, g, price))

    def _both(self, u: int, f: int, g: int, price: float) -> tuple[float, cp_model.IntVar]:
        """Price and variable for shares of one unit on two floors: exact, or of a usual split."""
        model, demand = self.pieces.model, int(self.case.demand[u])
        if self.form.exact:
            product = model.new_int_var(0, demand * demand, "")
            model.add_multiplication_equality(
                product, [self.pieces.at(u, f), self.pieces.at(u, g)]
            )
            return price / demand**2, product
        both = model.new_bool_var("")
        used = self.pieces.floors_of(u)
        model.add_bool_or([both, ~used[f], ~used[g]])
        least = int(self.case.least[u]) / demand
        # The product of two shares lies between that of the smallest piece and that of two halves;
        # the mean of both is a usual split.
        return price * (least * (1 - least) + 0.25) / 2, both

    def _rest(self) -> None:
        """Add walking to all other partners, where they sit."""
        for i, u in enumerate(self.units):
            for f in self.free[u]:
                # Taking out partners leaves what rounding has added, and no coefficient should be
                # below 0 by that.
                minutes = max(0.0, float(self.marginal[i, self.place[f]]))
                self.result.add(
                    self.price * minutes / int(self.case.demand[u]), self.pieces.at(u, f)
                )


def products_in(walking: WalkingTime, floors: NDArray[np.int64]) -> int:
    """Return how many products of floors an exact model needs, given the floors of each unit."""
    pairs = np.triu(walking.between(range(len(floors))) > 0, 1)
    return int(floors @ pairs @ floors)
