"""Why a unit or organisation sits where it does: what its place costs by term, and the next tower.

Why no plan exists is for the other modules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from allocator.errors import InputError, Problem
from allocator.plan.types import Pieces, Plan, Status
from allocator.plan.verify import Check, given_pieces, verify
from allocator.scenario.names import Nearest
from allocator.scenario.rules import RuleKind
from allocator.scenario.tables import Rule
from allocator.scenario.types import Scenario
from allocator.search.solve import SolveOptions, solve
from allocator.studies.explain.plans import Budget
from allocator.texts import Texts, texts

Costs = Mapping[str, float]
"""Person-minutes a week by term; those that are 0 are left out."""
SHORTEST_S = 0.5
SMALL = 0.5
"""Person-minutes a week below which nothing is said of a term."""
LEFT_OUT = 1e-6
"""People without a place that are rounding."""


@dataclass(frozen=True)
class Elsewhere:
    """The best plan found with a unit or organisation in none of its towers.

    Attributes
    ----------
    status
        ``infeasible`` if it is proved that there is no such plan, ``unknown`` if time ran out.
    towers
        Where it is then.
    more, more_total
        What that costs more, by term and together; None without a plan.
    """

    status: Status
    towers: tuple[str, ...] = ()
    more: Costs | None = None
    more_total: float | None = None


@dataclass(frozen=True)
class Place:
    """Where a unit or organisation is in a plan, what that costs, and what the next one would.

    Attributes
    ----------
    costs, total
        What the plan costs more than the same plan without it, by term and together.
    elsewhere
        The best plan found in other towers.
    """

    body: str
    towers: tuple[str, ...]
    floors: tuple[str, ...]
    costs: Costs
    total: float
    elsewhere: Elsewhere


def known_bodies(scenario: Scenario, bodies: Iterable[str]) -> tuple[str, ...]:
    """Return the units and organisations asked for, each once.

    Raises
    ------
    InputError
        If one is neither a unit nor an organisation with people.
    """
    nearest = Nearest(scenario.units_of)
    problems = [
        Problem(
            f"expected a unit or organisation with people{nearest.hint(body)}",
            "--body",
            value=body,
        )
        for body in bodies
        if body not in scenario.units_of
    ]
    if problems:
        raise InputError(problems)
    return tuple(dict.fromkeys(bodies))


def places(
    scenario: Scenario, pieces: Pieces, bodies: Iterable[str], budget: Budget
) -> tuple[Place, ...]:
    """Return where units or organisations are in a plan and why.

    Parameters
    ----------
    pieces
        A plan of the scenario.
    bodies
        Ids of units or organisations, as `known_bodies` returns them.
    budget
        The searches for other towers share it: each has an equal part of what is left.
    """
    bodies = tuple(bodies)
    whole = verify(scenario, given_pieces(scenario, pieces))
    return tuple(
        _place(scenario, pieces, body, whole, budget.part(budget.left() / (len(bodies) - number)))
        for number, body in enumerate(bodies)
    )


def _place(scenario: Scenario, pieces: Pieces, body: str, whole: Check, budget: Budget) -> Place:
    """Return where one is, what that costs, and the next best tower."""
    units = set(scenario.units_of[body])
    tower_of = {floor.floor_id: floor.tower_id for floor in scenario.floors}
    floors = tuple(dict.fromkeys(f for (u, f) in pieces if u in units))
    towers = tuple(dict.fromkeys(tower_of[f] for f in floors))
    left = {place: amount for place, amount in pieces.items() if place[0] not in units}
    # Priced by leaving it out: walking to it, its floors and towers all go at once, so nothing has
    # to be shared out between two ends of a trip.
    without = verify(scenario, given_pieces(scenario, left))
    costs = _difference(_by_term(whole), _by_term(without))
    budget.enter(f"looking for another tower for {body}")
    return Place(
        body=body,
        towers=towers,
        floors=floors,
        costs=costs,
        total=whole.total - without.total,
        elsewhere=_elsewhere(scenario, pieces, body, towers, whole, budget),
    )


def _elsewhere(
    scenario: Scenario,
    pieces: Pieces,
    body: str,
    towers: tuple[str, ...],
    whole: Check,
    budget: Budget,
) -> Elsewhere:
    """Return the best plan found with a unit or organisation in none of its towers."""
    # As rules, which the search knows already and the checker checks.
    barred = (Rule(rule=RuleKind.NEVER_IN, subject=body, object=tower) for tower in towers)
    plan = solve(
        scenario.replace(rules=(*scenario.rules, *barred)),
        SolveOptions(
            time_limit_s=max(budget.left(), SHORTEST_S), workers=budget.workers, seed=budget.seed
        ),
        start=pieces,
        should_stop=budget.should_stop,
    )
    if plan.objective.total is None:
        return Elsewhere(plan.status)
    # Cheaper by leaving people out is no place elsewhere.
    if (plan.objective.unplaced_people or 0.0) > whole.unplaced_people + LEFT_OUT:
        is_proved = plan.status is Status.OPTIMAL
        return Elsewhere(Status.INFEASIBLE if is_proved else Status.UNKNOWN)
    units = set(scenario.units_of[body])
    there = tuple(dict.fromkeys(p.tower_id for p in plan.placements if p.unit_id in units))
    more = _difference(_terms_of(plan), _by_term(whole))
    return Elsewhere(plan.status, there, more, plan.objective.total - whole.total)


def _by_term(check: Check) -> Costs:
    """Return the costs of a checked plan by term."""
    return {term.name.value: term.cost for term in check.terms}


def _terms_of(plan: Plan) -> Costs:
    """Return the costs of a solved plan by term; none where it has no terms."""
    return {term.name.value: term.cost for term in plan.objective.terms or ()}


def _difference(one: Costs, other: Costs) -> Costs:
    """Return how much more one costs than the other, by term, rounding left out."""
    found = {name: cost - other.get(name, 0.0) for name, cost in one.items()}
    return {name: cost for name, cost in found.items() if abs(cost) > 1e-9}


def text(found: Iterable[Place], language: str = "en") -> str:
    """Return places in sentences, for people to read.

    A paragraph for each: where it sits, what that costs, and what the next tower would cost.
    """
    say = texts(language)
    return "\n\n".join("\n".join(_sentences(place, say)) for place in found) + "\n"


def _sentences(place: Place, say: Texts) -> Iterator[str]:
    """Yield the sentences of one place, the last on the next tower or why there is none."""
    yield say(
        "place.sits",
        body=place.body,
        towers=", ".join(place.towers) or "–",
        floors=", ".join(place.floors) or "–",
    )
    yield say("place.costs", total=say.number(place.total), terms=_listed(place.costs, say))
    other = place.elsewhere
    if other.more_total is None:
        yield say(f"place.{'nowhere' if other.status is Status.INFEASIBLE else 'not_found'}")
        return
    # A plan found later may be better: the plan at hand need not be the best there is.
    key = "place.next" if other.more_total >= 0 else "place.cheaper"
    yield say(
        key,
        towers=", ".join(other.towers),
        more=say.number(abs(other.more_total)),
        terms=_listed(other.more or {}, say),
    )


def _listed(costs: Costs, say: Texts) -> str:
    """Return costs by term in words, the largest first, without those that round to nothing."""
    ordered = sorted(costs.items(), key=lambda item: -abs(item[1]))
    parts = [
        f"{say(f'term.{name}')} {say.number(cost)}" for name, cost in ordered if abs(cost) > SMALL
    ]
    return "; ".join(parts) or "–"


def as_json(found: Iterable[Place]) -> list[dict[str, Any]]:
    """Return places as rows."""
    return [
        {
            "body": place.body,
            "towers": list(place.towers),
            "floors": list(place.floors),
            "costs": dict(place.costs),
            "total": place.total,
            "next": {
                "status": place.elsewhere.status.value,
                "towers": list(place.elsewhere.towers),
                "more": dict(place.elsewhere.more or {}),
                "more_total": place.elsewhere.more_total,
            },
        }
        for place in found
    ]
