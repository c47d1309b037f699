"""Rows of people that are the sum of rows above them, and so may be totals that became units.

A row that is called a total is an error, any other a warning (`consistency`, `notices`).
"""

from __future__ import annotations

from collections.abc import Iterator

from allocator.scenario.data import ScenarioData
from allocator.scenario.vocabulary import TOTAL_WORDS, holds_word


def rows_that_sum_up(scenario: ScenarioData) -> Iterator[tuple[int, bool]]:
    """Yield each row of headcounts that is the sum of at least two rows right above it.

    Rows count from 1; with each comes whether its id or name holds a word for totals. Rows of
    different schemes are different tables.
    """
    names = {unit.unit_id: unit.name for unit in scenario.units or ()}
    above: dict[str | None, list[int]] = {}
    for number, row in enumerate(scenario.headcounts, 1):
        # A row of another scheme in between does not interrupt a sum.
        before = above.setdefault(row.scheme, [])
        if _is_sum(row.headcount, before):
            words = f"{row.unit_id} {names.get(row.unit_id, '')}"
            yield number, bool(holds_word(words, TOTAL_WORDS))
        before.append(row.headcount)


def _is_sum(total: int, before: list[int]) -> bool:
    """Say whether a number is the sum of the last two or more before it."""
    left = total
    for count, number in enumerate(reversed(before), 1):
        left -= number
        if left <= 0:
            return left == 0 and count > 1 and total > 0
    return False
