"""The checker's walking: minutes between floors, who goes where, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from allocator.plan.types import TermName
from allocator.plan.verify import Check
from allocator.plan.verify.trips import Group, within
from allocator.plan.verify.walked import Minutes, walked_within
from allocator.scenario.settings import TripKind
from allocator.scenario.types import Scenario
from tests.builders import scenario
from tests.plan.offices import OFFICE_PLAN, check, office

QUIET = {"unit": 0.0, "parent": 0.0, "organisation": 0.0, "coordinator": 0.0, "siblings": 0.0}
FLOORS = [("A0", "A", 0, 99), ("A2", "A", 2, 99), ("A-1", "A", -1, 99), ("B3", "B", 3, 99)]
PLACED = [("A", "", None, 0.0, 0.0), ("B", "", None, 30.0, 40.0)]
"""Towers 50 metres apart."""


def case(trips: dict[str, float], headcounts: list[Any], **tables: Any) -> Scenario:
    """Return a scenario in which only some kinds of trips are made; pieces may be of one desk."""
    settings = {"trips": QUIET | trips, "sharing": {"min_piece_desks": 1, "min_piece_share": "0"}}
    usual: dict[str, Any] = {"floors": FLOORS, "headcounts": headcounts, "settings": settings}
    return scenario(**(usual | tables))


def walked(found: Check) -> float:
    assert found.feasible, found.violations
    return next(term.amount for term in found.terms if term.name is TermName.WALKING)


PAIR = [("a", 10, "Org"), ("b", 30, "Org")]
"""Of 40 people: 1 · 10 · 30 · (1/30 + 1/10) = 40 trips a week between the two units."""


@pytest.mark.parametrize(
    ("a", "b", "minutes"),
    [
        ("A0", "A0", 0),
        ("A0", "A2", 0.5 + 0.1 * 2),
        ("A2", "A-1", 0.5 + 0.1 * 3),
        ("A2", "B3", 2 * 0.5 + 0.1 * (2 + 3) + 1.3 * 50 / 80),
        ("A-1", "B3", 2 * 0.5 + 0.1 * (1 + 3) + 1.3 * 50 / 80),
    ],
)
def test_minutes_between_floors(a: str, b: str, minutes: float) -> None:
    """A lift ride inside a tower; two of them and the way, with detours, between towers."""
    office = case({"organisation": 1.0}, PAIR, towers=PLACED)
    assert walked(check(office, f"a {a} 10, b {b} 30")) == pytest.approx(40 * minutes)


def test_two_floors_on_one_level_are_a_wait_apart() -> None:
    """Floors on the same level of a tower differ by a lift's wait and no levels."""
    office = case({"organisation": 1.0}, PAIR, floors=[("x", "A", 1, 99), ("y", "A", 1, 99)])
    assert walked(check(office, "a x 10, b y 30")) == pytest.approx(40 * 0.5)


@pytest.mark.parametrize(
    "towers", [None, [("A", "", None, 0.0, 0.0), ("B",)], [PLACED[0], ("B", "", None, 30.0)]]
)
def test_towers_without_coordinates_are_no_way_apart(towers: list[Any] | None) -> None:
    """Where either tower lacks a coordinate only the two lift rides count."""
    office = case({"organisation": 1.0}, PAIR, towers=towers)
    assert walked(check(office, "a A2 10, b B3 30")) == pytest.approx(40 * (1 + 0.5))


def test_settings_of_walking_hold() -> None:
    """Each of the four figures of [walking] enters the formula where it belongs."""
    office = case({"organisation": 1.0}, PAIR, towers=PLACED)
    walking = {"lift_wait_min": 1.0, "lift_min_per_level": 0.2, "walk_m_per_min": 50.0}
    changed = office.settings.model_copy(
        update={"walking": type(office.settings.walking)(**walking, detour_factor=2.0)}
    )
    found = check(office.replace(settings=changed), "a A2 10, b B3 30")
    assert walked(found) == pytest.approx(40 * (2 + 0.2 * 5 + 2 * 50 / 50))


@pytest.mark.parametrize("row", [("A2", "B3", 9.0), ("B3", "A2", 9.0)])
def test_walking_rows_override_the_formula_both_ways(row: tuple[str, str, float]) -> None:
    """A row of the table walking holds for both directions, and for no other pair of floors."""
    office = case({"organisation": 1.0}, PAIR, towers=PLACED, walking=[row])
    assert walked(check(office, "a A2 10, b B3 30")) == pytest.approx(40 * 9)
    assert walked(check(office, "b A2 30, a B3 10")) == pytest.approx(40 * 9)
    assert walked(check(office, "a A2 10, b A0 30")) == pytest.approx(40 * 0.7)


def test_walking_rows_may_be_within_a_floor() -> None:
    """Minutes from a floor to itself are walked by all trips on it, also inside a unit."""
    office = case({"unit": 5.0, "organisation": 1.0}, PAIR, walking=[("A0", "A0", 2.0)])
    assert walked(check(office, "a A0 10, b A0 30")) == pytest.approx((5 * 40 + 40) * 2)


def test_a_split_unit_pays_for_itself() -> None:
    """Half on A0 and half on A2: half of the 5 · 10 trips inside are between the two floors."""
    office = case({"unit": 5.0}, [("a", 10)])
    assert walked(check(office, "a A0 10")) == 0
    assert walked(check(office, "a A0 5, a A2 5")) == pytest.approx(50 * 2 * 0.5 * 0.5 * 0.7)


def test_ends_are_spread_over_floors_by_share() -> None:
    """a is 3/10 on A0 and 7/10 on A2, b 1/3 on A0 and 2/3 on A2: 0.3·2/3 + 0.7/3 meet apart."""
    office = case({"organisation": 1.0}, PAIR)
    apart = 0.3 * 2 / 3 + 0.7 / 3
    found = check(office, "a A0 3, a A2 7, b A0 10, b A2 20")
    assert walked(found) == pytest.approx(40 * apart * 0.7)


def test_shares_are_of_the_demand_not_of_the_desks_placed() -> None:
    """A unit of which half is unplaced makes half of the walk."""
    office = case({"organisation": 1.0}, PAIR)
    allowed = office.settings.model_copy(
        update={"options": type(office.settings.options)(allow_unplaced=True)}
    )
    found = check(office.replace(settings=allowed), "a A0 5, b A2 30")
    assert walked(found) == pytest.approx(40 * 0.5 * 0.7)


def test_trips_of_three_units_follow_headcounts() -> None:
    """10 and 20 people on A0, 30 on A2: 300·(1/50 + 1/30) + 600·(1/40 + 1/30) = 51 trips."""
    office = case({"organisation": 1.0}, [("a", 10, "O"), ("b", 20, "O"), ("c", 30, "O")])
    assert walked(check(office, "a A0 10, b A0 20, c A2 30")) == pytest.approx(51 * 0.7)


def test_units_of_nobody_make_no_trips() -> None:
    """A unit with a headcount of 0 is no member: the other one of two makes no trips."""
    office = case({"organisation": 1.0, "unit": 5.0}, [("a", 10, "O"), ("b", 0, "O")])
    assert walked(check(office, "a A0 10")) == 0


def parented(*parents: tuple[str, str | None], people: int = 10, head: int = 10) -> Scenario:
    """Return units of one organisation with these parents, who make parent trips only."""
    units = [(unit, "Org", parent) for unit, parent in parents]
    headcounts = [(unit, head if unit == "p" else people) for unit, _ in parents]
    return case({"parent": 2.0}, headcounts, units=units)


def test_a_parent_may_be_a_mere_label() -> None:
    """Two units of 10 under one label: 2 · 100 · (1/10 + 1/10) = 40 trips; the third has none."""
    office = parented(("a", "x"), ("b", "x"), ("c", None))
    assert walked(check(office, "a A0 10, b A2 10, c B3 10")) == pytest.approx(40 * 0.7)


def test_a_parent_that_is_a_unit_belongs_to_its_group() -> None:
    """One unit under a parent that is a unit with people: they walk to one another."""
    office = parented(("p", None), ("a", "p"))
    assert walked(check(office, "p A0 10, a A2 10")) == pytest.approx(40 * 0.7)


def test_a_parent_unit_of_nobody_stays_out_of_its_group() -> None:
    """A parent with a headcount of 0 leaves its only unit alone, without trips."""
    office = parented(("p", None), ("a", "p"), head=0)
    assert walked(check(office, "a A2 10")) == 0


def test_a_child_of_nobody_leaves_the_other_alone() -> None:
    """Of two units under one label one has a headcount of 0: neither makes a trip."""
    units = [("a", "Org", "x"), ("b", "Org", "x")]
    office = case({"parent": 2.0}, [("a", 10), ("b", 0)], units=units)
    assert walked(check(office, "a A0 5, a A2 5")) == 0


def test_a_unit_that_names_itself_is_one_member() -> None:
    """A unit whose parent is itself is in its group once."""
    office = parented(("p", "p"), ("a", "p"))
    assert walked(check(office, "p A0 10, a A2 10")) == pytest.approx(40 * 0.7)


def test_a_unit_in_two_groups_walks_in_both() -> None:
    """m is under p, and c under m: m makes the trips of both groups, p and c none together."""
    office = parented(("p", None), ("m", "p"), ("c", "m"))
    assert walked(check(office, "p A0 10, m A2 10, c A0 10")) == pytest.approx(2 * 40 * 0.7)


def test_parent_and_organisation_trips_add_up() -> None:
    """Units of one parent also make the organisation's trips to one another: 40 + 20."""
    units = [(unit, "Org", "x") for unit in "ab"]
    office = case({"parent": 2.0, "organisation": 1.0}, [("a", 10), ("b", 10)], units=units)
    assert walked(check(office, "a A0 10, b A2 10")) == pytest.approx(60 * 0.7)


def coordinated(
    trips: dict[str, float], people: dict[str, int], labels: dict[str, str]
) -> Scenario:
    """Return organisations of one unit each, bearing their ids, with these coordinators."""
    organisations = [
        {"organisation_id": name, "coordinator_id": labels.get(name)} for name in people
    ]
    return case(trips, list(people.items()), organisations=organisations)


def test_organisations_walk_to_their_coordinator() -> None:
    """A body of 20 makes 0.25 · 20 = 5 trips to its ministry of 30, which makes none itself."""
    office = coordinated({"coordinator": 0.25}, {"K": 30, "M": 20}, {"M": "K"})
    assert walked(check(office, "K A0 30, M A2 20")) == pytest.approx(5 * 0.7)


@pytest.mark.parametrize(
    ("people", "labels"),
    [
        ({"K": 30, "M": 20}, {"K": "K", "M": "M"}),
        ({"K": 0, "M": 20}, {"M": "K"}),
        ({"K": 30, "M": 20}, {"M": "nobody"}),
    ],
)
def test_no_trips_without_another_coordinator(
    people: dict[str, int], labels: dict[str, str]
) -> None:
    """Nobody walks to itself, to a ministry of nobody or to a label that is no organisation."""
    office = coordinated({"coordinator": 0.25, "siblings": 0.1}, people, labels)
    assert (
        walked(
            check(
                office,
                ", ".join(
                    f"{o} {f} {people[o]}" for o, f in (("K", "A0"), ("M", "A2")) if people[o]
                ),
            )
        )
        == 0
    )


def test_nobody_walks_to_itself_as_its_coordinator() -> None:
    """A ministry that names itself makes no trips between its floors, nor does a lone body."""
    office = coordinated({"coordinator": 0.25, "siblings": 0.1}, {"K": 30, "M": 20}, {"K": "K"})
    assert walked(check(office, "K A0 15, K A2 15, M A0 10, M A2 10")) == 0


def test_a_sibling_of_nobody_leaves_the_other_alone() -> None:
    """Of two organisations with one coordinator one has no people: neither makes a trip."""
    office = coordinated({"siblings": 0.1}, {"M": 10, "N": 0}, {"M": "K", "N": "K"})
    assert walked(check(office, "M A0 5, M A2 5")) == 0


SIBLINGS = {"M": 10, "N": 30}
"""0.1 · 10 · 30 · (1/30 + 1/10) = 4 trips."""


@pytest.mark.parametrize("labels", [{"M": "K", "N": "K"}, {"M": "K", "N": "K", "K": "K"}])
def test_siblings_walk_to_one_another_not_to_their_coordinator(labels: dict[str, str]) -> None:
    """The ministry is no sibling, whether it bears its own id as a label or none."""
    office = coordinated({"siblings": 0.1}, {"K": 50} | SIBLINGS, labels)
    assert walked(check(office, "K B3 50, M A0 10, N A2 30")) == pytest.approx(4 * 0.7)


def test_siblings_need_no_coordinating_organisation() -> None:
    """A label that two organisations share makes them siblings, even if it is no organisation."""
    office = coordinated({"siblings": 0.1, "coordinator": 0.25}, SIBLINGS, {"M": "x", "N": "x"})
    assert walked(check(office, "M A0 10, N A2 30")) == pytest.approx(4 * 0.7)


def test_an_organisation_is_where_its_people_are() -> None:
    """M has 10 people on A0 and 30 on A2: a quarter of its 10 trips to K on A2 is a walk."""
    headcounts = [("K", 10, "K"), ("m1", 10, "M"), ("m2", 30, "M")]
    organisations = [{"organisation_id": "K"}, {"organisation_id": "M", "coordinator_id": "K"}]
    office = case({"coordinator": 0.25}, headcounts, organisations=organisations)
    found = check(office, "K A2 10, m1 A0 10, m2 A2 30")
    assert walked(found) == pytest.approx(0.25 * 40 * 0.25 * 0.7)


BODIES = [("a", 10, "Org"), ("b", 30, "Org"), ("v", 20, "Other")]


@pytest.mark.parametrize(
    ("row", "trips"),
    [
        (("v", "a", 6.0), 6.0),
        (("v", "Org", 6.0), 6.0 * 10 / 40),
        (("Other", "Org", None, "essential"), 2 * 20 * 10 / 40),
        (("a", "Other", None, "strong"), 1 * 10),
        (("a", "v", None, "wanted"), 0.5 * 10),
    ],
)
def test_affinities_add_trips(row: tuple[Any, ...], trips: float) -> None:
    """Trips as given, or 2, 1, 0.5 a head of the smaller body; only a is a walk away from v."""
    office = case({}, BODIES, affinities=[row])
    assert walked(check(office, "a A0 10, b A2 30, v A2 20")) == pytest.approx(trips * 0.7)


def test_affinities_may_be_inside_a_body() -> None:
    """8 trips inside Org, a quarter of it on A0: 2 · 1/4 · 3/4 of them are walks."""
    office = case({}, BODIES, affinities=[("Org", "Org", 8.0)])
    found = check(office, "a A0 10, b A2 30, v A2 20")
    assert walked(found) == pytest.approx(8 * 2 * 0.25 * 0.75 * 0.7)


def test_walks_to_others_are_shared_half_and_half() -> None:
    """Org has its own walks and half of those to Other; the sum over organisations is the term."""
    office = case({"organisation": 1.0}, BODIES, affinities=[("v", "a", 6.0)])
    found = check(office, "a A0 10, b A2 30, v A2 20")
    own, across = 40 * 0.7, 6 * 0.7
    walked_by = {kind: minutes for kind, minutes in found.walking_by_kind.items() if minutes}
    assert walked_by == pytest.approx({"organisation": own, "affinity": across})
    assert found.walking_by_organisation == pytest.approx(
        {"Org": own + across / 2, "Other": across / 2}
    )


def test_walking_by_organisation_and_by_kind_adds_up_to_the_term() -> None:
    """In the office with all its tables no minute is lost or counted twice."""
    found = check(office(), OFFICE_PLAN)
    assert sum(found.walking_by_kind.values()) == pytest.approx(walked(found))
    assert sum(found.walking_by_organisation.values()) == pytest.approx(walked(found))
    assert list(found.walking_by_organisation) == ["Fin", "Sea", "Sci"]


@drawn(st.lists(st.integers(1, 500), min_size=2, max_size=6))
def test_every_member_makes_its_trips(people: list[int]) -> None:
    """A member makes rate · h trips itself; the others' trips to it come on top."""
    group = Group({str(n): number for n, number in enumerate(people)}, 3.0, TripKind.PARENT)
    everybody = sum(people)
    for member, own in group.people.items():
        met = sum(t.per_week for t in within(group) if member in (t.a, t.b))
        others = sum(h * own / (everybody - h) for m, h in group.people.items() if m != member)
        assert met == pytest.approx(3 * (own + others))


SPREADS = st.dictionaries(st.sampled_from(["A0", "A2", "A-1", "B3"]), st.floats(0, 1), max_size=4)


@drawn(st.lists(st.tuples(st.integers(1, 500), SPREADS), min_size=1, max_size=6))
def test_a_group_walks_as_all_its_pairs_do(members: list[tuple[int, dict[str, float]]]) -> None:
    """What each member is charged is half of each of its pairs, whoever is spread over floors."""
    group = Group({str(n): people for n, (people, _) in enumerate(members)}, 3.0, TripKind.PARENT)
    where = {str(n): spread for n, (_, spread) in enumerate(members)}
    minutes = Minutes(case({}, PAIR, towers=PLACED))
    wanted = dict.fromkeys(where, 0.0)
    for a, b, per_week, _ in within(group):
        for end in (a, b):
            wanted[end] += per_week * minutes.between(where[a], where[b]) / 2
    found = dict.fromkeys(where, 0.0) | dict(walked_within(group, minutes, where))
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-6)
