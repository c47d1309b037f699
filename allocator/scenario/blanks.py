"""Blank cells below a filled one, as merged cells leave them: organisations that would be lost.

A spreadsheet keeps a merged cell's text in its first row. Read as it stands, every further unit of
an organisation would become an organisation of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from allocator.errors import Problem
from allocator.scenario.raw import RawTable
from allocator.scenario.tables import Organisation, Row, Unit
from allocator.words import counted


def organisations_left_blank(raw: RawTable | None, listed: Iterable[Row]) -> list[Problem]:
    """Return a problem where units would become organisations of their own by a blank cell.

    Only in a table with a header, below a filled cell, and for units that are no organisation and
    to which `units` gives none. Rows of JSON leave out what they do not say.

    Parameters
    ----------
    raw
        The headcounts as they were found; None where there are none.
    listed
        The rows of `units` and `organisations`.
    """
    if raw is None or raw.header is None:
        return []
    listed = list(listed)
    settled = {row.unit_id for row in listed if isinstance(row, Unit) and row.organisation_id}
    settled |= {row.organisation_id for row in listed if isinstance(row, Organisation)}
    filled = False
    blanks = []
    for number, cells in raw.rows:
        # Only below a filled cell: a table without organisations at all means that units are their
        # own.
        filled = filled or "organisation_id" in cells
        unit = str(cells.get("unit_id", ""))
        if filled and "organisation_id" not in cells and unit and unit not in settled:
            blanks.append(number)
    if not blanks:
        return []
    several = f"; {counted(len(blanks), 'row')} are so" if len(blanks) > 1 else ""
    message = (
        "expected an organisation, as rows above have one: merged cells count for their first row "
        f"only; fill it in, or let `allocator import` read the table{several}"
    )
    return [Problem(message, raw.place, blanks[0], "organisation_id", "")]
