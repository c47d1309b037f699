"""Parameters of the local search, and the measure that temperatures and prices are in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from allocator import search
from allocator.search.compile import compile_case
from allocator.search.parameters import USUAL, Parameters
from allocator.search.scale import FIRST_OF_ALL, LEFT_OUT, OVER, desk_worth, prices_at
from tests.benchmarks.ablation import VARIANTS, table
from tests.search.hot import office

PAGE = Path(__file__).parents[2] / "docs/explanation/algorithm.md"
SEARCH = Path(search.__file__).parent


def test_usual_parameters_can_be_written_and_read() -> None:
    """A document of all parameters makes the same ones."""
    assert Parameters.model_validate(USUAL.model_dump()) == USUAL


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kicks.nudged", 1.5),
        ("groups.cold", 0.0),
        ("floors.short", 0),
        ("floors.most_pressure", 0.5),
        ("groups.no_such", 1),
        ("no_such.cold", 1),
    ],
)
def test_parameters_out_of_range_are_refused(name: str, value: object) -> None:
    """So are those that do not exist."""
    with pytest.raises(ValidationError):
        USUAL.altered(name, value)


def test_altered_parameters_leave_the_others() -> None:
    """One value is another, and the usual ones stay as they are."""
    other = USUAL.altered("kicks.nudged", 0.25)
    assert other.kicks.nudged == 0.25
    assert other.altered("kicks.nudged", USUAL.kicks.nudged) == USUAL


def test_every_parameter_is_said_to_be_for_something() -> None:
    """Each has a sentence of its own below it."""
    text = (SEARCH / "parameters.py").read_text("utf-8")
    text = text[: text.index("class Parameters(")]
    fields = re.findall(r"^    (\w+): [^\n]+ = [^\n]+\n    (.)", text, re.M)
    assert len(fields) > 50
    assert [name for name, begins in fields if begins != '"'] == []


def test_ablation_alters_only_what_there_is() -> None:
    """Every variant is a parameter with a value in its range, and another than usual."""
    for name, value in VARIANTS.items():
        if value is not None:
            assert USUAL.altered(name, value) != USUAL, name


def test_ablation_compares_medians() -> None:
    """A variant is compared with the usual runs of the same case; runs without a plan are told."""
    runs = {("usual", "data/x:5", seed): 100.0 for seed in range(3)}
    runs |= {("kicks.nudged", "data/x:5", seed): 101.0 for seed in range(3)}
    assert "| kicks.nudged | 0.9 | 0.0 | +1.00 % |" in table(runs)
    failed = runs | {("kicks.nudged", "data/x:5", 2): None}
    assert "+1.00 %, 1 without a plan" in table(failed)


def test_all_modules_of_the_page_exist() -> None:
    """What the page about the algorithm names is there."""
    lines = PAGE.read_text("utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("|"))
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)?)(?:\.[A-Z]\w+)?`", text)
    modules = [name for name in named if name not in {"allocator"}]
    missing = [
        name
        for name in modules
        if not any(
            (home / f"{name}.py").exists() or (home / name).is_dir()
            for home in (SEARCH, SEARCH.parent)
        )
    ]
    assert modules
    assert missing == []


def test_all_modules_of_local_search_are_on_the_page() -> None:
    """A module with moves or with a part of the search is told of."""
    page = PAGE.read_text("utf-8")
    told = ("kernel", "choice", "partition", "surrogate", "alone")
    assert [name for name in told if f"groups/{name}" not in page] == []
    told = ("sequence", "transfers", "evaluation", "anneal", "part")
    assert [name for name in told if f"floors/{name}" not in page] == []


def test_prices_double_with_the_worth_of_a_desk() -> None:
    """What is wrong costs in proportion to what a desk is worth."""
    case = compile_case(office())
    one, two = prices_at(case, 1.0), prices_at(case, 2.0)
    assert one.over == OVER
    assert [b / a for a, b in zip(one, two, strict=True)] == [2.0, 2.0, 2.0]


def test_people_come_first_where_desks_may_stay_unplaced() -> None:
    """All prices are higher then, and to leave desks out is cheaper than to overfill floors."""
    settings = {"options": {"allow_unplaced": True}, "sharing": {"min_piece_desks": 3}}
    case = compile_case(office(settings=settings))
    prices = prices_at(case, 1.0)
    assert prices.over == OVER * FIRST_OF_ALL
    assert prices.unplaced == pytest.approx(LEFT_OUT * FIRST_OF_ALL)
    assert prices.unplaced < prices.over


def test_dearer_scenario_makes_a_desk_worth_more() -> None:
    """Twice all prices, twice the worth of a desk."""
    cheap = office()
    prices = cheap.settings.prices
    doubled = {name: 2 * getattr(prices, name) for name in type(prices).model_fields}
    settings = cheap.settings.model_copy(update={"prices": prices.model_copy(update=doubled)})
    dear = compile_case(cheap.model_copy(update={"settings": settings}))
    assert desk_worth(dear) == pytest.approx(2 * desk_worth(compile_case(cheap)))
