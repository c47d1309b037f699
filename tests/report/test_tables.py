"""The tables of a report: figures worked out by hand, shares that add up."""

from __future__ import annotations

from math import fsum

import pytest

from allocator.errors import InputError
from allocator.plan.assemble import checked_plan
from allocator.plan.types import TermName
from allocator.report import tables
from allocator.report.load import reported
from allocator.report.summary import summary
from allocator.report.tables import Reported, Table
from allocator.texts import texts
from tests.builders import scenario
from tests.plan.offices import OFFICE_PLAN, given, office
from tests.report.small import RUN, SMALL, small


def column(table: Table, title: str) -> list[object]:
    (place,) = (i for i, c in enumerate(table.columns) if c.title == title)
    return [row[place] for row in table.rows]


def test_towers_tell_desks_and_people() -> None:
    """A tower's row sums its floors, and says what is vacant."""
    made = tables.towers(small())
    assert column(made, "Tower") == ["North house", "South house"]
    assert column(made, "Desks vacant") == [40, 10]
    assert column(made, "People") == [80, 20]


def test_organisations_tell_towers_and_levels() -> None:
    """Where an organisation sits is told by tower and runs of levels, most desks first."""
    made = tables.organisations(small())
    assert column(made, "Place (tower: levels)") == [
        "North house: 1, 3; South house: 1",
        "North house: 2",
    ]


def test_costs_of_organisations_add_up_to_the_terms() -> None:
    """Over all organisations the shares of every term sum to the term."""
    case = small(current=[("tax", "A1", 10), ("tax", "Jakarta", 30)])
    for term in case.plan.objective.terms or ():
        assert fsum(by[term.name] for by in case.costs.values()) == pytest.approx(term.cost)


def test_costs_add_up_where_every_table_is_used() -> None:
    """So they do with placement costs, prices of floors, rules and walking of its own."""
    case = office()
    rows = given(OFFICE_PLAN)
    pieces = {(row.unit_id, row.floor_id): int(str(row.desks)) for row in rows}
    plan = checked_plan(case, pieces, term_bounds={}, bound=-1e9, run=RUN)
    found = reported(plan, case, texts("en")).costs
    for term in plan.objective.terms or ():
        assert fsum(by[term.name] for by in found.values()) == pytest.approx(term.cost)


def test_split_organisation_pays_for_its_second_tower() -> None:
    """Only the organisation that is in two towers pays for a further one."""
    found = small().costs
    paid = {body: by[TermName.EXTRA_TOWERS] for body, by in found.items()}
    assert paid == {"Fin": 2000.0, "Sea": 0.0}


def test_inputs_have_their_fingerprints() -> None:
    """Every input's SHA-256 is told in full."""
    assert "ab" * 32 in column(tables.inputs(small()), "Value")


def test_summary_says_that_all_are_placed() -> None:
    """The verdict counts people, and says that nothing better is proved where it is so."""
    told = summary(small())
    assert told.verdict.startswith("All 100 people have a place.")
    assert [tile.figure for tile in told.tiles[:2]] == ["100", "100"]


def test_summary_names_organisations_in_several_towers() -> None:
    """Whoever is in several towers is named with their number."""
    assert any("(2)" in point for point in summary(small()).points)


def test_plan_of_another_scenario_is_refused() -> None:
    """A plan whose total is another here is refused: most likely the scenario is another."""
    case: Reported = small()
    other = scenario(**(SMALL | {"settings": {"prices": {"extra_tower": 1.0}}}))
    with pytest.raises(InputError, match="the scenario that the plan was made for"):
        reported(case.plan, other, texts("en"))
