"""What a minister reads first: does everybody fit, how good is it, and what to know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from allocator.errors import shorten
from allocator.plan.gap import costs, is_bound, told_gap, widest
from allocator.plan.serving import serving_sentences
from allocator.plan.types import AreaKind, Status
from allocator.report.names import Names
from allocator.report.tables import Reported
from allocator.scenario.demand import demand, usable_desks
from allocator.texts.sentences import capital

MOST_NAMED = 3
"""Floors and organisations that a sentence names."""
LONGEST_TITLE = 160


@dataclass(frozen=True)
class Tile:
    """A figure and what it is."""

    figure: str
    words: str


@dataclass(frozen=True)
class Summary:
    """The first page in words.

    Attributes
    ----------
    verdict
        Whether all fit, and what is proved.
    points
        Sentences on what to know before deciding.
    """

    title: str
    subtitle: str
    verdict: str
    tiles: tuple[Tile, ...]
    points: tuple[str, ...]


def summary(given: Reported) -> Summary:
    """Return the summary of a plan."""
    settings, say = given.scenario.settings, given.say
    title = given.title or settings.title or settings.name or say("report.untitled")
    ratio = say.number(float(settings.sharing.people_per_desk), 2)
    subtitle = say("report.subtitle", ratio=ratio)
    if given.scenario.scheme:
        scheme = say("report.subtitle_scheme", scheme=shorten(given.scenario.scheme))
        subtitle = f"{subtitle} {scheme}"
    if given.provenance:
        subtitle = f"{subtitle} {capital('; '.join(given.provenance))}."
    return Summary(
        title=shorten(title, LONGEST_TITLE),
        subtitle=subtitle,
        verdict=_verdict(given),
        tiles=tuple(_tiles(given)),
        points=tuple(_points(given)),
    )


def _verdict(given: Reported) -> str:
    """Say whether everybody has a place, and how good the plan provably is."""
    say, plan = given.say, given.plan
    unplaced = plan.objective.unplaced_people or 0.0
    people = say.number(sum(unit.headcount for unit in given.scenario.housed))
    placed = (
        say("report.all_placed", people=people)
        if not unplaced
        else say("report.some_unplaced", people=people, unplaced=say.amount(unplaced))
    )
    if plan.objective.total is None:
        return placed
    # Only a closed plan is called the best; every other sentence names the gap.
    if plan.status is Status.OPTIMAL:
        return f"{placed} {say('report.proved_best')}"
    gap = told_gap(plan.gap)
    if gap is None:
        return f"{placed} {say('report.no_bound')}"
    total, bound = say.number(plan.objective.total), say.number(plan.bound)
    return " ".join(
        [
            placed,
            say("report.within", gap=say.percent(gap, 1), bound=bound, total=total),
            *_widest(given),
        ]
    )


def _widest(given: Reported) -> Iterator[str]:
    """Say which cost lies farthest above what is proved of it alone."""
    if found := widest(costs(given.plan.objective)):
        yield given.say("report.widest", term=given.say(f"term.{found.name}"))


def _tiles(given: Reported) -> Iterator[Tile]:
    """Yield the figures of the first page: people, desks, ratio, floors, towers, shortage."""
    say, plan = given.say, given.plan
    sharing = given.scenario.settings.sharing
    needed = sum(demand(unit) for unit in given.scenario.housed)
    if given.scenario.by_chance:
        # By chance no ratio says how many desks are needed; those in use are shown.
        needed = sum(floor.desks_used for floor in plan.floors)
    usable = sum(usable_desks(floor, sharing) for floor in given.scenario.floors)
    in_use = sum(1 for floor in plan.floors if floor.desks_used)
    towers = len({floor.tower_id for floor in plan.floors})
    together = sum(1 for use in plan.organisations if use.towers == 1)
    housed = sum(1 for use in plan.organisations if use.towers)
    people = sum(floor.people for floor in plan.floors)
    yield Tile(say.number(people), say("tile.people", organisations=say.number(housed)))
    yield Tile(say.number(needed), say("tile.desks", usable=say.number(usable)))
    yield Tile(say.number(people / needed if needed else None, 2), say("tile.ratio"))
    yield Tile(
        say.number(in_use),
        say("tile.floors", floors=say.number(len(plan.floors)), towers=say.number(towers)),
    )
    yield Tile(say.number(together), say("tile.together", organisations=say.number(housed)))
    if plan.attendance:
        without = say.amount(round(plan.attendance.without_desk_peak, 1))
        weekday = say(f"weekday.{plan.attendance.peak_weekday}")
        present = say.number(round(plan.attendance.present_peak))
        yield Tile(without, say("tile.without", weekday=weekday, present=present))


def _points(given: Reported) -> Iterator[str]:
    """Yield the sentences on what to know, the most pressing first."""
    yield from _serving(given)
    yield from _apart(given)
    say, plan = given.say, given.plan
    # Hours a week mean more to a reader than minutes.
    total, hours = plan.objective.total or 0.0, (plan.objective.total or 0.0) / 60
    yield say("point.cost", total=say.number(total), hours=say.number(hours))
    if is_bound(plan.objective.total, plan.bound):
        yield say("point.bound", bound=say.number(plan.bound))
    yield say("point.checked")
    if plan.warnings:
        yield say("point.warnings", count=say.number(len(plan.warnings)))


def _serving(given: Reported) -> Iterator[str]:
    """Yield how the plan serves on the busiest day, and which floors are worst."""
    say, service = given.say, given.plan.attendance
    if service is None:
        return
    yield from serving_sentences(service, say)
    names = Names(given.scenario, say)
    worst = [
        say(
            "point.worst_floor",
            floor=shorten(names.floor(area.area_id), 60),
            chance=say.percent(area.short_day_peak),
            weekday=say(f"weekday.{area.peak_weekday}"),
        )
        for area in given.areas(AreaKind.FLOOR)[:MOST_NAMED]
        if area.short_day_peak > 0
    ]
    if worst:
        yield say("point.worst", floors=", ".join(worst))


def _apart(given: Reported) -> Iterator[str]:
    """Yield which organisations are in several towers; or that none is."""
    say = given.say
    apart = sorted(
        (use for use in given.plan.organisations if use.towers > 1),
        key=lambda use: (-use.towers, -use.people, use.organisation_id),
    )
    if not apart:
        # Who has no place is in no tower at all.
        if all(use.towers or not use.people for use in given.plan.organisations):
            yield say("point.together")
        return
    names = ", ".join(
        f"{shorten(given.organisation_names.get(use.organisation_id, use.organisation_id), 60)} "
        f"({use.towers})"
        for use in apart[:MOST_NAMED]
    )
    rest = len(apart) - MOST_NAMED
    more = say("point.more", count=say.number(rest)) if rest > 0 else ""
    yield say("point.apart", names=names + more)
