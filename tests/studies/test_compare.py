"""Comparisons: which cases there are, from whose plan each begins, and what is said of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.plan.types import TermName
from allocator.scenario.types import Scenario
from allocator.scenario.variants import Variant
from allocator.studies.compare import (
    FILES,
    Case,
    ComparisonProgress,
    ComparisonRow,
    cases,
    compare,
    ratios,
    write_comparison,
)
from allocator.studies.compare.chart import compare_chart
from allocator.studies.pool import Job, Pool, Solver
from tests.builders import rows as rows_of
from tests.builders import scenario
from tests.studies import planted

OFFICE = scenario(
    floors=[("A-1", "A", 1, 40), ("A-2", "A", 2, 30)],
    headcounts=[("Finance", 60), ("Tax", 30)],
    settings={"sharing": {"min_piece_desks": 1, "min_piece_share": "0"}},
)
"""70 desks for 90 people: at 1 people per desk short by 20."""
RULE = rows_of("rules", [("only_in", "Finance", "A-1")])


def at(given: Scenario, *people_per_desk: str) -> list[Case]:
    return [Case("office", given.with_sharing(people_per_desk=r)) for r in people_per_desk]


@pytest.fixture(scope="module")
def pools() -> Iterator[dict[str, Pool]]:
    """A pool of one process for each planted search."""
    solvers: tuple[Solver, ...] = (
        planted.from_start,
        planted.late,
        planted.late_at_first,
        planted.dear_without_rules,
        planted.late_without_rules,
        planted.crash,
    )
    made = {solver.__name__: Pool(1, solver=solver) for solver in solvers}
    yield made
    for pool in made.values():
        pool.close()


def run(pool: Pool, given: Sequence[Case], **how: Any) -> tuple[ComparisonRow, ...]:
    return compare(given, pool=pool, options=planted.options(), **how)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0:1.3:0.1", ["1", "11/10", "6/5", "13/10"]),
        ("1.0:1.35:0.1", ["1", "11/10", "6/5", "13/10"]),
        ("1.0,1.2,1.35,1.2", ["1", "6/5", "27/20"]),
        ("13/10", ["13/10"]),
    ],
)
def test_ratios_are_exact(text: str, expected: list[str]) -> None:
    """Steps are decimal and exact, the end is included where steps reach it, each comes once."""
    assert ratios(text) == tuple(Fraction(each) for each in expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected a number, a list"),
        ("one", "expected a number, a list"),
        ("1:2", "expected a number, a list"),
        ("1:2:x", "expected a number, a list"),
        ("1:2:0", "expected a step above 0"),
        ("2:1:0.1", "expected ratios that rise"),
        ("0.9:1.1:0.1", "expected numbers of at least 1"),
        ("0.5", "expected numbers of at least 1"),
        ("1:9:0.0001", "expected at most 1,000 ratios"),
    ],
)
def test_ratios_that_make_no_sense_are_refused(text: str, expected: str) -> None:
    """What is no list and no range, stands still or goes down, is below 1, or is too many."""
    with pytest.raises(InputError, match=expected) as caught:
        ratios(text)
    assert caught.value.problems[0].table == "--people-per-desk"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scenario with two schemes."""
    (tmp_path / "floors.csv").write_text("floor_id,tower_id,level,desks\nA-1,A,1,60\n")
    (tmp_path / "headcounts.csv").write_text(
        "unit_id,headcount,scheme\nFinance,50,few\nFinance,70,many\n"
    )
    return tmp_path


def test_cases_are_the_product_of_schemes_and_ratios(folder: Path) -> None:
    """Every scheme comes with every ratio."""
    found = cases([folder], people_per_desk=ratios("1.0,2.0"), schemes=["few", "many"])
    settled = [(case.scenario.scheme, str(case.people_per_desk)) for case in found]
    assert settled == [("few", "1"), ("few", "2"), ("many", "1"), ("many", "2")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,3", "did you mean 1.3? Two ratios are written 1.0,3.0"),
        ("1,25", "did you mean 1.25?"),
        ("1,2:1,4:0,1", "did you mean 1.2:1.4:0.1?"),
        ("1,2;1,3", "did you mean 1.2,1.3?"),
        ("1,2,1,3", "with a decimal point as in 1.2,1.3"),
    ],
)
def test_decimal_commas_are_refused_with_a_hint(text: str, said: str) -> None:
    """What reads as several ratios and was more likely one, or others, is not taken as it is."""
    with pytest.raises(InputError) as caught:
        ratios(text)
    assert said in str(caught.value)


def test_whole_ratios_may_be_listed() -> None:
    """Several whole numbers, or two with a point, are ratios."""
    assert ratios("1,2,3") == (1, 2, 3)
    assert ratios("1.0,3.0") == ratios("1, 3.0") == (1, 3)


def test_a_scenario_by_chance_takes_no_ratios(folder: Path) -> None:
    """Ratios are refused where chance decides; without any, such a scenario may be compared."""
    (folder / "scenario.toml").write_text('[sharing]\ncapacity = "chance"\n')
    with pytest.raises(InputError, match="expected no ratio"):
        cases([folder], people_per_desk=ratios("1.0,2.0"), schemes=["few"])
    (case,) = cases([folder], schemes=["few"])
    assert (case.counted.demand, case.is_short) == (None, False)


def test_problems_of_all_scenarios_come_at_once(folder: Path, tmp_path: Path) -> None:
    """Each scenario that cannot be read is told, and each problem once."""
    missing = [tmp_path / "one", tmp_path / "two"]
    with pytest.raises(InputError) as caught:
        cases([*missing, folder], people_per_desk=ratios("1.0,2.0"), schemes=["few"])
    assert [problem.table for problem in caught.value.problems] == [str(m) for m in missing]


def test_a_case_short_of_desks_is_settled_by_counting(pools: dict[str, Pool]) -> None:
    """What does not fit is said by how many desks, at once and with no solve."""
    (row,) = run(pools["crash"], at(OFFICE, "1"))
    assert (row.spare, row.reached, row.outcome.seconds) == (-20, 1.0, None)
    assert row.outcome.status.value == "infeasible"
    assert row.outcome.message == "90 desks are needed and 70 may be used"


def test_with_unplaced_desks_allowed_counting_proves_nothing(pools: dict[str, Pool]) -> None:
    """Where desks may stay unplaced, a case short of desks is solved all the same."""
    given = scenario(headcounts=[("Finance", 70)], settings={"options": {"allow_unplaced": True}})
    (row,) = run(pools["late"], at(given, "1"))
    assert (row.spare, row.outcome.status.value) == (-10, "unknown")


def test_each_case_begins_from_its_neighbour(pools: dict[str, Pool]) -> None:
    """The smallest ratio that fits begins from nothing, each other from the one below it."""
    rows = run(pools["from_start"], at(OFFICE, "1.0", "1.6", "1.4", "1.35", "1.5"))
    starts = {row.people_per_desk: row.start for row in rows}
    assert starts == {"1": None, "1.6": "1.5", "1.4": "1.35", "1.35": None, "1.5": "1.4"}
    warm = [row.outcome.seconds for row in rows if row.start]
    assert warm == [2.0] * 3  # what the planted search says where it was given a start


def test_many_ratios_share_the_time() -> None:
    """Ten from a plan, two at a time, have half the limit each; two have all of it."""
    seen: list[tuple[float, int]] = []
    for ratios_wanted in (["1.4", "1.5", "1.6"], [f"1.{number}" for number in range(40, 51)]):
        pool = Recorder(seen)
        compare(at(OFFICE, *ratios_wanted), pool=pool, options=planted.options())
    assert seen[:3] == [(5.0, 2), (5.0, 1), (5.0, 1)]
    assert seen[3:] == [(5.0, 2), *[(2.5, 1)] * 10]


class Recorder(Pool):
    """A pool of two processes that solves at once, and notes seconds and threads of each task."""

    def __init__(self, seen: list[tuple[float, int]]) -> None:
        self.processes = 2
        self.seen = seen

    def submit(self, task: Any, on_progress: Any = None) -> Job:
        self.seen.append((task.options.time_limit_s, task.options.workers))
        job = Job(task)
        job.future.set_result(planted.first_fit(task.scenario, planted.options()))
        return job


def test_cases_of_other_scenarios_begin_for_themselves(pools: dict[str, Pool]) -> None:
    """A plan is carried over between ratios, not between scenarios."""
    given = [*at(OFFICE, "1.5"), Case("other", OFFICE.with_sharing(people_per_desk="1.5"))]
    assert [row.start for row in run(pools["from_start"], given)] == [None, None]


def test_without_a_plan_the_next_begins_from_nothing(pools: dict[str, Pool]) -> None:
    """Where time ran out with no plan there is nothing to begin from, and the rest goes on."""
    rows = run(pools["late"], at(OFFICE, "1.4", "1.5"))
    assert [(row.outcome.status.value, row.start) for row in rows] == [("unknown", None)] * 2


def test_a_case_without_a_plan_is_tried_again_from_a_neighbour(pools: dict[str, Pool]) -> None:
    """What found no plan from nothing gets one from the plan of a larger ratio."""
    rows = run(pools["late_at_first"], at(OFFICE, "1.4", "1.5", "2.0"))
    assert [(row.outcome.status.value, row.start) for row in rows] == [
        ("feasible", "1.5"), ("feasible", "2"), ("feasible", None),
    ]  # fmt: skip


RULED = [
    Case("free", OFFICE.with_sharing(people_per_desk="1.5")),
    Case("ruled", OFFICE.replace(rules=RULE).with_sharing(people_per_desk="1.5")),
]


def test_a_case_with_fewer_rules_is_never_dearer(pools: dict[str, Pool]) -> None:
    """The plan found with a rule is the plan without it, too; the bound stays the case's own."""
    free, ruled = run(pools["dear_without_rules"], RULED)
    assert free.outcome.total == ruled.outcome.total
    assert free.outcome.bound == 7.0


def test_where_time_ran_out_the_plan_of_another_case_is_shown(pools: dict[str, Pool]) -> None:
    """A case without a plan in time has one if that of another case fits it."""
    free, ruled = run(pools["late_without_rules"], RULED)
    assert (free.outcome.status.value, free.outcome.total) == ("feasible", ruled.outcome.total)


def test_a_plan_that_does_not_fit_is_not_carried_over(pools: dict[str, Pool]) -> None:
    """A cheaper plan of a case without a rule that it breaks changes nothing."""
    forbidden = rows_of(
        "rules", [("only_in", "Finance", "A-1"), ("apart_floor", "Finance", "Tax")]
    )
    apart = OFFICE.replace(rules=forbidden).with_sharing(people_per_desk="1.5")
    together = OFFICE.replace(rules=RULE).with_sharing(people_per_desk="2.5")
    rows = run(pools["dear_without_rules"], [Case("apart", apart), Case("together", together)])
    assert (rows[0].outcome.floors, rows[1].outcome.floors) == (2, 1)


def test_a_solve_that_fails_is_a_row(pools: dict[str, Pool]) -> None:
    """A crash is said in its row."""
    (row,) = run(pools["crash"], at(OFFICE, "1.4"))
    assert (row.outcome.status.value, row.outcome.message) == ("failed", "RuntimeError: planted")


def test_stopping_leaves_the_rest_out(pools: dict[str, Pool]) -> None:
    """Once told to stop, no more cases are begun."""
    seen: list[ComparisonProgress] = []
    stop = lambda: bool(seen) and seen[-1].done == 1  # noqa: E731
    given = at(OFFICE, "1.4", "1.5", "1.6")
    rows = run(pools["from_start"], given, on_step=seen.append, should_stop=stop)
    assert [row.people_per_desk for row in rows] == ["1.4"]


@pytest.fixture(scope="module")
def rows(pools: dict[str, Pool]) -> tuple[ComparisonRow, ...]:
    return run(pools["from_start"], at(OFFICE, "1.0", "1.5", "2.0"))


def test_files_hold_a_row_for_each_case(rows: tuple[ComparisonRow, ...], tmp_path: Path) -> None:
    """compare.csv and compare.json say the same, the picture is there, and nothing else."""
    write_comparison(rows, tmp_path / "out")
    assert {file.name for file in (tmp_path / "out").iterdir()} == set(FILES)
    with (tmp_path / "out" / "compare.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    document = json.loads((tmp_path / "out" / "compare.json").read_text())["rows"]
    assert [row["spare"] for row in table] == [str(row["spare"]) for row in document]
    assert list(table[0]) == list(document[0])


def test_total_is_the_sum_of_its_terms(rows: tuple[ComparisonRow, ...]) -> None:
    """The costs by term of a row add up to its total."""
    cells = rows[1].cells
    assert cells["total"] == pytest.approx(sum(cells[name.value] for name in TermName))


def data_of(chart: dict[str, Any], column: int, panel: int) -> list[dict[str, Any]]:
    """Return the data of a panel's first layer, which altair may have moved up."""
    drawn = chart["hconcat"][column]["vconcat"][panel]
    data = {**drawn["layer"][0], **drawn}["data"]
    values: list[dict[str, Any]] = chart["datasets"][data["name"]]
    return values


def test_chart_shows_desks_and_costs_of_every_case(rows: tuple[ComparisonRow, ...]) -> None:
    """Above the desks needed, below a piece of a bar for each term that costs something."""
    chart = compare_chart(rows).to_dict()
    desks = [(d["case"], d["demand"], d["short"]) for d in data_of(chart, 0, 0)]
    assert desks == [("1", 90, "−20"), ("1.5", 60, ""), ("2", 45, "")]
    assert {d["case"] for d in data_of(chart, 0, 1)} == {"1.5", "2"}


def test_chart_of_scenarios_has_their_names_along_it(rows: tuple[ComparisonRow, ...]) -> None:
    """Scenarios with a single ratio each stand side by side, by their names."""
    both = [rows[1], rows[1].model_copy(update={"scenario": "data/late"})]
    chart = compare_chart(both).to_dict()
    assert [datum["case"] for datum in data_of(chart, 0, 0)] == ["office", "late"]


def test_chart_of_two_scenarios_has_a_column_each(rows: tuple[ComparisonRow, ...]) -> None:
    """Scenarios with several ratios have a column each, also where their folders' names agree."""
    other = [row.model_copy(update={"scenario": "other/office"}) for row in rows]
    chart = compare_chart([*rows, *other]).to_dict()
    assert [column["title"]["text"] for column in chart["hconcat"]] == ["office", "other/office"]


def test_chart_without_any_plan_shows_desks_alone(rows: tuple[ComparisonRow, ...]) -> None:
    """Where no case has a plan, no empty panel of costs is drawn."""
    assert len(compare_chart(rows[:1]).to_dict()["hconcat"][0]["vconcat"]) == 1


def test_staff_scenarios_take_no_growth_and_no_waves() -> None:
    """Who comes when is theirs to say: what would be dropped is refused, all of it at once."""
    asked = Variant(opens=("A=2",), grow=("all=10%",), wave=1)
    with pytest.raises(InputError) as caught:
        cases([Path("data/ikn-relocation")], staff=["all"], variant=asked)
    assert [problem.table for problem in caught.value.problems] == ["--opens", "--grow", "--wave"]


def test_staff_scenarios_and_rotas_are_cases(tmp_path: Path) -> None:
    """Each staff scenario with its own rotas and with each table; headcounts are who moves."""
    tables = {
        "floors.csv": "floor_id,tower_id,level,desks\nA-1,A,1,10\n",
        "staff.csv": "unit_id,group,people\nP,all,8\n",
        "unit_scenarios.csv": "unit_scenario,unit_id,wave\nnow,P,1\n",
        "staff_scenarios.csv": "staff_scenario,group,share\nhalf,all,0.5\nevery,all,1\n",
    }
    case, weeks = tmp_path / "case", tmp_path / "even.csv"
    case.mkdir()
    for name, text in tables.items():
        (case / name).write_text(text)
    weeks.write_text("unit_id,mon,tue,wed,thu,fri\nP,1,1,1,1,1\n")
    found = cases([case], staff=["half", "every"], rotas=[weeks])
    assert [(each.variant, each.scenario.housed[0].headcount) for each in found] == [
        ("now + half", 4),
        ("now + every", 8),
        ("now + half + even", 4),
        ("now + every + even", 8),
    ]
    assert len(set(found[2].scenario.weekday_shares["P"])) == 1
    assert len({each.group for each in found}) == 4
