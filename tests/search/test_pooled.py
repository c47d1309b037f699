"""Capacity by chance: every floor serves, bounds and proofs hold, and sharing pays."""

from __future__ import annotations

from time import monotonic
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocator.plan.types import Plan, Status
from allocator.plan.verify import given_pieces, verify
from allocator.scenario.types import Scenario
from allocator.search.bounds import lower_bounds, rising_bounds
from allocator.search.compile import compile_case
from allocator.search.counting import shortfalls
from allocator.search.pooling.needs import Needs
from allocator.search.pooling.rooms import Rooms
from allocator.search.pooling.rows import safe_rows
from allocator.search.solve import SolveOptions, solve
from tests.builders import scenario
from tests.search.enumeration import layouts

EVEN = [1.0] * 5
TOWERS = (("A", 439), ("B", 241), ("C", 439), ("D", 291))
SHARED_BY = ("unit", "organisation", "floor")


def pooled(
    floors: list[int], headcounts: list[Any], shared_by: str = "floor", **attendance: Any
) -> Scenario:
    """Return floors of so many desks, two to a tower, and units that share them."""
    rows = [(f"f{i}", f"T{i // 2}", i % 2, desks) for i, desks in enumerate(floors)]
    given_ = {"shared_by": shared_by} | attendance
    sharing = {"capacity": "chance", "min_piece_desks": 3, "min_piece_share": "0.2"}
    return scenario(
        floors=rows, headcounts=headcounts, settings={"attendance": given_, "sharing": sharing}
    )


def four_towers(units: int = 37, allowed: float = 0.05) -> Scenario:
    """Return the towers of one floor each, and as many units of 50, of which some stay outside."""
    return scenario(
        floors=[(f"{tower}-1", tower, 1, desks) for tower, desks in TOWERS],
        headcounts=[(f"u{i:02}", 50, f"o{i:02}") for i in range(units)],
        settings={
            "sharing": {"capacity": "chance", "min_piece_share": "1"},
            "options": {"allow_unplaced": True},
            "attendance": {
                "mean_share": 0.72,
                "weekday_factors": EVEN,
                "short_day_probability": allowed,
            },
        },
    )


def solved(case: Scenario, seconds: float = 2.0, **options: Any) -> Plan:
    return solve(case, SolveOptions(time_limit_s=seconds, workers=1, **options))


@pytest.mark.parametrize("allowed", [0.05, 0.01])
def test_four_towers_hold_35_units_that_pool_and_31_that_do_not(allowed: float) -> None:
    """On the four towers pooled desks house 35 units of 50, units' own at most 31 (29 at 99 %)."""
    plan = solved(four_towers(allowed=allowed), seconds=10.0)
    assert sum(row.people for row in plan.placements) == 35 * 50
    assert plan.attendance is not None
    assert plan.attendance.own_desks is not None
    assert plan.attendance.own_desks.people == {0.05: 31, 0.01: 29}[allowed] * 50
    assert (plan.status, plan.attendance.floors_short) == (Status.OPTIMAL, 0)


UNITS = st.lists(
    st.fixed_dictionaries(
        {
            "headcount": st.integers(1, 40),
            "organisation_id": st.sampled_from("PQ"),
            "own": st.floats(0, 1),
            "attendance_share": st.sampled_from((0.0, 0.05, 0.3, 0.6, 0.9, 1.0)),
        }
    ),
    min_size=1,
    max_size=5,
)


def rows_of(units: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return headcounts, some of the people with desks of their own."""
    return [
        {key: value for key, value in unit.items() if key != "own"}
        | {"unit_id": f"u{i}", "own_desks": int(unit["own"] * unit["headcount"] / 3)}
        for i, unit in enumerate(units)
    ]


SMALL = {
    "floors": st.lists(st.integers(5, 40), min_size=1, max_size=4),
    "units": UNITS,
    "shared_by": st.sampled_from(SHARED_BY),
    "correlation": st.sampled_from((0.0, 0.02, 0.1, 0.3)),
    "day_shock": st.sampled_from((0.0, 0.0, 0.06)),
    "allowed": st.sampled_from((0.01, 0.05, 0.2)),
}


def drawn(drawn_: dict[str, Any]) -> Scenario:
    return pooled(
        drawn_["floors"],
        rows_of(drawn_["units"]),
        drawn_["shared_by"],
        correlation=drawn_["correlation"],
        day_shock=drawn_["day_shock"],
        short_day_probability=drawn_["allowed"],
    )


def _may_leave(case: Scenario) -> Scenario:
    options = case.settings.options.model_copy(update={"allow_unplaced": True})
    return case.replace(settings=case.settings.model_copy(update={"options": options}))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.fixed_dictionaries(SMALL))
def test_no_floor_is_short_too_often(given_: dict[str, Any]) -> None:
    """However people come, all pools of any plan that comes out serve on every weekday."""
    case = _may_leave(drawn(given_))
    plan = solved(case, seconds=0.4)
    assert plan.attendance is not None
    assert plan.attendance.worst_short_day <= given_["allowed"]
    assert verify(case, given_pieces(case, plan.pieces)).feasible


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.fixed_dictionaries(SMALL), st.integers(0, 2**32 - 1))
def test_rows_are_safe_and_relaxed(given_: dict[str, Any], seed: int) -> None:
    """What obeys the safe row of a floor serves, and what serves obeys the relaxed one."""
    case = drawn(given_)
    rng, rooms = np.random.default_rng(seed), Rooms(compile_case(case))
    safe, relaxed = safe_rows(compile_case(case).scenario), compile_case(case)
    for _ in range(5):
        own = rooms.needs.own
        some = [u for u in relaxed.units if rng.random() < 0.6 and not own[u]]
        pieces = tuple((u, int(rng.integers(1, relaxed.demand[u] + 1)), 0) for u in some)
        if any(people < relaxed.least[u] for u, people, _ in pieces):
            continue
        bodies = len({int(relaxed.organisation[u]) for u in some})
        loads = [
            sum(int(rows.weight[u]) * n for u, n, _ in pieces) + rows.fixed_load * bodies
            for rows in (safe, relaxed)
        ]
        serves = pieces == () or rooms.spare(0, pieces) >= 0
        assert serves or loads[0] > safe.capacity[0]
        assert not serves or loads[1] <= relaxed.capacity[0]


def tiny(seed: int) -> Scenario:
    """Return a case with few enough layouts to try them all."""
    rng = np.random.default_rng(seed)
    people = [int(n) for n in rng.integers(4, 9, 3)]
    floors = [int(n) for n in rng.integers(6, 13, 2)]
    headcounts = [
        {"unit_id": f"u{i}", "headcount": n, "organisation_id": "PQ"[i % 2]}
        | {"attendance_share": float(rng.choice((0.3, 0.55, 0.8)))}
        for i, n in enumerate(people)
    ]
    shared_by = SHARED_BY[seed % 3]
    return pooled(floors, headcounts, shared_by, correlation=0.05, short_day_probability=0.1)


@pytest.mark.parametrize("seed", range(9))
def test_tiny_cases_agree_with_enumeration(seed: int) -> None:
    """The search finds the cheapest of all plans, proves it, and no bound lies above it."""
    case = tiny(seed)
    checks = [verify(case, given_pieces(case, pieces)) for pieces in layouts(case)]
    totals = [check.total for check in checks if check.feasible]
    plan = solved(case, seconds=4.0)
    if not totals:
        assert plan.status is Status.INFEASIBLE
        return
    assert plan.objective.total == pytest.approx(min(totals))
    assert plan.status is Status.OPTIMAL
    relaxed = compile_case(case)
    *_, known = lower_bounds(relaxed, time_limit_s=1.0)
    until = monotonic() + 0.5
    rising = rising_bounds(relaxed, known, until=until, should_stop=lambda: False)
    assert max(bounds.total for bounds in (known, *rising)) <= min(totals) + 1e-6


def test_counting_claims_nothing_that_sharing_allows() -> None:
    """People for whom desks of units' own would not do may still fit, and counting knows that."""
    case = pooled([64], [("u", 50, "P"), ("v", 30, "Q")])
    own = case.with_sharing(people_per_desk="1.16")  # 44 and 26 desks serve as well
    assert shortfalls(compile_case(_by_unit(own))) != ()
    assert shortfalls(compile_case(case)) == ()
    assert solved(case, seconds=1.0).status is Status.OPTIMAL


def test_counting_tells_how_many_desks_are_too_few() -> None:
    """Far too many people are refused by counting, with the desks that are lacking at least."""
    (reason,) = solved(pooled([40, 40], [("u", 50, "P"), ("v", 130, "Q")])).reasons
    assert "180 people share 80 desks" in reason.message
    assert reason.desks is not None
    assert 20 < reason.desks < 60


def test_staggered_rotas_fit_where_the_same_days_do_not() -> None:
    """Two bodies that come on other days share a floor that is too small for the same days."""
    case = pooled([50, 9], [("u", 40, "P"), ("v", 40, "Q")], mean_share=0.5)
    rotas = [("P", 2.0, 2.0, 0.5, 0.25, 0.25), ("Q", 0.25, 0.25, 0.5, 2.0, 2.0)]
    same = [("P", *rotas[0][1:]), ("Q", *rotas[0][1:])]
    other = scenario(**_tables(case), rotas=rotas, settings=case.settings.model_dump())
    alike = scenario(**_tables(case), rotas=same, settings=case.settings.model_dump())
    assert solved(other).status is Status.OPTIMAL
    assert solved(alike).status is Status.INFEASIBLE


def _by_unit(case: Scenario) -> Scenario:
    return case.with_sharing(capacity="ratio")


def _tables(case: Scenario) -> dict[str, Any]:
    return {"floors": case.floors, "headcounts": case.headcounts}


def test_own_floor_bodies_lend_no_desks() -> None:
    """Desks of a body with floors of its own serve nobody else, though they are vacant."""
    case = pooled([60, 40], [("u", 20, "P"), ("v", 60, "Q")])
    rules = (("own_floor", "P"),)
    alone = scenario(**_tables(case), rules=rules, settings=case.settings.model_dump())
    placed = {row.unit_id: row.floor_id for row in solved(alone).placements}
    assert placed == {"u": "f1", "v": "f0"}


def test_max_occupants_limits_people_present() -> None:
    """A floor with desks for all takes fewer people where only few may be present."""
    floors = [{"floor_id": "f", "tower_id": "T", "level": 1, "desks": 90, "max_occupants": 30}]
    options = {"sharing": {"capacity": "chance"}, "options": {"allow_unplaced": True}}
    plan = solved(scenario(floors=floors, headcounts=[("u", 80, "P")], settings=options))
    assert plan.attendance is not None
    assert plan.attendance.floors_over_limit == 0
    assert 30 < sum(row.people for row in plan.placements) < 45


def test_needs_of_days_that_others_outdo_are_left_out() -> None:
    """Of weekdays on which nobody comes more than on another only that one is worked out."""
    case = pooled([50], [("u", 40, "P"), ("v", 40, "Q")])
    assert list(Needs(case).days) == [1]


def test_uniform_people_weigh_one() -> None:
    """Where all people are alike rows count heads."""
    assert (safe_rows(four_towers()).weight == 1).all()
    assert compile_case(four_towers()).is_plain
