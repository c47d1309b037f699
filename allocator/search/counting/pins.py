"""Pins (at_least): more desks asked for on a floor than it, or the subject, can have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from allocator.plan.types import Reason
from allocator.scenario.rules import RuleKind
from allocator.search.case import Case, CaseRule
from allocator.search.counting.words import needed, short
from allocator.words import counted


def pins(case: Case) -> Iterator[Reason]:
    """Pins beyond what a subject may have on the floor, beyond the floor, beyond the subject."""
    rows = [rule for rule in case.rules if rule.kind is RuleKind.AT_LEAST]
    found = list(hopeless(case))
    yield from found
    if not found:
        yield from _beyond_floors(case, rows)
        yield from _beyond_demand(case, rows)


def hopeless(case: Case) -> Iterator[Reason]:
    """The subject's units that may be on the floor need fewer desks than are pinned there.

    Where desks are pooled, people are pinned, and counted.
    """
    noun = "person" if case.scenario.by_chance else "desk"
    for rule in case.rules:
        if rule.kind is RuleKind.AT_LEAST:
            there = sum(int(case.demand[u]) for u in rule.units if case.allowed[u, rule.floors[0]])
            if rule.row.count > there:
                asked = (
                    f"{rule.row.subject} must have {counted(rule.row.count, noun)} on "
                    f"{rule.row.object}"
                )
                have = "have" if noun == "person" else "need"
                clause = f"{asked}, and its units that may be there {have} {there:,}"
                yield short(rule, rule.row.count - there, clause, noun)


def _beyond_floors(case: Case, rows: list[CaseRule]) -> Iterator[Reason]:
    """All pins on a floor exceed its desks."""
    by_floor: defaultdict[int, list[CaseRule]] = defaultdict(list)
    for rule in rows:
        by_floor[rule.floors[0]].append(rule)
    for floor, own in by_floor.items():
        asked, room = sum(_by_organisation(case, own).values()), int(case.capacity[floor])
        if asked > room:
            clause = (
                f"{counted(asked, 'desk')} must be on {case.floor_ids[floor]}, by the rules "
                f"at_least, and {room:,} may be used"
            )
            yield short(own[0], asked - room, clause)


def _beyond_demand(case: Case, rows: list[CaseRule]) -> Iterator[Reason]:
    """The pins of a body on all floors exceed its demand."""
    most: defaultdict[str, dict[int, CaseRule]] = defaultdict(dict)
    for rule in sorted(rows, key=lambda rule: rule.row.count):
        most[rule.row.subject][rule.floors[0]] = rule
    for subject, by_floor in most.items():
        first = next(iter(by_floor.values()))
        asked = sum(rule.row.count for rule in by_floor.values())
        demand = sum(int(case.demand[u]) for u in first.units)
        if asked > demand:
            clause = (
                f"{subject} must have {counted(asked, 'desk')} on "
                f"{counted(len(by_floor), 'floor')}, and {needed(demand)}"
            )
            yield short(first, asked - demand, clause)


def _by_organisation(case: Case, rows: list[CaseRule]) -> dict[int, int]:
    """Return desks pinned by organisation: its own pin, or those of its units if they are more."""
    whole: defaultdict[int, int] = defaultdict(int)
    single: defaultdict[tuple[int, int], int] = defaultdict(int)
    for rule in rows:
        owner, count = int(case.organisation[rule.units[0]]), rule.row.count
        whole[owner] = max(whole[owner], count)
        if len(rule.units) == 1:
            unit = owner, rule.units[0]
            single[unit] = max(single[unit], count)
    return {
        owner: max(most, sum(desks for (o, _), desks in single.items() if o == owner))
        for owner, most in whole.items()
    }
