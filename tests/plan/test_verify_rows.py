"""The checker on rows as given: unknown ids, desks that are no number, duplicates."""

from __future__ import annotations

import pytest

from allocator.plan.verify import GivenPlacement, verify
from tests.builders import scenario
from tests.plan.offices import check, given, kinds

CASE = scenario(floors=[("A1", "A", 1, 60)], headcounts=[("u", 20, "Org"), ("v", 20, "Org")])


@pytest.mark.parametrize("desks", ["3.5", ".0", "-1", "0", "", " ", "abc", "1e1", "٣", 0, -4])
def test_desks_must_be_whole_and_above_zero(desks: int | str) -> None:
    """A row whose desks are not a whole number above 0 is reported and left out."""
    found = verify(CASE, [*given("u A1 20, v A1 20"), GivenPlacement("v", "A1", desks)])
    assert [violation.kind for violation in found.violations] == ["not_whole"]
    assert found.pieces == {("u", "A1"): 20, ("v", "A1"): 20}


@pytest.mark.parametrize("desks", [True, 20.5, None, 10_000_001, "9" * 5000])
def test_other_types_and_slips_of_the_pen_are_not_whole(desks: object) -> None:
    """Booleans, fractions, nothing and numbers beyond any office are not taken for desks."""
    odd = GivenPlacement("v", "A1", desks)  # type: ignore[arg-type]
    found = verify(CASE, [*given("u A1 20, v A1 20"), odd])
    assert [violation.kind for violation in found.violations] == ["not_whole"]


@pytest.mark.parametrize("desks", [20, "20", " 20 ", "020", 20.0, "20.0", "20.00"])
def test_whole_numbers_are_read_from_text(desks: float | str) -> None:
    """A whole number counts the same as a number and as text."""
    found = verify(CASE, [*given("u A1 20"), GivenPlacement("v", "A1", desks)])
    assert found.feasible
    assert found.pieces["v", "A1"] == 20


def test_unknown_unit_is_left_out() -> None:
    """A row of a unit that the scenario does not know is reported with its row number."""
    found = verify(CASE, [*given("u A1 20, v A1 20"), GivenPlacement("U", "A1", 20, row=4)])
    assert [(v.kind, v.subject, v.object) for v in found.violations] == [
        ("unknown_unit", "U", "A1")
    ]
    assert found.violations[0].message == (
        "row 4: unit 'U' is not in the scenario; the row is left out"
    )


def test_unknown_floor_is_left_out() -> None:
    """A row on a floor that the scenario does not know is reported, and its desks are missing."""
    assert kinds(CASE, "u A1 20, v A9 20") == ["unknown_floor", "unplaced"]


def test_everything_wrong_with_a_row_is_reported() -> None:
    """A row with three faults gives three violations."""
    found = kinds(CASE, "u A1 20, v A1 20, x A9 many")
    assert found == ["unknown_unit", "unknown_floor", "not_whole"]


def test_duplicates_are_reported_once_and_added_up() -> None:
    """Three rows of one unit and floor give one violation and one piece of their sum."""
    found = check(CASE, "u A1 5, v A1 20, u A1 5, u A1 10")
    assert [(v.kind, v.subject, v.object, v.amount) for v in found.violations] == [
        ("duplicate", "u", "A1", 2)
    ]
    assert found.pieces["u", "A1"] == 20


def test_pieces_come_in_the_order_of_the_scenario() -> None:
    """The order of the rows given makes no difference to the pieces."""
    assert list(check(CASE, "v A1 20, u A1 20").pieces) == [("u", "A1"), ("v", "A1")]


def test_an_empty_plan_places_nobody() -> None:
    """A plan without rows leaves every unit unplaced and costs nothing."""
    found = check(CASE, "")
    assert [violation.kind for violation in found.violations] == ["unplaced", "unplaced"]
    assert (found.total, found.unplaced_people) == (0, 40)
