"""The tree on a labelled model: what it keeps, what it prunes, and what it has proved by then."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from allocator.plan.certificate.types import Proof
from allocator.search.bounds import tree
from allocator.search.bounds.dual import Dual
from allocator.search.bounds.labelled import Labelled, undivided
from allocator.search.bounds.tree import CLOSED, Problem, _Node, _Tree, tree_bounds
from tests.search.bounds.test_labelled import CLOSE, drawn, least, never, price


def tight() -> Labelled:
    """Three nodes of weight 3 in places of 5: nobody shares, and every order costs other sums."""
    weight = np.full((3, 3), 3.0)
    first, second = np.triu_indices(3, 1)
    return Labelled(
        nodes=np.arange(3),
        constant=10.0,
        cost=np.array([[1.0, 5.0, 9.0], [2.0, 3.0, 7.0], [4.0, 4.0, 5.0]]),
        weight=weight,
        own=weight,
        place=np.arange(3),
        capacity=np.full(3, 5.0),
        first=first,
        second=second,
        table=np.arange(3),
        pair_cost=np.arange(27.0).reshape(3, 3, 3) % 7,
        **undivided(3, 3),
    )


def least_of_orders(model: Labelled) -> float:
    """What three nodes cost at the least, each at a place of its own."""
    return min(price(model, np.array(labels)) for labels in permutations(range(3)))


def never_known() -> float:
    """Return a total of no plan: nothing is known."""
    return np.inf


def tree_of(model: Labelled, most: float = np.inf, about: Proof | None = None) -> _Tree:
    """The tree of a model before its first step, with a known total."""
    return _Tree(Dual(model), Problem(lambda: most, lambda k: price(model, k), never), about)


def test_a_child_remembers_labels_by_the_nodes_of_the_whole_model() -> None:
    """Node 1 is fixed first; the node that is second then is 2 of the whole model."""
    model = tight()
    dual = Dual(model)
    root = _Node(model, dual.best, np.full(3, -1))
    grandchild = root.child(1, 2).child(1, 0)
    assert grandchild.labels.tolist() == [-1, 2, 0]
    assert grandchild.model.nodes.tolist() == [0]
    assert root.labels.tolist() == [-1, -1, -1]


def test_what_is_left_of_a_model_has_paid_for_fixed_nodes() -> None:
    """Node 0 at label 1 costs 5, its pairs are costs of the others, and place 1 has 2 left."""
    model = tight()
    left, _ = model.fixed(0, 1, Dual(model).best)
    assert left.constant == 10 + 5
    assert left.capacity.tolist() == [5, 2, 5]
    assert left.cost[0, [0, 2]] == pytest.approx(
        model.cost[1, [0, 2]] + model.pair_cost[0, 1, [0, 2]]
    )


def test_a_fixed_second_node_passes_its_pairs_on() -> None:
    """Of the pair (0, 2) node 0 pays the column of the label that 2 has."""
    model = tight()
    left, _ = model.fixed(2, 0, Dual(model).best)
    assert left.cost[0, [1, 2]] == pytest.approx(
        model.cost[0, [1, 2]] + model.pair_cost[1, [1, 2], 0]
    )
    assert left.first.tolist() == [0]


def test_a_tree_without_a_plan_proves_the_least() -> None:
    """All six orders of three nodes are tried by hand."""
    model = tight()
    *_, last = tree_bounds(Dual(model), Problem(never_known, lambda k: price(model, k), never))
    assert last.bound == pytest.approx(least_of_orders(model))


def test_a_tree_that_is_over_proves_what_its_root_does() -> None:
    """It yields once, and the bound is that of the dual at the least."""
    model = tight()
    dual = Dual(model)
    dual.ascend(100)
    root = dual.bound
    (found,) = tree_bounds(dual, Problem(never_known, lambda _: 0.0, lambda: True))
    assert root - CLOSE <= found.bound <= least_of_orders(model) + CLOSE


def test_a_known_total_is_never_exceeded() -> None:
    """What is proved is at most the best plan's total, be it below the least of the model."""
    model = tight()
    problem = Problem(lambda: 12.0, lambda k: price(model, k), never)
    *_, last = tree_bounds(Dual(model), problem)
    assert last.bound == 12.0


def test_nodes_within_a_hair_of_the_best_are_closed() -> None:
    """The limit lies a part of the best total below it, on the same side for either sign."""
    assert tree_of(tight(), 1000.0).limit == pytest.approx(1000 - 1000 * CLOSED, abs=1e-9)
    assert tree_of(tight(), -1000.0).limit == pytest.approx(-1000 - 1000 * CLOSED, abs=1e-9)


def test_children_that_are_no_better_are_never_opened() -> None:
    """At a total below every bound nothing is open, and the bound is that total."""
    root = Dual(tight())
    root.ascend(200)
    closed = tree_of(tight(), root.bound - 5)
    assert not closed.heap
    assert closed.bound == root.bound - 5


def test_memory_is_that_of_parents_with_open_children() -> None:
    """Once all is closed none is held."""
    made = tree_of(drawn(np.random.default_rng(1)))
    assert made.bytes > 0
    while made.heap:
        made.step()
    assert made.bytes == 0


def test_a_tree_without_memory_stops_with_its_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has proved what its root did, which holds."""
    monkeypatch.setattr(tree, "MOST_BYTES", 0)
    model = tight()
    met: list[float] = []

    def leaf(labels: np.ndarray) -> float:
        met.append(price(model, labels))
        return met[-1]

    (found,) = tree_bounds(Dual(model), Problem(never_known, leaf, never))
    assert found.bound <= least_of_orders(model) + CLOSE
    assert not met


@pytest.mark.parametrize("seed", range(4))
def test_bounds_of_steps_never_fall(seed: int) -> None:
    """With the best plan known from the first, the least of what is open rises step by step."""
    model = drawn(np.random.default_rng(seed))
    best = least(model)
    made, bounds = tree_of(model, best), list[float]()
    while made.heap:
        bounds.append(made.bound)
        made.step()
    assert bounds == sorted(bounds)
    assert made.bound == pytest.approx(best)


def test_multipliers_are_kept_for_every_node_that_was_looked_at() -> None:
    """The root is the first entry, of no node; every other one has a parent before it."""
    made = tree_of(tight(), about=Proof())
    while made.heap:
        made.step()
    entries = made.proof().entries
    assert (entries[0].parent, entries[0].node, entries[0].label) == (-1, -1, -1)
    assert all(0 <= e.parent < i for i, e in enumerate(entries) if i)
    assert made.proof().bound == made.bound


def test_a_tree_that_keeps_nothing_has_no_proof() -> None:
    """An empty one is returned, which no certificate is made of."""
    found = tree_of(tight()).proof()
    assert found.bound is None
    assert not found.entries


def test_a_proof_ends_where_there_is_no_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once an entry is missing the proof says what held before, however much more is proved."""
    monkeypatch.setattr(tree, "MOST_KEPT", 0)
    model = drawn(np.random.default_rng(1))
    made = tree_of(model, about=Proof())
    while made.heap:
        made.step()
    assert len(made.proof().entries) == 1
    assert made.proof().bound <= made.bound


def test_a_leaf_below_its_constant_counts_with_that() -> None:
    """The exact total is asked, and never counts less than what the model has paid by then."""
    model = replace(tight(), pair_cost=np.zeros((3, 3, 3)))
    problem = Problem(never_known, lambda _: -100.0, never)
    *_, last = tree_bounds(Dual(model), problem)
    assert last.bound == pytest.approx(least_of_orders(model))
