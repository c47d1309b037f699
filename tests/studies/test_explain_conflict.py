"""A minimal conflict is true: it cannot hold, and without any one of its members it can."""

from __future__ import annotations

import time

import pytest

from allocator.scenario.rules import RuleKind
from allocator.studies.explain import conflict as module
from allocator.studies.explain.conflict import Conflict, find_conflict, quickxplain
from allocator.studies.explain.members import Member, MemberKind, rule_members
from allocator.studies.explain.plans import Budget
from allocator.studies.explain.proofs import Answer, Decision, Question, decide
from tests.builders import scenario
from tests.search.enumeration import feasible_plans, random_scenario
from tests.studies.conflicts import FLOORS, PLANTED, WHOLE, Planted, can_hold


def budget(seconds: float = 20.0) -> Budget:
    now = time.monotonic()
    return Budget(now, now + seconds, workers=1)


def conflict_of(planted: Planted) -> Conflict:
    found = find_conflict(planted.scenario, budget())
    assert found is not None
    return found


def test_every_kind_of_rule_is_planted() -> None:
    """No kind of rule is missing from the cases below."""
    assert {kind.value for kind in RuleKind} <= set(PLANTED)


@pytest.mark.parametrize("name", PLANTED)
def test_planted_conflict_is_found_and_named(name: str) -> None:
    """The members are those that were planted, and it is called minimal."""
    found = conflict_of(PLANTED[name])
    assert sorted(member.name for member in found.members) == sorted(PLANTED[name].members)
    assert found.is_minimal


@pytest.mark.parametrize("name", PLANTED)
def test_conflict_alone_cannot_hold(name: str) -> None:
    """No layout at all keeps the members, nothing else being asked."""
    given = PLANTED[name].scenario
    assert not can_hold(given, conflict_of(PLANTED[name]).members)


@pytest.mark.parametrize("name", PLANTED)
def test_conflict_holds_without_any_one_member(name: str) -> None:
    """Some layout keeps all members but one, whichever is left out."""
    given, found = PLANTED[name].scenario, conflict_of(PLANTED[name])
    needless = [m.message for m in found.members if not can_hold(given, without(found, m))]
    assert needless == []


def test_bystanders_are_not_blamed() -> None:
    """Rules and bodies that have nothing to do with the conflict are not in it."""
    planted = PLANTED["same_tower"]
    crowded = {"R1": 5, "R2": 4, "S1": 3}
    rules = (("same_tower", "R1", "S1"), ("apart_floor", "R2", "S1"), *planted.rules)
    found = conflict_of(planted._replace(people=planted.people | crowded, rules=rules))
    assert sorted(member.name for member in found.members) == sorted(planted.members)
    assert {name for member in found.members for name in member.ids} == {"P1", "Q1"}


def test_rows_that_widen_one_another_go_together() -> None:
    """Rows of only_in for one subject, and of kept_for for one place, are one member each."""
    rules = [
        ("only_in", "P1", "A-1"),
        ("kept_for", "P1", "B"),
        ("only_in", "P1", "A-2"),
        ("kept_for", "Q1", "B"),
        ("only_in", "Q1", "A-1"),
    ]
    given = scenario(floors=FLOORS, headcounts=[("P1", 6, "P"), ("Q1", 6, "Q")], rules=rules)
    assert [member.rows for member in rule_members(given)] == [(0, 2), (1, 3), (4,)]


def test_pieces_that_fill_a_gap_are_allowed_for() -> None:
    """A conflict of contiguous names the unit in between only where it cannot fill the gap."""
    rules = [
        ("at_least", "P1", "A-1", "6"),
        ("at_least", "P2", "A-3", "6"),
        ("contiguous", "P"),
        ("never_in", "P3", "A-2"),
    ]
    people = {"P1": 6, "P2": 6, "P3": 6}
    members = ("at_least", "at_least", "contiguous", "never_in")
    planted = Planted(people, tuple((*r, *[None] * (4 - len(r))) for r in rules), members)
    found = conflict_of(planted)
    assert sorted(member.name for member in found.members) == sorted(members)
    assert not can_hold(planted.scenario, found.members)


def test_scenario_with_a_plan_has_no_conflict() -> None:
    """Nothing is blamed where a plan exists."""
    given = scenario(floors=FLOORS, headcounts=[("P1", 6, "P"), ("Q1", 6, "Q")], settings=WHOLE)
    assert find_conflict(given, budget()) is None


def test_conflict_is_not_called_minimal_if_a_step_is_undecided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A member whose deletion was not decided in time stays, and the word is withheld."""

    def never_feasible(question: Question | None, left: Budget) -> Decision:
        found = decide(question, left)
        return Decision(Answer.UNDECIDED) if found.answer is Answer.FEASIBLE else found

    monkeypatch.setattr(module, "decide", never_feasible)
    found = conflict_of(PLANTED["same_tower"])
    assert not found.is_minimal
    assert sorted(member.name for member in found.members) == sorted(PLANTED["same_tower"].members)


@pytest.mark.parametrize("guilty", [{0}, {4}, {1, 2}, {0, 3, 6}, set(range(7))])
def test_quickxplain_returns_the_one_smallest_part(guilty: set[int]) -> None:
    """Of seven items exactly the guilty ones are returned, in their order."""
    items = [Member(MemberKind.RULE, str(i), "", rows=(i,)) for i in range(7)]
    found = quickxplain(items, lambda some: guilty <= {i for item in some for i in item.rows})
    assert [item.rows[0] for item in found] == sorted(guilty)


@pytest.mark.parametrize("block", range(2))
def test_conflicts_of_tiny_cases_at_random_are_true(block: int) -> None:
    """A conflict is found exactly where enumeration finds no plan; it fails, and no less does."""
    for seed in range(30 * block, 30 * (block + 1)):
        given = random_scenario(seed)
        found = find_conflict(given, budget())
        assert (found is None) == bool(feasible_plans(given)), seed
        if found is not None:
            assert not can_hold(given, found.members), seed
            assert all(can_hold(given, without(found, one)) for one in found.members), seed


def without(found: Conflict, member: Member) -> list[Member]:
    return [other for other in found.members if other != member]
