"""What a slider of a study leads through: who moves where, and who sits where then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allocator.report.names import Names
from allocator.scenario.today import held_today
from allocator.scenario.types import Scenario
from allocator.texts import Texts

MOST_LINES = 200
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Piece:
    """Desks of a unit on a floor, and its people there."""

    unit_id: str
    floor_id: str
    desks: int
    people: int


@dataclass(frozen=True)
class Frame:
    """One place of the slider.

    Attributes
    ----------
    lines
        Names of units, each with where its people go.
    arrows
        Floors between which people move, with their number.
    outlined
        Unit and floor of what is new there.
    towers
        Of the floors named, each once.
    pieces
        Before a step of moves, who sits where; else none, as a plan tells it.
    """

    title: str
    lines: list[tuple[str, str]]
    arrows: list[dict[str, Any]]
    outlined: list[tuple[str, str]]
    towers: Sequence[str]
    pieces: Sequence[Piece] = ()


def frame_of(kind: str, number: int, moves: Row, scenario: Scenario, say: Texts) -> Frame:
    """Return a place of the slider, which counts from 1.

    Parameters
    ----------
    moves
        ``rows`` of moves in ``steps`` steps; ``of`` how many places; ``people`` moved at a point.
    """
    names, is_step = Names(scenario, say), kind == "moves"
    rows = [
        row for row in moves["rows"] if row["people"] and (row["from_floor"] or row["to_floor"])
    ]
    mine = [row for row in rows if not is_step or row["step"] == number]
    steps = moves["steps"] if kind == "restack" else 0
    tower_of = {floor.floor_id: floor.tower_id for floor in scenario.floors}
    floors = (row[end] for row in mine for end in ("from_floor", "to_floor"))
    return Frame(
        title=_title(kind, number, moves, say),
        lines=[_line(row, steps, names) for row in mine[:MOST_LINES]],
        arrows=[] if kind == "waves" else [_arrow(row) for row in mine],
        outlined=[(row["unit_id"], row["to_floor"]) for row in mine if row["to_floor"]],
        towers=list(dict.fromkeys(tower_of[floor] for floor in floors if floor in tower_of)),
        pieces=_before(scenario, moves["rows"], number) if is_step else (),
    )


def _title(kind: str, number: int, moves: Row, say: Texts) -> str:
    """Return what the slider says at a place: the wave, the step, or the point of the curve."""
    if kind == "waves":
        return say("waves.wave", number=number)
    if kind == "moves":
        return say("study.step_of", step=say.number(number), of=say.number(moves["of"]))
    people = say.number(round(moves["people"]))
    return say("study.point_of", point=say.number(number), people=people)


def _line(row: Row, steps: int, names: Names) -> tuple[str, str]:
    """Return the unit, and where its people go; of several steps, in which."""
    say = names.say
    start, end = (
        names.floor(row[key]) if row[key] else say("study.elsewhere")
        for key in ("from_floor", "to_floor")
    )
    words = say(
        "difference.line", **{"people": say.number(row["people"]), "from": start, "to": end}
    )
    if steps:
        step = say("study.step_of", step=say.number(row["step"]), of=say.number(steps))
        words = f"{words} ({step})"
    return names.unit(row["unit_id"]), words


def _arrow(row: Row) -> dict[str, Any]:
    """Return the arrow of a move: its ends, and how many people go along it."""
    return {"from": row["from_floor"], "to": row["to_floor"], "people": row["people"]}


def _before(scenario: Scenario, rows: Iterable[Row], step: int) -> list[Piece]:
    """Return who sits where before a step of moves."""
    held = held_today(scenario)
    desks = {place: amount.desks for place, amount in held.items()}
    people = {
        place: amount.desks if amount.people is None else amount.people
        for place, amount in held.items()
    }
    for row in rows:
        if row["step"] >= step:
            continue
        for end, change in (("from_floor", -row["desks_freed"]), ("to_floor", row["desks_taken"])):
            if row[end]:
                key = row["unit_id"], row[end]
                desks[key] = desks.get(key, 0) + change
                moved = -row["people"] if end == "from_floor" else row["people"]
                # People are rounded shares of a unit: taking off may go one below none.
                people[key] = max(0, people.get(key, 0) + moved)
    return [Piece(*key, count, people[key]) for key, count in desks.items() if count > 0]
