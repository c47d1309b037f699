"""Who finds no desk in a comparison: columns, the window of ratios, and its picture."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from allocator.scenario.types import Scenario
from allocator.studies.compare import Case, ComparisonRow, Verdict, Window, compare, ratios, window
from allocator.studies.compare.window_chart import window_chart
from allocator.studies.outcome import Outcome, OutcomeStatus
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


def run(pool: Pool, case: Scenario, text: str) -> tuple[ComparisonRow, ...]:
    cases = [Case("office", case.with_sharing(people_per_desk=r)) for r in ratios(text)]
    return compare(cases, pool=pool, options=planted.options())


@pytest.fixture(scope="module")
def rows(pool: Pool) -> tuple[ComparisonRow, ...]:
    """At 1 people per desk short of desks, at 1.1 and 1.2 fitting and serving, at 1.5 fitting."""
    return run(pool, office(92), "1.0,1.1,1.2,1.5")


def test_a_row_says_how_its_plan_serves(rows: tuple[ComparisonRow, ...]) -> None:
    """With a plan the floors short and the worst floor are known, too."""
    serving = rows[3].serving
    assert (serving.serves, serving.floors_short, serving.worst_floor) == (False, 1, "A-1")
    assert serving.short_day_peak == serving.worst_short_day
    assert (serving.without_desk_peak or 0) > (serving.without_desk_average or 0) > 0


def test_a_row_without_a_plan_does_not_serve_anybody(rows: tuple[ComparisonRow, ...]) -> None:
    """Where it does not fit, there are no chances of short days, not even of 0 %."""
    serving = rows[0].serving
    assert (serving.serves, serving.short_day_peak, serving.worst_floor) == (None, None, None)


def test_there_are_four_outcomes(rows: tuple[ComparisonRow, ...]) -> None:
    """Proved not to fit, no plan in time, a plan that does not serve, and one that does."""
    unsettled = Outcome.of_scenario(office(92), OutcomeStatus.UNKNOWN)
    assert [row.verdict for row in rows] == [
        Verdict.DOES_NOT_FIT,
        Verdict.SERVES,
        Verdict.SERVES,
        Verdict.DOES_NOT_SERVE,
    ]
    assert Verdict.of(unsettled, rows[0].serving) is Verdict.NO_PLAN_IN_TIME


def test_a_plan_that_leaves_people_unplaced_does_not_serve(
    rows: tuple[ComparisonRow, ...],
) -> None:
    """Who has no place has no desk on any day."""
    partial = rows[1].outcome.model_copy(update={"unplaced_people": 3.0})
    assert Verdict.of(partial, rows[1].serving) is Verdict.DOES_NOT_SERVE


def test_columns_of_serving_come_last(rows: tuple[ComparisonRow, ...]) -> None:
    """compare.csv ends with who finds no desk."""
    assert " ".join(list(rows[0].cells)[-10:]) == (
        "without_desk_peak present_peak floors_short short_day_probability serves "
        "without_desk_average short_day_peak short_day_average worst_short_day worst_floor"
    )


def test_the_window_is_between_what_fits_and_what_serves(rows: tuple[ComparisonRow, ...]) -> None:
    """Its ends are the smallest ratio with a plan and the largest that serves."""
    found = window(rows)
    assert found == Window(Fraction(11, 10), Fraction(6, 5))
    assert str(found) == "fits from 1.1, serves up to 1.2"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Window(Fraction(13, 10), None), "fits from 1.3, no plan serves"),
        (Window(None, None), "none fits"),
        (Window(None, None, (Fraction(1),)), "no plan was found, undecided: 1"),
        (
            Window(Fraction(3, 2), Fraction(3, 2), (Fraction(1), Fraction(6, 5))),
            "fits from 1.5, serves up to 1.5, undecided: 1; 1.2",
        ),
    ],
)
def test_a_window_says_what_is_proved_and_what_is_undecided(found: Window, said: str) -> None:
    """That none fits is said only where it is proved of every ratio."""
    assert str(found) == said


def test_time_that_ran_out_is_no_proof(rows: tuple[ComparisonRow, ...]) -> None:
    """A ratio without a plan in time is undecided, not unfit."""
    unsettled = Outcome.of_scenario(office(92), OutcomeStatus.UNKNOWN)
    changed = rows[1].model_copy(
        update={"outcome": unsettled, "verdict": Verdict.of(unsettled, rows[0].serving)}
    )
    assert window((rows[0], changed)) == Window(None, None, (Fraction(11, 10),))


def test_desks_left_unplaced_do_not_fit(rows: tuple[ComparisonRow, ...]) -> None:
    """A plan that leaves people unplaced is no sign that the ratio fits."""
    partial = rows[1].outcome.model_copy(update={"unplaced_people": 3.0})
    changed = (rows[1].model_copy(update={"outcome": partial}), *rows[2:])
    assert window(changed).fits == Fraction(6, 5)


def layers(rows: tuple[ComparisonRow, ...], panel: int) -> list[dict[str, Any]]:
    (column,) = window_chart(rows).to_dict()["hconcat"]
    found: list[dict[str, Any]] = column["vconcat"][panel]["layer"]
    return found


def test_the_picture_shades_the_window(rows: tuple[ComparisonRow, ...]) -> None:
    """Both panels have the window behind their lines, in the colour of an open one."""
    marks = [layers(rows, panel)[0]["mark"] for panel in (0, 1)]
    assert [(mark["type"], mark["color"]) for mark in marks] == [("rect", "#2E7D4F")] * 2


def test_the_picture_without_a_window_has_none(rows: tuple[ComparisonRow, ...]) -> None:
    """Where nothing fits there is nothing to shade."""
    marks = [layer["mark"]["type"] for layer in layers(rows[:1], 0)]
    assert marks == ["line", "circle", "rule"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["serves", "fits, does not serve", "does not fit"]),
        ("id", ["muat dan mencukupi", "muat, tetapi meja tidak mencukupi", "tidak muat"]),
    ],
)
def test_points_have_the_colour_of_their_outcome(
    rows: tuple[ComparisonRow, ...], language: str, words: list[str]
) -> None:
    """What became of each ratio is in the legend, in either language."""
    (column,) = window_chart(rows, language).to_dict()["hconcat"]
    points = next(one for one in column["vconcat"][0]["layer"] if one["mark"]["type"] == "circle")
    assert points["encoding"]["fill"]["scale"]["domain"] == words


def test_the_picture_has_peak_average_and_worst(rows: tuple[ComparisonRow, ...]) -> None:
    """Three lines of chances for every ratio with a plan."""
    chart = window_chart(rows).to_dict()
    lines = [data for data in chart["datasets"].values() if "on" in data[0]]
    assert [len(data) for data in lines] == [3 * (len(rows) - 1)]


def test_people_left_out_do_not_prove_that_a_ratio_does_not_fit(
    rows: tuple[ComparisonRow, ...],
) -> None:
    """Only where no plan leaves out fewer is it settled."""
    said = {}
    for status in (OutcomeStatus.FEASIBLE, OutcomeStatus.OPTIMAL):
        update = {"unplaced_people": 3.0, "status": status}
        outcome = rows[1].outcome.model_copy(update=update)
        said[status] = window([rows[1].model_copy(update={"outcome": outcome})])
    assert said[OutcomeStatus.FEASIBLE].undecided == (Fraction(11, 10),)
    assert said[OutcomeStatus.OPTIMAL].undecided == ()
