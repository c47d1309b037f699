"""Which share of a unit comes on which weekday: means, factors, rotas, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allocator.scenario.types import Scenario
from tests.builders import Values, scenario
from tests.scenario.files import problems, read

ORGANISATIONS: list[Values] = [("Treasury", ""), ("Defence", "")]
HEADCOUNTS: list[Values] = [("Finance", 70, "Treasury"), ("Army", 30, "Defence")]


def given(**attendance: Any) -> Scenario:
    return scenario(headcounts=HEADCOUNTS, settings={"attendance": attendance})


def test_attendance_is_the_mean_times_the_weekday() -> None:
    """By default 55 % come on the mean day, and most on Tuesdays."""
    week = given().weekday_shares["Finance"]
    assert week == pytest.approx((0.517, 0.66825, 0.6325, 0.57475, 0.3575))
    assert sum(week) / 5 == pytest.approx(0.55)


def test_only_proportions_of_factors_count() -> None:
    """Factors that do not average 1 are scaled so that the mean holds."""
    week = given(mean_share=0.4, weekday_factors=[2, 4, 2, 2, 0]).weekday_shares["Finance"]
    assert week == pytest.approx((0.4, 0.8, 0.4, 0.4, 0))


def test_a_share_of_its_own_beats_the_mean() -> None:
    """attendance_share of a headcounts row takes the place of mean_share."""
    rows: list[Values] = [{"unit_id": "u", "headcount": 5, "attendance_share": 0.5}, ("v", 5)]
    shares = scenario(headcounts=rows).weekday_shares
    assert (shares["u"][3], shares["v"][3]) == pytest.approx((0.5 * 1.045, 0.55 * 1.045))


def test_who_may_not_work_elsewhere_is_there_every_day() -> None:
    """A share of 1 leaves no day on which fewer come, and is no reason to warn."""
    rows = [{"unit_id": "u", "headcount": 5, "attendance_share": 1.0}]
    found = scenario(headcounts=rows)
    assert found.weekday_shares["u"] == (1.0,) * 5
    assert found.warnings == ()


def test_a_rota_overrides_the_factors() -> None:
    """The rota of an organisation spreads its days; the others keep the scenario's factors."""
    found = scenario(headcounts=HEADCOUNTS, rotas=[("Defence", 1, 1, 1, 1, 1)]).weekday_shares
    assert found["Army"] == pytest.approx((0.55,) * 5)
    assert found["Finance"][1] == pytest.approx(0.66825)


def test_rotas_are_read_from_a_folder(tmp_path: Path) -> None:
    """The table rotas is read like any other."""
    found = read(tmp_path, rotas="organisation_id,mon,tue,wed,thu,fri\nO,2,2,2,2,0\n")
    assert found.weekday_shares["u"] == pytest.approx((0.6875,) * 4 + (0,))


def test_attendance_above_the_headcount_is_cut_and_named() -> None:
    """Where mean and factor ask for more than all, all come, and a warning says of which units."""
    rows: list[Values] = [
        ("Finance", 70),
        {"unit_id": "Army", "headcount": 9, "attendance_share": 0.9},
    ]
    found = scenario(headcounts=rows)
    assert found.weekday_shares["Army"][1] == 1.0
    (warning,) = found.warnings
    assert (warning.code, warning.table) == ("attendance_clipped", "headcounts")
    assert "on some weekday in Army: all of them come then" in warning.message


def test_many_units_above_their_headcount_are_counted() -> None:
    """A warning names twenty units and counts the rest."""
    rows = [(f"u{number}", 5) for number in range(25)]
    (warning,) = scenario(headcounts=rows, settings={"attendance": {"mean_share": 0.95}}).warnings
    assert "u19 and 5 more:" in warning.message


@pytest.mark.parametrize("shared_by", ["unit", "organisation", "floor"])
def test_a_ratio_does_nothing_where_capacity_is_by_chance(shared_by: str) -> None:
    """How many people share a desk then follows from who comes, and a warning says so."""
    sharing = {"capacity": "chance", "people_per_desk": "1.2"}
    settings = {"attendance": {"shared_by": shared_by}, "sharing": sharing}
    (warning,) = scenario(settings=settings).warnings
    assert (warning.code, warning.table) == ("idle_ratio", "scenario")
    assert 'sharing.capacity is "chance"' in warning.message


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("Nobody", 1, 1, 1, 1, 1)], "row 1, column organisation_id: expected a known"),
        (
            [("Treasury", 1, 1, 1, 1, 1), ("Treasury", 1, 1, 1, 1, 0)],
            "row 2, column organisation_id, unit_id: given already in row 1",
        ),
        ([("Treasury", 0, 0, 0, 0, 0)], "row 1, column mon: expected a number above 0"),
    ],
)
def test_rotas_that_make_no_sense_are_refused(rows: list[Values], expected: str) -> None:
    """An organisation nobody knows, one given twice, and a week on which nobody comes."""
    (found,) = problems(scenario, headcounts=HEADCOUNTS, organisations=ORGANISATIONS, rotas=rows)
    assert found.startswith(f"rotas, {expected}")


def test_a_rota_of_a_unit_is_refused() -> None:
    """A unit in the column of organisations is told where it goes, and its organisation."""
    (found,) = problems(scenario, headcounts=HEADCOUNTS, rotas=[("Army", 1, 1, 1, 1, 1)])
    assert "expected an organisation, such as Defence; a unit goes into unit_id" in found


def test_a_correlation_that_a_unit_cannot_have_is_refused() -> None:
    """The message names the limit and the unit that sets it."""
    (found,) = problems(given, correlation=-0.02)
    assert found == (
        "scenario, column attendance.correlation: expected at least -0.0048, the lowest that "
        "unit Finance of 70 people can have (got '-0.02')"
    )


def test_a_correlation_just_possible_is_sound() -> None:
    """Units that divide up their days may have a little below 0."""
    assert given(correlation=-0.004).settings.attendance.correlation == -0.004


def test_a_day_for_everybody_allows_no_correlation_below_0() -> None:
    """What draws all cannot go with people who avoid one another."""
    (found,) = problems(given, correlation=-0.001, day_shock=0.03)
    assert "expected at least 0, as day_shock is above 0" in found
