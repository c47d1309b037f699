"""Rows that head the rows below them: an organisation or a parent, with or without its total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from allocator.scenario.importing.rows import Line
from allocator.scenario.vocabulary import (
    ACRONYMS,
    ORGANISATION_WORDS,
    UNIT_WORDS,
    holds_word,
    plain,
)


@dataclass(frozen=True)
class Heading:
    """A row that heads others: how deep it stands, and the people of the rows below it."""

    line: Line
    depth: int
    below: int | float

    @property
    def agrees(self) -> bool:
        """Return whether its number, if it has one, is that of the rows below it."""
        return self.line.number is None or self.line.number == self.below


def find_headings(lines: Sequence[Line], *, by_number: bool) -> list[Heading]:
    """Return the rows that head others.

    Parameters
    ----------
    lines
        Rows of a table, without totals and notes.
    by_number
        Whether a row that has people of its own may be a heading: where no column says to what a
        unit belongs.

    Returns
    -------
    list of Heading
        In the order of the rows; depth 0 is the outermost.
    """
    if by_number:
        # How rows are numbered is plainer than what they sum up to, so it is tried first.
        for depths in (_by_enumerators(lines), _by_sums(lines)):
            found = _headings(lines, depths)
            if found and _credible(found, lines):
                return found
    return _headings(lines, _without_numbers(lines))


def _credible(found: Sequence[Heading], lines: Sequence[Line]) -> bool:
    """Return whether headings that have numbers agree with the rows below, by and large.

    One out of date is a question later on; if most do not agree, the rows are no headings at all.
    """
    numbered = [heading for heading in found if heading.line.number is not None]
    if not numbered:
        return True
    agreeing = sum(heading.agrees for heading in numbered)
    # Roman numerals and capitals are for headings, even where sums were not kept up to date.
    clear = found[0].line.enumerator in ("roman", "upper")
    return agreeing > len(numbered) / 2 or (clear and len(found) < len(lines) / 2)


def _by_enumerators(lines: Sequence[Line]) -> list[int | None]:
    """Return how deep each row stands by the way in which it is numbered.

    Ways are taken in the order in which they first come: what begins a table is its outermost.
    """
    order = list(dict.fromkeys(line.enumerator for line in lines))
    if len(order) < 2:
        return [None] * len(lines)
    return [order.index(line.enumerator) for line in lines]


def _by_sums(lines: Sequence[Line]) -> list[int | None]:
    """Return 0 for rows that are the sum of the rows below them, 1 for those below.

    Only where all rows are divided so: each row that is not below another is such a sum. A single
    row that does not fit makes it chance.
    """
    depths: list[int | None] = [None] * len(lines)
    at, largest = 0, 0
    while at < len(lines):
        number, summed, end = lines[at].number, 0.0, at + 1
        if not number:
            return [None] * len(lines)
        while end < len(lines) and (summed < number or not lines[end].number):
            summed += lines[end].number or 0
            end += 1
        # One row that does not fit, and the division is an accident of numbers.
        if summed != number or end - at < 2:
            return [None] * len(lines)
        largest = max(largest, end - at)
        depths[at] = 0
        depths[at + 1 : end] = [1] * (end - at - 1)
        at = end
    # Pairs that happen to be equal are no headings.
    return depths if largest > 2 else [None] * len(lines)


def _without_numbers(lines: Sequence[Line]) -> list[int | None]:
    """Return how deep rows without people stand: the last of several in a row is the deepest.

    A ministry, its directorate general and then its units: two rows without people in a run, so
    two depths.
    """
    runs: list[list[int]] = []
    for at, line in enumerate(lines):
        if line.number is None and line.label and not line.unread:
            if runs and runs[-1][-1] == at - 1:
                runs[-1].append(at)
            else:
                runs.append([at])
    # A row without people at the very end heads nothing.
    runs = [run for run in runs if run[-1] + 1 < len(lines)]
    deepest = max((len(run) for run in runs), default=0)
    if not 0 < deepest <= 3:
        return [None] * len(lines)
    depths: list[int | None] = [deepest] * len(lines)
    for run in runs:
        for place, at in enumerate(run):
            depths[at] = deepest - len(run) + place
    return depths


def _headings(lines: Sequence[Line], depths: Sequence[int | None]) -> list[Heading]:
    """Return the rows whose next row stands deeper, with the people of all below them.

    Parameters
    ----------
    depths
        How deep each row stands, from 0; None for rows of which that is not known.
    """
    found = []
    for at, depth in enumerate(depths):
        following = depths[at + 1] if at + 1 < len(depths) else None
        if depth is None or following is None or following <= depth or not lines[at].label:
            continue
        end = at + 1
        while end < len(lines) and (depths[end] or 0) > depth:
            end += 1
        # A subtotal below is not counted with the rows that it sums up.
        leaves = [
            lines[i].number or 0
            for i in range(at + 1, end)
            if i + 1 >= end or (depths[i + 1] or 0) <= (depths[i] or 0)
        ]
        found.append(Heading(lines[at], depth, sum(leaves)))
    return found


def subtotals_above(lines: Sequence[Line]) -> list[Heading]:
    """Return rows that name only a wider body and have its people, with units of it below them.

    These are subtotals at the top of their units, as spreadsheets make them with outlines.
    """
    found = []
    for at, line in enumerate(lines):
        wider = [name for name in line.names[:-1] if name]
        if len(line.names) < 2 or line.names[-1] or not wider or line.number is None:
            continue
        below = []
        for other in lines[at + 1 :]:
            others = [name for name in other.names[:-1] if name]
            if not other.names[-1] or (others and others[-1] != wider[-1]):
                break
            below.append(other.number or 0)
        if below:
            found.append(Heading(line, 0, sum(below)))
    return found


def are_organisations(labels: Sequence[str]) -> bool:
    """Return whether most names are those of ministries or agencies, by their words."""
    words = (*ORGANISATION_WORDS, *ACRONYMS)
    named = sum(bool(holds_word(x, words)) or plain(x).startswith("kemen") for x in labels)
    return named * 2 > len(labels)


def are_units(labels: Sequence[str]) -> bool:
    """Return whether most names are those of units within a ministry or agency."""
    named = sum(bool(holds_word(label, UNIT_WORDS)) for label in labels)
    return named * 2 > len(labels) and not are_organisations(labels)
