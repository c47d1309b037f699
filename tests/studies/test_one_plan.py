"""One allocation for many tables: it holds for all, or says which tables prevent it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from allocator.scenario.demand import demand
from allocator.scenario.types import Scenario
from allocator.scenario.variants import Variant
from allocator.search.solve import SolveOptions
from allocator.studies.batch import one_plan_of, run_batch
from allocator.studies.one_plan import OnePlan, envelope, one_plan, text
from allocator.studies.pool import PoolHere
from tests.builders import scenario

OPTIONS = SolveOptions(time_limit_s=20, workers=1)
FLOORS = [("A-1", "A", 1, 20), ("A-2", "A", 2, 20)]


def office(p: int, q: int, **given: Any) -> Scenario:
    return scenario(floors=FLOORS, headcounts=[("P", p, "T"), ("Q", q, "U")], **given)


def found(**tables: Scenario) -> OnePlan:
    return one_plan(tables, {"a": 45.0}, pool=PoolHere(), options=OPTIONS)


def test_each_unit_has_the_row_of_its_greatest_need() -> None:
    """By desks, not by people: 30 people at 2 a desk need fewer than 18 at 1."""
    shared = scenario(
        floors=FLOORS,
        headcounts=[{"unit_id": "P", "headcount": 30, "people_per_desk": "2"}, ("Q", 9)],
    )
    most = envelope([shared, office(18, 5)])
    assert {u.unit_id: demand(u) for u in most.housed} == {"P": 18, "Q": 9}


def test_one_allocation_holds_for_all() -> None:
    """20 and 18 desks are allotted; each table is told what is left over."""
    one = found(a=office(20, 10), b=office(12, 18))
    assert sum(one.plan.pieces.values()) == 38
    assert one.headroom == {"a": {"T": 0, "U": 8}, "b": {"T": 8, "U": 0}}
    told = one.by_table["a"]
    assert (told.headroom_desks, told.tightest_organisation, told.tightest_headroom) == (8, "T", 0)
    assert told.one_plan_total is not None
    assert told.over_own_best == pytest.approx(told.one_plan_total - 45)
    assert one.prevented_by == ()


def test_the_floor_that_is_full_first_is_told() -> None:
    """P fills its floor of 20; Q may grow by the half of 10 again on its own."""
    told = found(a=office(20, 10)).by_table["a"]
    assert (told.breaks_first, told.growth_left) in [("A-1", 0), ("A-2", 0)]


def test_the_tables_that_prevent_it_are_named() -> None:
    """All need 60 desks together where there are 40; without the one with 40 they need 38."""
    one = found(a=office(20, 10), b=office(12, 18), c=office(40, 0))
    assert one.prevented_by == ("c",)
    assert set(one.by_table) == {"a", "b"}
    assert "holds for 2 of 3 tables" in text(one)
    assert "proved to prevent it for the others: c" in text(one)


def test_a_table_without_a_plan_prevents_it_too() -> None:
    """Counting lets both stand; that no floor holds 21 desks apart is proved by a solve."""
    rules = [("max_floors", "P", None, "1")]
    one = found(a=office(20, 10, rules=rules), b=office(21, 10, rules=rules))
    assert one.prevented_by == ("b",)


def test_the_summary_has_its_columns(tmp_path: Path) -> None:
    """The summary tells what each table pays; the plan and the headroom are in a folder."""
    tables = []
    for name, rows in {"a": "P,20\nQ,10", "b": "P,12\nQ,18"}.items():
        tables.append(tmp_path / f"{name}.csv")
        tables[-1].write_text(f"unit_id,headcount\n{rows}\n")
    out, pool = tmp_path / "out", PoolHere()
    given = scenario(floors=FLOORS, headcounts=[("P", 1), ("Q", 1)])
    rows = run_batch(given, tables, out, pool=pool, options=OPTIONS)
    one_plan_of(given, rows, out, pool=pool, options=OPTIONS)
    told = list(csv.DictReader((out / "summary.csv").read_text().splitlines()))
    assert [row["headroom_desks"] for row in told] == ["8", "8"]
    assert all(float(row["over_own_best"]) >= 0 for row in told)
    assert (out / "one-plan" / "placements.csv").exists()
    assert (out / "one-plan" / "headroom.csv").read_text().count("\n") == 5


def test_one_allocation_is_for_the_tables_as_they_were_solved(tmp_path: Path) -> None:
    """P grows by 2 people; Q has 4 and 6, which grow to 5 and 7, row by row."""
    table = tmp_path / "a.csv"
    table.write_text("unit_id,headcount,wave\nP,20,1\nQ,4,1\nQ,6,2\n")
    variant, pool = Variant(grow=("P=10%", "Q=5%")), PoolHere()
    given = scenario(floors=FLOORS, headcounts=[("P", 1), ("Q", 1)])
    rows = run_batch(given, [table], tmp_path, pool=pool, options=OPTIONS, variant=variant)
    _, one = one_plan_of(given, rows, tmp_path, pool=pool, options=OPTIONS, variant=variant)
    assert one is not None
    assert {unit.unit_id: demand(unit) for unit in one.scenario.housed} == {"P": 22, "Q": 12}


def test_a_table_that_went_before_the_one_in_the_way_is_not_blamed() -> None:
    """The secure floor holds P or Q. R of c asks for most desks, so c goes first, for nothing."""
    secure = {"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 20, "features": ("s",)}
    units = [
        {"unit_id": "P", "organisation_id": "T", "needs": ("s",)},
        {"unit_id": "Q", "organisation_id": "U", "needs": ("s",)},
        {"unit_id": "R", "organisation_id": "V"},
    ]

    def wing(p: int, q: int, r: int) -> Scenario:
        heads = [("P", p, "T"), ("Q", q, "U"), ("R", r, "V")]
        return scenario(floors=[secure, ("A-2", "A", 2, 40)], units=units, headcounts=heads)

    one = found(a=wing(15, 0, 5), b=wing(0, 15, 5), c=wing(0, 0, 25))
    assert set(one.by_table) == {"b"}
    assert (one.prevented_by, one.not_found_with) == (("a",), ("c",))
