"""From pieces to a checked plan: people, uses, status, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.errors import UncheckedPlanError
from allocator.plan.assemble import checked_plan, no_plan, run_record
from allocator.plan.people import share_people
from allocator.plan.types import Plan, Reason, Run, Status, TermName
from allocator.scenario.types import Scenario
from tests.builders import scenario

RUN = Run(seed=0, workers=1, time_limit_s=1, wall_s=0, versions={}, inputs={})
ANY_PIECE = {"sharing": {"min_piece_desks": 0, "min_piece_share": "0"}}
FLOORS = [("B-1", "B", 1, 30), ("A-2", "A", 2, 20), ("A-1", "A", 1, 20), ("A-4", "A", 4, 20)]
UNITS = [("tax", 30, "Treasury"), ("audit", 10, "Court"), ("law", 10, "Court")]
PIECES = {("tax", "A-1"): 10, ("tax", "A-4"): 20, ("audit", "B-1"): 10, ("law", "A-2"): 10}


def office(**settings: Any) -> Scenario:
    return scenario(floors=FLOORS, headcounts=UNITS, settings=ANY_PIECE | settings)


def plan(pieces: dict[tuple[str, str], int], case: Scenario, **claims: Any) -> Plan:
    given: dict[str, Any] = {"term_bounds": {}, "bound": 0.0, "run": RUN} | claims
    return checked_plan(case, pieces, **given)


@pytest.mark.parametrize(
    ("headcount", "demand", "desks", "people"),
    [
        (10, 7, {"f": 3, "g": 4}, {"f": 4, "g": 6}),  # 4.29 and 5.71: the spare one to g
        (7, 6, {"f": 2, "g": 2, "h": 2}, {"f": 3, "g": 2, "h": 2}),  # all 2.33: to the first
        (11, 8, {"f": 3, "g": 3}, {"f": 4, "g": 4}),  # 4.13, 4.13 and 2.75 of the unplaced
        (3, 2, {"f": 1}, {"f": 2}),  # 1.5 and 1.5: the unplaced come last
        (5, 5, {"f": 2, "g": 3}, {"f": 2, "g": 3}),
        (0, 0, {}, {}),
        (4, 3, {}, {}),
    ],
)
def test_people_go_by_largest_remainder(
    headcount: int, demand: int, desks: dict[str, int], people: dict[str, int]
) -> None:
    """Each floor has its share rounded down, and the largest remainders one more."""
    assert share_people(headcount, demand, desks) == people


def test_ties_of_people_go_to_the_earlier_row_of_floors() -> None:
    """Where remainders are equal, the floor that comes first in the floors table gets more."""
    case = scenario(
        floors=[("Z", "T", 1, 9), ("A", "T", 2, 9)],
        headcounts=[("tax", 3, "Treasury")],
        settings={"sharing": {"people_per_desk": "1.5", "min_piece_desks": 0}},
    )
    seated = plan({("tax", "A"): 1, ("tax", "Z"): 1}, case).placements
    assert {row.floor_id: row.people for row in seated} == {"Z": 2, "A": 1}


def test_placements_are_ordered_by_place_and_not_by_row() -> None:
    """Placements run by tower, level, floor and unit, however rows of the tables are shuffled."""
    shuffled = scenario(floors=FLOORS[::-1], headcounts=UNITS[::-1], settings=ANY_PIECE)
    rows = plan(PIECES, office()).placements
    assert [row.floor_id for row in rows] == ["A-1", "A-2", "A-4", "B-1"]
    assert plan(PIECES, shuffled).placements == rows


def test_every_floor_is_listed_with_its_use() -> None:
    """Floors come in the order of their table, empty ones too, with desks used and vacant."""
    pieces = {("tax", "B-1"): 30, ("audit", "A-2"): 10, ("law", "A-2"): 10}
    uses = plan(pieces, office()).floors
    rows = [(u.floor_id, u.desks_used, u.desks_vacant, u.people, u.units) for u in uses]
    assert rows == [
        ("B-1", 30, 0, 30, 1),
        ("A-2", 20, 0, 20, 2),
        ("A-1", 0, 20, 0, 0),
        ("A-4", 0, 20, 0, 0),
    ]
    assert [use.organisations for use in uses] == [1, 1, 0, 0]


def test_organisations_are_counted_worst_walking_first() -> None:
    """Towers, floors and gaps are counted by organisation, and who walks most comes first."""
    uses = plan(PIECES, office()).organisations
    court, treasury = sorted(uses, key=lambda use: use.organisation_id)
    assert (court.people, court.desks, court.towers, court.floors, court.gaps) == (20, 20, 2, 2, 0)
    assert (treasury.towers, treasury.floors, treasury.gaps) == (1, 2, 1)
    walking = [use.walking_min_per_person for use in uses]
    assert walking == sorted(walking, reverse=True)


def test_walking_per_person_is_shared_out_in_full() -> None:
    """Minutes per person times people, over all organisations, is the walking of the plan."""
    made = plan(PIECES, office())
    terms = {term.name: term.amount for term in made.objective.terms or ()}
    shared = sum(use.walking_min_per_person * use.people for use in made.organisations)
    assert shared == pytest.approx(terms[TermName.WALKING])


def test_plan_that_breaks_the_scenario_is_refused() -> None:
    """Every violation is told by its kind."""
    with pytest.raises(UncheckedPlanError, match=r"(?s)over_capacity.*A-1"):
        plan(PIECES | {("tax", "A-1"): 30}, office())


def test_bound_above_the_total_is_refused() -> None:
    """A bound that this very plan undercuts is a bug, and no plan comes out."""
    total = plan(PIECES, office()).objective.total or 0
    with pytest.raises(UncheckedPlanError, match="bound of total"):
        plan(PIECES, office(), bound=total + 1)


def test_bound_of_a_term_above_its_cost_is_refused() -> None:
    """So is a bound of one term."""
    with pytest.raises(UncheckedPlanError, match="bound of extra_floors"):
        plan(PIECES, office(), term_bounds={TermName.EXTRA_FLOORS: 201.0})


def test_gap_and_status_follow_from_total_and_bound() -> None:
    """The gap is what the bound leaves open of the total, and closed it is optimal."""
    total = plan(PIECES, office()).objective.total or 0
    half, closed = (plan(PIECES, office(), bound=bound) for bound in (total / 2, total))
    assert half.gap == pytest.approx(0.5)
    assert half.status == Status.FEASIBLE
    assert (closed.gap, closed.status) == (0, Status.OPTIMAL)


@pytest.mark.parametrize(("proved", "status"), [(False, "feasible"), (True, "optimal")])
def test_optimal_needs_the_least_unplaced_proved(proved: bool, status: str) -> None:
    """With people unplaced, a closed gap is optimal only if no plan leaves fewer."""
    case = office(options={"allow_unplaced": True})
    pieces = {("tax", "B-1"): 30}
    total = plan(pieces, case).objective.total
    made = plan(pieces, case, bound=total, least_unplaced_proved=proved)
    assert made.status == status
    assert made.objective.unplaced_people == 20


def test_no_plan_has_reasons_and_no_figures() -> None:
    """An infeasible answer carries its reasons, and total, terms, bound and gap are None."""
    reason = Reason(kind="desks", message="too few")
    answer = no_plan(office(), Status.INFEASIBLE, [reason], RUN)
    assert answer.reasons == (reason,)
    assert answer.objective.model_dump() == {
        "total": None,
        "unplaced_people": None,
        "terms": None,
        "walking": None,
    }
    assert (answer.bound, answer.gap) == (None, None)


def test_run_tells_versions_and_inputs() -> None:
    """A run names the versions in use and the fingerprints of the scenario's inputs."""
    case = office().replace(fingerprints={"floors": "abc"})
    run = run_record(case, seed=1, workers=2, time_limit_s=3, wall_s=4)
    assert set(run.versions) == {"allocator", "ortools", "numpy", "python"}
    assert run.inputs == {"floors": "abc"}
