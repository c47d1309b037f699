"""The demands of a scenario, and the scenario without each. What they cost is found elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor

from allocator.plan.types import Pieces
from allocator.scenario.demand import demand, desks_on, usable_desks
from allocator.scenario.settings import Sharing
from allocator.scenario.tables import Floor
from allocator.scenario.types import Scenario
from allocator.studies.explain.changes import without_needs, without_rules
from allocator.studies.explain.members import rule_members
from allocator.texts import Texts

LARGER = Fraction(11, 10)
"""Desks of a full tower's floors, by those it has, where they are relaxed."""


class DemandKind(StrEnum):
    """Kinds of demand; a rule has its own name in the tables."""

    RULE = "rule"
    NEEDS = "needs"
    AFFINITY = "affinity"
    RESERVE = "reserve"
    TOWER = "tower"


@dataclass(frozen=True)
class Demand:
    """One thing that a scenario asks for.

    Attributes
    ----------
    name
        The rule, or the kind.
    rows
        Its rows of data in its table, from 1; empty where it is no row.
    file_rows
        The same as rows of the file.
    subject, object
        As in the table; the features of needs, the other body of an affinity.
    """

    kind: DemandKind
    name: str
    rows: tuple[int, ...] = ()
    file_rows: tuple[int, ...] = ()
    subject: str = ""
    object: str = ""

    def dropped(self, scenario: Scenario) -> Scenario:
        """Return the scenario without this demand; a full tower has a tenth more desks then.

        A full tower cannot be dropped, so it is relaxed a little to see what room there is worth.
        """
        if self.kind is DemandKind.RULE:
            return without_rules(scenario, {row - 1 for row in self.rows})
        if self.kind is DemandKind.NEEDS:
            return without_needs(scenario, {self.subject})
        if self.kind is DemandKind.AFFINITY:
            rows = scenario.affinities
            kept = tuple(row for number, row in enumerate(rows, 1) if number not in self.rows)
            return scenario.replace(affinities=kept)
        if self.kind is DemandKind.RESERVE:
            return scenario.with_sharing(reserve_share=Fraction(0))
        return scenario.replace(
            floors=tuple(
                _larger(scenario, place) if place.tower_id == self.subject else place
                for place in scenario.floors
            )
        )


def _larger(scenario: Scenario, place: Floor) -> Floor:
    """Return a floor with a tenth more desks at the same price."""
    sharing, prices = scenario.settings.sharing, scenario.settings.prices
    desks = desks_on(place, sharing)
    # Without this, more desks would cost more where the price goes by desks.
    price = prices.open_desk * desks if place.open_price is None else place.open_price
    more = {"desks": floor(LARGER * desks), "area_m2": None, "open_price": price}
    return place.model_copy(update=more)


def demands(scenario: Scenario, pieces: Pieces) -> tuple[Demand, ...]:
    """Return the demands: those of the tables in their order, then the reserve and full towers.

    Parameters
    ----------
    pieces
        A plan, which says which towers are full.
    """
    return tuple(
        found for source in (_rules, _needs, _affinities, _reserve) for found in source(scenario)
    ) + tuple(_full_towers(scenario, pieces))


def _rules(scenario: Scenario) -> Iterator[Demand]:
    """Yield the rules, rows that belong together as one demand."""
    for member in rule_members(scenario):
        rows = tuple(i + 1 for i in member.rows)
        yield _of_rows(
            scenario, "rules", DemandKind.RULE, member.name, rows, member.subject, member.object
        )


def _of_rows(  # noqa: PLR0913, PLR0917 - what a demand is made of
    scenario: Scenario,
    table: str,
    kind: DemandKind,
    name: str,
    rows: tuple[int, ...],
    subject: str,
    object_: str,
) -> Demand:
    """Return a demand made of rows, numbered as in the scenario and as in its file."""
    file_rows = tuple(scenario.file_row(table, row) for row in rows)
    return Demand(kind, name, rows, file_rows, subject, object_)


def _needs(scenario: Scenario) -> Iterator[Demand]:
    """Yield the needs of each unit that has people."""
    housed = {unit.unit_id for unit in scenario.housed if unit.headcount}
    for number, unit in enumerate(scenario.units or (), 1):
        if unit.needs and unit.unit_id in housed:
            features = ";".join(unit.needs)
            yield _of_rows(
                scenario,
                "units",
                DemandKind.NEEDS,
                "needs",
                (number,),
                unit.unit_id,
                features,
            )


def _affinities(scenario: Scenario) -> Iterator[Demand]:
    """Yield affinities that ask for trips; common days alone cost no walking."""
    for number, row in enumerate(scenario.affinities, 1):
        if row.closeness is not None or row.trips_per_week:
            yield _of_rows(
                scenario, "affinities", DemandKind.AFFINITY, "affinity", (number,), row.a, row.b
            )


def _reserve(scenario: Scenario) -> Iterator[Demand]:
    """Yield the reserve, if there is one."""
    if scenario.settings.sharing.reserve_share:
        yield Demand(DemandKind.RESERVE, "reserve")


def _full_towers(scenario: Scenario, pieces: Pieces) -> Iterator[Demand]:
    """Yield the towers in use that have fewer vacant desks than the smallest piece takes."""
    sharing = scenario.settings.sharing
    used: dict[str, int] = defaultdict(int)
    for (_, floor_id), amount in pieces.items():
        used[floor_id] += amount
    usable: dict[str, int] = defaultdict(int)
    taken: dict[str, int] = defaultdict(int)
    for place in scenario.floors:
        usable[place.tower_id] += usable_desks(place, sharing)
        taken[place.tower_id] += used[place.floor_id]
    least = _smallest_piece(scenario, sharing)
    for tower, desks in usable.items():
        # By chance desks are no sum of pieces, so every tower in use may be full.
        if taken[tower] and (scenario.by_chance or desks - taken[tower] < least):
            yield Demand(DemandKind.TOWER, "tower", subject=tower)


def _smallest_piece(scenario: Scenario, sharing: Sharing) -> int:
    """Return the fewest desks that any piece may have."""
    # A unit smaller than the limit is a piece by itself.
    sizes = [demand(unit) for unit in scenario.housed if unit.headcount]
    return max(1, min([sharing.min_piece_desks, *sizes]))


def label(name: str, ends: Iterable[str], say: Texts) -> str:
    """Return a demand in few words: its kind, and whom or what it is about.

    Parameters
    ----------
    name
        As in the tables.
    ends
        Subject and object; empty ones are left out.
    """
    known = say.all.get(f"sensitivity.is_{name}") or say.all.get(f"cause.{name}")
    words = known or name.replace("_", " ")
    about = " – ".join(part for part in ends if part)
    return f"{words}: {about}" if about else words
