"""A scenario as it is in one wave: who has come by then, and what is open. Nothing is solved here.

Which wave a row belongs to is `known`'s. Ids are checked once, on the whole scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from allocator.errors import InputError, Problem
from allocator.scenario.data import added_up
from allocator.scenario.known import Known, headcount_wave, last_wave, opening_wave
from allocator.scenario.menu import of_pattern
from allocator.scenario.predecessors import parts_of_today, sources_of
from allocator.scenario.rules import RULE_FORMS, RuleKind, Takes
from allocator.scenario.settings import Waves
from allocator.scenario.tables import Affinity, Floor, Predecessor, Row, Rule, Source
from allocator.scenario.types import Scenario

OPTION = "--wave"


def has_waves(scenario: Scenario) -> bool:
    """Say whether any row says with which wave it comes or opens."""
    columns = (
        ("floors", "opens_wave"),
        ("towers", "opens_wave"),
        ("units", "wave"),
        ("headcounts", "wave"),
    )
    return any(
        getattr(row, column) is not None
        for table, column in columns
        for row in getattr(scenario, table) or ()
    )


def in_wave(scenario: Scenario, wave: int | None = None) -> Scenario:
    """Return the scenario of the people come and the floors open in a wave; by default the last.

    What it says of waves is settled in it, so it is a scenario without any.

    Parameters
    ----------
    scenario
        With its waves; one without any is returned as it is.
    wave
        From 1 to the last with which people come.

    Raises
    ------
    InputError
        If nobody comes with that wave or a later one.
    """
    last = last_wave(scenario)
    if wave is not None and not 1 <= wave <= last:
        expected = f"expected a wave from 1 to {last}"
        raise InputError([Problem(expected, OPTION, value=str(wave))])
    return _InWave(scenario, wave or last).scenario() if has_waves(scenario) else scenario


class _InWave:
    """Rows of one wave while they are gathered.

    Attributes
    ----------
    open
        Ids of the floors that are open by then.
    come, all
        People of each unit come by then, and in the end.
    units_of
        Units that an id stands for, a unit's or an organisation's.
    """

    def __init__(self, whole: Scenario, wave: int) -> None:
        self.whole, self.wave = whole, wave
        self.sources: dict[str, Source] = {}
        opens = opening_wave(whole)
        self.open = {floor.floor_id for floor in whole.floors if opens(floor) <= wave}
        known = Known(whole)
        self.floors_in: dict[str, set[str]] = {}
        for floor in whole.floors:
            complex_id = whole.complex_of[floor.tower_id]
            # A rule may name a floor by itself, by its tower or by its complex.
            for place in (floor.floor_id, floor.tower_id, complex_id):
                self.floors_in.setdefault(place, set()).add(floor.floor_id)
        self.units_of = {unit: {unit} for unit in known.units} | known.units_of
        self._count(headcount_wave(whole))

    def _count(self, wave_of: Callable[[Any], int]) -> None:
        """Count the people of units, come and in the end."""
        self.come: dict[str, int] = {}
        self.all: dict[str, int] = {}
        for row in self.whole.headcounts:
            if row.scheme in (None, self.whole.scheme):
                come = row.headcount if wave_of(row) <= self.wave else 0
                if wave_of(row) <= self.wave:
                    self.come[row.unit_id] = self.come.get(row.unit_id, 0) + come
                self.all[row.unit_id] = self.all.get(row.unit_id, 0) + row.headcount

    def scenario(self) -> Scenario:
        """Return the scenario of the wave."""
        whole = self.whole
        kept = {name: getattr(whole, name) for name in type(whole).model_fields}
        kept |= {
            "floors": self._keep("floors", lambda floor: floor.floor_id in self.open),
            "headcounts": self._headcounts(),
            "affinities": self._affinities(),
            "rules": self._rules(),
            "walking": self._keep("walking", self._is_between_open),
            "placement_costs": self._keep("placement_costs", self._costs_now),
            "predecessors": self._predecessors(),
        }
        for table in ("rotas", "unit_scenarios", "staff"):
            kept[table] = self._keep(table, self._is_of_somebody_come)
        kept["patterns"] = self._keep("patterns", self._fits_somebody_come)
        groups = {row.group for row in kept["staff"]}
        for table in ("staff_scenarios", "family_scenarios"):
            kept[table] = self._keep(table, lambda row: row.group in groups)
        if whole.units is not None:
            kept["units"] = self._keep("units", lambda unit: self._has_come(unit.unit_id))
        if whole.towers is not None:
            kept["towers"] = tuple(_without(tower, "opens_wave") for tower in whole.towers)
        kept["floors"] += self._closed_for_good()
        options = whole.settings.options
        if not whole.current:  # a limit holds between waves, and this is one alone
            options = options.model_copy(update={"max_people_moved": None})
        if not any(row.scheme for row in kept["headcounts"]):  # they come with a later wave
            options = options.model_copy(update={"scheme": None})
        settings = whole.settings.model_copy(update={"waves": Waves(), "options": options})
        warnings = tuple(w for w in whole.warnings if w.code == "never_opens")
        return Scenario(
            **kept
            | {
                "settings": settings,
                "sources": whole.sources | self.sources,
                "earlier_warnings": warnings,
            }
        )

    def _keep(self, table: str, holds: Callable[[Any], bool]) -> tuple[Any, ...]:
        """Return the rows of a table that are of the wave, and note where they stood."""
        rows = getattr(self.whole, table) or ()
        numbers = [number for number, row in enumerate(rows) if holds(row)]
        self._stood(table, numbers)
        # The wave of a unit scenario is what a relocation asks for, and none that is settled here.
        settled = {"floors": "opens_wave", "units": "wave"}.get(table, "")
        return tuple(_without(rows[number], settled) for number in numbers)

    def _stood(self, table: str, numbers: Iterable[int]) -> None:
        """Note where the rows kept of a table stood in its file.

        So that messages still name them.
        """
        source = self.whole.sources.get(table)
        if source is not None:
            rows = tuple(source.rows[number] for number in numbers)
            self.sources[table] = source.model_copy(update={"rows": rows})

    def _headcounts(self) -> tuple[Any, ...]:
        """Return the people come, one row a unit."""
        wave_of, in_force = headcount_wave(self.whole), (None, self.whole.scheme)
        found: dict[str, Any] = {}
        numbers = []
        for number, row in enumerate(self.whole.headcounts):
            if row.scheme in in_force and wave_of(row) <= self.wave:
                known = found.get(row.unit_id)
                if known is None:
                    numbers.append(number)
                found[row.unit_id] = row if known is None else added_up(known, row)
        self._stood("headcounts", numbers)
        return tuple(_without(row, "wave") for row in found.values())

    def _has_come(self, body: str) -> bool:
        """Say whether anybody of a unit or an organisation has come.

        One without people in any wave counts as come, so that its rows stay as they are.
        """
        units = self.units_of.get(body, set())
        return any(u in self.come for u in units) or not any(u in self.all for u in units)

    def _is_of_somebody_come(self, row: Any) -> bool:
        """Say whether a row is of a unit, or of an organisation where it names no unit, come."""
        return self._has_come(row.unit_id or row.organisation_id)

    def _fits_somebody_come(self, row: Any) -> bool:
        """Say whether a pattern fits a unit come, or none has come whose week could change."""
        units = (unit for unit in self.whole.housed if unit.unit_id in self.come)
        means = {unit.attendance_share for unit in units if unit.attendance_share < 1}
        return not means or any(of_pattern(row.week, mean) for mean in means)

    def _part(self, body: str) -> float:
        """Return the share of a body's people who have come."""
        units = self.units_of.get(body, set())
        most = sum(self.all.get(unit, 0) for unit in units)
        return sum(self.come.get(unit, 0) for unit in units) / most if most else 1.0

    def _predecessors(self) -> tuple[Predecessor, ...]:
        """Return who has become whom among those come.

        Shares left empty are filled in: an heir who has not come yet keeps its part.
        """
        parts, sources = parts_of_today(self.whole), sources_of(self.whole)
        rows = self._keep("predecessors", lambda row: self._has_come(row.unit_id))
        if len(rows) == len(self.whole.predecessors):
            return rows
        return tuple(
            row
            if row.share is not None
            else row.model_copy(
                update={
                    "share": parts[sources[row.predecessor_id][0]].get(row.unit_id, Fraction(0))
                }
            )
            for row in rows
        )

    def _affinities(self) -> tuple[Affinity, ...]:
        """Return who visits whom among those come.

        Trips are scaled by the smaller of the two shares of people come.
        """
        rows = self._keep("affinities", lambda row: self._part(row.a) * self._part(row.b) > 0)
        return tuple(
            row
            if row.trips_per_week is None
            else row.model_copy(
                update={
                    "trips_per_week": row.trips_per_week
                    * min(self._part(row.a), self._part(row.b))
                }
            )
            for row in rows
        )

    def _is_between_open(self, row: Any) -> bool:
        """Say whether a row of `walking` is between two open floors."""
        return row.from_floor in self.open and row.to_floor in self.open

    def _costs_now(self, row: Any) -> bool:
        """Say whether a row of `placement_costs` is of a unit come and a floor open."""
        return row.floor_id in self.open and self._has_come(row.unit_id)

    def _rules(self) -> tuple[Rule, ...]:
        """Return the rules that hold in the wave."""
        return self._keep("rules", self._holds)

    def _holds(self, row: Rule) -> bool:
        """Whether a rule holds in the wave: who and where it names are there."""
        takes = RULE_FORMS[row.rule].object
        if not self._has_come(row.subject):
            return False
        if takes is Takes.BODY and row.object is not None and not self._has_come(row.object):
            return False
        place = row.object or ""
        is_open = bool(self.floors_in.get(place, {place}) & self.open)
        # Rows of one subject offer places together: those not open yet fall away, but never all of
        # them, or the subject could go anywhere.
        if row.rule is RuleKind.ONLY_IN:
            return is_open or not self._is_elsewhere_open(row)
        # Before all its people have come a pin may ask for more desks than the unit has.
        if row.rule is RuleKind.AT_LEAST:
            return is_open and self._part(row.subject) == 1
        return is_open or takes not in (Takes.PLACE, Takes.FLOOR) or place not in self.floors_in

    def _is_elsewhere_open(self, row: Rule) -> bool:
        """Whether another row of only_in offers its subject an open floor."""
        return any(
            self.floors_in.get(other.object or "", set()) & self.open
            for other in self.whole.rules
            if other.rule is RuleKind.ONLY_IN and other.subject == row.subject
        )

    def _closed_for_good(self) -> tuple[Floor, ...]:
        """Return floors without desks for those who may only be where nothing is open yet.

        Without them their rule would name places that the wave's scenario does not have. With them
        it has no plan, which is the truth of that wave.
        """
        closed = {
            floor: None
            for row in self.whole.rules
            if row.rule is RuleKind.ONLY_IN
            and self._has_come(row.subject)
            and not self._is_elsewhere_open(row)
            for floor in sorted(self.floors_in.get(row.object or "", set()))[:1]
        }
        rows = [floor for floor in self.whole.floors if floor.floor_id in closed]
        source = self.sources.get("floors")
        if source is not None:
            numbers = [n for n, f in enumerate(self.whole.floors) if f.floor_id in closed]
            stood = self.whole.sources["floors"].rows
            more = tuple(stood[number] for number in numbers)
            self.sources["floors"] = source.model_copy(update={"rows": source.rows + more})
        nothing = {"desks": 0, "area_m2": None, "open_price": 0.0, "opens_wave": None}
        return tuple(floor.model_copy(update=nothing) for floor in rows)


def _without(row: Row, *columns: str) -> Any:
    """Return a row with some columns empty."""
    filled = [column for column in columns if getattr(row, column, None) is not None]
    return row.model_copy(update=dict.fromkeys(filled)) if filled else row
