from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from allocator.plan.types import TermName
from allocator.search.bounds.ascent import DEAD, FORBIDDEN, Multipliers
from allocator.search.bounds.assignment import assignment_bounds, is_assignment
from allocator.search.bounds.contents import Contents
from allocator.search.bounds.dual import Dual
from allocator.search.bounds.labelled import Labelled, bound_at, undivided
from allocator.search.bounds.organisations import Organisations
from allocator.search.bounds.plans import NoPlans
from allocator.search.bounds.tree import Problem, tree_bounds
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario
from tests.more import TIMES
from tests.search.enumeration import costs, feasible_plans, random_scenario

CLOSE = 1e-6
NODES, LABELS = 4, 3


def never() -> bool:
    return False


def drawn(rng: np.random.Generator) -> Labelled:
    """A model of few nodes, with costs of either sign, labels and pairs that are not allowed."""
    weight = np.repeat(rng.integers(1, 6, (NODES, 1)).astype(float), LABELS, axis=1)
    cost = rng.uniform(-20, 40, (NODES, LABELS))
    cost[rng.random(cost.shape) < 0.1] = FORBIDDEN
    first, second = np.triu_indices(NODES, 1)
    pairs = rng.uniform(0, 30, (len(first), LABELS, LABELS))
    pairs[rng.random(pairs.shape) < 0.1] = FORBIDDEN
    return Labelled(
        nodes=np.arange(NODES),
        constant=float(rng.uniform(-5, 5)),
        cost=cost,
        weight=weight,
        own=weight,
        place=np.arange(LABELS),
        capacity=rng.integers(4, 9, LABELS).astype(float),
        first=first,
        second=second,
        table=np.arange(len(first)),
        pair_cost=pairs,
        **undivided(NODES, LABELS),
    )


def price(model: Labelled, labels: np.ndarray) -> float:
    """What labels of all nodes cost; infinite if they are not allowed."""
    load = np.bincount(model.place[labels], weights=model.weight[:, 0], minlength=LABELS)
    paid = model.constant + model.cost[range(len(labels)), labels].sum()
    paid += sum(
        model.pair_cost[p, labels[i], labels[j]]
        for p, (i, j) in enumerate(zip(model.first, model.second, strict=True))
    )
    return float(paid) if paid < DEAD and (load <= model.capacity).all() else np.inf


def least(model: Labelled) -> float:
    return min(price(model, np.array(k)) for k in product(range(LABELS), repeat=NODES))


def at_random(model: Labelled, rng: np.random.Generator) -> Multipliers:
    x = model.views(rng.normal(size=model.size) * rng.choice([0.1, 3, 30]))
    np.abs(x.mu, out=x.mu)
    np.abs(x.lam, out=x.lam)
    return x


@pytest.mark.parametrize("seed", range(60 * TIMES))
def test_any_multipliers_and_the_ascent_bound_a_model(seed: int) -> None:
    """At random multipliers, and at the best of the ascent, no labels cost less."""
    rng = np.random.default_rng(seed)
    model = drawn(rng)
    best = least(model)
    if best == np.inf:
        return
    dual = Dual(model)
    dual.ascend(40)
    assert bound_at(model, at_random(model, rng)) <= best + CLOSE
    assert dual.bound == pytest.approx(bound_at(model, dual.best), abs=CLOSE)
    assert dual.bound <= best + CLOSE
    assert np.isfinite(dual.best.flat).all()
    assert np.abs(dual.best.flat).max() < DEAD / 10


@pytest.mark.parametrize("seed", range(30))
def test_a_node_at_a_label_is_bounded_no_lower(seed: int) -> None:
    """What is left of a model is bounded by its marginal, and at inherited multipliers."""
    rng = np.random.default_rng(seed)
    model = drawn(rng)
    dual = Dual(model, at_random(model, rng))
    dual.ascend(1)
    marginals = dual.marginals()
    for node, label in product(range(NODES), range(LABELS)):
        if model.cost[node, label] < DEAD:
            exact = least(only(model, node, label))
            assert marginals[node, label] <= exact + CLOSE
            left, x = model.fixed(node, label, dual.best)
            assert marginals[node, label] - CLOSE <= bound_at(left, x) <= exact + CLOSE


def only(model: Labelled, node: int, label: int) -> Labelled:
    cost = model.cost.copy()
    cost[node, np.arange(LABELS) != label] = FORBIDDEN
    return replace(model, cost=cost)


@pytest.mark.parametrize("seed", range(40 * TIMES))
def test_the_tree_proves_the_least(seed: int) -> None:
    """Its bounds rise to the least cost, of a leaf exactly; none is above it."""
    model = drawn(np.random.default_rng(seed))
    best, met = least(model), []

    def leaf(labels: np.ndarray) -> float:
        met.append(price(model, labels))
        return met[-1]

    problem = Problem(lambda: min(met, default=1e9), leaf, never)
    found = [proved.bound for proved in tree_bounds(Dual(model), problem)]
    if best < np.inf:
        assert found[-1] == pytest.approx(best)
        assert max(found) <= best + CLOSE


@pytest.mark.parametrize("seed", range(10))
def test_a_leaf_counts_with_its_exact_total(seed: int) -> None:
    """What a plan pays beyond the model is in the bound once all plans are leaves."""
    model, met = drawn(np.random.default_rng(seed)), []

    def leaf(labels: np.ndarray) -> float:
        met.append(price(model, labels) + 7.0 * labels[0])
        return met[-1]

    *_, last = tree_bounds(Dual(model), Problem(lambda: min(met, default=1e9), leaf, never))
    ways = (np.array(k) for k in product(range(LABELS), repeat=NODES))
    best = min(price(model, k) + 7.0 * k[0] for k in ways)
    assert best == np.inf or last.bound == pytest.approx(best)


def test_a_label_among_several_is_not_fixed() -> None:
    """An organisation that is apart has several labels, and no branch gives it only one."""
    case = units_on_floors(1)
    model = Organisations(case).model(0.0)
    assert model.spread.any()
    with pytest.raises(ValueError, match="spread"):
        model.fixed(0, int(np.argmax(model.spread)), model.views(np.zeros(model.size)))


def test_an_ascent_ends_when_it_is_told_to() -> None:
    """It asks before every moment of steps, and every bound is at least the one before."""
    left = iter([False, False, False, True])
    found = list(Dual(drawn(np.random.default_rng(3))).rise(lambda: next(left)))
    assert len(found) == 3
    assert found == sorted(found)


def test_an_ascent_of_nothing_ends() -> None:
    """Where the bound is 0 and stays there, the ascent is soon over."""
    model = drawn(np.random.default_rng(0))
    nothing = replace(model, constant=0.0, cost=0 * model.cost, pair_cost=0 * model.pair_cost)
    assert list(Dual(replace(nothing, capacity=nothing.capacity + 99)).rise(never))[-1] == 0


def complete(seed: int) -> tuple[Case, list[object]] | None:
    """A tiny case with all its plans, if everyone must be placed."""
    given = random_scenario(seed, 150)
    plans = [] if given.settings.options.allow_unplaced else feasible_plans(given)
    case = compile_case(given)
    return (case, plans) if plans and (case.demand > 0).any() else None


def over_towers(case: Case, plans: list, rng: np.random.Generator) -> float:
    """By how much the bound over towers exceeds the best plan, floors in use aside."""
    best = min(plan.total - costs(plan)[TermName.OPEN_FLOORS] for plan in plans)
    made = Organisations(case)
    model = made.model(0.0)
    sets = model.patterns
    for s, tower in enumerate(np.repeat(sets.label, np.diff(sets.start)).tolist()):
        sets.extra[s] = made.extra(sets.members(s), tower)
    dual = Dual(model)
    dual.ascend(60)
    anywhere = bound_at(model, at_random(model, rng))
    return max(dual.bound, bound_at(model, dual.best), anywhere) - best


@pytest.mark.parametrize("block", range(4 * TIMES))
def test_organisations_over_towers_are_bounded(block: int) -> None:
    """Whole in a tower or apart, with rules, walkways, moves and negative costs."""
    for seed in range(25 * block, 25 * (block + 1)):
        if found := complete(seed):
            assert over_towers(*found, np.random.default_rng(seed)) <= CLOSE


WHOLE = {"sharing": {"min_piece_desks": 1, "min_piece_share": "1"}, "prices": {"open_desk": 0.0}}


def units_on_floors(seed: int) -> Case:
    """Units that stay whole, with trips between them and costs of either sign."""
    rng = np.random.default_rng(seed)
    floors = [(f"A-{f}", "A" if f < 2 else "B", f, int(rng.integers(5, 12))) for f in range(3)]
    people = [(f"u{i}", int(rng.integers(1, 6)), "P") for i in range(4)]
    rows = [(u, f, float(rng.uniform(-30, 30))) for u, *_ in people for f, *_ in floors]
    return compile_case(
        scenario(floors=floors, headcounts=people, placement_costs=rows, settings=WHOLE)
    )


@pytest.mark.parametrize("seed", range(6))
def test_an_assignment_is_closed_at_its_best_plan(seed: int) -> None:
    """Units that stay whole: walking and placement of the best plan are proved."""
    case = units_on_floors(seed)
    kept = (TermName.WALKING, TermName.PLACEMENT_COST)
    plans = feasible_plans(case.scenario)
    assert is_assignment(case)
    if plans:
        best = min(sum(costs(plan)[name] for name in kept) for plan in plans)
        *_, last = assignment_bounds(case, {}, NoPlans(), never)
        assert last.bound == pytest.approx(best, abs=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_contents_of_a_tower_are_exact_where_units_stay_whole(seed: int) -> None:
    """The search finds the least of all ways, negative placement costs included."""
    case = units_on_floors(seed)
    contents, floors = Contents(case), case.floors_of[0]
    units = [0, 1, 2]

    def paid(ways: tuple[int, ...]) -> float:
        room = case.capacity.copy()
        for u, f in zip(units, ways, strict=True):
            room[f] -= case.demand[u]
        if (room < 0).any():
            return np.inf
        site = sum(case.site_costs[u, f].at(1.0) for u, f in zip(units, ways, strict=True))
        pairs = [(a, b) for a in range(3) for b in range(a)]
        trips = contents.trips
        return site + sum(trips[a, b] * case.minutes[ways[a], ways[b]] for a, b in pairs)

    best = min(paid(ways) for ways in product(floors, repeat=3))
    assert contents.inside(units, 0) == pytest.approx(best)


def test_forbidden_labels_leave_multipliers_small() -> None:
    """Where a label has no partner left, no multiplier grows without end."""
    model = drawn(np.random.default_rng(0))
    model.pair_cost[0, 1] = FORBIDDEN
    dual = Dual(model)
    dual.ascend(200)
    assert np.abs(dual.best.flat).max() < 1e6


def test_room_taken_by_an_organisation_apart_is_its_share() -> None:
    """What one that is spread has in all is not taken off the room it sees in one tower.

    The mistake would prove more than the best plan costs.
    """
    found = complete(453)
    assert found is not None
    best = min(plan.total - costs(plan)[TermName.OPEN_FLOORS] for plan in found[1])
    model = Organisations(found[0]).model(0.0)
    assert raised(model) <= best + CLOSE
    assert raised(replace(model, own=model.weight)) > best + 1


def raised(model: Labelled) -> float:
    """The bound of a model after some steps."""
    dual = Dual(model)
    dual.ascend(300)
    return dual.bound
