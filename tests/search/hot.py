"""Layouts of small scenarios hot enough that anything may be anywhere. No tests here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from allocator.plan.verify import Check, GivenPlacement, verify
from allocator.scenario.types import Scenario
from allocator.search.case import Case, Layout
from allocator.search.compile import compile_case
from allocator.search.floors.part import Part
from allocator.search.floors.plan import FloorPlan
from allocator.search.improvement import Improvement
from allocator.search.kernels.annealing import Schedule
from allocator.search.kernels.budget import Budget
from allocator.search.local_search import improve
from allocator.search.scale import prices_at
from tests.builders import rows
from tests.builders import scenario as build

HOT = Schedule(hot=1e6, cold=1e5, moves=3000)


def part_of(plan: FloorPlan, towers: list[int], seed: int = 0) -> Part:
    """Return a part with all units of a plan that are in some towers, or have desks nowhere."""
    case = plan.case
    floors = [f for t in towers for f in case.floors_of[t]]
    units = plan.units_in(floors)
    missing = case.demand - plan.placed
    arriving = {u: int(missing[u]) for u in units if missing[u]}
    rng = np.random.default_rng(seed)
    return Part(plan, towers, units, prices_at(case, 1.0), rng, arriving)


def heated(case: Case, seed: int = 0, schedule: Schedule = HOT) -> FloorPlan:
    """Return a plan after thousands of random transfers, what is wrong among them."""
    plan = FloorPlan(case)
    part = part_of(plan, list(case.towers), seed)
    part.search_transfers(schedule, Budget(moves=schedule.moves))
    put_back_as_is(part)
    return plan


def put_back_as_is(part: Part) -> None:
    """Put the last layout back, which need not be the best."""
    part.state.kept.many[:] = part.state.pieces.many
    part.state.kept.row[:] = part.state.pieces.row
    part.state.tally[2] = part.state.tally[0]
    part.put_back()


def judged(scenario: Scenario, case: Case, layout: Layout) -> Check:
    """Return what the checker says of a layout."""
    pieces = case.pieces(layout).items()
    return verify(scenario, [GivenPlacement(u, f, desks) for (u, f), desks in pieces])


def searched(
    scenario: Scenario, *, moves: int, start: Layout | None = None
) -> Iterator[Improvement]:
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
