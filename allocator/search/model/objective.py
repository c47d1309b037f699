"""Every term of the total as a linear function of the model's variables.

Coefficients are person-minutes a week, scaled to whole numbers and rounded down; since every
variable is at least 0, the model's optimum is never above the true one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import floor

from ortools.sat.python import cp_model

from allocator.plan.types import TermName
from allocator.search.model.rules import levels_used, places
from allocator.search.model.variables import Literal, Pieces
from allocator.search.rules import PlaceKind
from allocator.search.site_costs import Reference, Saving

LARGEST_SUM = 2.0**60
"""Sum of all whole coefficients times what they multiply, at most: CP-SAT refuses 2**63."""


@dataclass
class Cost:
    """A sum of person-minutes a week: a constant and coefficients on variables ≥ 0."""

    constant: float = 0.0
    rows: list[tuple[float, cp_model.LinearExprT]] = field(default_factory=list)

    def add(self, price: float, amount: cp_model.LinearExprT | Literal) -> None:
        """Add a price for every one of an amount."""
        if isinstance(amount, int):
            self.constant += price * amount
        elif price:
            self.rows.append((price, amount))

    def scaled(self, scale: float) -> cp_model.LinearExprT:
        """Return the sum times `scale`, every coefficient rounded down.

        Down also where a coefficient is negative: amounts are from 0 up, so the sum never exceeds
        the true cost.
        """
        rows = [floor(price * scale) * amount for price, amount in self.rows]
        return sum(rows) + floor(self.constant * scale)


def most_of(pieces: Pieces, amount: cp_model.LinearExprT) -> int:
    """Return how much an amount can be at the most, for estimates of overflow.

    Parameters
    ----------
    amount
        A variable, whose domain says it, or an expression in the desks of one unit.
    """
    if isinstance(amount, cp_model.IntVar):
        return int(list(pieces.model.proto.variables[amount.index].domain)[-1])
    return 2 * int(pieces.case.demand.max())


def fitting_scale(pieces: Pieces, terms: Iterable[Cost], wanted: float) -> float:
    """Return the scale that is wanted, or the largest below it at which no sum can overflow.

    A smaller scale rounds more off, always down, so that a bound stays a bound.

    Parameters
    ----------
    terms
        All that is added up in one objective or row.
    wanted
        Parts of a unit to count in.
    """
    largest = sum(
        abs(term.constant) + sum(abs(price) * most_of(pieces, each) for price, each in term.rows)
        for term in terms
    )
    return min(wanted, LARGEST_SUM / largest) if largest else wanted


def all_terms(pieces: Pieces) -> dict[TermName, Cost]:
    """Return every term but walking, which has forms of its own."""
    return {name: term(pieces) for name, term in TERMS.items()}


def organisations(pieces: Pieces) -> list[int]:
    """Organisations with a free piece."""
    return sorted({int(pieces.case.organisation[u]) for u in pieces.units})


def extra_towers(pieces: Pieces) -> Cost:
    """Each tower of an organisation beyond its first."""
    price = pieces.case.scenario.settings.prices.extra_tower
    towers = places(pieces.case, PlaceKind.TOWER)
    return _beyond_first(
        pieces,
        price,
        [
            # All units of the organisation, those that are fixed as well: a tower that one of them
            # uses is used.
            [pieces.any_used(pieces.case.units_of[o], tower) for tower in towers]
            for o in organisations(pieces)
        ],
    )


def extra_floors(pieces: Pieces) -> Cost:
    """Each floor of a unit beyond its first."""
    price = pieces.case.scenario.settings.prices.extra_floor
    # A unit that stays whole is on one floor, so it has none beyond it.
    split = [u for u in pieces.units if not pieces.is_whole(u)]
    return _beyond_first(pieces, price, [list(pieces.floors_of(u).values()) for u in split])


def gaps(pieces: Pieces) -> Cost:
    """Levels that an organisation leaves out between its lowest and highest in a tower."""
    cost = Cost()
    price = pieces.case.scenario.settings.prices.extra_gap
    for o in organisations(pieces) if price else ():
        for tower in pieces.case.towers:
            used = levels_used(pieces, pieces.case.units_of[o], tower)
            # Two levels have none between them, and an organisation that may not be in the tower
            # leaves none out.
            if len(used) > 2 and any(literal is not False for literal in used):
                for gap in _gaps_of(pieces, used):
                    cost.add(price, gap)
    return cost


def open_floors(pieces: Pieces) -> Cost:
    """The price of every floor in use."""
    cost = Cost()
    for f in {f for u in pieces.units for f in pieces.floors_of(u)}:
        in_use = pieces.either(list(pieces.units_on(f).values()))
        cost.add(float(pieces.case.open_cost[f]), in_use)
    return cost


def placement_cost(pieces: Pieces) -> Cost:
    """Costs of a unit on a floor, by the share of it there."""
    cost = Cost()
    case = pieces.case
    for (u, f), price in case.placement_cost.items():
        if pieces.is_free((u, f)):
            cost.add(price / int(case.demand[u]), pieces.at(u, f))
    return cost


def people_moved(pieces: Pieces) -> Cost:
    """People who are on other floors than in the plans that this one is compared with.

    A unit that has no floor at all leaves its own in every plan.
    """
    cost = Cost()
    case = pieces.case
    nowhere = ~case.allowed.any(axis=1)
    # They have no piece in the model, yet count in the total of every plan.
    cost.constant += float(case.leaving_cost[nowhere].sum())
    for u in pieces.units:
        cost.constant += float(case.leaving_cost[u])
        for f in pieces.floors_of(u):
            site = case.site_costs.get((u, f))
            if site is not None and pieces.is_free((u, f)):
                for saving in site.savings:
                    _add_staying(pieces, cost, (u, f), saving)
    return cost


def people_moved_from(pieces: Pieces, reference: Reference) -> Cost:
    """People moved against one plan, in people, where every unit is free everywhere."""
    cost = Cost(constant=float(reference.people.sum()))
    for (u, f), up_to in reference.up_to.items():
        if pieces.is_free((u, f)):
            saving = Saving(float(reference.headcount[u]), up_to)
            _add_staying(pieces, cost, (u, f), saving)
    return cost


TERMS: dict[TermName, Callable[[Pieces], Cost]] = {
    TermName.EXTRA_TOWERS: extra_towers,
    TermName.EXTRA_FLOORS: extra_floors,
    TermName.GAPS: gaps,
    TermName.OPEN_FLOORS: open_floors,
    TermName.PLACEMENT_COST: placement_cost,
    TermName.PEOPLE_MOVED: people_moved,
}


def _beyond_first(pieces: Pieces, price: float, groups: Iterable[list[Literal]]) -> Cost:
    """A price for each that holds in a group, beyond the first."""
    cost = Cost()
    for literals in groups if price else ():
        # Where all desks are placed at least one literal holds, and the first can simply be taken
        # off. Where some may be left out none may hold, and that would count below 0.
        if pieces.short:
            beyond = pieces.model.new_int_var(0, len(literals), "")
            pieces.model.add(beyond >= sum(literals) - 1)
            cost.add(price, beyond)
        else:
            for literal in literals:
                cost.add(price, literal)
            cost.constant -= price
    return cost


def _gaps_of(pieces: Pieces, used: list[Literal]) -> list[cp_model.IntVar]:
    """A literal a level that must hold where it lies unused between used ones."""
    found = []
    for i in range(1, len(used) - 1):
        below, above = pieces.either(used[:i]), pieces.either(used[i + 1 :])
        if used[i] is True or below is False or above is False:
            continue
        gap = pieces.model.new_bool_var("")
        # Only one direction: the price keeps the literal down where it need not hold.
        pieces.model.add_bool_or([gap, used[i], _negated(below), _negated(above)])
        found.append(gap)
    return found


def _add_staying(pieces: Pieces, cost: Cost, cell: tuple[int, int], saving: Saving) -> None:
    """Take off the desks that save moves: min(desks there, share that saves), in desks of demand.

    The cost falls with every desk up to that share; the part of a desk at the edge is counted by
    a literal of its own.
    """
    unit, _ = cell
    demand = int(pieces.case.demand[unit])
    per_desk = saving.rate / demand
    stay_desks = min(saving.up_to, 1.0) * demand
    whole = floor(stay_desks + 1e-12)
    # Maximised by the objective, as it takes off; so "at most" is enough.
    staying = pieces.model.new_int_var(0, whole, "")
    pieces.model.add(staying <= pieces.at(*cell))
    cost.add(-per_desk, staying)
    edge = stay_desks - whole
    # Shares are of people and pieces of desks, so the share that saves may end within a desk.
    if edge > 1e-12:
        beyond = pieces.model.new_bool_var("")
        pieces.model.add(pieces.at(*cell) >= whole + 1).only_enforce_if(beyond)
        cost.add(-per_desk * edge, beyond)


def _negated(literal: Literal) -> Literal:
    """Return the opposite of a literal, known or not."""
    return (not literal) if isinstance(literal, bool) else ~literal
