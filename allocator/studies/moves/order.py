"""When each leg goes: an order found step by step, and what blocks it. No solver lives here."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.studies.moves.site import Site
from allocator.studies.moves.types import ELSEWHERE, Move


@dataclass(frozen=True)
class Timing:
    """When a leg leaves and arrives, both in the same step unless it has a temporary place.

    Attributes
    ----------
    place
        The temporary floor, ELSEWHERE for none in the towers; None without a temporary place.
    """

    leaves: int
    arrives: int
    place: str | None = None


Order = list[Timing]
"""A timing for each leg."""


def greedy(site: Site) -> Order:
    """Return an order: in each step all legs that find room; when none does, one goes elsewhere.

    It always ends, as the last plan fits the floors.
    """
    run = _Greedy(site)
    while run.pending or run.away:
        run.step()
    return [run.found[i] for i in range(len(site.legs))]


class _Greedy:
    """What is held and who is where while the order is made."""

    def __init__(self, site: Site) -> None:
        self.site, self.number = site, 0
        self.held = dict(site.held)
        self.pending = set(range(len(site.legs)))
        self.away: dict[int, int] = {}
        self.found: dict[int, Timing] = {}

    def step(self) -> None:
        """Let all go who find room; those who are away come back first."""
        self.number += 1
        legs, freed = self.site.legs, dict.fromkeys(self.held, 0)
        self.received: dict[str, int] = {}
        gone = []
        for i in [*sorted(self.away), *sorted(self.pending - set(self.away), key=self._rank)]:
            leg = legs[i]
            if not self._fits(leg.to_floor, leg.desks_taken):
                continue
            self.received[leg.to_floor] = self.received.get(leg.to_floor, 0) + leg.desks_taken
            if i in self.away:
                self.found[i] = Timing(self.away.pop(i), self.number, ELSEWHERE)
            else:
                self.found[i] = Timing(self.number, self.number)
                freed[leg.from_floor] = freed.get(leg.from_floor, 0) + leg.desks_freed
            gone.append(i)
        if not gone:
            gone.append(self._send_away(freed))
        self.pending -= set(gone)
        for floor, desks in self.received.items():
            self.held[floor] = self.held.get(floor, 0) + desks
        for floor, desks in freed.items():
            self.held[floor] = self.held.get(floor, 0) - desks

    def _rank(self, i: int) -> tuple[int, int]:
        """First those who free desks for others."""
        leg = self.site.legs[i]
        waits = sum(1 for j in self.site.arriving(leg.from_floor) if j in self.pending)
        return -waits * leg.desks_freed, i

    def _fits(self, floor: str, desks: int) -> bool:
        if floor not in self.site.has:
            return True
        held = self.held.get(floor, 0) + self.received.get(floor, 0)
        return held + desks <= self.site.has[floor]

    def _send_away(self, freed: dict[str, int]) -> int:
        """Send the fewest people away whose desks somebody waits for."""
        legs = self.site.legs
        movers = [i for i in self.pending if legs[i].is_between_floors and i not in self.away]
        waited_for = {legs[i].to_floor for i in (*self.pending, *self.away)}
        useful = [i for i in movers if legs[i].from_floor in waited_for and legs[i].desks_freed]
        chosen = min(useful or movers, key=lambda i: (legs[i].people, i))
        self.away[chosen] = self.number
        freed[legs[chosen].from_floor] = legs[chosen].desks_freed
        return chosen


def deadlock(site: Site) -> tuple[int, ...]:
    """Return legs none of which can be the first to go, whatever the others do.

    Every leg outside goes, and what they take on floors is not counted: who still finds no room
    then waits for another who waits.
    """
    legs = site.legs
    waiting = set(range(len(legs)))
    while True:
        free = dict(site.has)
        for floor, desks in site.held.items():
            if floor in free:
                free[floor] -= desks
        for i, leg in enumerate(legs):
            if i not in waiting and leg.from_floor in free:
                free[leg.from_floor] += leg.desks_freed
        able = {
            i
            for i in waiting
            if legs[i].to_floor not in free or legs[i].desks_taken <= free[legs[i].to_floor]
        }
        if not able:
            return tuple(sorted(waiting))
        waiting -= able


def cycle_of(site: Site, stuck: tuple[int, ...]) -> tuple[int, ...]:
    """Return legs of a deadlock each of which waits for desks that the next one frees."""
    if not stuck:
        return ()
    legs, path = site.legs, [stuck[0]]
    while True:
        blocking = [
            i
            for i in stuck
            if legs[i].from_floor == legs[path[-1]].to_floor and legs[i].desks_freed
        ]
        if not blocking:
            return ()
        following = max(blocking, key=lambda i: (i in path, legs[i].desks_freed, -i))
        if following in path:
            return tuple(path[path.index(following) :])
        path.append(following)


def rows_of(site: Site, order: Order) -> tuple[Move, ...]:
    """Return the rows of moves.csv, steps numbered from 1 without gaps."""
    times = sorted({t for timing in order for t in (timing.leaves, timing.arrives)})
    step = {time: number for number, time in enumerate(times, 1)}
    rows = []
    for i, (leg, timing) in enumerate(zip(site.legs, order, strict=True)):
        usual = {
            "unit_id": leg.unit_id,
            "organisation_id": leg.organisation_id,
            "people": leg.people,
        }
        out = {"from_floor": leg.from_floor, "desks_freed": leg.desks_freed}
        into = {"to_floor": leg.to_floor, "desks_taken": leg.desks_taken}
        if timing.place is None:
            rows.append(Move(step=step[timing.leaves], **usual, **out, **into, temporary=0))
            continue
        desks = 0 if timing.place == ELSEWHERE else site.needs[i]
        there = {"to_floor": timing.place, "desks_taken": desks}
        back = {"from_floor": timing.place, "desks_freed": desks}
        rows.append(Move(step=step[timing.leaves], **usual, **out, **there, temporary=1))
        rows.append(Move(step=step[timing.arrives], **usual, **back, **into, temporary=1))
    return tuple(
        sorted(rows, key=lambda row: (row.step, row.unit_id, row.from_floor, row.to_floor))
    )
