"""The moves that a study lists, step by step or in one row for each unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from allocator.report.study import Result, Row


def moves_of(result: Result, kind: str) -> Sequence[Row]:
    """Return the moves that a study lists: its own, those to the knee, or those between waves."""
    if kind == "moves":
        rows: Sequence[Row] = result["rows"]
        return [row for row in rows if row["people"]]
    if kind == "restack" and any(result.get("moves") or ()):
        knees = [place for place, point in enumerate(result["points"]) if point["knee"]] or [0]
        found = result["moves"][knees[0]]
        return [row for row in found["rows"] if row["people"]] if found else ()
    if kind != "waves":
        return ()
    return [
        {**row, "wave": wave["wave"]}
        for wave, each in zip(result["waves"], result.get("moves") or (), strict=False)
        for row in (each["rows"] if each else ())
        if row["people"]
    ]


def moves_by_unit(moves: Iterable[Row]) -> list[Row]:
    """Return a row for each unit and wave: the floors it leaves and goes to, whatever is between.

    Who comes from elsewhere, or leaves for it, changes the floors of a unit and is not moved.
    """
    net: dict[tuple[int, str, str], Counter[str]] = {}
    steps: dict[tuple[int, str, str], set[int]] = {}
    for row in moves:
        key = row.get("wave", 0), row["organisation_id"], row["unit_id"]
        floors = net.setdefault(key, Counter())
        # Steps through a floor that is only lent cancel out: what is left is where people go in
        # the end.
        floors[row["from_floor"]] -= row["people"]
        floors[row["to_floor"]] += row["people"]
        steps.setdefault(key, set()).add(row["step"])
    found: list[Row] = []
    for (wave, body, unit), floors in sorted(net.items()):
        # An empty floor stands for elsewhere, and is no floor to leave.
        left = {floor: -people for floor, people in floors.items() if floor and people < 0}
        entered = {floor: people for floor, people in floors.items() if floor and people > 0}
        if left or entered:
            found.append(
                {
                    "organisation_id": body,
                    "unit_id": unit,
                    "from_floors": tuple(left),
                    "to_floors": tuple(entered),
                    "people_moved": min(sum(left.values()), sum(entered.values())),
                    "wave": wave or "",
                    "steps": ", ".join(str(step) for step in sorted(steps[wave, body, unit])),
                }
            )
    return found
