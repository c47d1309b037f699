"""Who finds no desk in a comparison: columns, the window of ratios, and its picture."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from allocator.scenario.types import Scenario
from allocator.studies.compare import Case, Row, Window, compare, ratios, window
from allocator.studies.compare.window_chart import window_chart
from allocator.studies.pool import Pool
from tests.builders import scenario
from tests.studies import planted


def office(desks: int, **attendance: Any) -> Scenario:
    """Return two units of 50 people on one floor."""
    return scenario(
        floors=[("A-1", "A", 1, desks)],
        headcounts=[("Finance", 50), ("Tax", 50)],
        settings={
            "sharing": {"min_piece_desks": 1},
            "attendance": {"shared_by": "unit"} | attendance,
        },
    )


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(1, solver=planted.first_fit)
    yield made
    made.close()


def run(pool: Pool, case: Scenario, text: str) -> tuple[Row, ...]:
    cases = [Case("office", case.with_sharing(people_per_desk=r)) for r in ratios(text)]
    return compare(cases, pool=pool, options=planted.options())


@pytest.fixture(scope="module")
def rows(pool: Pool) -> tuple[Row, ...]:
    """At 1 people per desk short of desks, at 1.1 and 1.2 fitting and serving, at 1.5 fitting."""
    return run(pool, office(92), "1.0,1.1,1.2,1.5")


def test_a_row_says_how_its_plan_serves(rows: tuple[Row, ...]) -> None:
    """With a plan the floors short and the worst floor are known, too."""
    serving = rows[3].serving
    assert (serving.serves, serving.floors_short, serving.worst_floor) == (False, 1, "A-1")
    assert serving.short_day_peak == serving.worst_short_day
    assert (serving.without_desk_peak or 0) > (serving.without_desk_average or 0) > 0


def test_a_row_without_a_plan_says_how_its_desks_would_serve(rows: tuple[Row, ...]) -> None:
    """Where it does not fit, units are taken as undivided, and no floor is named."""
    serving = rows[0].serving
    assert (serving.serves, serving.worst_short_day) == (True, 0.0)
    assert (serving.floors_short, serving.worst_floor) == (None, None)


def test_shared_floors_need_a_plan(pool: Pool) -> None:
    """Shared by floor, nothing is known of a case without a plan."""
    (row,) = run(pool, office(60, shared_by="floor"), "1.0")
    assert (row.serving.serves, row.serving.short_day_peak) == (None, None)


def test_columns_of_serving_come_last(rows: tuple[Row, ...]) -> None:
    """compare.csv ends with who finds no desk."""
    assert " ".join(list(rows[0].cells)[-10:]) == (
        "without_desk_peak present_peak floors_short short_day_probability serves "
        "without_desk_average short_day_peak short_day_average worst_short_day worst_floor"
    )


def test_the_window_is_between_what_fits_and_what_serves(rows: tuple[Row, ...]) -> None:
    """Its ends are the smallest ratio with a plan and the largest that serves."""
    found = window(rows)
    assert found == Window(Fraction(11, 10), Fraction(6, 5))
    assert str(found) == "fits from 1.1, serves up to 1.2"


@pytest.mark.parametrize(
    ("fits", "serves", "said"),
    [
        (Fraction(13, 10), Fraction(6, 5), "fits from 1.3, serves up to 1.2"),
        (None, Fraction(6, 5), "none fits, serves up to 1.2"),
        (Fraction(13, 10), None, "fits from 1.3, none serves"),
    ],
)
def test_a_closed_window_is_said_plainly(
    fits: Fraction | None, serves: Fraction | None, said: str
) -> None:
    """Where no ratio does both, the words say so."""
    assert str(Window(fits, serves)) == f"{said}: no ratio compared does both"


def test_desks_left_unplaced_do_not_fit(rows: tuple[Row, ...]) -> None:
    """A plan that leaves people unplaced is no sign that the ratio fits."""
    partial = rows[1].outcome.model_copy(update={"unplaced_people": 3.0})
    changed = (rows[1].model_copy(update={"outcome": partial}), *rows[2:])
    assert window(changed).fits == Fraction(6, 5)


def layers(rows: tuple[Row, ...], panel: int) -> list[dict[str, Any]]:
    (column,) = window_chart(rows).to_dict()["hconcat"]
    found: list[dict[str, Any]] = column["vconcat"][panel]["layer"]
    return found


def test_the_picture_shades_the_window(rows: tuple[Row, ...]) -> None:
    """Both panels have the window behind their lines, in the colour of an open one."""
    marks = [layers(rows, panel)[0]["mark"] for panel in (0, 1)]
    assert [(mark["type"], mark["color"]) for mark in marks] == [("rect", "#2E7D4F")] * 2


def test_the_picture_shades_a_gap_in_another_colour(rows: tuple[Row, ...]) -> None:
    """Where what fits lies above what serves, what lies between is a warning."""
    at_once = [row for row in rows if row.people_per_desk in ("1", "1.5")]
    assert layers(tuple(at_once), 0)[0]["mark"]["color"] == "#B3261E"


def test_the_picture_without_a_window_has_none(rows: tuple[Row, ...]) -> None:
    """Where nothing fits there is nothing to shade."""
    assert [layer["mark"]["type"] for layer in layers(rows[:1], 0)] == ["line", "rule"]


def test_the_picture_has_peak_average_and_worst(rows: tuple[Row, ...]) -> None:
    """Three lines of chances for every ratio."""
    chart = window_chart(rows).to_dict()
    lines = [data for data in chart["datasets"].values() if "on" in data[0]]
    assert [len(data) for data in lines] == [3 * len(rows)]
