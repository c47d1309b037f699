"""Rows of a plan as given, and the pieces they make. Whether the pieces are allowed is not asked.

Kinds of violation found here: unknown_unit, unknown_floor, not_whole, duplicate.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from allocator.errors import shorten
from allocator.plan.data import Pieces, Violation
from allocator.plan.verify.given_plan import organisation_by_unit
from allocator.scenario.settings import LARGEST_COUNT
from allocator.scenario.types import Scenario
from allocator.words import counted

_NO_DECIMALS = re.compile(r"(?<=\d)\.0+$", re.ASCII)


@dataclass(frozen=True)
class GivenPlacement:
    """A row of a plan as somebody wrote it.

    Attributes
    ----------
    desks, people
        A number, or the cell as written; ``"12"`` and ``"12.0"`` are whole, True is not. Pieces
        are read from desks, or from people where capacity is by chance.
    row
        Row of the file, to name it in sentences; None where there is no file.
    """

    unit_id: str
    floor_id: str
    desks: float | str | None = None
    people: float | str | None = None
    row: int | None = None

    def amount(self, *, by_chance: bool) -> float | str | None:
        """Return what the piece is measured by."""
        return self.people if by_chance else self.desks


def given_pieces(scenario: Scenario, pieces: Pieces) -> list[GivenPlacement]:
    """Return pieces as the checker takes them: desks, or people where capacity is by chance."""
    name = "people" if scenario.by_chance else "desks"
    return [GivenPlacement(u, f, **{name: amount}) for (u, f), amount in pieces.items()]


def read_pieces(
    scenario: Scenario, given: Iterable[GivenPlacement]
) -> tuple[dict[tuple[str, str], int], list[Violation]]:
    """Return the pieces, units and floors in the scenario's order, and what is wrong with rows.

    Rows with something wrong are left out; duplicates are reported and added up.

    Parameters
    ----------
    scenario
        Says which units and floors there are, and whether desks or people are read.
    given
        Rows in any order.

    Returns
    -------
    pieces
        Whole numbers above 0 by (unit_id, floor_id).
    violations
        Of rows, then duplicates.
    """
    units = {unit: place for place, unit in enumerate(organisation_by_unit(scenario))}
    floors = {floor.floor_id: place for place, floor in enumerate(scenario.floors)}
    found: list[Violation] = []
    parts: dict[tuple[str, str], list[int]] = {}
    by_chance = scenario.by_chance
    for row in given:
        amount = _whole(row.amount(by_chance=by_chance))
        faults = list(_faults(row, units, floors, by_chance=by_chance))
        found += faults
        if amount is not None and not faults:
            parts.setdefault((row.unit_id, row.floor_id), []).append(amount)
    # In the order of the scenario, so that shuffled rows give the same sentences in the same
    # order.
    ordered = sorted(parts, key=lambda piece: (units[piece[0]], floors[piece[1]]))
    noun = "people" if by_chance else "desks"
    found += [_duplicate(*piece, parts[piece], noun) for piece in ordered if len(parts[piece]) > 1]
    return {piece: sum(parts[piece]) for piece in ordered}, found


def _whole(amount: object) -> int | None:
    """Return the number if it is a whole one above 0, and no slip of the pen."""
    # Tables and spreadsheets write 12 as 12.0.
    if isinstance(amount, float) and amount.is_integer():
        amount = int(amount)
    if isinstance(amount, str):
        text = _NO_DECIMALS.sub("", amount.strip()).lstrip("0")
        # Python also takes digits of other scripts, and converting a very long number takes long.
        short = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_COUNT))
        amount = int(text) if short else None
    # True is a whole number for Python.
    if isinstance(amount, bool) or not isinstance(amount, int):
        return None
    return amount if 0 < amount <= LARGEST_COUNT else None


def _faults(
    row: GivenPlacement, units: Collection[str], floors: Collection[str], *, by_chance: bool
) -> Iterator[Violation]:
    """Yield what is wrong with a row, all of it."""
    if row.unit_id not in units:
        yield _fault("unknown_unit", row, f"unit {row.unit_id!r} is not in the scenario")
    if row.floor_id not in floors:
        yield _fault("unknown_floor", row, f"floor {row.floor_id!r} is not in the scenario")
    amount = row.amount(by_chance=by_chance)
    if _whole(amount) is None:
        wanted = f"a whole number from 1 to {LARGEST_COUNT:,}"
        noun = "people" if by_chance else "desks"
        yield _fault("not_whole", row, f"{noun} must be {wanted}, not {amount!r}")


def _fault(kind: str, row: GivenPlacement, what: str) -> Violation:
    """Return the violation of a row that is left out."""
    place = "" if row.row is None else f"row {row.row}: "
    message = f"{place}{shorten(what, 200)}; the row is left out"
    return Violation(
        kind=kind, subject=row.unit_id, object=row.floor_id, amount=1, message=message
    )


def _duplicate(unit: str, floor: str, parts: list[int], noun: str) -> Violation:
    """Return the violation of a unit that is given several times on a floor."""
    sums = f"{' + '.join(map(str, parts[:5]))}{' + …' if len(parts) > 5 else ''} = {sum(parts)}"
    message = f"unit {unit} is given {len(parts)} times on floor {floor}; added up: {sums} {noun}"
    extra = len(parts) - 1
    return Violation(
        kind="duplicate",
        subject=unit,
        object=floor,
        amount=extra,
        message=f"{message} ({counted(extra, 'row')} too many)",
    )
