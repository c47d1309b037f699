"""Which search a case gets, what proofs come first, and what of a given plan is usable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.plan.certificate.types import Kind, Proof
from allocator.search import solve as solving
from allocator.search.bounds.sharing import MOST_UNITS
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.exact import MOST_PRODUCTS
from allocator.search.groups.alone import improve_alone
from allocator.search.local_search import improve
from allocator.search.proofs import (
    PART_OF_ALONE,
    PART_OF_SMALL,
    _claim,
    _Plans,
    certified,
    share_first,
)
from allocator.search.restarts import search_for
from allocator.search.solve import CELLS_TO_CLOSE, PRODUCTS_TO_CLOSE, _is_small, _usable
from allocator.search.special.pack import pack
from tests.builders import scenario
from tests.search.special.test_packing import SMALL, packing
from tests.search.test_stages import record_of

WHOLE = {"sharing": {"min_piece_share": "1"}}
PIECES = {"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}}
FLOORS = [("A1", "A", 1, 10), ("B1", "B", 1, 10), ("C1", "C", 1, 10)]
HEADS = [("u", 6, "P"), ("v", 4, "P"), ("w", 10, "Q")]


def case_of(**tables: Any) -> Case:
    """Three towers of a floor of 10 desks; whole units of 6, 4 and 10 that walk."""
    usual = {"floors": FLOORS, "headcounts": HEADS, "settings": WHOLE}
    return compile_case(scenario(**(usual | tables)))


def test_each_case_has_its_local_search() -> None:
    """Packings, whole units in towers of one floor, and all others."""
    assert search_for(packing(**SMALL)) is pack
    assert search_for(case_of()) is improve_alone
    assert search_for(case_of(settings=PIECES)) is improve
    assert search_for(case_of(floors=[*FLOORS, ("A2", "A", 2, 10)])) is improve


@pytest.mark.parametrize(
    ("tables", "share"),
    [
        ({}, PART_OF_ALONE),
        ({"settings": PIECES}, PART_OF_SMALL),
        (
            {
                "settings": PIECES,
                "headcounts": [(f"u{i}", 2) for i in range(MOST_UNITS + 1)],
                "floors": [("A1", "A", 1, 200), ("B1", "B", 1, 200)],
            },
            0.0,
        ),
    ],
)
def test_proofs_come_first_where_a_tree_may_close_the_case(
    tables: dict[str, Any], share: float
) -> None:
    """Whole units on single floors, else few organisations in few towers; not so many of them."""
    assert share_first(record_of(case_of(**tables))) == share


def test_a_plan_that_leaves_people_out_limits_no_proof() -> None:
    """Bounds are of plans that place everybody, and a cheaper one would be below them."""
    record = record_of(case_of(settings=WHOLE | {"options": {"allow_unplaced": True}}))
    plans = _Plans(record)
    assert plans.total() == np.inf
    record.offer({(0, 0): 6})
    assert plans.total() == np.inf
    record.offer({(0, 0): 6, (1, 0): 4, (2, 1): 10})
    assert record.score is not None
    assert plans.total() == record.score.total


def test_a_plan_that_proofs_meet_is_offered() -> None:
    """Its exact total comes back, whether it is the best or not."""
    record = record_of(case_of())
    good, poor = {(0, 0): 6, (1, 0): 4, (2, 1): 10}, {(0, 0): 6, (1, 2): 4, (2, 1): 10}
    plans = _Plans(record)
    first = plans.offer(good)
    assert record.layout == good
    assert plans.offer(poor) > first
    assert record.layout == good


def test_a_proof_of_nothing_claims_less_than_any() -> None:
    """So that the better of two is the one that proves something."""
    assert _claim(Proof()) == -np.inf
    assert _claim(Proof(bound=-5.0)) == -5.0


def test_a_certificate_claims_no_more_than_the_answer() -> None:
    """A proof of 90 where 70 is shown is one of 70."""
    record = record_of(case_of())
    record.raise_bound(70.0)
    record.make_proof = lambda: Proof(kind=Kind.ASSIGNMENT, bound=90.0)
    found = certified(record)
    assert (found.kind, found.bound) == (Kind.ASSIGNMENT, 70.0)


def test_without_a_plan_nothing_is_certified_anew() -> None:
    """There is nothing to compare a dual with."""
    record = record_of(case_of())
    record.raise_bound(70.0)
    assert certified(record).bound is None


def test_a_dual_is_evaluated_where_nothing_was_kept() -> None:
    """Its bound is at most that of the record."""
    record = record_of(case_of())
    record.offer({(0, 0): 6, (1, 0): 4, (2, 1): 10})
    assert record.score is not None
    record.raise_bound(record.score.total)
    found = certified(record)
    assert found.bound is not None
    assert 0 < found.bound <= record.bound


@pytest.mark.parametrize(
    ("products", "small"), [(PRODUCTS_TO_CLOSE, True), (PRODUCTS_TO_CLOSE + 1, False)]
)
def test_few_products_make_a_small_case(products: int, small: bool) -> None:
    """Of few cells."""
    assert _is_small(record_of(case_of()), products) is small


@pytest.mark.parametrize(("products", "small"), [(0, True), (1, False)])
def test_many_cells_are_small_only_without_walking(
    products: int, small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """9 cells are one too many here."""
    monkeypatch.setattr(solving, "CELLS_TO_CLOSE", 8)
    assert _is_small(record_of(case_of()), products) is small
    assert CELLS_TO_CLOSE > 9


def test_a_packing_of_many_cells_is_left_to_its_own_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody walks there, and still one model of all would not do."""
    monkeypatch.setattr(solving, "CELLS_TO_CLOSE", 8)
    assert not _is_small(record_of(packing(**SMALL)), 0)
    assert MOST_PRODUCTS > PRODUCTS_TO_CLOSE


def usable(start: dict[tuple[str, str], int], **tables: Any) -> dict[tuple[int, int], int]:
    """What of a plan is begun from."""
    case = case_of(**tables)
    return _usable(case.scenario, record_of(case), start)


def test_a_plan_without_mistakes_is_used_as_it_is() -> None:
    """Also where somebody has no place in it yet."""
    start = {("u", "A1"): 6, ("w", "B1"): 10}
    assert usable(start) == {(0, 0): 6, (2, 1): 10}


def test_whoever_breaks_a_rule_is_taken_out() -> None:
    """u and v must not share a floor: both go, and w stays."""
    start = {("u", "A1"): 6, ("v", "A1"): 4, ("w", "B1"): 10}
    assert usable(start, rules=[("apart_floor", "u", "v")]) == {(2, 1): 10}


def test_a_floor_that_is_too_full_is_cleared() -> None:
    """16 desks on 10; v is elsewhere and stays."""
    start = {("u", "A1"): 6, ("w", "A1"): 10, ("v", "C1"): 4}
    assert usable(start) == {(1, 2): 4}
