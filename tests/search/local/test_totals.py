"""The sums that moves keep up to date are those of the checker, whatever the scenario."""

from __future__ import annotations

import numpy as np
import pytest
from allocator.search.local import anneal
from allocator.search.local.board import Tally

from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from tests.builders import rows
from tests.search.enumeration import random_scenario
from tests.search.local.boards import judged, office, played

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cost_is_the_total(seed: int) -> None:
    """After thousands of moves the cost on the board is the checker's total."""
    scenario = random_scenario(seed)
    case = compile_case(scenario)
    game = played(case)
    cost = float(game.table["tally"][Tally.COST])
    assert cost == pytest.approx(judged(scenario, case, game.layout()).total, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_something_is_wrong_exactly_when_the_checker_says_so(seed: int) -> None:
    """A layout counts as wrong on the board exactly when it violates something."""
    scenario = random_scenario(seed)
    case = compile_case(scenario)
    game = played(case, seed)
    assert game.is_wrong != judged(scenario, case, game.layout()).feasible


@pytest.mark.parametrize("seed", SEEDS)
def test_unplaced_people_are_the_checkers(seed: int) -> None:
    """People whose desks are not placed are counted as the checker does."""
    scenario = random_scenario(seed)
    case = compile_case(scenario)
    game = played(case, seed)
    unplaced = float(game.table["tally"][Tally.UNPLACED])
    expected = judged(scenario, case, game.layout()).unplaced_people
    assert unplaced == pytest.approx(expected, abs=1e-6)


def with_trips_of_every_sort() -> Scenario:
    """Return an office whose units walk for every reason there is."""
    offices = office()
    names = [u.unit_id for u in offices.housed]
    return offices.replace(
        units=rows("units", [(u, f"O{i % 3}", f"O{i % 3}-{i % 2}") for i, u in enumerate(names)]),
        organisations=rows(
            "organisations",
            [{"organisation_id": f"O{i}", "name": "", "coordinator_id": "O0"} for i in range(3)],
        ),
        affinities=rows(
            "affinities",
            [
                ("u1", "u2", 7.0),
                ("u3", "O1", 5.0),
                ("u0", "O0", 4.0),
                ("O1", "O2", 3.0),
                ("O2", "O2", 2.0),
                ("u4", "u4", 6.0),
            ],
        ),
        walking=rows("walking", [("A1", "B1", 9.0), ("A1", "A1", 0.5)]),
    )


def test_walking_from_the_fields_is_the_sum_of_all_changes() -> None:
    """What is walked, told from the fields afresh, is what the moves have summed up."""
    scenario = with_trips_of_every_sort()
    case = compile_case(scenario)
    game = played(case)
    walking = next(t for t in judged(scenario, case, game.layout()).terms if t.name == "walking")
    assert anneal.walked(game.record) == pytest.approx(walking.amount, rel=1e-9)
    assert walking.amount > 0


def test_whole_bands_move_exactly() -> None:
    """Organisations that change places change the cost by what the checker says."""
    scenario = with_trips_of_every_sort()
    case = compile_case(scenario)
    game = played(case, 5)
    cost = float(game.table["tally"][Tally.COST])
    assert cost == pytest.approx(judged(scenario, case, game.layout()).total, rel=1e-9)
    assert len(game.table["bands"]) > 3


def test_taking_everything_off_leaves_nothing() -> None:
    """A board from which all units are taken counts what an empty one does."""
    case = compile_case(with_trips_of_every_sort())
    game = played(case)
    game.take(case.units)
    assert game.layout() == {}
    assert np.allclose(game.table["potential"], 0, atol=1e-9)
    assert not game.table["at_place"].any()
