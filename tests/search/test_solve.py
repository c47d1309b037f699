"""What solve() promises, whatever the search inside."""

from __future__ import annotations

import itertools
import time
from threading import Event, Thread

import pytest

from allocator.errors import InputError
from allocator.plan.types import Plan, Status, StoppedBecause
from allocator.scenario.types import Scenario
from allocator.search import record
from allocator.search import solve as solving
from allocator.search.progress import Progress
from allocator.search.solve import SolveOptions, solve
from tests.builders import scenario as build
from tests.conftest import PATIENCE

QUICK = SolveOptions(time_limit_s=2, workers=1)


def offices(count: int = 8, desks: int = 40, **tables: object) -> Scenario:
    """Return units of 20 to 34 people in four bodies, and six floors in two towers."""
    return build(
        floors=[(f"{t}{i}", t, i, desks) for t in "AB" for i in range(3)],
        headcounts=[(f"u{i}", 20 + 2 * (i % 8), f"O{i % 4}") for i in range(count)],
        **tables,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def closed() -> Plan:
    """A small case, solved until its gap is closed."""
    return solve(offices(6), SolveOptions(time_limit_s=60, workers=2))


@pytest.fixture(scope="module")
def searched() -> Plan:
    """A larger case after a second."""
    return solve(offices(24, desks=150), SolveOptions(time_limit_s=1, workers=1))


def total(plan: Plan) -> float:
    assert plan.objective.total is not None
    return plan.objective.total


def test_a_small_case_is_closed(closed: Plan) -> None:
    """Six units on six floors are proved optimal without being asked for it."""
    assert closed.status is Status.OPTIMAL
    assert closed.gap is not None
    assert closed.gap <= 1e-6


@pytest.mark.parametrize(("settings", "split"), [({}, 0), ({"prices": {"open_desk": 5.0}}, 1)])
def test_no_unit_is_split_where_a_vacant_floor_would_hold_it(
    settings: dict[str, object], split: int
) -> None:
    """By default a vacant floor is cheaper than a unit in two parts; at 5.0 a desk it was not."""
    case = build(
        floors=[("A1", "A", 1, 150), ("A2", "A", 2, 150), ("A3", "A", 3, 160)],
        headcounts=[("u", 110, "O"), ("v", 104, "P"), ("w", 86, "Q")],
        settings=settings,
    )
    plan = solve(case, SolveOptions(time_limit_s=20, workers=1, exact=True))
    assert plan.status is Status.OPTIMAL
    assert len(plan.placements) == 3 + split


def test_a_plan_to_begin_from_is_never_lost(closed: Plan) -> None:
    """The answer is at least as good as a good plan that was given."""
    again = solve(offices(6), SolveOptions(time_limit_s=0.2, workers=1), start=closed.pieces)
    assert total(again) <= total(closed) + 1e-6


def test_a_start_that_breaks_rules_is_mended(closed: Plan) -> None:
    """Pieces of another case are taken as far as they are good here."""
    (tower,) = {row.tower_id for row in closed.placements if row.unit_id == "u0"}
    banned = offices(6, rules=[("never_in", "u0", tower)])
    plan = solve(banned, QUICK, start=closed.pieces)
    assert plan.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert all(row.tower_id != tower for row in plan.placements if row.unit_id == "u0")


def test_the_clock_stands_still_while_the_search_is_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a fresh machine the whole time limit is left for the search."""
    monkeypatch.setattr(solving, "compile_search", lambda *_: time.sleep(1.0))
    plan = solve(offices(6), SolveOptions(time_limit_s=0.8, workers=1))
    assert plan.objective.total is not None


def test_a_case_closed_by_counting_does_not_wait_for_compiling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What counting proves is said at once, on a fresh machine, too."""
    monkeypatch.setattr(solving, "compile_search", lambda *_: pytest.fail("compiled"))
    assert solve(offices(8, desks=30), QUICK).status is Status.INFEASIBLE


def test_a_limit_that_began_before_counts_from_there() -> None:
    """A command hands over when it began; time that is over by then is over."""
    began = time.monotonic() - 100
    plan = solve(offices(6), SolveOptions(time_limit_s=5, workers=1), began=began)
    assert plan.run.stopped_because is StoppedBecause.TIME_LIMIT


def test_the_trace_runs_from_the_start_of_the_solve() -> None:
    """Not from the start of a process that may have run for hours."""
    plan = solve(offices(6), QUICK)
    assert 0 <= plan.run.trace[0].seconds <= plan.run.trace[-1].seconds <= plan.run.wall_s


@pytest.fixture
def unproved(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bound rises, so that no gap is closed; patience ends soon."""
    monkeypatch.setattr("allocator.search.proofs.rising_bounds", lambda *_, **__: iter(()))
    monkeypatch.setattr(record, "PATIENCE", PATIENCE / 40)


@pytest.mark.usefixtures("unproved")
def test_it_says_why_it_ended() -> None:
    """A closed gap, no better plan for long, and a request to stop are told apart."""
    closed = solve(offices(6), SolveOptions(time_limit_s=60, workers=2))
    settled = solve(offices(12, desks=60), SolveOptions(time_limit_s=12, workers=1))
    asked = solve(offices(12, desks=60), QUICK, should_stop=lambda: True)
    told = [plan.run.stopped_because for plan in (closed, settled, asked)]
    assert told == ["gap_closed", "no_better_plan", "asked"]


@pytest.mark.usefixtures("unproved")
def test_one_worker_that_ends_by_patience_gives_the_same_plan_under_any_load() -> None:
    """Patience is counted in work: another thread that keeps Python busy changes nothing."""
    options, over = SolveOptions(time_limit_s=12, workers=1), Event()
    alone = solve(offices(12, desks=60), options)
    busy = Thread(target=lambda: [sum(range(1000)) for _ in iter(over.is_set, True)])
    busy.start()
    try:
        beside = solve(offices(12, desks=60), options)
    finally:
        over.set()
    assert alone.run.stopped_because is StoppedBecause.NO_BETTER_PLAN
    assert beside.placements == alone.placements


def test_a_half_empty_office_is_not_left_with_a_split_unit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Eight floors at 57 %: the search goes on until no unit is apart beside vacant floors."""
    monkeypatch.setattr(record, "PATIENCE", PATIENCE)
    floors = [("T0", (86, 244, 161, 182, 99)), ("T1", (77, 65, 162))]
    heads = zip((116, 31, 33, 54, 41, 32, 82, 134, 95), "426251653", strict=True)
    case = build(
        floors=[(f"{t}-{i}", t, i, d) for t, desks in floors for i, d in enumerate(desks)],
        headcounts=[(f"u{i}", people, f"o{o}") for i, (people, o) in enumerate(heads)],
        towers=[(t, t, None, 100.0 * i, 0.0) for i, (t, _) in enumerate(floors)],
    )
    plan = solve(case, SolveOptions(time_limit_s=20, workers=1))
    assert len(plan.placements) == len(case.housed)


def test_one_worker_proves_something_where_desks_may_stay_unplaced() -> None:
    """The bound is of plans that place as many as the last plan, not as few as the first."""
    prices, options = {"open_desk": 5.0}, {"allow_unplaced": True}
    case = offices(14, desks=70, settings={"prices": prices, "options": options})
    plan = solve(case, SolveOptions(time_limit_s=12, workers=1))
    assert plan.objective.unplaced_people == 0
    assert plan.bound is not None
    assert plan.bound > total(plan) / 2


def test_too_few_desks_are_counted_not_searched_for() -> None:
    """Infeasible by counting says by how many desks."""
    plan = solve(offices(8, desks=30), QUICK)
    assert plan.status is Status.INFEASIBLE
    assert plan.reasons[0].desks == 8 * 27 - 180
    assert plan.objective.total is None


def test_what_only_a_search_can_rule_out_is_ruled_out() -> None:
    """Three units of 30 whole desks on two floors of 45 fit by the sum, and on no floor."""
    scenario = build(
        floors=[("A1", "A", 1, 45), ("A2", "A", 2, 45)],
        headcounts=[(f"u{i}", 30, f"O{i}") for i in range(3)],
        rules=[("max_floors", f"u{i}", None, "1") for i in range(3)],
    )
    plan = solve(scenario, QUICK)
    assert plan.status is Status.INFEASIBLE
    assert plan.reasons


def test_who_asks_to_stop_gets_the_best_so_far() -> None:
    """Asked to stop after the first plan, the search returns with one, long before its limit."""
    told: list[Progress] = []
    plan = solve(
        offices(24, desks=150),
        SolveOptions(time_limit_s=3600, workers=1),
        on_progress=told.append,
        should_stop=lambda: any(p.total is not None for p in told),
    )
    assert plan.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert plan.run.wall_s < 600


def test_a_plan_that_earns_has_a_bound_below_nothing() -> None:
    """Stopped before anything else is proved, a negative total still lies above its bound."""
    scenario = build(
        floors=[("A1", "A", 1, 60), ("B1", "B", 1, 60)],
        headcounts=[(f"u{i}", 20, "P") for i in range(3)],
        placement_costs=[("u0", "A1", -9000.0)],
    )
    told: list[Progress] = []
    plan = solve(
        scenario,
        QUICK,
        on_progress=told.append,
        should_stop=lambda: any(p.total is not None for p in told),
    )
    assert total(plan) < 0
    assert plan.bound is not None
    assert plan.bound <= total(plan)


def test_the_trace_only_gets_better(searched: Plan) -> None:
    """Totals fall, bounds rise, seconds go on, and the last are the plan's."""
    trace = searched.run.trace
    totals = [point.total for point in trace if point.total is not None]
    bounds = [point.bound for point in trace if point.bound is not None]
    assert totals == sorted(totals, reverse=True)
    assert bounds == sorted(bounds)
    assert totals[-1] == pytest.approx(total(searched))


def test_the_bound_is_below_the_total_and_above_its_parts(searched: Plan) -> None:
    """The bound of the total is at least the sum of the terms' bounds."""
    assert searched.objective.terms is not None
    assert searched.bound is not None
    parts = sum(term.bound or 0.0 for term in searched.objective.terms)
    assert parts - 1e-3 <= searched.bound <= total(searched)


def test_exact_refuses_a_case_too_large_for_one_model() -> None:
    """Asked for one model of far too many products, the option is refused, not ignored."""
    with pytest.raises(InputError, match="small case"):
        solve(offices(300, desks=2000), SolveOptions(exact=True))


def test_unplaced_people_come_before_the_total() -> None:
    """With allow_unplaced, a desk too few leaves as few people out as can be, proved."""
    scenario = build(
        floors=[("A1", "A", 1, 30), ("A2", "A", 2, 30)],
        headcounts=[("u0", 40, "P"), ("u1", 25, "Q")],
        settings={"options": {"allow_unplaced": True}},
    )
    plan = solve(scenario, SolveOptions(time_limit_s=30, workers=1))
    assert plan.status is Status.OPTIMAL
    assert plan.objective.unplaced_people == pytest.approx(5.0)


def test_units_without_any_floor_do_not_stand_in_for_others() -> None:
    """A unit that no floor is open to leaves the fewest unplaced, and the optimum, to the rest."""
    scenario = build(
        floors=[("A", "T", 1, 10), ("B", "T", 2, 10)],
        headcounts=[("U", 8, "O"), ("V", 6, "P"), ("X", 4, "Q")],
        rules=[("levels", "X", None, "8..9")],
        placement_costs=[("U", "A", 500), ("U", "B", 700), ("V", "A", 100), ("V", "B", 900)],
        current=[("X", "A", 4)],
        settings={
            "sharing": {"min_piece_desks": 2, "min_piece_share": "0"},
            "prices": {"open_desk": 5},
            "options": {"allow_unplaced": True},
        },
    )
    plan = solve(scenario, SolveOptions(time_limit_s=30, workers=1))
    assert plan.status is Status.OPTIMAL
    assert (plan.objective.unplaced_people, total(plan)) == (4.0, pytest.approx(908.0))


@pytest.mark.parametrize("prices", [{"extra_floor": 1e8, "extra_tower": 1e8}, {"move": 1e12}])
def test_prices_of_any_size_fit_into_the_model(prices: dict[str, float]) -> None:
    """A total near 0 asks for fine steps, a large price for coarse ones: neither overflows."""
    scenario = build(
        floors=[("A", "S", 1, 30), ("B", "S", 2, 30), ("C", "T", 1, 30)],
        headcounts=[("U", 20, "O"), ("V", 20, "O"), ("W", 20, "P")],
        placement_costs=[("U", "A", -1e6)],
        current=[("U", "A", 20), ("V", "B", 20), ("W", "C", 20)],
        settings={"sharing": {"min_piece_desks": 5}, "prices": prices},
    )
    plan = solve(scenario, SolveOptions(time_limit_s=30, workers=1, exact=True))
    assert plan.bound is not None
    assert total(plan) - 0.1 <= plan.bound <= total(plan)


def test_a_budget_of_work_gives_the_same_plan_again() -> None:
    """Reproducible runs with one seed agree in every piece."""
    options = SolveOptions(time_limit_s=0.5, workers=2, seed=7, reproducible=True)
    plans = [solve(offices(16, desks=100), options) for _ in range(2)]
    assert plans[0].pieces == plans[1].pieces


def test_stages_are_told_in_order() -> None:
    """Progress begins with counting and never runs backwards in time."""
    told: list[Progress] = []
    brief = SolveOptions(time_limit_s=0.5, workers=1)
    solve(offices(16, desks=100), brief, on_progress=told.append)
    assert told[0].stage == "counting"
    assert all(a.seconds <= b.seconds + 0.5 for a, b in itertools.pairwise(told))
