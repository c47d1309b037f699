"""The checker where capacity is by chance: pieces are people, and floors are judged by chances."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allocator.attendance import Group, desks_needed, pool_pmf
from allocator.errors import InputError
from allocator.plan.people import share_people
from allocator.plan.seating import seated
from allocator.plan.service import service_of_plan
from allocator.plan.tables import read_placements
from allocator.plan.types import Pieces
from allocator.plan.verify import Check, GivenPlacement, given_pieces, verify
from allocator.scenario.types import Scenario
from tests.builders import scenario

TUESDAY = 0.55 * 1.215
FINANCE_AND_TAX = {("Finance", "A-1"): 50, ("Tax", "A-1"): 30}


def office(
    desks: int, shared_by: str = "floor", own: int = 0, floor: dict[str, Any] | None = None
) -> Scenario:
    """Return a floor of so many desks, another one, and two units of two organisations."""
    first = {"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": desks} | (floor or {})
    return scenario(
        floors=[first, ("A-2", "A", 2, 60)],
        headcounts=[("Finance", 50, "T", own), ("Tax", 30, "U")],
        settings={"sharing": {"capacity": "chance"}, "attendance": {"shared_by": shared_by}},
    )


def judged(case: Scenario, pieces: Pieces = FINANCE_AND_TAX) -> Check:
    return verify(case, given_pieces(case, pieces))


def kinds(case: Scenario, pieces: Pieces = FINANCE_AND_TAX) -> list[str]:
    return [violation.kind for violation in judged(case, pieces).violations]


def needed(*people: int) -> int:
    """Return the desks that units of so many people need together on a Tuesday."""
    return desks_needed(pool_pmf([Group(n, TUESDAY, 0.02) for n in people]), 0.05)


def test_a_floor_holds_people_whom_its_desks_serve_on_enough_days() -> None:
    """With the fewest desks that serve all on the worst weekday a plan is sound, not with less."""
    assert kinds(office(needed(50, 30))) == []
    (short,) = judged(office(needed(50, 30) - 1)).violations
    assert (short.kind, short.subject, short.amount) == ("over_capacity", "A-1", 1)
    assert "short on at most 5 % of any weekday" in short.message


@pytest.mark.parametrize("shared_by", ["organisation", "unit"])
def test_who_share_apart_have_desks_set_apart(shared_by: str) -> None:
    """Organisations or units each need their desks, which are more than all together need."""
    apart = needed(50) + needed(30)
    assert apart > needed(50, 30)
    assert kinds(office(apart, shared_by)) == []
    (short,) = judged(office(apart - 1, shared_by)).violations
    assert (short.kind, short.amount) == ("over_capacity", 1)
    assert f"80 people of 2 {shared_by}s" in short.message


def test_units_of_one_organisation_may_have_desks_set_apart() -> None:
    """Shared by unit, even those of one organisation have desks apart, own desks included."""
    apart = 10 + needed(40) + needed(30)
    rows = [("Finance", 50, "T", 10), ("Tax", 30, "T")]
    fits, tight = (
        office(desks, "unit").replace(headcounts=scenario(headcounts=rows).headcounts)
        for desks in (apart, apart - 1)
    )
    assert (kinds(fits), kinds(tight)) == ([], ["over_capacity"])


@pytest.mark.parametrize("shared_by", ["organisation", "unit", "floor"])
def test_a_sound_plan_is_short_on_no_floor(shared_by: str) -> None:
    """What the checker lets pass the report calls served, whoever share the desks."""
    case = office(needed(50) + needed(30) + 3, shared_by, own=7)
    service = service_of_plan(case, seated(case, FINANCE_AND_TAX))
    assert (kinds(case), service.floors_short) == ([], 0)
    assert (service.own_desks is None) == (shared_by == "unit")


def test_own_desks_are_not_shared() -> None:
    """People with desks of their own take one each, and the others share the rest."""
    desks = 10 + needed(40, 30)
    assert kinds(office(desks, own=10)) == []
    assert kinds(office(desks - 1, own=10)) == ["over_capacity"]


def test_the_reserve_is_kept_free() -> None:
    """Desks of the reserve serve nobody."""
    case = office(needed(50, 30)).with_sharing(reserve_share="0.1")
    assert kinds(case) == ["over_capacity"]


def test_max_occupants_counts_people_present_with_own_desks() -> None:
    """The limit is one of people present on the worst weekday, those with own desks included."""
    present = needed(50, 30)
    fine = office(90, own=10, floor={"max_occupants": present})
    tight = office(90, own=10, floor={"max_occupants": present - 1})
    assert (kinds(fine), kinds(tight)) == ([], ["max_occupants"])


def test_people_are_placed_wholly_and_in_pieces_that_are_large_enough() -> None:
    """Units are counted in people: too few, too many and too small pieces are told."""
    case = office(90)
    assert kinds(case, {("Finance", "A-1"): 49, ("Tax", "A-1"): 30}) == ["unplaced"]
    assert kinds(case, {("Finance", "A-1"): 51, ("Tax", "A-1"): 30}) == ["over_demand"]
    split = {("Finance", "A-1"): 41, ("Finance", "A-2"): 9, ("Tax", "A-1"): 30}
    (small,) = judged(case, split).violations
    assert "unit Finance has 9 people on floor A-2" in small.message


def test_desks_in_use_are_shared_by_people() -> None:
    """Placements tell the desks that serve a floor, by largest remainder of its people."""
    case = office(90)
    placed = {row.unit_id: row.desks for row in seated(case, FINANCE_AND_TAX)}
    assert placed == share_people(needed(50, 30), 80, {"Finance": 50, "Tax": 30})


def test_own_desks_of_organisations_pool_serve_as_the_checker_says() -> None:
    """The report of a sound plan calls no floor short, however people are split."""
    case = office(needed(30, 30), own=7)
    pieces = {("Finance", "A-1"): 26, ("Finance", "A-2"): 24, ("Tax", "A-1"): 30}
    assert kinds(case, pieces) == []
    assert service_of_plan(case, seated(case, pieces)).floors_short == 0


def test_units_of_their_own_would_house_fewer() -> None:
    """Beside a plan stands what desks of units' own could do at most: fewer people."""
    case = office(needed(50, 30)).replace(floors=(office(needed(50, 30)).floors[0],))
    own = service_of_plan(case, seated(case, FINANCE_AND_TAX)).own_desks
    assert own is not None
    assert own.desks == needed(50) + needed(30)
    assert 0 < own.people_more <= 80 * (own.desks - needed(50, 30)) / own.desks + 1


def test_a_table_of_placements_must_tell_people(tmp_path: Path) -> None:
    """Where capacity is by chance a table without people is refused, and desks are not read."""
    table = tmp_path / "plan.csv"
    table.write_text("unit_id,floor_id,desks\nFinance,A-1,40\n")
    with pytest.raises(InputError, match="people"):
        read_placements(table, office(90))
    table.write_text("unit_id,floor_id,people,desks\nFinance,A-1,50,\n")
    assert read_placements(table, office(90)) == [GivenPlacement("Finance", "A-1", None, "50", 2)]


@pytest.mark.parametrize("people", ["", "0", "4.5", None])
def test_people_must_be_whole(people: str | None) -> None:
    """Rows without a whole number of people are told and left out."""
    row = GivenPlacement("Finance", "A-1", desks=40, people=people)
    found = verify(office(90), [row, GivenPlacement("Tax", "A-1", people=30)])
    assert [violation.kind for violation in found.violations] == ["not_whole", "unplaced"]
    assert "people must be a whole number" in found.violations[0].message
