"""Sets of nodes that a place may hold, and what they add to a bound."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations, product

import numpy as np
import pytest

from allocator.search.bounds import patterns
from allocator.search.bounds.ascent import DEAD
from allocator.search.bounds.dual import Dual
from allocator.search.bounds.labelled import bound_at
from allocator.search.bounds.organisations import Organisations
from allocator.search.bounds.patterns import patterns_of
from allocator.search.compile import compile_case
from tests.builders import scenario
from tests.more import TIMES
from tests.search.bounds.test_labelled import CLOSE, LABELS, NODES, at_random, price
from tests.search.bounds.test_labelled import drawn as labelled


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of seven nodes at two places, whether they may be there, and the room."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(1, 9, (7, 2)).astype(float)
    return weight, rng.random((7, 2)) < 0.8, rng.integers(0, 20, 2).astype(float)


@pytest.mark.parametrize("seed", range(20))
def test_all_sets_that_fit_are_there_once(seed: int) -> None:
    """Every set of nodes that may be at a place and is not too heavy, nobody among them."""
    weight, fits, capacity = drawn(seed)
    found = patterns_of(weight, fits, capacity)
    nodes = range(len(weight))
    for g, r in enumerate(found.label.tolist()):
        sets = [frozenset(found.members(s)) for s in range(*found.start[g : g + 2])]
        every = chain.from_iterable(combinations(nodes, n) for n in range(len(weight) + 1))
        assert sorted(map(sorted, sets)) == sorted(
            sorted(s)
            for s in every
            if all(fits[i, r] for i in s) and sum(weight[i, r] for i in s) <= capacity[r]
        )
    alone = set(range(2)) - set(found.label.tolist())
    assert all((weight[fits[:, r], r] > capacity[r]).all() for r in alone)


def test_what_a_set_adds_is_its_extra_less_what_its_nodes_pay_more() -> None:
    """The multipliers of its members are taken off, of nobody nothing."""
    found = patterns_of(*drawn(3))
    rho = np.random.default_rng(0).normal(size=(7, len(found.label)))
    found.extra[:] = np.arange(len(found.extra))
    for g in range(len(found.label)):
        begin, end = found.start[g : g + 2]
        hand = [s - rho[found.members(s), g].sum() for s in range(begin, end)]
        assert found.paid(g, rho) == pytest.approx(hand)


@pytest.mark.parametrize("seed", range(20 * TIMES))
def test_no_labels_cost_less_than_a_bound_with_sets(seed: int) -> None:
    """At random multipliers, and at the best of the ascent; what sets pay extra counts."""
    rng = np.random.default_rng(seed)
    model = labelled(rng)
    sets = patterns_of(model.weight, model.cost < DEAD, model.capacity)
    sets.extra[:] = rng.uniform(0, 30, len(sets.extra)) * (rng.random(len(sets.extra)) < 0.5)
    extra = {
        (int(sets.label[g]), frozenset(sets.members(s))): float(sets.extra[s])
        for g in range(len(sets.label))
        for s in range(*sets.start[g : g + 2])
    }

    def total(labels: np.ndarray) -> float:
        here = ((k, frozenset(np.flatnonzero(labels == k).tolist())) for k in range(LABELS))
        return price(model, labels) + sum(extra.get(each, 0.0) for each in here)

    best = min(total(np.array(k)) for k in product(range(LABELS), repeat=NODES))
    whole = replace(model, patterns=sets)
    dual = Dual(whole)
    dual.ascend(200)
    bounds = dual.bound, bound_at(whole, dual.best), bound_at(whole, at_random(whole, rng))
    assert max(bounds) <= best + CLOSE


def test_trips_between_organisations_are_not_paid_twice() -> None:
    """Pairs pay them already: in a tower with room for all nothing is extra."""
    floors = [("A-1", "A", 1, 20), ("A-2", "A", 2, 20), ("B-1", "B", 1, 20)]
    people = [("p", 8, "P"), ("q", 16, "Q")]
    given = scenario(floors=floors, headcounts=people, affinities=[("p", "q", 900.0)])
    made = Organisations(compile_case(given))
    assert made.extra([0, 1], 0) == 0.0
    assert made.contents.trips[0, 1] > 0


def test_a_place_of_too_many_sets_has_its_capacity_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is left out whole, and others stay."""
    monkeypatch.setattr(patterns, "MOST_SETS", 10)
    found = patterns_of(np.ones((6, 2)), np.ones((6, 2), bool), np.array([6.0, 1.0]))
    assert found.label.tolist() == [1]
    assert len(found.extra) == 7
