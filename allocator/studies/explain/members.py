"""What a scenario asks for, in members that can be dropped one by one; nothing is proved here.

A member is one rule, the needs of some units, the desks that some units ask for, or the room that
some floors have. Members are made so that dropping one never makes a plan harder: the rows of
only_in for one subject go together, and those of kept_for for one place, as fewer of them would
ask for more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from allocator.plan.types import Reason
from allocator.scenario.demand import demand, usable_desks
from allocator.scenario.rules import RULE_FORMS, Takes
from allocator.scenario.tables import Rule
from allocator.scenario.types import HousedUnit, Scenario
from allocator.words import counted, listed, verb


class MemberKind(StrEnum):
    """What a member is of."""

    RULE = "rule"
    NEEDS = "needs"
    DEMAND = "demand"
    DESKS = "desks"


@dataclass(frozen=True)
class Member:
    """One thing that is asked for, or a limit that the towers set.

    Attributes
    ----------
    rows
        Rows of `rules`, from 0; for a rule.
    ids
        Units whose desks or needs these are, or floors whose desks.
    desks
        Desks of these units or floors; 0 for rules and needs.
    name
        The rule's kind, its needs, or the kind of member.
    subject, object
        As in a reason.
    message
        The member in words.
    """

    kind: MemberKind
    name: str
    message: str
    rows: tuple[int, ...] = ()
    ids: tuple[str, ...] = ()
    desks: int = 0
    subject: str = ""
    object: str = ""

    def as_reason(self) -> Reason:
        """Return the member as a reason of an infeasible answer."""
        return Reason(
            kind=self.name,
            subject=self.subject,
            object=self.object,
            desks=self.desks or None,
            message=self.message,
        )


def rule_members(scenario: Scenario) -> tuple[Member, ...]:
    """Return the rules, in the order of their first rows.

    Rows that only mean something together are one member.
    """
    groups: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for i, row in enumerate(scenario.rules):
        # Dropping one row of only_in alone would forbid its place and make a plan harder.
        groups[_goes_with(i, row)].append(i)
    return tuple(_rule_member(scenario, rows) for rows in groups.values())


def _goes_with(i: int, row: Rule) -> tuple[object, ...]:
    """Return what rows that only mean something together have in common."""
    joined_by = RULE_FORMS[row.rule].joined_by
    return (i,) if joined_by is None else (row.rule, getattr(row, joined_by))


def _rule_member(scenario: Scenario, rows: Sequence[int]) -> Member:
    """Return rows as a member, with the rule in words and where it stands in the table."""
    given = [scenario.rules[i] for i in rows]
    first = given[0]
    subjects = list(dict.fromkeys(row.subject for row in given))
    objects = list(dict.fromkeys(row.object or "" for row in given))
    said = RULE_FORMS[first.rule].says(
        subject=" or ".join(subjects), object=" or ".join(objects), value=first.value
    )
    return Member(
        kind=MemberKind.RULE,
        name=first.rule.value,
        message=f"{said} ({_place(scenario, rows)}, {first.rule.value})",
        rows=tuple(rows),
        subject=";".join(subjects),
        object=";".join(objects),
    )


def _place(scenario: Scenario, rows: Sequence[int]) -> str:
    """Return the table and rows where a rule stands, as the file numbers them."""
    source = scenario.sources.get("rules")
    table = source.place if source else "rules"
    numbers = [str(scenario.file_row("rules", i + 1)) for i in rows]
    return f"{table} row{'s' if len(rows) > 1 else ''} {', '.join(numbers)}"


def needs_members(scenario: Scenario) -> tuple[Member, ...]:
    """Return what units need of their floors, units with the same needs together.

    A unit without desks is on no floor, so its needs can stand in nobody's way.
    """
    groups: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for unit in scenario.housed:
        if unit.needs and demand(unit):
            groups[unit.needs].append(unit.unit_id)
    return tuple(_needs_member(needs, units) for needs, units in groups.items())


def _needs_member(needs: frozenset[str], units: Sequence[str]) -> Member:
    """Return the needs of some units as a member; a single unit is its subject."""
    listed_needs = ";".join(sorted(needs))
    return Member(
        kind=MemberKind.NEEDS,
        name="needs",
        message=f"{listed(units)} {verb(len(units), 'need')} floors with {listed(sorted(needs))}",
        ids=tuple(units),
        subject=units[0] if len(units) == 1 else "",
        object=listed_needs,
    )


def demand_members(scenario: Scenario, chosen: Iterable[Member]) -> tuple[Member, ...]:
    """Return the desks of the units.

    Organisations and units that chosen members name each apart, the rest together.

    Nothing where desks may stay unplaced: then nobody asks for them.
    """
    if scenario.settings.options.allow_unplaced:
        return ()
    left = {unit.unit_id: unit for unit in scenario.housed if demand(unit)}
    found = []
    for body in named_bodies(scenario, chosen):
        # Single units come first, so an organisation is left with those that were not named
        # themselves.
        units = [left.pop(u) for u in scenario.units_of.get(body, ()) if u in left]
        if units:
            found.append(_demand_member(scenario, units))
    if left:
        found.append(_demand_member(scenario, list(left.values()), rest=bool(found)))
    return tuple(found)


def _demand_member(
    scenario: Scenario, units: Sequence[HousedUnit], *, rest: bool = False
) -> Member:
    """Return the desks of some units as a member, named as shortly as is unmistakable."""
    desks = sum(demand(unit) for unit in units)
    ids = [unit.unit_id for unit in units]
    owners = list(dict.fromkeys(unit.organisation_id for unit in units))
    subject = ids[0] if len(ids) == 1 else owners[0] if len(owners) == 1 else ""
    if rest:
        whose = f"the other {counted(len(ids), 'unit')}"
    elif len(ids) > 1 and len(owners) == 1:
        whole = len(ids) == len(scenario.units_of[owners[0]])
        whose = owners[0] if whole else f"{counted(len(ids), 'unit')} of {owners[0]}"
    else:
        whose = ids[0] if len(ids) == 1 else f"all {counted(len(ids), 'unit')}"
    return Member(
        kind=MemberKind.DEMAND,
        name="demand",
        message=f"the {counted(desks, 'desk')} that {whose} need{'s' if subject else ''}",
        ids=tuple(ids),
        desks=desks,
        subject=subject,
    )


def desks_members(scenario: Scenario, chosen: Iterable[Member]) -> tuple[Member, ...]:
    """Return what floors have room for: places that chosen rules name apart, the rest together.

    Dropping such a member lets its floors hold any number of desks. Each floor is in one member
    alone, that of the smallest place that is named.
    """
    left = {floor.floor_id: floor for floor in scenario.floors}
    complex_of = scenario.complex_of
    found = []
    for place in _named_places(scenario, chosen):
        ids = [
            f.floor_id
            for f in left.values()
            if place in (f.floor_id, f.tower_id, complex_of[f.tower_id])
        ]
        if ids:
            found.append(_desks_member(scenario, ids, place))
            left = {floor_id: floor for floor_id, floor in left.items() if floor_id not in ids}
    if left:
        found.append(_desks_member(scenario, list(left), "", rest=bool(found)))
    return tuple(found)


def _desks_member(
    scenario: Scenario, ids: Sequence[str], place: str, *, rest: bool = False
) -> Member:
    """Return the room of some floors as a member; `place` names them if a rule does."""
    members = set(ids)
    sharing = scenario.settings.sharing
    desks = sum(usable_desks(f, sharing) for f in scenario.floors if f.floor_id in members)
    room = counted(desks, "desk")
    if place:
        said = f"{place} has room for {room}"
    else:
        others = "the other " if rest else "all "
        said = f"{others}{counted(len(ids), 'floor')} together have room for {room}"
    return Member(
        kind=MemberKind.DESKS,
        name="desks",
        message=said,
        ids=tuple(ids),
        desks=desks,
        object=place,
    )


def everything(scenario: Scenario) -> tuple[Member, ...]:
    """Return all that a scenario asks for, all units together and all floors together.

    All of it can hold exactly if the scenario has a plan.
    """
    rules, needs = rule_members(scenario), needs_members(scenario)
    return (*rules, *needs, *demand_members(scenario, ()), *desks_members(scenario, ()))


def named_bodies(scenario: Scenario, chosen: Iterable[Member]) -> list[str]:
    """Return the bodies that rules and needs speak of: single units first, then organisations."""
    found: dict[str, None] = {}
    for member in chosen:
        if member.kind is MemberKind.NEEDS:
            found |= dict.fromkeys(member.ids)
        for i in member.rows:
            row = scenario.rules[i]
            found |= dict.fromkeys(bodies_of(row))
    return sorted(found, key=lambda body: len(scenario.units_of.get(body, ())))


def bodies_of(row: Rule) -> list[str]:
    """Return the subject of a rule, and its object where that is a body."""
    takes_body = RULE_FORMS[row.rule].object is Takes.BODY
    return [row.subject, row.object] if takes_body and row.object else [row.subject]


def named_units(scenario: Scenario, chosen: Iterable[Member]) -> frozenset[str]:
    """Return the units of the bodies that rules and needs speak of."""
    bodies = named_bodies(scenario, chosen)
    return frozenset(u for body in bodies for u in scenario.units_of.get(body, ()))


def _named_places(scenario: Scenario, chosen: Iterable[Member]) -> list[str]:
    """Return the places that rules name, floors before towers before complexes."""
    found: dict[str, None] = {}
    for i in (i for member in chosen for i in member.rows):
        row = scenario.rules[i]
        if RULE_FORMS[row.rule].object in (Takes.PLACE, Takes.FLOOR) and row.object:
            found[row.object] = None
    floors = {floor.floor_id for floor in scenario.floors}
    towers = {floor.tower_id for floor in scenario.floors}
    # Small places first, so that a tower's member does not take the floors that a rule names.
    return sorted(found, key=lambda place: (place not in floors, place not in towers))


def of_kind(members: Iterable[Member], kind: MemberKind) -> tuple[Member, ...]:
    """Return the members of one kind, in their order."""
    return tuple(member for member in members if member.kind is kind)


def all_ids(members: Collection[Member], kind: MemberKind) -> frozenset[str]:
    """Return the units or floors of the members of one kind."""
    return frozenset(name for member in of_kind(members, kind) for name in member.ids)
