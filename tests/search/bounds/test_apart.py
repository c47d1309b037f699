"""The tree on who is apart: what it proves at any moment holds, and it rises to its end."""

from __future__ import annotations

from functools import cache
from itertools import islice

import numpy as np
import pytest

from allocator.plan.certificate.types import Kind, Proof
from allocator.plan.types import TermName
from allocator.search.bounds import apart
from allocator.search.bounds.apart import NOBODY, Branches, all_whole
from allocator.search.bounds.ascent import DEAD
from allocator.search.bounds.dual import Dual
from allocator.search.bounds.labelled import bound_at
from allocator.search.bounds.organisations import Organisations
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario
from tests.search.enumeration import costs, feasible_plans

WHOLE = {"sharing": {"min_piece_desks": 1, "min_piece_share": "1"}}


def never() -> bool:
    return False


def tight() -> Case:
    """Three organisations of 6 desks in two towers of 10: one of them is apart in every plan."""
    floors = [("A-1", "A", 1, 10), ("B-1", "B", 1, 10)]
    heads = [(f"{o}{i}", 3, o) for o in "PQR" for i in range(2)]
    return compile_case(scenario(floors=floors, headcounts=heads, settings=WHOLE))


def branches_of(case: Case, *, keeps: bool = False) -> tuple[Branches, Organisations]:
    """The tree of a case before its first step."""
    made = Organisations(case)
    root = Dual(made.model(0.0))
    about = Proof(
        kind=Kind.ORGANISATIONS,
        trusted={},
        nodes=tuple(case.organisation_ids[o] for o in made.nodes),
        places=case.tower_ids,
        pairs=np.column_stack([root.model.first, root.model.second]),
        contents=made.own,
    )
    return Branches(root, about, keeps=keeps), made


def risen(case: Case, *, keeps: bool = False, most: int = 400) -> tuple[Branches, list[float]]:
    """The tree after its end, or after so many moments, with its bound at each."""
    branches, made = branches_of(case, keeps=keeps)
    moments = branches.rise(branches.root.model.patterns.searching(made.extra), never)
    return branches, [branches.bound for _ in islice(moments, most)]


@cache
def tree_of_tight(*, keeps: bool = False) -> tuple[Branches, list[float]]:
    """The tree of the tight case after its end."""
    return risen(tight(), keeps=keeps)


def best_of(case: Case) -> float:
    """The best total of all plans, floors in use aside."""
    plans = feasible_plans(case.scenario)
    return min(plan.total - costs(plan)[TermName.OPEN_FLOORS] for plan in plans)


def test_somebody_must_be_apart() -> None:
    """One extra tower is paid in every plan, and the tree proves it."""
    case = tight()
    _, bounds = tree_of_tight()
    price = case.scenario.settings.prices.extra_tower
    assert bounds[-1] >= price - 1e-6
    assert bounds[-1] <= best_of(case) + 1e-6


def test_the_bound_of_the_tree_never_falls() -> None:
    """Whatever branch is under way, what was proved stays proved."""
    _, bounds = tree_of_tight()
    assert bounds == sorted(bounds)


def test_branches_prove_more_than_the_root_alone() -> None:
    """The root is half apart; its branches are not."""
    branches, bounds = tree_of_tight()
    assert bounds[-1] > branches.root.bound


def test_a_tree_that_is_over_before_it_begins_has_proved_nothing() -> None:
    """The bound is what multipliers of 0 prove."""
    branches, made = branches_of(tight())
    assert not list(
        branches.rise(branches.root.model.patterns.searching(made.extra), lambda: True)
    )
    model = branches.root.model
    assert branches.bound == pytest.approx(bound_at(model, model.views(np.zeros(model.size))))


def test_where_nobody_can_be_apart_there_is_no_branch() -> None:
    """With one tower each the root is all there is."""
    rules = [("max_towers", o, None, "1") for o in "PQ"]
    floors, heads = [("A-1", "A", 1, 9), ("B-1", "B", 1, 9)], [("P", 6), ("Q", 6)]
    case = compile_case(scenario(floors=floors, headcounts=heads, rules=rules, settings=WHOLE))
    branches, _ = risen(case)
    assert not branches.heap
    assert branches.bound == branches.root.bound


def test_an_organisation_that_is_whole_is_spread_over_nothing() -> None:
    """Labels for being apart are forbidden to it, and it has no parts; others keep both."""
    model = branches_of(tight())[0].root.model
    found = all_whole(model, [1])
    assert (found.cost[1, model.spread] > DEAD).all()
    assert (found.cost[[0, 2]] == model.cost[[0, 2]]).all()
    assert np.diff(found.parts, axis=1).ravel().tolist() == [2, 0, 2]
    assert (model.cost[1, model.spread] < DEAD).all()


def test_the_proof_of_a_tree_has_an_entry_for_each_branch() -> None:
    """Parents come before their children, and the bound is that of the tree."""
    branches, bounds = tree_of_tight(keeps=True)
    proof = branches.proof()
    assert proof.bound == bounds[-1]
    assert len(proof.entries) > 2
    assert proof.entries[0].parent == -1
    assert all(entry.parent < number for number, entry in enumerate(proof.entries))
    assert NOBODY in {entry.node for entry in proof.entries[1:]}


def test_a_tree_that_keeps_nothing_proves_its_root() -> None:
    """The proof is then of what the whole model proves, which is less."""
    branches, bounds = tree_of_tight()
    proof = branches.proof()
    assert len(proof.entries) == 1
    assert proof.bound == branches.root.bound < bounds[-1]


def test_a_proof_is_of_what_was_kept_once_there_is_no_more_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without room for branches the tree ends early, and both still hold."""
    monkeypatch.setattr(apart, "MOST_BYTES", 0)
    case = tight()
    branches, bounds = risen(case, keeps=True)
    assert branches.proof().bound <= bounds[-1] <= best_of(case) + 1e-6
