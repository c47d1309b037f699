"""A line of units weighs what the board says its floors weigh, and breaks no rule."""

from __future__ import annotations

import numpy as np
import pytest
from allocator.search.local.board import Tally
from allocator.search.local.game import Cooling, Game, desk_worth
from allocator.search.local.improve import improve
from allocator.search.local.line import Line, fits_a_line

from allocator.scenario.types import Scenario
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.kernels.budget import Budget
from tests.search.enumeration import random_scenario
from tests.search.local.boards import judged, office, played
from tests.search.local.test_totals import with_trips_of_every_sort

BRIEF, LONG = Cooling(2000.0, 500.0, 60), Cooling(500.0, 20.0, 3000)


def costs_of_two(case: Case, game: Game, towers: list[int]) -> list[tuple[float, float]]:
    """Return what the best line weighs and the board says, after some moves and after more."""
    line = Line(case, game, towers, np.random.default_rng(1))
    here = set(line.floors)
    stays = {k: n for k, n in game.layout(line.units).items() if k[1] not in here}
    found = []
    for cooling in (BRIEF, LONG):
        pieces = line.cool(cooling, Budget(moves=cooling.moves))
        if pieces is not None:
            game.replace(line.units, stays | pieces)
            found.append((line.weight, float(game.table["tally"][Tally.COST])))
    return found


def test_lines_differ_as_the_board_says() -> None:
    """Between two lines the weight differs as the total does, whatever terms and rules apply."""
    compared = 0
    for seed in range(400):
        case = compile_case(random_scenario(seed))
        game = played(case, seed)
        towers = list(case.towers)[: 1 + seed % 2]
        if not fits_a_line(case, towers) or not units_in(game, case, towers):
            continue
        found = costs_of_two(case, game, towers)
        if len(found) == 2 and found[0] != found[1]:
            (first, before), (second, after) = found
            assert second - first == pytest.approx(after - before, abs=1e-6), f"seed {seed}"
            compared += 1
    assert compared >= 15


def units_in(game: Game, case: Case, towers: list[int]) -> bool:
    """Whether anybody is in the towers."""
    places = [f for t in towers for f in case.floors_of[t]]
    return bool(game.table["places"]["occupants"][places].sum())


@pytest.mark.parametrize(
    "scenario",
    [office(), with_trips_of_every_sort(), office(rules=[("own_floor", "O0")])],
    ids=["plain", "trips", "own floor"],
)
def test_a_line_honours_what_the_checker_asks(scenario: Scenario) -> None:
    """From a plan, a line of any towers makes another plan."""
    case = compile_case(scenario)
    rng = np.random.default_rng(0)
    plans = list(improve(case, {}, rng=rng, budget=Budget(moves=60_000)))
    game = Game(case, desk_worth(case), rng)
    for towers in ([0], [1, 2], [0, 1, 2]):
        game.replace(case.units, plans[0].layout)
        found = costs_of_two(case, game, towers)
        assert found
        check = judged(scenario, case, game.layout())
        assert check.feasible
        assert check.total == pytest.approx(found[-1][1])
