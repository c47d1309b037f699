"""A plan carried over to other demands."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from allocator.plan.adapt import adapted
from allocator.plan.verify import GivenPlacement, verify
from allocator.scenario.types import Scenario
from tests.builders import scenario

FLOORS = (("A-1", "A", 1, 40), ("A-2", "A", 2, 40))


def office(people: int, ratio: str = "1", floors: Any = FLOORS, **more: int) -> Scenario:
    """Two floors of 40 desks, and Finance with so many people."""
    headcounts = [("Finance", people), *more.items()]
    settings = {"sharing": {"people_per_desk": ratio, "min_piece_share": "0"}}
    return scenario(floors=floors, headcounts=headcounts, settings=settings)


def kinds(here: Scenario, pieces: dict[tuple[str, str], int]) -> set[str]:
    rows = [GivenPlacement(unit_id=u, floor_id=f, desks=d) for (u, f), d in pieces.items()]
    return {violation.kind for violation in verify(here, rows).violations}


def test_same_demand_keeps_the_plan() -> None:
    """A plan carried over to its own scenario stays as it is."""
    pieces = {("Finance", "A-1"): 40, ("Finance", "A-2"): 11}
    assert adapted(pieces, office(51)) == pieces


def test_smaller_demand_shrinks_every_piece() -> None:
    """What is beyond the smallest piece shrinks in proportion."""
    pieces = {("Finance", "A-1"): 40, ("Finance", "A-2"): 24}
    assert adapted(pieces, office(40)) == {("Finance", "A-1"): 24, ("Finance", "A-2"): 16}


def test_smallest_piece_is_given_up_where_desks_are_too_few() -> None:
    """A demand below two smallest pieces of 8 goes to the floor that had most."""
    pieces = {("Finance", "A-1"): 9, ("Finance", "A-2"): 10}
    assert adapted(pieces, office(15)) == {("Finance", "A-2"): 15}


def test_unit_that_outgrows_its_floor_is_left_out() -> None:
    """A unit without room where it was is left to the search; who shrinks keeps its place."""
    pieces = {("Finance", "A-1"): 20, ("Tax", "A-1"): 20}
    assert adapted(pieces, office(35, Tax=10)) == {("Tax", "A-1"): 10}


def test_unknown_units_and_floors_are_left_out() -> None:
    """Pieces of another scenario count only where unit and floor exist here."""
    pieces = {("Finance", "A-1"): 8, ("Finance", "B-1"): 8, ("Nobody", "A-1"): 8}
    assert adapted(pieces, office(16)) == {("Finance", "A-1"): 16}


@given(
    first=st.integers(8, 40),
    second=st.integers(8, 40),
    ratios=st.tuples(st.integers(10, 30), st.integers(10, 30)).map(sorted),
)
def test_a_plan_of_a_smaller_ratio_fits_at_a_larger(
    first: int, second: int, ratios: list[int]
) -> None:
    """With two smallest pieces left to shrink to, all desks find a place and no rule breaks."""
    people = (first + second) * ratios[0] // 10
    before, after = (office(people, f"{ratio / 10}") for ratio in ratios)
    pieces = adapted({("Finance", "A-1"): first, ("Finance", "A-2"): second}, before)
    if not kinds(before, pieces) and people * 10 >= 16 * ratios[1]:
        assert kinds(after, adapted(pieces, after)) == set()
