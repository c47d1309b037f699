"""When each leg goes: an order found step by step, and what blocks it. No solver lives here."""

from __future__ import annotations

from collections.abc import Mapping
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
    """Return an order: in each step all movers that find room; when none does, one waits.

    Whoever waits does so on another floor if one is free all the time, else elsewhere. It always
    ends, as the last plan fits the floors.
    """
    run = _Greedy(site)
    while run.pending or run.away:
        run.step()
    return completed(site, run.timings)


class _Greedy:
    """What is held and who is where while the order is made.

    Attributes
    ----------
    held
        Desks held on each floor before the step.
    received, freed
        Desks that come and go in the step; what is freed can be used only in the next.
    away
        Movers at a temporary place: since when, and where.
    spare
        Desks of each floor that are free all the time and not lent to anybody.
    """

    def __init__(self, site: Site) -> None:
        self.site, self.number = site, 0
        self.held = dict(site.held)
        self.pending = set(site.movers)
        self.away: dict[int, tuple[int, str]] = {}
        self.timings: dict[int, Timing] = {}
        self.spare = {floor: site.room(floor) for floor in site.has}
        self.leavers = {floor: site.leavers(floor) for floor in site.has}

    def step(self) -> None:
        """Let all go who find room; those who are away come back first."""
        self.number += 1
        self.received: dict[str, int] = {}
        self.freed = self.leavers if self.number == 1 else {}
        self.freed = dict(self.freed)
        gone = [
            i for i in [*sorted(self.away), *sorted(self.pending, key=self._rank)] if self._goes(i)
        ]
        # While desks become free there may be room in the next step without sending anybody away.
        if not gone and not self.freed:
            self._send_away()
        self.pending -= {*gone, *self.away}
        for floor, desks in self.received.items():
            self.held[floor] = self.held.get(floor, 0) + desks
        for floor, desks in self.freed.items():
            self.held[floor] = self.held.get(floor, 0) - desks

    def _goes(self, i: int) -> bool:
        """Let a mover go, if there is room where it goes to."""
        leg = self.site.legs[i]
        if not self._fits(leg.to_floor, leg.desks_taken):
            return False
        self._receive(leg.to_floor, leg.desks_taken)
        if i in self.away:
            since, place = self.away.pop(i)
            self.timings[i] = Timing(since, self.number, place)
            if place != ELSEWHERE:
                self._free(place, self.site.needs[i])
                self.spare[place] += self.site.needs[i]
        else:
            self.timings[i] = Timing(self.number, self.number)
            self._free(leg.from_floor, leg.desks_freed)
        return True

    def _rank(self, i: int) -> tuple[int, int]:
        """First those who free desks for others."""
        leg = self.site.legs[i]
        waits = sum(1 for j in self.site.arriving(leg.from_floor) if j in self.pending)
        return -waits * leg.desks_freed, i

    def _fits(self, floor: str, desks: int) -> bool:
        """Say whether so many desks more fit on a floor now; floors elsewhere have no limit."""
        if floor not in self.site.has:
            return True
        held = self.held.get(floor, 0) + self.received.get(floor, 0)
        return held + desks <= self.site.has[floor]

    def _receive(self, floor: str, desks: int) -> None:
        """Count desks that come to a floor in this step."""
        self.received[floor] = self.received.get(floor, 0) + desks

    def _free(self, floor: str, desks: int) -> None:
        """Count desks that are freed on a floor by this step."""
        self.freed[floor] = self.freed.get(floor, 0) + desks

    def _send_away(self) -> None:
        """Send away the fewest people whose desks somebody waits for, to a floor if possible."""
        legs = self.site.legs
        waited_for = {legs[i].to_floor for i in (*self.pending, *self.away)}
        useful = [i for i in self.pending if legs[i].from_floor in waited_for]
        # Where nobody's desks are waited for, somebody has to be sent all the same, or nothing
        # moves.
        useful = [i for i in useful if legs[i].desks_freed] or list(self.pending)
        by_people = sorted(useful, key=lambda i: (legs[i].people, i))
        places = ((i, self._spare_floor(i)) for i in by_people)
        chosen, place = next(
            ((i, at) for i, at in places if at is not None), (by_people[0], ELSEWHERE)
        )
        self.away[chosen] = self.number, place
        self._free(legs[chosen].from_floor, legs[chosen].desks_freed)
        if place != ELSEWHERE:
            self._receive(place, self.site.needs[chosen])
            self.spare[place] -= self.site.needs[chosen]

    def _spare_floor(self, i: int) -> str | None:
        """Return the tightest floor with room for a mover all the time, if there is one."""
        leg, need = self.site.legs[i], self.site.needs[i]
        fits = [
            floor
            for floor in self.site.allowed.get(leg.unit_id, ())
            if self.spare[floor] >= need
            and floor not in (leg.from_floor, leg.to_floor)
            and self._fits(floor, need)
        ]
        # The tightest, so that roomy floors stay free for larger ones.
        return min(fits, key=lambda floor: (self.spare[floor], floor), default=None)


def completed(site: Site, movers: Mapping[int, Timing]) -> Order:
    """Return the order of all legs, given that of those who go from a floor to a floor.

    Leavers and desks given up go first, as they are in nobody's way. Newcomers and additional
    desks come as soon as they keep out nobody who moves, at the latest when all have moved.

    Parameters
    ----------
    movers
        A timing for each of `site.movers`.
    """
    last = max((1, *(timing.arrives for timing in movers.values())))
    found = dict(movers)
    for i, leg in enumerate(site.legs):
        if i not in movers and leg.to_floor == ELSEWHERE:
            found[i] = Timing(1, 1)
    for floor in {leg.to_floor for i, leg in enumerate(site.legs) if i not in found}:
        here = _Held(site, floor, movers)
        for i in site.arriving(floor):
            if i not in found:
                # One step after the last is always possible: the plan after fits its floors.
                at = here.earliest(site.legs[i].desks_taken, last + 1)
                found[i] = Timing(at, at)
    return [found[i] for i in range(len(site.legs))]


class _Held:
    """What comes to a floor and goes from it, step by step."""

    def __init__(self, site: Site, floor: str, movers: Mapping[int, Timing]) -> None:
        self.free = site.has[floor] - site.held.get(floor, 0) if floor in site.has else None
        self.comes: list[tuple[int, int]] = []
        self.goes = [(1, site.leavers(floor))] if floor in site.has else []
        for i, timing in movers.items():
            leg = site.legs[i]
            if leg.to_floor == floor:
                self.comes.append((timing.arrives, leg.desks_taken))
            if leg.from_floor == floor:
                self.goes.append((timing.leaves, leg.desks_freed))
            if timing.place == floor:
                self.comes.append((timing.leaves, site.needs[i]))
                self.goes.append((timing.arrives, site.needs[i]))

    def earliest(self, desks: int, last: int) -> int:
        """Return the first step from which on there is room for so many desks, and take them.

        Looking on is needed: a mover may come later to a floor that has room now.
        """
        times = range(1, last + 1)
        at = next((t for t in times if self._has_room(t, desks)), last)
        self.comes.append((at, desks))
        return at

    def _has_room(self, at: int, desks: int) -> bool:
        """Whether all who come then or later find room beside these."""
        if self.free is None:
            return True
        looks = {at, *(time for time, _ in self.comes if time >= at)}
        return all(self._there(time) + desks <= self.free for time in looks)

    def _there(self, time: int) -> int:
        """Return the desks held in a step: all that came by it, less what left before it."""
        came = sum(desks for at, desks in self.comes if at <= time)
        return came - sum(desks for at, desks in self.goes if at < time)


def deadlock(site: Site) -> tuple[int, ...]:
    """Return legs none of which can be the first to go, whatever the others do.

    Every other leg is assumed to have gone, and what those take on floors is not counted. A leg
    that finds no room even then waits for another that waits.
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
        # Nobody left can go even if all others have gone, and more time does not help.
        if not able:
            return tuple(sorted(waiting))
        waiting -= able


def cycle_of(site: Site, stuck: tuple[int, ...]) -> tuple[int, ...]:
    """Return legs of a deadlock each of which waits for desks that the next one frees.

    Empty where no such ring exists: many small legs can block one another without one.
    """
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
        # Prefer one that closes the ring, then the one that frees most.
        following = max(blocking, key=lambda i: (i in path, legs[i].desks_freed, -i))
        if following in path:
            return tuple(path[path.index(following) :])
        path.append(following)


def rows_of(site: Site, order: Order) -> tuple[Move, ...]:
    """Return the rows of moves.csv, steps numbered from 1 without gaps.

    A leg with a temporary place is two rows, in the steps in which it leaves and arrives.
    """
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
