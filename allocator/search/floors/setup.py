"""The tables of some floors, filled from a plan whose pieces of the members are taken out."""

from __future__ import annotations

import numpy as np

from allocator.search.floors.plan import FloorPlan
from allocator.search.floors.tables import (
    CHANGE,
    DELTA,
    FLOOR,
    MEMBER,
    PAIR,
    PIECE,
    PIN,
    SCOPE,
    SCOPE_STATE,
    USE,
    Between,
    Given,
    Pieces,
    Records,
    State,
    Tally,
)
from allocator.search.kernels.annealing import Flags, Reals, Whole, rng_state
from allocator.search.site_costs import MOST_REFERENCES

NOTHING_KEPT = (2.0, np.inf, np.inf)
"""The best layout while there is none: worse than one that is wrong."""

NO_SAVINGS = np.zeros((2, 0, 0, 0))


class Setup:
    """Members on the floors of some towers, while their tables are filled.

    Parameters
    ----------
    plan
        The layout of all floors, without the members' pieces on these.
    towers, floors
        Numbers of the case; floors of the towers, each one's from the lowest up.
    units
        Members, by their numbers in the case.
    desks
        Of each unit, to be placed here.
    """

    def __init__(
        self, plan: FloorPlan, towers: list[int], floors: list[int], units: list[int], desks: Whole
    ) -> None:
        self.plan, self.case = plan, plan.case
        self.towers, self.floors, self.units, self.desks = towers, floors, units, desks
        self.scopes = self._scopes_here()
        here = set(floors)
        self.pins = [p for p, (_, f, _) in enumerate(plan.scopes.pins) if f in here]
        self.complexes = list(dict.fromkeys(self.case.complex[towers].tolist()))

    def _scopes_here(self) -> list[int]:
        """Return the scopes of members, and those that stay here and have a rule with them."""
        every = self.plan.scopes
        at: Flags = np.any(self.plan.at[:, self.floors], axis=1)
        found = {c for u in self.units for c in self.plan.scopes_of[u]}
        beside = {d for c in found for d in (*every.all[c].apart, *every.all[c].tower_apart)}
        # A rule holds again once either side has left, so a side that stays is counted, too. Other
        # scopes do not change, whatever the search does here.
        found |= {d for d in beside if at[d]}
        own = [pair for pair in every.alone if pair[0] in found or at[pair[0]]]
        return sorted(found.union(*own))

    def given(self) -> Given:
        """Return what is given; nothing in it changes while the floors are searched."""
        case, spreads = self.case, self.case.spreads
        prices = case.scenario.settings.prices
        members, scope_links, pin_links = self._members()
        saving_rate, saving_up_to = self._savings() if self.case.site_costs else NO_SAVINGS
        scopes, other_complexes = self._scopes()
        return Given(
            members=members,
            scope_links=scope_links,
            pin_links=pin_links,
            trips=prices.walking * self.plan.walking.between(self.units),
            saving_rate=saving_rate,
            saving_up_to=saving_up_to,
            allowed=case.allowed[np.ix_(self.units, self.floors)],
            floors=self._floors(),
            first=np.cumsum([0, *(len(case.floors_of[t]) for t in self.towers)]),
            complex=np.array(
                [self.complexes.index(c) for c in case.complex[self.towers].tolist()]
            ),
            minutes=np.ascontiguousarray(case.minutes[np.ix_(self.floors, self.floors)]),
            scopes=scopes,
            other_complexes=other_complexes,
            pins=self._pins(),
            pairs=self._pairs(),
            load_per_desk=float(self.plan.load_per_desk),
            z_factor=0.0 if spreads is None else float(spreads.z_factor),
            extra_floor=float(prices.extra_floor),
            may_leave=bool(case.allow_unplaced),
        )

    def _members(self) -> tuple[Records, Whole, Whole]:
        """Return the members, a row more than there are, and numbers of their scopes and pins."""
        case, plan, units, spreads = self.case, self.plan, self.units, self.case.spreads
        # The last row holds nothing but where links end, so that code reads the ends of each row
        # from the next one.
        rows = np.zeros(len(units) + 1, MEMBER)
        own = rows[:-1]
        own["demand"], own["least"], own["people"] = (
            case.demand[units],
            case.least[units],
            case.people[units],
        )
        own["desks"], own["weight"] = self.desks, plan.weight[units]
        own["elsewhere"] = [len(plan.pieces[u]) for u in units]
        own["pieces_most"] = plan.scopes.pieces_most[units]
        load_per_desk = 1.0 if spreads is None else spreads.load_per_desk / case.load_per_desk
        # About what a desk weighs with its share of the spread: moves estimate by it what fits. At
        # least 1, since they divide by it.
        own["load"] = np.maximum(np.rint(case.weight[units] * load_per_desk), 1)
        if spreads is not None:
            own["pool"] = spreads.pool[units]
            own["linear"], own["square"] = spreads.linear[units], spreads.square[units]
        scope_links = _links(rows, "scope_from", plan.scopes_of, units, self.scopes)
        return rows, scope_links, _links(rows, "pin_from", plan.pins_of, units, self.pins)

    def _savings(self) -> tuple[Reals, Reals]:
        """Return what units save by not moving: rates, and shares up to which they do.

        Both are (R, M, S). R is 0 where nobody here saves anything, so that the loop over it ends
        at once.
        """
        cells = {
            (m, f): site.savings
            for m, u in enumerate(self.units)
            for f, floor in enumerate(self.floors)
            if (site := self.case.site_costs.get((u, floor))) is not None and site.savings
        }
        rows = MOST_REFERENCES if cells else 0
        rate, up_to = np.zeros((2, rows, len(self.units), len(self.floors)))
        for (m, f), savings in cells.items():
            for r, saving in enumerate(savings):
                rate[r, m, f], up_to[r, m, f] = saving.rate, saving.up_to
        return rate, up_to

    def _floors(self) -> Records:
        """Return capacity, cost of opening and level of each floor."""
        rows = np.zeros(len(self.floors), FLOOR)
        rows["capacity"] = self.plan.capacity[self.floors]
        rows["opening"] = self.case.open_cost[self.floors]
        # Ranks of levels and not the levels themselves: a gap is a level that exists.
        rows["level"] = np.array(self.case.rank)[self.floors]
        return rows

    def _scopes(self) -> tuple[Records, Flags]:
        """Return limits and prices of scopes and what they use elsewhere; complexes here, too."""
        case, prices = self.case, self.case.scenario.settings.prices
        rows, found = (
            np.zeros(len(self.scopes), SCOPE),
            [self.plan.scopes.all[c] for c in self.scopes],
        )
        for name in ("floors_most", "towers_most", "complexes_most", "gapless"):
            rows[name] = [getattr(scope, name) for scope in found]
        is_organisation = np.array(self.scopes) < len(case.organisation_ids)
        rows["tower_price"] = np.where(is_organisation, prices.extra_tower, 0.0)
        rows["gap_price"] = np.where(is_organisation, prices.extra_gap, 0.0)
        elsewhere = self.plan.at[self.scopes] > 0
        # The members' pieces are out of the plan here, but others of their scopes may be on these
        # floors. Those are in `State.at` and must not count twice.
        elsewhere[:, self.floors] = False
        of_tower = _any(elsewhere, case.tower, len(case.tower_ids))
        of_complex = _any(of_tower, case.complex, len(case.towers_of))
        rows["other_floors"], rows["other_towers"] = elsewhere.sum(axis=1), of_tower.sum(axis=1)
        # Complexes that are searched in part may be used elsewhere as well, and count once.
        rows["far_complexes"] = np.delete(of_complex, self.complexes, axis=1).sum(axis=1)
        return rows, np.ascontiguousarray(of_complex[:, self.complexes])

    def _pins(self) -> Records:
        """Return the pins on these floors: floor and desks."""
        rows = [
            (self.floors.index(f), n) for _, f, n in (self.plan.scopes.pins[p] for p in self.pins)
        ]
        return np.array(rows, PIN)

    def _pairs(self) -> Records:
        """Return rules between scopes that are both here, each once."""
        number, every = {c: i for i, c in enumerate(self.scopes)}, self.plan.scopes
        found = {
            # Both scopes list the rule. Sorted, the two entries are equal, and the rule counts
            # once.
            (int(kind), *sorted((number[c], number[d])))
            for c in self.scopes
            for kind, others in (
                (Between.APART_FLOOR, every.all[c].apart),
                (Between.APART_TOWER, every.all[c].tower_apart),
            )
            for d in others
            if d in number
        }
        own = [
            (int(Between.OWN_FLOOR), number[c], number[o]) for c, o in every.alone if c in number
        ]
        return np.array([*sorted(found), *own], PAIR)

    def state(self, given: Given, rng: np.random.Generator) -> State:
        """Return a state with nobody of the members on the floors, others counted.

        Parameters
        ----------
        given
            As returned by `given`.
        rng
            Seeds the generator of compiled code.
        """
        plan, floors, units = self.plan, self.floors, self.units
        count, width = len(units), len(floors)
        use, tally = np.zeros(width, USE), np.zeros((3, len(Tally) + 2))
        use["load"], use["occupants"] = plan.used()[floors], plan.occupants[floors]
        # Pieces elsewhere are placed already; those here come with the first move.
        missing = 1 - plan.placed[units] / given.members["demand"][:-1]
        tally[0, Tally.UNPLACED] = given.members["people"][:-1] @ missing
        return State(
            pieces=_pieces(count, width),
            fresh=_pieces(count, width),
            kept=_pieces(count, width),
            marginal=self._marginal(),
            use=use,
            variance=np.ascontiguousarray(plan.variance[:, floors]),
            at=np.ascontiguousarray(plan.at[np.ix_(self.scopes, floors)]),
            held=plan.held[self.pins].copy(),
            scope_state=np.zeros(len(self.scopes), SCOPE_STATE),
            tally=tally,
            best=np.array(NOTHING_KEPT),
            changes=np.zeros(count, CHANGE),
            deltas=np.zeros((count, 2 * width), DELTA),
            touched=np.zeros(len(self.scopes), np.int64),
            number=np.zeros(2, np.int64),
            rng_state=rng_state(rng),
        )

    def _marginal(self) -> Reals:
        """Return what all of each unit would cost on each floor, others staying (M, S).

        Walking at its price, and placement cost. It is the gradient that `evaluation.follow` keeps
        up to date.
        """
        case, plan = self.case, self.plan
        shares = [
            {f: n / int(case.demand[u]) for f, n in plan.pieces[u].items()} for u in self.units
        ]
        found = plan.walking.gradient(self.units, self.floors, plan.loads, shares)
        found *= case.scenario.settings.prices.walking
        for m, u in enumerate(self.units if case.placement_cost else ()):
            found[m] += [case.placement_cost.get((u, f), 0.0) for f in self.floors]
        return found


def _links(
    rows: Records, name: str, of: list[list[int]], units: list[int], known: list[int]
) -> Whole:
    """Return the known numbers of all units in turn, and write where those of each begin."""
    number, found = {c: i for i, c in enumerate(known)}, list[int]()
    for m, u in enumerate(units):
        rows[name][m] = len(found)
        found += [number[c] for c in of[u] if c in number]
    rows[name][len(units)] = len(found)
    return np.array(found, np.int64)


def _any(rows: Flags, owner: Whole, count: int) -> Flags:
    """Return whether any of each owner's columns holds (N, owners).

    Parameters
    ----------
    owner
        Of each column, such as the tower of each floor.
    """
    found = np.zeros((len(rows), count), bool)
    row, column = np.nonzero(rows)
    found[row, owner[column]] = True
    return found


def _pieces(count: int, width: int) -> Pieces:
    """Return room for as many pieces of each member as there are floors."""
    return Pieces(np.zeros(count, np.int64), np.zeros((count, width), PIECE))
