"""Who finds no desk in a plan: pools, weekdays, areas, and which is the worst."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.attendance import Group, pool_pmf, shortage, unit_pmf
from allocator.plan.people import place_people
from allocator.plan.service import service_of_plan, service_undivided
from allocator.plan.types import AreaService, Pieces, Service
from allocator.scenario.types import Scenario
from tests.builders import scenario

FLOORS = [("A-1", "A", 1, 60), ("A-2", "A", 2, 60), ("B-1", "B", 1, 60)]
TUESDAY = 0.55 * 1.215


def office(headcounts: list[Any], people_per_desk: str = "1.3", **attendance: Any) -> Scenario:
    """Return floors whose desks those of a unit share with one another alone, unless told."""
    given = {"shared_by": "unit"} | attendance
    settings = {"sharing": {"people_per_desk": people_per_desk}, "attendance": given}
    return scenario(floors=FLOORS, headcounts=headcounts, settings=settings)


def served(case: Scenario, pieces: Pieces) -> Service:
    return service_of_plan(case, place_people(case, pieces))


def area(service: Service, area_id: str) -> AreaService:
    (found,) = (each for each in service.areas if each.area_id == area_id)
    return found


TWO = office([("Finance", 50, "Treasury"), ("Tax", 26, "Treasury")])
TWO_PLACED = {("Finance", "A-1"): 39, ("Tax", "A-1"): 20}


def test_a_unit_shares_its_own_desks_alone() -> None:
    """A floor is as bad as its worst unit, however many desks its neighbours have to spare."""
    finance = shortage(unit_pmf(50, TUESDAY, 0.02), 39)
    tax = shortage(unit_pmf(26, TUESDAY, 0.02), 20)
    found = area(served(TWO, TWO_PLACED), "A-1")
    assert found.short_day_peak == pytest.approx(max(finance.short_day, tax.short_day))
    assert found.without_desk_peak == pytest.approx(finance.without_desk + tax.without_desk)
    assert (found.worst_pool, found.peak_weekday) == ("Tax", "tue")


def test_average_is_the_mean_of_five_weekdays() -> None:
    """The average day is one of five taken at random, and a year has 240 of them."""
    week = TWO.weekday_shares["Tax"]
    mean = np.mean([shortage(unit_pmf(26, share, 0.02), 20).short_day for share in week])
    found = area(served(TWO, TWO_PLACED), "A-1")
    assert found.short_day_average == pytest.approx(mean)
    assert found.short_days_a_year == pytest.approx(240 * mean)
    assert found.present_average == pytest.approx(0.55 * 76)


def test_figures_of_the_plan_are_means_over_people() -> None:
    """The chance that somebody's unit is short weighs units by their people."""
    chances = [
        people * shortage(unit_pmf(people, TUESDAY, 0.02), desks).short_day
        for people, desks in ((50, 39), (26, 20))
    ]
    found = served(TWO, TWO_PLACED)
    assert found.short_day_peak == pytest.approx(sum(chances) / 76)
    assert found.worst_short_day == area(found, "A-1").short_day_peak


def test_floors_short_are_those_above_the_allowed_share() -> None:
    """A floor counts where a unit on it is short on more peak days than allowed; worst first."""
    case = office([("Finance", 50), {"unit_id": "Tax", "headcount": 30, "people_per_desk": "1"}])
    found = served(case, {("Finance", "A-2"): 39, ("Tax", "A-1"): 30})
    assert (found.floors, found.floors_short, found.worst_floor) == (2, 1, "A-2")
    assert [each.area_id for each in found.areas if each.kind == "floor"] == ["A-2", "A-1"]


def test_a_chance_just_allowed_serves() -> None:
    """A floor at exactly the allowed share is not short on more."""
    chance = served(TWO, TWO_PLACED).worst_short_day
    at_limit = office([("Finance", 50), ("Tax", 26)], short_day_probability=chance)
    assert served(at_limit, TWO_PLACED).floors_short == 0


def test_a_piece_is_served_by_its_own_people_and_desks() -> None:
    """A unit on two floors is two pools, each of the people seated there."""
    case = office([("Finance", 65, "Treasury")])
    found = served(case, {("Finance", "A-1"): 30, ("Finance", "B-1"): 20})
    for floor, people, desks in (("A-1", 39, 30), ("B-1", 26, 20)):
        expected = shortage(unit_pmf(people, TUESDAY, 0.02), desks).short_day
        assert area(found, floor).short_day_peak == pytest.approx(expected)


def test_who_has_a_desk_never_lacks_one_and_is_present() -> None:
    """People with own desks come like the others, but share none."""
    case = office([("Finance", 49, "Treasury", 10)])
    found = area(served(case, {("Finance", "A-1"): 40}), "A-1")
    expected = shortage(unit_pmf(39, TUESDAY, 0.02), 30)
    assert found.short_day_peak == pytest.approx(expected.short_day)
    assert found.present_peak == pytest.approx(49 * TUESDAY)
    assert found.no_desk_peak == pytest.approx(expected.without_desk / (49 * TUESDAY))


def test_all_with_own_desks_are_always_served() -> None:
    """Without anybody who shares, no day is short."""
    case = office([("Finance", 20, "Treasury", 20)])
    assert served(case, {("Finance", "A-1"): 12, ("Finance", "A-2"): 8}).worst_short_day == 0


def test_who_may_not_work_elsewhere_is_short_every_day() -> None:
    """A unit of whom all come finds its shared desks too few for certain."""
    case = office([{"unit_id": "Army", "headcount": 26, "attendance_share": 1.0}])
    found = area(served(case, {("Army", "A-1"): 20}), "A-1")
    assert (found.short_day_average, found.without_desk_average) == (1.0, 6.0)


def test_a_whole_floor_may_share_all_its_desks() -> None:
    """Shared by floor, everyone there shares the floor's desks, vacant ones included."""
    case = office([("Finance", 50, "T"), ("Tax", 26, "U")], shared_by="floor")
    found = area(served(case, TWO_PLACED), "A-1")
    together = pool_pmf([Group(50, TUESDAY, 0.02), Group(26, TUESDAY, 0.02)])
    assert found.short_day_peak == pytest.approx(shortage(together, 60).short_day)
    assert found.worst_pool == "A-1"


def test_units_of_one_organisation_may_share() -> None:
    """Shared by organisation, its units on a floor share what is placed for them there."""
    case = office([("Finance", 50, "T"), ("Tax", 26, "T")], shared_by="organisation")
    together = pool_pmf([Group(50, TUESDAY, 0.02), Group(26, TUESDAY, 0.02)])
    found = area(served(case, TWO_PLACED), "A-1")
    assert found.short_day_peak == pytest.approx(shortage(together, 59).short_day)


def test_people_without_a_desk_of_a_pool_are_of_some_organisation() -> None:
    """On a shared floor those of the organisations add up to those of the floor."""
    case = office([("Finance", 52, "T"), ("Tax", 26, "U")], "1.4", shared_by="floor")
    found = served(case, {("Finance", "A-1"): 38, ("Tax", "A-1"): 19})
    parts = [area(found, body).without_desk_average for body in ("T", "U")]
    assert sum(parts) == pytest.approx(area(found, "A-1").without_desk_average)
    assert parts[0] == pytest.approx(2 * parts[1])


def test_rotas_that_differ_take_off_the_peak() -> None:
    """Two bodies that alternate leave a shared floor no day as full as one rota for both."""
    rotas = [("T", 2, 2, 1, 0, 0), ("U", 0, 0, 1, 2, 2)]
    alike = [("T", 2, 2, 1, 0, 0), ("U", 2, 2, 1, 0, 0)]
    case = office([("Finance", 39, "T"), ("Tax", 39, "U")], shared_by="floor", mean_share=0.45)
    pieces = {("Finance", "A-1"): 30, ("Tax", "A-1"): 30}
    apart, together = (
        served(case.replace(rotas=r.rotas), pieces) for r in map(_with, (rotas, alike))
    )
    assert apart.worst_short_day < 0.001
    assert together.worst_short_day > 0.9
    assert area(together, "A-1").present_peak == pytest.approx(78 * 0.9)


def _with(rotas: list[Any]) -> Scenario:
    return scenario(headcounts=[("Finance", 39, "T"), ("Tax", 39, "U")], rotas=rotas)


def test_people_present_beyond_what_a_floor_may_hold_are_told() -> None:
    """max_occupants is of people present, with a chance on the busiest weekday."""
    floors = [{"floor_id": "A-1", "tower_id": "A", "level": 1, "desks": 60, "max_occupants": 35}]
    settings = {"sharing": {"people_per_desk": "1.5"}, "attendance": {"shared_by": "unit"}}
    case = scenario(floors=floors, headcounts=[("Finance", 49, "T", 10)], settings=settings)
    found = served(case, {("Finance", "A-1"): 36})
    expected = shortage(unit_pmf(49, TUESDAY, 0.02), 35).short_day
    assert area(found, "A-1").over_occupants == pytest.approx(expected)
    assert (found.floors_limited, found.floors_over_limit) == (1, int(expected > 0.05))


def test_a_day_for_everybody_is_in_every_pool() -> None:
    """A day_shock of the settings widens the law of each unit."""
    case = office([("Finance", 50)], day_shock=0.1)
    expected = shortage(pool_pmf([Group(50, TUESDAY, 0.02)], 0.1), 39).short_day
    assert served(case, {("Finance", "A-1"): 39}).worst_short_day == pytest.approx(expected)


def test_without_a_plan_units_are_taken_as_undivided() -> None:
    """What units would be served by their own desks needs no floor; shared floors need a plan."""
    figures = service_undivided(TWO)
    assert figures is not None
    assert figures.model_dump().items() <= served(TWO, TWO_PLACED).model_dump().items()
    assert service_undivided(office([("Finance", 50)], shared_by="floor")) is None


def test_nobody_is_served_where_nobody_is() -> None:
    """A plan of nobody has no floor in use and nobody without a desk."""
    found = served(office([("Finance", 0)]), {})
    assert (found.floors, found.worst_floor, found.without_desk_peak) == (0, "", 0.0)
