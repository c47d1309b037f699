"""The stages of a search on small cases: what is given, neighbourhoods, a first plan."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from allocator import search
from allocator.scenario.types import Scenario
from allocator.search import first
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.first import begin_from, first_plan
from allocator.search.neighbourhoods import Neighbourhoods
from allocator.search.record import Record
from allocator.search.score import Scorer
from allocator.search.solver import Effort
from allocator.texts import texts
from tests.builders import scenario as build
from tests.search.enumeration import check, feasible_plans, random_scenario
from tests.search.hot import office

SEARCH = Path(search.__file__).parent
ALONE = Effort(seconds=5, workers=1)
WITH_PLANS = [s for s in range(4000, 4030) if feasible_plans(random_scenario(s))]


def record_of(case: Case) -> Record:
    return Record(
        case,
        time_limit_s=10,
        workers=1,
        seed=0,
        reproducible=False,
        on_progress=None,
        should_stop=None,
    )


def clean(scenario: Scenario, case: Case, layout: dict[tuple[int, int], int]) -> bool:
    """Tell whether the checker finds nothing wrong with a layout."""
    return check(scenario, dict(case.pieces(layout))).feasible


def test_every_stage_has_a_name_in_both_languages() -> None:
    """What the search says that it does is told in each language, and nothing else is."""
    said = {
        stage.replace(" ", "_")
        for path in SEARCH.rglob("*.py")
        for stage in re.findall(r'\.enter\("([^"]+)"\)', path.read_text("utf-8"))
    }
    assert len(said) > 6
    for language in ("en", "id"):
        say = texts(language)
        assert all(say(f"stage.{stage}") for stage in said)


@pytest.mark.parametrize("seed", WITH_PLANS)
def test_a_neighbourhood_laid_out_anew_keeps_every_rule(seed: int) -> None:
    """From any plan of a scenario with something of everything comes a plan again."""
    scenario = random_scenario(seed)
    case = compile_case(scenario)
    layout = case.layout(dict(feasible_plans(scenario)[-1].pieces))
    near = Neighbourhoods(case, Scorer(case), np.random.default_rng(seed))
    step = near.step(layout, ALONE, lambda: False)
    assert step.layout is not None
    assert clean(scenario, case, step.layout)


@pytest.mark.parametrize("seed", WITH_PLANS)
def test_desks_left_out_find_a_place_again(seed: int) -> None:
    """A plan without one of its units is repaired to a plan of all."""
    scenario = random_scenario(seed)
    case = compile_case(scenario)
    layout = case.layout(dict(feasible_plans(scenario)[0].pieces))
    gone = next(iter(layout), (0, 0))[0]
    record = record_of(case)
    rest = {cell: desks for cell, desks in layout.items() if cell[0] != gone}
    begin_from(record, rest)
    assert record.layout is not None
    assert clean(scenario, case, record.layout)


@pytest.mark.parametrize(
    "rules",
    [
        (),
        (("same_tower", "u1", "u4"), ("apart_floor", "O0", "u2")),
        (("own_floor", "O1"), ("at_least", "u3", "C1", "4")),
    ],
    ids=["plain", "together and apart", "own floor and pin"],
)
@pytest.mark.parametrize("is_large", [False, True])
def test_first_plan_keeps_every_rule(
    rules: tuple[tuple[str, ...], ...], is_large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Floors are too full at first, from nothing or, as in a country, from local search."""
    scenario = office(rules=rules)
    case = compile_case(scenario)
    record = record_of(case)
    monkeypatch.setattr(first, "AT_ONCE", 0)
    if is_large:
        monkeypatch.setattr(first, "AT_LAST", 0)
        first_plan(record)
        assert record.layout is None
        plan = record_of(case)
        monkeypatch.setattr(first, "AT_LAST", 10**6)
        first_plan(plan)
        assert plan.layout is not None
        units = {u for u, _ in list(plan.layout)[:3]}
        record.note_nearly({k: n for k, n in plan.layout.items() if k[0] not in units})
        monkeypatch.setattr(first, "AT_LAST", 0)
    first_plan(record)
    assert record.layout is not None
    assert clean(scenario, case, record.layout)


def test_a_start_that_leads_nowhere_costs_no_time_in_a_small_case() -> None:
    """Five units of seven on four floors of ten: one model proves at once that none fits."""
    scenario = build(
        floors=[(f"f{i}", "T", i, 10) for i in range(4)],
        headcounts=[(f"u{i}", 7) for i in range(5)],
        settings={"sharing": {"min_piece_desks": 8}},
    )
    record = record_of(compile_case(scenario))
    begin_from(record, {(0, 0): 7})
    assert record.is_infeasible
