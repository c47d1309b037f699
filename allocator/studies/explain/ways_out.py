"""What to give up so that a plan exists, each way with a checked plan that proves it.

The price of a way out is in desks: those to add, those that nobody asks for any more because
more people share, or those of whoever is left out. A rule or a need dropped costs none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from allocator.plan.types import Plan, Status
from allocator.scenario.demand import demand
from allocator.scenario.settings import decimal_text
from allocator.scenario.types import Scenario
from allocator.search.compile import compile_case
from allocator.search.counting import shortfalls
from allocator.studies.explain.changes import (
    breakpoints,
    ratio_for,
    ratio_text,
    total_demand,
    usable_total,
    with_desks,
    without_units,
)
from allocator.studies.explain.dropping import (
    Dropped,
    drop,
    droppable,
    enough_for_any_desks,
)
from allocator.studies.explain.enlarge import Enlargement, fewest_desks
from allocator.studies.explain.members import Member, MemberKind, all_ids, everything, of_kind
from allocator.studies.explain.plans import LARGE, Budget, Planner
from allocator.words import counted, listed

SLACKS = (Fraction(4, 100), Fraction(2, 100), Fraction(1, 100), Fraction(1, 200), Fraction(0))
"""Desks left free, as a share, in the ratios tried on a large case: loose first, then tighter."""
FIRST_PART = 0.6
"""Part of the time for the next attempt while no way out is found: the first plan is hard."""
SHORTEST_S = 0.1
"""No more bodies to leave out are tried once less time is left."""


class WayKind(StrEnum):
    """What is given up, in the order in which ways of the same price are named."""

    DROP_RULE = "drop_rule"
    DROP_NEEDS = "drop_needs"
    PEOPLE_PER_DESK = "people_per_desk"
    ADD_DESKS = "add_desks"
    LEAVE_OUT = "leave_out"
    MORE_MOVES = "more_moves"
    SEVERAL = "several"
    """Rules and needs, or some of them and one of the others."""


@dataclass(frozen=True)
class WayOut:
    """One way out.

    Attributes
    ----------
    desks
        Its price.
    is_least
        Whether it is proved that nothing smaller of this kind would do; rules have no size.
    change
        What is changed: ``rules`` (rows of the table), ``needs`` (units that do without theirs),
        ``people_per_desk``, ``desks`` (more by floor), ``units`` (left out), or
        ``max_people_moved``; for several things all that apply.
    scenario, plan
        The scenario so changed, and a plan of it that the checker has passed.
    parts
        How many things are given up: rules, sets of needs, and each of the others as 1.
    """

    kind: WayKind
    message: str
    desks: int
    is_least: bool
    change: dict[str, Any]
    scenario: Scenario
    plan: Plan
    parts: int = 1


Attempt = Callable[[], WayOut | None]
DIVIDED = (WayKind.LEAVE_OUT, WayKind.SEVERAL)
"""Kinds that leave it open whether something plainer will do."""


def ways_out(scenario: Scenario, members: Sequence[Member], budget: Budget) -> tuple[WayOut, ...]:
    """Return the ways out that were found in time, cheapest first.

    Parameters
    ----------
    members
        Those of a conflict.
    """
    search = _Search(scenario, members, budget)
    found = _tried(search, search.attempts(), (), budget)
    if all(way.kind in DIVIDED for way in found):
        found = _tried(search, search.attempts_after_dropping(), found, budget)
    order = list(WayKind)
    return tuple(sorted(found, key=lambda way: (way.desks, order.index(way.kind), way.parts)))


def _tried(
    search: _Search, attempts: Sequence[Attempt], known: Sequence[WayOut], budget: Budget
) -> list[WayOut]:
    """Return the ways known and those found, without any that gives up as much as another."""
    found = list(known)
    for left, attempt in zip(range(len(attempts), 0, -1), attempts, strict=True):
        # Until there is a plan the attempt at hand gets most; from then on all that are left share
        # alike.
        share = 1 / left if found or left == 1 else FIRST_PART
        search.budget = budget.part(budget.left() * share)
        way: WayOut | None = None
        with budget.scope():
            way = attempt()
        # A way that gives up all that another does, at no lower price, tells the reader nothing.
        if way is not None and not any(_asks_as_much(way, other) for other in found):
            found = [other for other in found if not _asks_as_much(other, way)] + [way]
    return found


def _asks_as_much(way: WayOut, other: WayOut) -> bool:
    """Whether a way drops all that another does, and gives up as many desks likewise."""
    dropped = ("rules", "needs")
    drops_as_much = all(
        set(way.change.get(name, ())) >= set(other.change.get(name, ())) for name in dropped
    )
    likewise = other.change.keys() - {*dropped} <= way.change.keys()
    return drops_as_much and likewise and way.desks >= other.desks


class _Search:
    """Tries ways out; each begins from the plan of the one before."""

    def __init__(
        self,
        scenario: Scenario,
        members: Sequence[Member],
        budget: Budget,
        planner: Planner | None = None,
    ) -> None:
        self.scenario = scenario
        self.members = tuple(members)
        self.budget = budget
        self.planner = planner or Planner()

    def attempts(self) -> list[Attempt]:
        """Return what to try; more desks, or fewer needed, only where the conflict is of desks."""
        found: list[Attempt] = [partial(self.drop, m) for m in droppable(self.members)]
        if of_kind(self.members, MemberKind.DESKS):
            found += [self.more_people_per_desk, self.add_desks]
        if of_kind(self.members, MemberKind.DEMAND):
            found.append(self.leave_out)
        return found

    def attempts_after_dropping(self) -> list[Attempt]:
        """Return what to try together with what must be dropped however many desks there are.

        None where desks may stay unplaced: then nobody lacks them.
        """
        if self.scenario.settings.options.allow_unplaced:
            return []
        kinds = (_Search.more_people_per_desk, _Search.add_desks, _Search.leave_out)
        return [partial(self._after_dropping, kind) for kind in kinds]

    @cached_property
    def _must_drop(self) -> Dropped | None:
        """What must be dropped however many desks there are, with a plan if that is enough."""
        dropped = enough_for_any_desks(self.scenario, (), self.budget)
        if dropped is None or not dropped.members:
            return None
        plan = self.plan(dropped.scenario, self.budget.part(self.budget.left() / 3))
        return replace(dropped, plan=plan)

    def _after_dropping(self, kind: Callable[[_Search], WayOut | None]) -> WayOut | None:
        """Try a kind of way out besides what must be dropped in any case."""
        dropped = self._must_drop
        return None if dropped is None else self._given_up(dropped, kind)

    def _given_up(
        self, dropped: Dropped, kind: Callable[[_Search], WayOut | None]
    ) -> WayOut | None:
        """Return what was dropped as a way out, with something else given up if that lacks."""
        return (
            self._with(dropped, kind)
            if dropped.plan is None
            else self._alone(dropped, dropped.plan)
        )

    def _with(self, dropped: Dropped, kind: Callable[[_Search], WayOut | None]) -> WayOut | None:
        """Give up something besides what was dropped."""
        rest = everything(dropped.scenario)
        found = kind(_Search(dropped.scenario, rest, self.budget, self.planner))
        if found is None or not dropped.members:
            return found
        change = self._dropped(dropped.members) | found.change
        return WayOut(
            kind=WayKind.SEVERAL,
            message=f"{_said(dropped.members)}; and {found.message}",
            desks=found.desks,
            is_least=False,
            change=change,
            scenario=found.scenario,
            plan=found.plan,
            parts=len(dropped.members) + 1,
        )

    def _dropped(self, members: Collection[Member]) -> dict[str, Any]:
        """Return rows of rules and units without their needs, those that there are."""
        rows = sorted(i for member in members for i in member.rows)
        rules = [self.scenario.file_row("rules", i + 1) for i in rows]
        needs = [unit for member in members for unit in member.ids]
        return ({"rules": rules} if rules else {}) | ({"needs": needs} if needs else {})

    def plan(self, scenario: Scenario, budget: Budget | None = None) -> Plan | None:
        """Return a checked plan of a changed scenario, if one is found."""
        plan = self.planner.plan(scenario, budget or self.budget)
        return None if plan is None or plan.status is Status.INFEASIBLE else plan

    def drop(self, member: Member) -> WayOut | None:
        """Do without a rule or needs, one of each conflict left, and add desks if they lack."""
        first = self.planner.near is None
        dropped = drop(self.scenario, member, self.planner, self.budget, look_first=first)
        return None if dropped is None else self._given_up(dropped, _Search.add_desks)

    def _alone(self, dropped: Dropped, plan: Plan) -> WayOut:
        """Return what was dropped as a way out of its own, which costs no desks."""
        kinds = {each.kind for each in dropped.members}
        one = WayKind.DROP_RULE if MemberKind.RULE in kinds else WayKind.DROP_NEEDS
        return WayOut(
            kind=WayKind.SEVERAL if len(kinds) > 1 else one,
            message=_said(dropped.members),
            desks=0,
            is_least=False,
            change=self._dropped(dropped.members),
            scenario=dropped.scenario,
            plan=plan,
            parts=len(dropped.members),
        )

    def add_desks(self) -> WayOut | None:
        """Add the fewest desks: those that free the conflict alone, else those of a whole plan."""
        members = self.members
        least = 0
        # What frees the conflict alone is proved to be needed. Where the whole then has a plan, no
        # fewer desks would do.
        if len(all_ids(members, MemberKind.DEMAND)) < len(self.scenario.housed):
            half = self.budget.part(self.budget.left() / 2)
            alone = fewest_desks(self.scenario, members, half)
            if alone is None:
                return None
            plan = self.plan(with_desks(self.scenario, alone.added), half)
            if plan is not None:
                return self._with_desks(alone, alone.least, plan)
            least = alone.least
        # A quarter is kept, as the larger floors still need a plan with every rule.
        most = self.budget.part(self.budget.left() * 3 / 4)
        whole = fewest_desks(self.scenario, everything(self.scenario), most, self.planner.near)
        if whole is None:
            return None
        self.planner.near = whole.pieces
        plan = self.plan(with_desks(self.scenario, whole.added))
        least = max(least, whole.least)
        return None if plan is None else self._with_desks(whole, least, plan)

    def _with_desks(self, more: Enlargement, least: int, plan: Plan) -> WayOut:
        largest = sorted(more.added.items(), key=lambda item: -item[1])
        where = listed(f"{desks} on {floor}" for floor, desks in largest)
        proved = more.desks == least
        known = "" if proved else f"; at least {counted(least, 'desk')} are needed"
        return WayOut(
            kind=WayKind.ADD_DESKS,
            message=f"add {counted(more.desks, 'desk')}: {where}{known}",
            desks=more.desks,
            is_least=proved,
            change={"desks": more.added},
            scenario=with_desks(self.scenario, more.added),
            plan=plan,
        )

    def more_people_per_desk(self) -> WayOut | None:
        """Let more people share a desk, as few more as can be."""
        ratios = breakpoints(self.scenario)
        least = ratio_for(self.scenario, ratios, usable_total(self.scenario))
        if least is None:
            return None
        if len(self.scenario.housed) * len(self.scenario.floors) <= LARGE:
            return self._smallest_ratio(ratios, least)
        return self._tighter_and_tighter(ratios, least)

    def _smallest_ratio(self, ratios: Sequence[Fraction], least: int) -> WayOut | None:
        """Try one ratio after the other: a small case is decided at once."""
        proved = True
        for place in range(least, len(ratios)):
            plan = self.planner.plan(self._shared(ratios[place]), self.budget)
            if plan is not None and plan.status is not Status.INFEASIBLE:
                return self._with_ratio(ratios[place], ratios[least], proved, plan)
            # A ratio for which time ran out may have a plan: from there on none is the proved
            # least.
            proved = proved and plan is not None
            if self.budget.left() < SHORTEST_S:
                return None
        return None

    def _tighter_and_tighter(self, ratios: Sequence[Fraction], least: int) -> WayOut | None:
        """Begin with some desks to spare, as a plan is then sooner found, and go on from it."""
        start = self._first_uncounted(ratios, least)
        if start == len(ratios):
            return None
        needed = total_demand(self._shared(ratios[start]))
        best: WayOut | None = None
        for slack in SLACKS:
            place = ratio_for(self.scenario, ratios, int(needed * (1 - slack)))
            if place is None:
                continue
            part = 1.0 if best is None else 0.5
            budget = self.budget.part(self.budget.left() * part)
            plan = self.plan(self._shared(ratios[max(place, start)]), budget)
            if plan is None:
                break
            best = self._with_ratio(ratios[max(place, start)], ratios[least], False, plan)
        return best

    def _shared(self, ratio: Fraction) -> Scenario:
        """Return the scenario at another ratio."""
        return self.scenario.with_sharing(people_per_desk=ratio)

    def _first_uncounted(self, ratios: Sequence[Fraction], low: int) -> int:
        """Return a place from which counting does not rule ratios out."""
        return bisect_left(
            range(len(ratios)),
            True,
            lo=low,
            key=lambda i: not shortfalls(compile_case(self._shared(ratios[i]))),
        )

    def _with_ratio(self, ratio: Fraction, least: Fraction, proved: bool, plan: Plan) -> WayOut:
        changed = self._shared(ratio)
        saved = total_demand(self.scenario) - total_demand(changed)
        today = self.scenario.settings.sharing.people_per_desk
        known = "" if proved else f"; below {ratio_text(least)} there are too few desks"
        return WayOut(
            kind=WayKind.PEOPLE_PER_DESK,
            message=f"let {ratio_text(ratio)} people share a desk instead of "
            f"{ratio_text(today)}: that saves {counted(saved, 'desk')}{known}",
            desks=saved,
            is_least=proved,
            change={"people_per_desk": decimal_text(ratio)},
            scenario=changed,
            plan=plan,
        )

    def leave_out(self) -> WayOut | None:
        """House one unit elsewhere, the smallest that will do, or one organisation."""
        proved = True
        for body, units in self._bodies():
            changed = without_units(self.scenario, units)
            if self.budget.left() < SHORTEST_S:
                return None
            # Ruled out by counting, so this is a proof as well: `proved` stays.
            if shortfalls(compile_case(changed)):
                continue
            budget = self.budget.part(self.budget.left() / 2)
            plan = self.planner.plan(changed, budget)
            if plan is not None and plan.status is not Status.INFEASIBLE:
                return self._left_out(body, units, changed, proved, plan)
            proved = proved and plan is not None
        return None

    def _bodies(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield units of the conflict and their organisations, those of fewest desks first."""
        needs = {unit.unit_id: demand(unit) for unit in self.scenario.housed}
        of = {unit.unit_id: unit.organisation_id for unit in self.scenario.housed}
        asking = all_ids(self.members, MemberKind.DEMAND)
        units = [u for u in needs if u in asking]
        owners = {of[u]: self.scenario.units_of[of[u]] for u in units}
        bodies: list[tuple[str, tuple[str, ...]]] = [(u, (u,)) for u in units]
        bodies += [(owner, own) for owner, own in owners.items() if len(own) > 1]
        # Whoever frees fewer desks than are missing cannot be enough, so no time is lost on them.
        short = total_demand(self.scenario) - usable_total(self.scenario)
        sized = [(sum(needs[u] for u in own), body, own) for body, own in bodies]
        for desks, body, own in sorted(sized, key=lambda each: (each[0], len(each[2]))):
            if desks >= short and len(own) < len(needs):
                yield body, own

    def _left_out(
        self,
        body: str,
        units: Collection[str],
        changed: Scenario,
        proved: bool,
        plan: Plan,
    ) -> WayOut:
        """Return a unit or an organisation left out as a way out."""
        desks = total_demand(self.scenario) - total_demand(changed)
        return WayOut(
            kind=WayKind.LEAVE_OUT,
            message=f"house {body} elsewhere: {counted(desks, 'desk')}",
            desks=desks,
            is_least=proved,
            change={"units": list(units)},
            scenario=changed,
            plan=plan,
        )


def _said(dropped: Sequence[Member]) -> str:
    """Return what is dropped in words."""
    said = []
    for kind, one, many in (
        (MemberKind.RULE, "the rule", "rules"),
        (MemberKind.NEEDS, "the needs", "sets of needs"),
    ):
        members = of_kind(dropped, kind)
        if members:
            what = one if len(members) == 1 else f"{len(members)} {many}"
            said.append(f"drop {what}: {'; '.join(member.message for member in members)}")
    return "; and ".join(said)
