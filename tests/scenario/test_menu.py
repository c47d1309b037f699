"""The weeks that a unit may be given, by hand; and rotas, patterns and common days that clash."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.errors import InputError
from allocator.scenario.menu import all_hands, default_names, menus
from tests.builders import scenario

PEOPLE = [("Finance", 39, "T"), ("Tax", 20, "T")]
EVEN = (1, 1, 1, 1, 1)


def menu(**given: Any) -> dict[str, tuple[float, ...]]:
    return menus(scenario(headcounts=[("Finance", 40)], **given))["Finance"]


def test_a_usual_unit_may_have_every_week() -> None:
    """At a mean of 0.55: today's, the even one, and 25 choices of one to three all-hands days."""
    found = menu()
    assert tuple(found) == default_names()
    assert found["even"] == (0.55,) * 5
    assert found["tue"] == pytest.approx((0.475, 0.85, 0.475, 0.475, 0.475))
    assert found["mon+wed+fri"] == pytest.approx((0.85, 0.1, 0.85, 0.1, 0.85))


@pytest.mark.parametrize(("mean", "weeks"), [(0.33, 7), (0.35, 17), (0.84, 27), (0.85, 2)])
def test_weeks_that_the_mean_does_not_allow_are_left_out(mean: float, weeks: int) -> None:
    """So few come that others would be below 0; or so many that no day stands out."""
    assert len(menu(settings={"attendance": {"mean_share": mean}})) == weeks


def test_patterns_are_scaled_to_the_mean() -> None:
    """Three days of five are 11/12 on each of them; half on one day would be more than all."""
    patterns = [("three", 1, 1, 1, 0, 0), ("mondays", 4, 1, 1, 1, 1)]
    seldom = {"unit_id": "S", "headcount": 9, "attendance_share": 0.3}
    found = menus(scenario(headcounts=[("Finance", 40), seldom], patterns=patterns))
    assert found["Finance"]["three"] == pytest.approx((11 / 12, 11 / 12, 11 / 12, 0, 0))
    assert "mondays" not in found["Finance"]
    assert found["S"]["mondays"][0] == pytest.approx(0.75)


def test_who_comes_daily_has_one_week() -> None:
    """A unit of which everybody comes every day comes every day."""
    case = scenario(headcounts=[{"unit_id": "F", "headcount": 9, "attendance_share": 1.0}])
    assert menus(case) == {"F": {"present": (1.0,) * 5}}


def test_all_hands_are_in_where_the_day_stands_out() -> None:
    """A share of 0.85 will do; an even week has no such day, however full."""
    assert all_hands((0.85, 0.3, 0.3, 0.3, 0.849), 0.85) == {0}
    assert not all_hands((0.9,) * 5, 0.85)


def test_a_units_rota_beats_its_organisations() -> None:
    """Finance comes by its own row, Tax by that of the treasury."""
    rotas: list[Any] = [
        ("T", 2, 1, 1, 1, 0),
        {"unit_id": "Finance", **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), 1)},
    ]
    shares = scenario(headcounts=PEOPLE, rotas=rotas).weekday_shares
    assert shares["Finance"] == pytest.approx((0.55,) * 5)
    assert shares["Tax"] == pytest.approx((1.0, 0.55, 0.55, 0.55, 0))


WEEK = {"mon": 2, "tue": 1, "wed": 1, "thu": 1, "fri": 1}


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"rotas": [WEEK]}, "rotas, row 1, column organisation_id: expected exactly one of"),
        ({"rotas": [WEEK | {"organisation_id": "Tax"}]}, "expected an organisation, such as T"),
        ({"rotas": [WEEK | {"unit_id": "Tax"}] * 2}, "rotas, row 2, column organisation_id, unit"),
        ({"rotas": [WEEK | {"unit_id": "Daily"}]}, "expected the same on every day"),
        ({"patterns": [("even", *EVEN)]}, "patterns, row 1, column pattern: expected another"),
        ({"patterns": [("once", 1, 0, 0, 0, 0)]}, "expected a week that fits some unit"),
        ({"patterns": [("never", 0, 0, 0, 0, 0)]}, "patterns, row 1, column mon: expected a numb"),
        (
            {"affinities": [("T", "U", None, "strong", 2), ("Tax", "Daily", None, None, 1)]},
            "affinities, row 2, column common_days: expected 2, as row 1 asks for Daily and Tax",
        ),
        ({"affinities": [("T", "U")]}, "trips_per_week and closeness, or common_days"),
    ],
)
def test_what_clashes_is_told_at_its_row(tables: dict[str, Any], told: str) -> None:
    """Each message has table, row, column and what was expected."""
    daily = {"unit_id": "Daily", "headcount": 9, "organisation_id": "U", "attendance_share": 1.0}
    with pytest.raises(InputError) as raised:
        scenario(headcounts=[*PEOPLE, daily], **tables)
    assert told in "; ".join(map(str, raised.value.problems))
