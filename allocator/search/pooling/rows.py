"""Linear rows for floors with capacity by chance: whole weights of people, and what floors hold.

Σ weight · people + fixed_load · organisations on the floor ≤ capacity; `load_per_desk` is what a
desk counts for, or 1 / desks a person where all persons weigh alike. Which row the
search goes by is `rooms`'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log

import numpy as np
from numpy.typing import NDArray

from allocator.scenario.demand import desks_to_share, smallest_piece
from allocator.scenario.types import HousedUnit, Scenario
from allocator.search.pooling.bandwidth import (
    THETAS,
    Floats,
    HardDay,
    bandwidths,
    necessary_days,
    on,
    sufficient_days,
)

Whole = NDArray[np.int64]
FINE, FINER = 64, 256
"""What an ordinary person weighs in rows to search by, and in those that prove something."""
ALIKE = 1e-9
"""Part by which weights may differ and still be one."""
HAIR = 1e-9
"""Part that is given up for the rounding of floats."""


@dataclass(frozen=True)
class Rows:
    """Whole rows. U units, F floors.

    Attributes
    ----------
    weight : (U) int
        Of a person, at least 1.
    fixed_load : int
        Of an organisation on a floor, however many of it are there.
    capacity : (F) int
    load_per_desk : float
        Weight of a desk.
    """

    weight: Whole
    fixed_load: int
    capacity: Whole
    load_per_desk: float


@dataclass(frozen=True)
class _Candidate:
    """A row in desks: of a person of each unit (U), of an organisation, and beyond the desks."""

    weight: Floats
    fixed_load: float
    slack: float


def safe_rows(scenario: Scenario) -> Rows:
    """Return rows that only plans obey: what obeys them is short rarely enough, by proof.

    Desks of their own of divided units are rounded to whole people, which this overlooks.
    """
    found = _Candidates(scenario, +1).all()
    best = min(found, key=lambda row: _held(scenario, row, fewest=False))
    return _whole(scenario, best, FINE, safe=True)


def relaxed_rows(scenario: Scenario) -> Rows:
    """Return rows that every plan obeys."""
    found = _Candidates(scenario, -1).all()
    best = min(found, key=lambda row: _held(scenario, row, fewest=True))
    return _whole(scenario, best, FINER, safe=False)


class _Candidates:
    """Rows of one sign, at every θ and for every hard day."""

    def __init__(self, scenario: Scenario, sign: int) -> None:
        self.scenario, self.sign = scenario, sign
        self.given = scenario.settings.attendance
        self.limited = any(place.max_occupants is not None for place in scenario.floors)

    def all(self) -> Iterable[_Candidate]:
        """Yield them."""
        given = self.given
        days = sufficient_days if self.sign > 0 else necessary_days
        for day in days(given.short_day_probability, given.day_shock):
            yield from self._at(day)

    def _at(self, day: HardDay) -> Iterable[_Candidate]:
        weights = np.array([self._weights(unit, day) for unit in self.scenario.housed])
        heads = _heads(self.scenario)
        for i, theta in enumerate(THETAS):
            if self.sign > 0:
                yield self._safe(weights[:, :, i].max(axis=1), log(1 / day.allowed) / theta)
                continue
            slack = log(1 / (1 - day.allowed)) / theta
            # Any one weekday gives a row that every plan obeys; the busiest gives the tightest.
            busiest = int((heads @ weights[:, :, i]).argmax())
            row = weights[:, busiest, i]
            if self.given.shared_by == "floor":
                yield _Candidate(row, 0.0, slack)
            else:
                yield _Candidate(np.maximum(row - slack / self._least(), 0.0), 0.0, 0.0)

    def _safe(self, row: Floats, gap: float) -> _Candidate:
        """Return a safe row: `gap` more desks for each who share apart, or once less one.

        Units that share apart have theirs in the weights, as no piece is smaller than the least.
        """
        if self.given.shared_by == "floor":
            return _Candidate(row, 0.0, 1 - gap)
        if self.given.shared_by == "organisation":
            return _Candidate(row, gap, 0.0)
        return _Candidate(row + gap / self._least(), 0.0, 0.0)

    def _least(self) -> Floats:
        """Return the least people of each unit (U) that may be on a floor."""
        sharing = self.scenario.settings.sharing
        return np.array(
            [max(1, smallest_piece(u.headcount, sharing)) for u in self.scenario.housed], float
        )

    def _weights(self, unit: HousedUnit, day: HardDay) -> Floats:
        """Return desks a person on each weekday at each θ.

        Where floors have max_occupants one row stands for desks and for people present: the
        greater weight is safe for both, and both obey the smaller.
        """
        shares = on(day, self.scenario.weekday_shares[unit.unit_id])
        desks = np.array([self._desks(unit, share) for share in shares])
        if not self.limited:
            return desks
        present = np.array([self._present(unit, share) for share in shares])
        return np.asarray((np.maximum if self.sign > 0 else np.minimum)(desks, present))

    def _present(self, unit: HousedUnit, share: float) -> Floats:
        if not unit.headcount:
            return np.zeros(len(THETAS))
        return bandwidths(unit.headcount, share, self.given.correlation, self.sign)

    def _desks(self, unit: HousedUnit, share: float) -> Floats:
        """Return own desks, one each, and the bandwidth of the others, for each of the people.

        Of a divided unit the own desks of a piece are rounded, to less than one fewer.
        """
        sharers = unit.headcount - unit.own_desks
        if not sharers:
            return np.ones(len(THETAS)) * (unit.headcount > 0)
        each = bandwidths(sharers, share, self.given.correlation, self.sign)
        mean = (unit.own_desks + sharers * each) / unit.headcount
        least = smallest_piece(unit.headcount, self.scenario.settings.sharing)
        if self.sign > 0 or not unit.own_desks or least == unit.headcount:
            return mean
        return np.asarray(np.maximum(mean - (1 - each) / max(least, 1), 0.0))


def _held(scenario: Scenario, row: _Candidate, *, fewest: bool) -> float:
    """Return how loose a proving row is, or how tight a safe one: less is better.

    For a floor of usual size filled with a mixture of all people: those that it holds.
    """
    heads = np.array([unit.headcount for unit in scenario.housed], float)
    sharing = scenario.settings.sharing
    room = float(np.median([desks_to_share(place, sharing) for place in scenario.floors]))
    person = max(float(row.weight @ heads) / max(heads.sum(), 1.0), HAIR)
    people_of: dict[str, int] = {}
    for unit in scenario.housed:
        people_of[unit.organisation_id] = people_of.get(unit.organisation_id, 0) + unit.headcount
    usual = float(np.median(list(people_of.values()) or [0]))
    fixed_load = row.fixed_load / max(min(usual, room), 1.0)
    held = (room + row.slack) / (person + fixed_load)
    return float(held if fewest else -held)


def _whole(scenario: Scenario, row: _Candidate, fine: int, *, safe: bool) -> Rows:
    """Return a row in whole numbers, rounded to the side of its proof."""
    # Rounding goes to the side of the proof: safe rows weigh a little more, relaxed ones a little
    # less.
    hair = 1 + HAIR if safe else 1 - HAIR
    some = row.weight[_heads(scenario) > 0] * hair
    spread, usual = (float(np.ptp(some)), float(np.median(some))) if some.size else (0.0, 1.0)
    usual = max(usual, HAIR)
    each = np.where(_heads(scenario) > 0, row.weight * hair, usual)
    alike = spread <= ALIKE * usual and not row.fixed_load
    load_per_desk = (1 if alike else fine) / usual
    if alike:
        weight = np.ones(len(each), np.int64)
    else:
        weight = (np.ceil if safe else np.floor)(each * load_per_desk).astype(np.int64)
    # Weights below 1 are lifted to 1, which would cut off plans; the capacity is lifted by as
    # much.
    lifted = _heads(scenario)[weight < 1].sum()
    rooms = _rooms(scenario, row.slack)
    capacity = [max(0, floor(room * load_per_desk / hair)) for room in rooms]
    return Rows(
        weight=np.maximum(weight, 1),
        fixed_load=ceil(row.fixed_load * hair * load_per_desk),
        capacity=np.array(capacity, np.int64) + (0 if safe else int(lifted)),
        load_per_desk=load_per_desk,
    )


def _heads(scenario: Scenario) -> Whole:
    return np.array([unit.headcount for unit in scenario.housed], np.int64)


def _rooms(scenario: Scenario, slack: float) -> Sequence[float]:
    """Return what each floor holds in desks: of its desks and its max_occupants the fewer."""
    sharing = scenario.settings.sharing
    found = []
    for place in scenario.floors:
        desks = desks_to_share(place, sharing)
        most = desks if place.max_occupants is None else min(desks, place.max_occupants)
        found.append(most + slack)
    return found
