"""Which columns count people: one of several, a total of its parts, or parts that add up.

A table of a ministry has many columns of people: men and women, grades, kinds of contract, last
year's and this year's. Exactly one way of counting may be used, and each person counts once. Where
a total beside its parts agrees with them it is plain; where it does not, or several columns may be
meant, the planner is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from allocator.scenario.extents import column_letters
from allocator.scenario.importing.layout import Block, Label, when
from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.importing.rows import numbers_columns
from allocator.scenario.importing.values import whole
from allocator.scenario.vocabulary import plain

FAMILIES: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split(", "))
    for words in (
        "laki laki, laki, pria, perempuan, wanita, l, p, lk, pr, male, female, men, women, m, f",
        "pns, pppk, p3k, cpns, non asn, ppnpn, honorer, tni, polri, tni polri, outsourcing, "
        "tenaga ahli, kontrak, civil servants, contract staff, pegawai tetap, asn, "
        "pegawai tidak tetap, lainnya, permanent, contract, tenaga kontrak",
        "struktural, fungsional, pelaksana, jpt, jpt madya, jpt pratama, administrator, "
        "pengawas, jabatan struktural, jabatan fungsional, fungsional tertentu, fungsional umum",
        "sd, smp, sma, slta, d3, d4, d iii, d iv, s1, s2, s3",
        "golongan i, golongan ii, golongan iii, golongan iv, gol i, gol ii, gol iii, gol iv",
    )
)
"""Ways of dividing the same people: the parts of one way add up to all of them."""
_Options = dict[tuple[int, ...], str]
"""Columns whose sum may be the headcount, and what they are called together."""


@dataclass(frozen=True)
class _Column:
    """A column that may count people, and its numbers, None where there is none."""

    label: Label
    numbers: tuple[int | None, ...]

    @property
    def filled(self) -> bool:
        """Return whether any row of the column holds a number."""
        return any(number is not None for number in self.numbers)


def headcount_columns(
    block: Block, wanted: dict[str, list[Label]], ledger: Ledger
) -> tuple[int, ...]:
    """Return the columns whose sum is the headcount, from 0; none where every row is a person.

    Columns that mean people are looked at, and where there are none, those that mean nothing. The
    ledger is asked where more than one may be meant.
    """
    found = {
        meaning: [
            column for label in wanted.get(meaning, []) if (column := _column(block, label)).filled
        ]
        for meaning in ("headcount", "present", "posts", "total", "part")
    }
    parts = _parts(found)
    singles = [*found["headcount"], *found["total"], *found["present"], *found["posts"]]
    options: _Options = {(column.label.column,): column.label.text for column in singles}
    if len(parts) > 1:
        options[tuple(x.label.column for x in parts)] = " + ".join(x.label.text for x in parts)
    elif parts:
        options.setdefault((parts[0].label.column,), parts[0].label.text)
    # No word speaks of people; a column of numbers may still be the one.
    if not options:
        return _by_content(block, wanted, ledger)
    # Before words are weighed: a column that the others add up to can hardly be anything else.
    summing = _sum_of_others(block, found, wanted)
    several = _by_group(found)
    proposal: _Proposal
    if summing is not None:
        total, added = summing
        facts: dict[str, object] = {"parts": " + ".join(each.label.text for each in added)}
        proposal = "headcount_of_parts", (total.label.column,), facts
    elif len(several) > 1:
        proposal = _latest(several)
    else:
        proposal = _propose(block, found, parts, options)
    return _settled(block, ledger, options, *proposal)


def _sum_of_others(
    block: Block, found: dict[str, list[_Column]], wanted: dict[str, list[Label]]
) -> tuple[_Column, Sequence[_Column]] | None:
    """Return the total that no other exceeds and that others sum up to in every row, and these.

    Words need not say which is the total, nor what the others are: the numbers do.
    """
    totals = [*found["headcount"], *found["total"]]
    # Only the largest can be the sum of others; a subtotal would be one of those.
    largest = max(totals, key=lambda x: sum(number or 0 for number in x.numbers), default=None)
    if largest is None or not any(largest.numbers):
        return None
    unknown = [_column(block, x) for x in wanted.get("idle", ()) if x.meant is None]
    others = [x for x in (*totals, *found["part"], *unknown) if x is not largest and x.filled]
    others.sort(key=lambda x: x.label.column)
    before = [x for x in others if x.label.column < largest.label.column]
    after = [x for x in others if x.label.column > largest.label.column]
    # Totals may sum up to a grand total, or the columns just before it, or those just after it.
    groups = [[x for x in totals if x is not largest]]
    groups += [before[at:] for at in range(len(before))]
    groups += [after[:upto] for upto in range(2, len(after) + 1)]
    return next(((largest, x) for x in groups if len(x) > 1 and not _sums_up(largest, x)), None)


def _column(block: Block, label: Label) -> _Column:
    """Return what a column counts; a row that only numbers the columns counts nothing."""
    cells = [whole(cell) if cell != "" else None for cell in block.column(label.column)]
    # Forms number their columns in a row below the header, "(1) (2) (3)": these are no people.
    for place in range(min(2, len(cells))):
        row = block.sheet.cells[block.first + place]
        if numbers_columns([cell for cell in row if cell != ""]):
            cells[place] = None
    return _Column(label, tuple(None if cell is None else cell.value for cell in cells))  # type: ignore[misc]


def _parts(found: dict[str, list[_Column]]) -> list[_Column]:
    """Return the parts of the first way of dividing people that there is.

    A headcount such as "ASN" is a part where "Non ASN" is one.
    """
    others = [x for x in found["headcount"] if _family(x.label) == 1]
    # One way of dividing is enough: men and women and grades together would count everybody twice.
    for number in (*range(len(FAMILIES)), None):
        parts = [x for x in found["part"] if _family(x.label) == number]
        if len(parts) > 1 or (parts and number == 1 and others):
            return [*others, *parts] if number == 1 else parts
    return found["part"]


def _family(label: Label) -> int | None:
    """Return which way of dividing people a label belongs to, by its number; None for none."""
    words = plain(label.parts[-1]) if label.parts else ""
    for number, family in enumerate(FAMILIES):
        if any(f" {word} " in f" {words} " for word in family):
            return number
    return None


def _sums_up(total: _Column, parts: Sequence[_Column]) -> list[tuple[int, int, int]]:
    """Return the rows, from 0, in which a total is not the sum: row, total, sum.

    An empty answer means that the total agrees everywhere.
    """
    found = []
    for row, number in enumerate(total.numbers):
        cells = [part.numbers[row] for part in parts]
        # A row without any part says nothing against the total.
        if number is not None and any(cell is not None for cell in cells):
            summed = sum(cell or 0 for cell in cells)
            if summed != number:
                found.append((row, number, summed))
    return found


def _propose(
    block: Block,
    found: dict[str, list[_Column]],
    parts: list[_Column],
    options: _Options,
) -> _Proposal:
    """Return the rule, the columns proposed, and what the reason speaks of."""
    heads, totals = found["headcount"], found["total"]
    summed = tuple(x.label.column for x in parts)
    for total in [*totals, *heads]:
        rest = [part for part in parts if part is not total]
        if len(rest) > 1:
            return _of_parts(block, total, rest, summed)
    # A word for staff in all is better than any other, so a single one settles it.
    if len(heads) == 1 or (not heads and len(totals) == 1 and not found["present"]):
        chosen = (heads or totals)[0]
        others = [text for columns, text in options.items() if columns != (chosen.label.column,)]
        rule = "headcount_chosen" if others else "column_by_name"
        return rule, (chosen.label.column,), {"others": ", ".join(others)}
    if not (heads or totals or found["present"]) and (len(parts) > 1 or not found["posts"]):
        rule = "parts_add_up" if len(parts) > 1 else "column_by_part"
        rule = "headcount_unclear" if found["posts"] else rule
        facts: dict[str, object] = {
            "parts": options[summed],
            "others": ", ".join(options.values()),
        }
        return rule, summed, facts
    candidates = heads or found["present"] or totals or found["posts"]
    # Two columns with equal numbers may both be taken.
    same = all(each.numbers == candidates[0].numbers for each in candidates)
    if heads and same:
        return "headcount_chosen", (heads[0].label.column,), {"others": heads[1].label.text}
    if len(options) == 1:
        return "column_by_part", (candidates[0].label.column,), {}
    # By label, so that of several years the last one is proposed.
    latest = max(candidates, key=lambda each: (each.label.text, each.label.column))
    chosen = latest if heads or totals else candidates[0]
    return "headcount_unclear", (chosen.label.column,), {"others": ", ".join(options.values())}


def _by_group(found: dict[str, list[_Column]]) -> list[_Column]:
    """Return the totals that each have parts of their own beneath the same wider label.

    Such as years or months side by side, each with men, women and all.
    """
    parts = {x.label.parts[:-1] for x in found["part"] if len(x.label.parts) > 1}
    counted = [*found["headcount"], *found["total"], *found["present"], *found["posts"]]
    return [x for x in counted if x.label.parts[:-1] in parts]


_Proposal = tuple[str, tuple[int, ...], dict[str, object]]
"""A rule, the columns that it proposes, and what its reason speaks of."""


def _latest(several: Sequence[_Column]) -> _Proposal:
    """Return the proposal of the last of several groups, such as years: a question."""
    chosen = max(several, key=lambda each: (each.label.text, each.label.column))
    facts: dict[str, object] = {"others": ", ".join(each.label.text for each in several)}
    return "headcount_unclear", (chosen.label.column,), facts


def _of_parts(
    block: Block, total: _Column, parts: list[_Column], summed: tuple[int, ...]
) -> _Proposal:
    """Return the rule for a total beside its parts.

    They agree; or the total is a formula without its result; or parts are missing throughout; or
    they differ here and there, which is a question.
    """
    apart = _sums_up(total, parts)
    facts: dict[str, object] = {"parts": " + ".join(part.label.text for part in parts)}
    counted = [number for number in total.numbers if number is not None]
    if not apart:
        return "headcount_of_parts", (total.label.column,), facts
    formulas = block.sheet.extent.formulas
    rows = [block.first + row for row, _, _ in apart]
    # Formulas without results: the file does not hold the total, but its parts are there.
    if not any(counted) and all((row, total.label.column) in formulas for row in rows):
        return "formula_not_calculated", summed, facts
    counted_rows = sum(number is not None for number in total.numbers)
    # Where the total exceeds its parts in every row, some part has no column of its own.
    if len(apart) == counted_rows and all(number > rest for _, number, rest in apart):
        return "headcount_chosen", (total.label.column,), {"others": facts["parts"]}
    row, number, rest = apart[0]
    facts |= {"at": block.first + row + 1, "total": number, "summed": rest, "rows": len(apart)}
    return "headcount_differs", (total.label.column,), facts


def _settled(
    block: Block,
    ledger: Ledger,
    options: _Options,
    rule: str,
    proposed: tuple[int, ...],
    facts: dict[str, object],
) -> tuple[int, ...]:
    """Return the columns that are taken for the headcount, as proposed or as answered.

    Parameters
    ----------
    options
        What may be answered: columns and what they are called together.
    rule, proposed, facts
        The proposal, and what its reason speaks of.
    """
    if rule in ("column_by_name", "column_by_part") and ledger.answered("headcount") is None:
        return proposed  # what the column says is reported with the other columns
    options = {proposed: " + ".join(_labels(block, proposed))} | options
    chosen = ledger.settle(
        rule,
        "headcount",
        options[proposed],
        At(
            place=block.sheet.place,
            what=options[proposed],
            cell=f"{column_letters(proposed[0])}{block.top + 1}",
        ),
        choices=options.values(),
        facts=facts,
    )
    return next(columns for columns, text in options.items() if text == chosen)


def _labels(block: Block, columns: Sequence[int]) -> list[str]:
    """Return what stands above columns."""
    return [label.text for column in columns for label in block.labels if label.column == column]


def _by_content(block: Block, wanted: dict[str, list[Label]], ledger: Ledger) -> tuple[int, ...]:
    """Return the column of numbers that may be the headcount where no word says so."""
    idle = [_column(block, label) for label in wanted.get("idle", [])]
    numeric = [
        column
        for column in idle
        if sum(number is not None for number in column.numbers) > len(column.numbers) / 2
    ]
    # A list of names: each row is one person, so nothing has to be summed.
    if wanted.get("person"):
        label = wanted["person"][0]
        ledger.settle(
            "people_counted",
            "headcount",
            label.text,
            At(
                place=block.sheet.place,
                what=label.text,
                cell=f"{column_letters(label.column)}{block.top + 1}",
            ),
            choices=(label.text,),
        )
        return ()
    if not numeric:
        return ()
    options: _Options = {(column.label.column,): column.label.text for column in numeric}
    rule = "column_by_content" if len(numeric) == 1 else "headcount_unclear"
    # Months or years side by side: the last is proposed, as it is what is true now.
    times = {columns: when(text) for columns, text in options.items()}
    first = (
        max(times, key=lambda columns: times[columns])
        if all(times.values())
        else next(iter(options))
    )
    facts: dict[str, object] = {"others": ", ".join(options.values())}
    if len(numeric) > 1 and not all(times.values()):
        options[tuple(x.label.column for x in numeric)] = " + ".join(options.values())
    if rule == "column_by_content":
        return first
    return _settled(block, ledger, options, rule, first, facts)
