"""Rows of a plan as given, and the pieces they make. Whether the pieces are allowed is not asked.

Kinds of violation found here: unknown_unit, unknown_floor, not_whole, duplicate.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from allocator.errors import shorten
from allocator.plan.types import Violation
from allocator.plan.verify.layout import organisation_by_unit
from allocator.plan.verify.words import counted
from allocator.scenario.settings import LARGEST_COUNT
from allocator.scenario.types import Scenario


@dataclass(frozen=True)
class GivenPlacement:
    """A row of a plan as somebody wrote it.

    Attributes
    ----------
    desks
        A number, or the cell as written; ``"12"`` is whole, ``"12.0"`` and True are not.
    row
        Row of the file, to name it in sentences; None where there is no file.
    """

    unit_id: str
    floor_id: str
    desks: int | str
    row: int | None = None


def read_pieces(
    scenario: Scenario, given: Iterable[GivenPlacement]
) -> tuple[dict[tuple[str, str], int], list[Violation]]:
    """Return the pieces, units and floors in the scenario's order, and what is wrong with rows.

    Rows with something wrong are left out; duplicates are reported and added up.
    """
    units = {unit: place for place, unit in enumerate(organisation_by_unit(scenario))}
    floors = {floor.floor_id: place for place, floor in enumerate(scenario.floors)}
    found: list[Violation] = []
    parts: dict[tuple[str, str], list[int]] = {}
    for row in given:
        desks, faults = _whole(row.desks), list(_faults(row, units, floors))
        found += faults
        if desks is not None and not faults:
            parts.setdefault((row.unit_id, row.floor_id), []).append(desks)
    ordered = sorted(parts, key=lambda piece: (units[piece[0]], floors[piece[1]]))
    found += [_duplicate(*piece, parts[piece]) for piece in ordered if len(parts[piece]) > 1]
    return {piece: sum(parts[piece]) for piece in ordered}, found


def _whole(desks: object) -> int | None:
    """Return the number if it is a whole one above 0, and no slip of the pen."""
    if isinstance(desks, str):
        text = desks.strip().lstrip("0")
        short = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_COUNT))
        desks = int(text) if short else None
    if isinstance(desks, bool) or not isinstance(desks, int):
        return None
    return desks if 0 < desks <= LARGEST_COUNT else None


def _faults(
    row: GivenPlacement, units: Collection[str], floors: Collection[str]
) -> Iterator[Violation]:
    if row.unit_id not in units:
        yield _fault("unknown_unit", row, f"unit {row.unit_id!r} is not in the scenario")
    if row.floor_id not in floors:
        yield _fault("unknown_floor", row, f"floor {row.floor_id!r} is not in the scenario")
    if _whole(row.desks) is None:
        wanted = f"a whole number from 1 to {LARGEST_COUNT:,}"
        yield _fault("not_whole", row, f"desks must be {wanted}, not {row.desks!r}")


def _fault(kind: str, row: GivenPlacement, what: str) -> Violation:
    place = "" if row.row is None else f"row {row.row}: "
    message = f"{place}{shorten(what, 200)}; the row is left out"
    return Violation(
        kind=kind, subject=row.unit_id, object=row.floor_id, amount=1, message=message
    )


def _duplicate(unit: str, floor: str, parts: list[int]) -> Violation:
    sums = f"{' + '.join(map(str, parts[:5]))}{' + …' if len(parts) > 5 else ''} = {sum(parts)}"
    message = f"unit {unit} is given {len(parts)} times on floor {floor}; added up: {sums} desks"
    extra = len(parts) - 1
    return Violation(
        kind="duplicate",
        subject=unit,
        object=floor,
        amount=extra,
        message=f"{message} ({counted(extra, 'row')} too many)",
    )
