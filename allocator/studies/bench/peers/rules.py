"""Every rule as rows of a linear model.

only_in, never_in, kept_for, levels and needs decide which cells there are (`Case.allowed`).
"""

from __future__ import annotations

from collections.abc import Mapping

from allocator.search.rules import Apart, AtMost, Contiguous, Exclusive, Pinned
from allocator.studies.bench.peers.used import Cell, Used

DeskColumns = Mapping[Cell, tuple[int, float]]
"""The column, and its multiple, that are the desks of a cell."""


def post_rules(used: Used, desks: DeskColumns) -> None:
    """Add every limit that the rules of the case set.

    Raises
    ------
    NotImplementedError
        For a kind of limit that is not known here, so that no peer is judged by a rule it never
        had.
    """
    for limit in used.case.limits:
        match limit:
            case Pinned():
                pinned(used, desks, limit)
            case AtMost():
                at_most(used, limit)
            case Apart():
                apart(used, limit)
            case Exclusive():
                exclusive(used, limit)
            case Contiguous():
                # A gap may still be priced: here it is merely not allowed.
                for gap in used.gaps(limit.units):
                    used.rows.most[gap] = 0
            case _:
                raise NotImplementedError(type(limit).__name__)


def pinned(used: Used, desks: DeskColumns, limit: Pinned) -> None:
    """Post that the units have at least that many desks on the floor."""
    cells = [(u, limit.floor) for u in limit.units]
    used.rows.row([desks[cell] for cell in cells if cell in desks], least=limit.desks)


def at_most(used: Used, limit: AtMost) -> None:
    """Post that all pieces of the units are in so many places at most."""
    places = used.case.places(limit.place)
    used.rows.at_most(used.in_places(limit.units, places).values(), limit.most)


def apart(used: Used, limit: Apart) -> None:
    """Post that no place holds pieces of both."""
    places = used.case.places(limit.place)
    ours, theirs = used.in_places(limit.units, places), used.in_places(limit.others, places)
    for place in ours.keys() & theirs.keys():
        used.rows.at_most([ours[place], theirs[place]], 1)


def exclusive(used: Used, limit: Exclusive) -> None:
    """Post that no other organisation is on a floor that the units use."""
    owner = used.case.organisation
    for subject in limit.units:
        others = tuple(u for u in used.of_unit if owner[u] != owner[subject])
        for _, floor in used.of_unit.get(subject, ()):
            other = used.by_any(others, (floor,))
            if other is not None:
                used.rows.at_most([used.cells[subject, floor], other], 1)
