"""Games on small scenarios, hot enough that anything may be anywhere. No tests here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from allocator.search.local.game import Cooling, Game
from allocator.search.local.improve import Found, improve
from allocator.search.local.setup import of_floors

from allocator.plan.verify import Check, GivenPlacement, verify
from allocator.scenario.types import Scenario
from allocator.search.case import Case, Layout
from allocator.search.compile import compile_case
from allocator.search.groups.surrogate import bands_of
from allocator.search.kernels.budget import Budget
from tests.builders import scenario as build

HOT = Cooling(hot=1e6, cold=1e5, moves=3000, band_share=0.3)


def played(case: Case, seed: int = 0, cooling: Cooling = HOT) -> Game:
    """Return a game after thousands of random moves, whole organisations among them."""
    outlook = replace(of_floors(case), bands=bands_of(case))
    game = Game(case, 1.0, np.random.default_rng(seed), outlook)
    units = [u for u in case.units if case.demand[u] > 0]
    game.cool(cooling, Budget(moves=cooling.moves), units, case.floors)
    return game


def judged(scenario: Scenario, case: Case, layout: Layout) -> Check:
    """Return what the checker says of a layout."""
    rows = case.pieces(layout).items()
    return verify(scenario, [GivenPlacement(u, f, desks) for (u, f), desks in rows])


def searched(scenario: Scenario, *, moves: int, start: Layout | None = None) -> Iterator[Found]:
    """Search with a budget of moves and seed 0."""
    rng = np.random.default_rng(0)
    return improve(compile_case(scenario), start or {}, rng=rng, budget=Budget(moves=moves))


def office(*, levels: int = 4, units: int = 12, **changes: Any) -> Scenario:
    """Return three towers that are some 90 % full of units of three organisations."""
    given: dict[str, Any] = {
        "floors": [
            (f"{t}{i}", t, i, units * 10 // levels // 3 + 4) for t in "ABC" for i in range(levels)
        ],
        "headcounts": [(f"u{i}", 10 + i % 3 - 1, f"O{i % 3}") for i in range(units)],
        "settings": {"sharing": {"min_piece_desks": 3}},
    }
    return build(**(given | changes))
