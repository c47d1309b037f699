"""Bounds of all terms put together: what is yielded when, and that rounding only lowers it."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

from allocator.plan.types import TermName
from allocator.scenario.settings import TripKind
from allocator.search import bounds
from allocator.search.bounds import (
    ROUNDING,
    Bounds,
    _Rising,
    bounds_at_once,
    cautious,
    dual_bounds,
    lower_bounds,
    rising_bounds,
)
from allocator.search.bounds.certified import Kept, Proved
from allocator.search.bounds.kinds import kind_bounds
from allocator.search.bounds.plans import NoPlans
from allocator.search.case import Case
from allocator.search.compile import compile_case
from tests.builders import scenario

NO_TRIPS = dict.fromkeys(("unit", "parent", "organisation", "coordinator", "siblings"), 0.0)
FLOORS = [("A-1", "A", 1, 10), ("B-1", "B", 1, 10)]
HEADS = [("u", 10, "P"), ("v", 10, "Q")]
NOTHING = dict.fromkeys(TermName, 0.0)
LONG = 1e6


def case_of(**tables: Any) -> Case:
    """Two units that fill a floor each, 5 minutes apart."""
    usual = {"floors": FLOORS, "headcounts": HEADS, "walking": [("A-1", "B-1", 5.0)]}
    sections = {
        "trips": NO_TRIPS,
        "sharing": {"min_piece_desks": 1, "min_piece_share": "0"},
        "prices": {"open_desk": 2.0},
    } | tables.pop("settings", {})
    return compile_case(scenario(**(usual | tables), settings=sections))


def never() -> bool:
    return False


@pytest.mark.parametrize("bound", [1000.0, -1000.0])
def test_a_cautious_bound_is_lower_whatever_its_sign(bound: float) -> None:
    """By a part of its size."""
    assert cautious(bound) == pytest.approx(bound - 1000 * ROUNDING, abs=1e-12)
    assert cautious(bound) < bound


def test_at_once_only_placement_that_pays_is_known() -> None:
    """Each unit at its cheapest row, and none at a row above 0."""
    rows = [("u", "A-1", -5.0), ("u", "B-1", -7.0), ("v", "A-1", 3.0)]
    found = bounds_at_once(case_of(placement_costs=rows))
    assert found.total == pytest.approx(-7)
    assert found.terms[TermName.PLACEMENT_COST] == found.total
    assert found.terms[TermName.WALKING] == 0


def test_what_is_counted_comes_before_what_is_walked() -> None:
    """First 20 desks at 2; then walking of 12 trips, half of them seen from either end."""
    case = case_of(affinities=[("u", "v", 12.0)])
    first, second = lower_bounds(case, time_limit_s=1.0)
    assert first.terms[TermName.WALKING] == 0
    assert first.total == pytest.approx(40, abs=0.01)
    assert second.total >= first.total


def test_walking_is_not_bounded_where_somebody_may_stay_away() -> None:
    """One bound comes, by counting alone."""
    case = case_of(affinities=[("u", "v", 12.0)], settings={"options": {"allow_unplaced": True}})
    (only,) = lower_bounds(case, time_limit_s=1.0, unplaced_people=3.0)
    assert only.terms[TermName.WALKING] == 0


def test_no_bound_rises_where_somebody_may_stay_away() -> None:
    """Nor where a desk is not a desk; both end at once."""
    case = case_of(settings={"options": {"allow_unplaced": True}})
    known, until = bounds_at_once(case), monotonic() + LONG
    asked = {"until": until, "should_stop": never}
    assert not list(rising_bounds(case, known, **asked, unplaced_people=3.0))
    people = [("u", 10, "P"), {"unit_id": "v", "headcount": 10, "own_desks": 5}]
    chance = case_of(headcounts=people, settings={"sharing": {"capacity": "chance"}})
    assert not chance.is_plain
    assert not list(rising_bounds(chance, known, **asked))


def rising_of(case: Case, total: float) -> _Rising:
    """Bounds of a case that are known to be so high."""
    return _Rising(case, Bounds(terms=NOTHING, total=total), monotonic() + LONG, never)


def test_a_lower_bound_leaves_the_total_and_has_no_proof() -> None:
    """A proof of less than what is known is of no use."""
    rising = rising_of(case_of(), 50.0)
    raised = rising._raised(40.0, Kept)  # type: ignore[arg-type]
    assert (raised.total, raised.proof) == (50, None)


def test_a_higher_bound_is_raised_with_its_proof() -> None:
    """A little lower than it is, for rounding."""
    rising = rising_of(case_of(), 50.0)
    raised = rising._raised(60.0, Kept)  # type: ignore[arg-type]
    assert raised.total == cautious(60.0)
    assert raised.proof is Kept
    assert rising.total == raised.total


def test_extra_towers_raise_the_sum_of_the_terms() -> None:
    """5, 5 and 3, 3 fill two towers of 8 only so that both organisations are in both."""
    floors = [("A-1", "A", 1, 8), ("B-1", "B", 1, 8)]
    heads = [("p", 5, "P"), ("q", 5, "P"), ("r", 3, "Q"), ("s", 3, "Q")]
    rules = [("max_floors", unit, None, "1") for unit, *_ in heads]
    case = case_of(floors=floors, headcounts=heads, rules=rules)
    (found,) = rising_of(case, 50.0)._of_towers()
    price = case.scenario.settings.prices.extra_tower
    assert found.terms[TermName.EXTRA_TOWERS] == cautious(2 * price)
    assert found.total == pytest.approx(2 * price)


def test_extra_towers_without_a_price_are_not_asked_for() -> None:
    """They would raise nothing."""
    case = case_of(settings={"prices": {"extra_tower": 0.0}})
    assert not list(rising_of(case, 50.0)._of_towers())


def test_organisations_have_no_model_where_units_on_floors_say_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Towers of one floor with whole units; a second floor brings organisations in."""
    asked: list[str] = []

    def noted(name: str) -> Any:
        def bounds_of(*_: object, **__: object) -> Iterator[Proved]:
            asked.append(name)
            yield from ()

        return bounds_of

    monkeypatch.setattr(bounds, "organisation_bounds", noted("organisations"))
    monkeypatch.setattr(bounds, "assignment_bounds", noted("assignment"))
    given = {"affinities": [("u", "v", 3.0)], "settings": {"sharing": {"min_piece_share": "1"}}}
    list(dual_bounds(case_of(**given), NOTHING, NoPlans(), never))
    assert asked == ["assignment"]
    list(
        dual_bounds(
            case_of(floors=[*FLOORS, ("A-2", "A", 2, 9)], **given), NOTHING, NoPlans(), never
        )
    )
    assert asked[1:] == ["organisations", "assignment"]


def test_each_kind_of_trips_walks_for_itself() -> None:
    """Two units of one organisation are kept to a tower each, so that all its trips are walked.

    Each of 20 people makes 0.4 trips a week at 5 minutes: 40; the other kinds make none.
    """
    case = case_of(
        headcounts=[("u", 10, "P"), ("v", 10, "P")],
        rules=[("only_in", "u", "A"), ("only_in", "v", "B")],
        settings={"trips": NO_TRIPS | {"organisation": 0.4}},
    )
    found = dict(kind_bounds(case, monotonic() + LONG, never))
    assert found.pop(TripKind.ORGANISATION) == pytest.approx(8 * 5, rel=1e-3)
    assert set(found.values()) == {0}


def test_no_kind_follows_once_the_search_is_over() -> None:
    """It is asked before each of them."""
    asked = iter([False, False, True])
    case = case_of(affinities=[("u", "v", 12.0)])
    assert len(list(kind_bounds(case, monotonic() + LONG, lambda: next(asked)))) == 2


def test_kinds_end_where_they_would_take_too_long() -> None:
    """Without time left not even the first one is looked at twice."""
    case = case_of(affinities=[("u", "v", 12.0)])
    assert len(list(kind_bounds(case, monotonic() - 1.0, never))) <= 1
