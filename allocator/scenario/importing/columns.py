"""What the columns of a table mean: by their words, by what stands below, else as answered.

Words come first. Where they leave several columns for one meaning, or none, the cells decide. An
answer from the planner, now or in an earlier import, beats both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from allocator.scenario.extents import column_letters
from allocator.scenario.importing.layout import GENERIC, Block, Label
from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.importing.people import headcount_columns
from allocator.scenario.importing.values import level, roman, whole
from allocator.scenario.importing.whose import organisation_of_sheet
from allocator.scenario.vocabulary import HEADERS, IN_USE, holds_word, plain

IDLE = "idle"
"""Meaning of a column that is left out."""
NAMES = ("organisation_id", "parent_id", "unit_id", "subunit_id")
"""Columns that name a body, from the widest to the narrowest."""
PEOPLE = ("headcount", "present", "posts", "total", "part", "person")
SIZES = ("desks", "area_m2", "area_net", "area_gross")
OF_HEADCOUNTS = (
    *NAMES, "unit_code", "organisation_code", "own_desks", "people_per_desk",
    "desks_per_person", "attendance_share", "scheme", "wave", "needs", "number",
)  # fmt: skip
OF_FLOORS = (
    "floor_id", "level", "floor_count", "tower_id", "complex_id", *SIZES, "net_factor",
    "max_occupants", "features", "wave", "number", "open_price",
)  # fmt: skip
OF_ORGANISATIONS = (
    "organisation_id", "organisation_code", "coordinator_id", "kind", "number", "unit_id",
)  # fmt: skip
CHOICES: dict[str, tuple[str, ...]] = {
    "headcounts": (*sorted(OF_HEADCOUNTS), "headcount", IDLE),
    "floors": (*sorted(OF_FLOORS), IDLE),
    "organisations": (*sorted(OF_ORGANISATIONS), IDLE),
}
"""What a column may mean, by its table."""
_CLEAR = 0.85
_FIT = 0.6


@dataclass
class Understood:
    """What a table is, and what its columns mean; columns count from 0.

    Attributes
    ----------
    table
        ``headcounts``, ``floors``, ``organisations`` or ``none``.
    roles
        Meaning of every column that is used.
    people
        Columns whose sum is the headcount; empty where every row is a person.
    """

    table: str
    roles: dict[int, str] = field(default_factory=dict)
    people: tuple[int, ...] = ()

    def column(self, role: str) -> int | None:
        """Return the column of a meaning, None if there is none."""
        return next((column for column, each in self.roles.items() if each == role), None)


def table_of(block: Block) -> str:
    """Return which table a block is, ``none`` where it is none that is known."""
    meanings = {x.meant.meaning for x in block.labels if x.meant and x.meant.fit >= _FIT}
    # People before floors: a table of units on floors has people as well as floors.
    bodies = bool(meanings & {*NAMES, "unit_code"})
    if bodies and meanings & set(PEOPLE):
        return "headcounts"
    if _has_floors(block, meanings, bodies=bodies):
        return "floors"
    counted = _has_numbers(block) or _lists_staff(block)
    if "unit_id" in meanings and not meanings & {"level", "floor_id"} and counted:
        return "headcounts"
    if meanings & {"organisation_id"} and meanings & {"coordinator_id", "organisation_code"}:
        return "organisations"
    return "none"


def _has_floors(block: Block, meanings: set[str], *, bodies: bool) -> bool:
    """Return whether columns name floors and give their size.

    A size alone is enough where a column holds names of floors, whatever its header says.
    """
    if meanings & set(SIZES):
        named = meanings & {"level", "floor_id", "floor_count"}
        return bool(named) or _by_content(block) is not None
    return bool(meanings & {"level", "floor_id"}) and not bodies and "total" in meanings


def _by_content(block: Block) -> Label | None:
    """Return the column that holds names of floors, whatever stands above it."""
    for label in block.labels:
        cells = [cell for cell in block.column(label.column) if cell != ""]
        if cells and all(isinstance(x, str) and not whole(x) and level(x) for x in cells):
            return label
    return None


def _has_numbers(block: Block) -> bool:
    """Return whether a column that no word tells of holds whole numbers.

    Such a column may be the headcount under a header that only says a year.
    """
    for label in block.labels:
        cells = [cell for cell in block.column(label.column) if cell != ""]
        read = [whole(cell) for cell in cells]
        if (
            label.meant is None
            and cells
            and sum(each is not None for each in read) > len(read) / 2
        ):
            return True
    return False


def understand(block: Block, table: str, ledger: Ledger) -> Understood:
    """Return what the columns of a block mean, as one of the tables.

    Parameters
    ----------
    table
        ``headcounts``, ``floors`` or ``organisations``, as `table_of` says.
    ledger
        Records what each column is taken for, those left out included.
    """
    allowed = {
        "headcounts": (*OF_HEADCOUNTS, *PEOPLE),
        "floors": (*OF_FLOORS, "total"),
        "organisations": OF_ORGANISATIONS,
    }[table]
    found = Understood(table)
    wanted: dict[str, list[Label]] = {}
    for label in block.labels:
        meaning = _answered(label, table, ledger) or _meaning(label, allowed)
        # An empty column can mean nothing, whatever stands above it.
        if not any(cell != "" for cell in block.column(label.column)):
            meaning = IDLE
        wanted.setdefault(meaning, []).append(label)
    _take_numbering(block, wanted)
    if table == "headcounts":
        _take_persons(block, wanted)
        _take_names(block, wanted)
        found.people = headcount_columns(block, wanted, ledger)
    elif table == "floors":
        _take_levels(block, wanted)
        _take_sizes(block, wanted, ledger)
    for meaning, labels in wanted.items():
        if labels and meaning not in (IDLE, *PEOPLE):
            found.roles[labels[0].column] = meaning
    _tell(block, found, ledger)
    return found


def _answered(label: Label, table: str, ledger: Ledger) -> str | None:
    """Return the meaning that was answered for a column, if the table has such a column."""
    answer = ledger.answered(column_key(table, label.text))
    return answer if answer in CHOICES[table] else None


def column_key(table: str, label: str) -> str:
    """Return the key of what a column means in a table, for example ``headcounts.Jumlah``.

    By its label and not its letter, so that an answer still holds where columns have moved.
    """
    return f"{table}.{label}"


def _meaning(label: Label, allowed: Sequence[str]) -> str:
    """Return what the words of a label mean, if they are clear enough and the table has that."""
    if label.meant is None or label.meant.fit < _FIT or label.meant.meaning not in allowed:
        return IDLE
    return label.meant.meaning


def _take_numbering(block: Block, wanted: dict[str, list[Label]]) -> None:
    """Take a column that counts rows for one, whatever stands above it.

    The numbers may be those of the rows, or numerals; either way they are no people.
    """
    for label in wanted.get("number", [])[1:]:
        wanted.setdefault(IDLE, []).append(label)
    wanted["number"] = wanted.get("number", [])[:1]
    if not wanted["number"]:
        del wanted["number"]
        first = next(iter(block.labels), None)
        if first is not None and first in wanted.get(IDLE, []) and _counts(block, first.column):
            wanted[IDLE].remove(first)
            wanted["number"] = [first]


def _counts(block: Block, column: int) -> bool:
    """Return whether a column counts its rows: 1, 2, 3, or I, II, III."""
    # Fifty rows tell; a number missing far below does not matter.
    cells = [cell for cell in block.column(column) if cell != ""][:50]
    numbers = [whole(cell) or roman(plain(str(cell))) for cell in cells]
    return len(cells) > 1 and all(number is not None for number in numbers)


def _take_names(block: Block, wanted: dict[str, list[Label]]) -> None:
    """Give each column that names a body its place between organisation and unit.

    Of several columns with one meaning, those with fewer names are the wider bodies. Where no
    column names units, the narrowest one does.
    """
    ranked = [
        (rank, _names_in(block, label), label)
        for rank, meaning in enumerate(NAMES)
        for label in wanted.pop(meaning, [])
    ]
    ranked = [each for each in ranked if each[1] or len(ranked) == 1]
    # Wider meanings first, then fewer names: an organisation has many units, not the other way.
    ranked.sort(key=lambda each: (each[0], each[1], each[2].column))
    if not ranked:
        return
    *wider, (_, _, unit) = ranked
    wanted["organisation_id" if not wider and ranked[0][0] == 0 else "unit_id"] = [unit]
    # A title names the organisation already, so the widest column is a parent.
    titled = organisation_of_sheet(block, (), alone=True)[1] == "title"
    if wider and (wider[0][0] == 0 or (len(wider) > 1 and not titled)):
        wanted["organisation_id"] = [wider.pop(0)[2]]
    if wider:
        wanted["parent_id"] = [wider.pop()[2]]
    wanted.setdefault(IDLE, []).extend(label for _, _, label in wider)


def _take_persons(block: Block, wanted: dict[str, list[Label]]) -> None:
    """Take a column "Nama" for names of persons where another names units."""
    named = wanted.get("unit_id", [])
    persons = [label for label in named if plain(label.text) in GENERIC]
    bodies = [label for meaning in NAMES for label in wanted.get(meaning, [])]
    if len(bodies) > len(persons) and (wanted.get("person") or _lists_staff(block)):
        wanted["unit_id"] = [label for label in named if label not in persons]
        wanted["person"] = wanted.get("person", []) + persons


def _lists_staff(block: Block) -> bool:
    """Return whether a column "Nama" has a name of its own in each row, and units come again."""
    bodies = [x for x in block.labels if x.meant and x.meant.meaning == "unit_id"]
    own = next((x for x in bodies if plain(x.text) in GENERIC), None)
    units = next((x for x in bodies if plain(x.text) not in GENERIC), None)
    if own is None or units is None or _has_numbers(block):
        return False
    return _names_in(block, own) == _filled_in(block, own) > _names_in(block, units)


def _names_in(block: Block, label: Label) -> int:
    """Return how many different names a column holds."""
    return len(
        {str(cell) for cell in block.column(label.column) if isinstance(cell, str) and cell}
    )


def _take_levels(block: Block, wanted: dict[str, list[Label]]) -> None:
    """Of several columns for the floor take that which tells most levels; another names floors.

    A table may number its floors in one column and name them in the next: the number gives the
    level, the name the id.
    """
    labels = wanted.get("level", [])
    named = _by_content(block)
    if not labels and "floor_id" not in wanted and named is not None:
        wanted["level"] = [named]
        for meaning, others in wanted.items():
            if meaning != "level":
                wanted[meaning] = [label for label in others if label is not named]
    # Where floors are listed one by one, their number says nothing more.
    if wanted.get("level"):
        wanted.pop("floor_count", None)
    if len(labels) < 2:
        return
    telling = [sum(level(cell) is not None for cell in block.column(x.column)) for x in labels]
    by_number = [_counts(block, x.column) for x in labels]
    best = max(range(len(labels)), key=lambda i: (telling[i], by_number[i]))
    others = [label for i, label in enumerate(labels) if i != best]
    wanted["level"] = [labels[best]]
    if "floor_id" not in wanted:
        named = next((x for x in others if _names_in(block, x) == _filled_in(block, x)), None)
        if named is not None:
            wanted["floor_id"] = [named]
    wanted.setdefault(IDLE, []).extend(x for x in others if x not in wanted.get("floor_id", []))


def _filled_in(block: Block, label: Label) -> int:
    """Return how many cells of a column are filled."""
    return sum(cell != "" for cell in block.column(label.column))


def _take_sizes(block: Block, wanted: dict[str, list[Label]], ledger: Ledger) -> None:
    """Choose the one column of desks, and let a column of totals be desks where no other is.

    Several columns may speak of desks: all, those in use, those that are vacant. A clear word
    settles it, else the planner is asked.
    """
    totals = wanted.pop("total", [])
    of_desks = [label for label in totals if _speaks_of_desks(label)]
    if of_desks:
        wanted["desks"] = [*wanted.get("desks", []), *of_desks]
        totals = [label for label in totals if label not in of_desks]
    if totals and not any(wanted.get(size) for size in SIZES):
        wanted["desks"], totals = totals[:1], totals[1:]
    wanted.setdefault(IDLE, []).extend(totals)
    desks = wanted.get("desks", [])
    # Desks in use are no capacity: they are taken only if nothing else is there.
    in_all = [label for label in desks if not holds_word(label.text, IN_USE)]
    if len(desks) > 1:
        best = max(
            in_all or desks, key=lambda x: (_speaks_of_desks(x), x.meant.fit if x.meant else 0)
        )
        speaking = [label for label in in_all if _speaks_of_desks(label)]
        clear = speaking == [best] or bool(best.meant and best.meant.fit == 1.0 and speaking)
        rule = "headcount_chosen" if clear else "headcount_unclear"
        chosen = ledger.settle(
            rule,
            "desks",
            best.text,
            At(
                place=block.sheet.place,
                what=best.text,
                cell=f"{column_letters(best.column)}{block.top + 1}",
            ),
            choices=[label.text for label in desks],
            facts={"others": ", ".join(label.text for label in desks if label is not best)},
        )
        wanted["desks"] = [label for label in desks if label.text == chosen][:1]
        wanted[IDLE] += [label for label in desks if label not in wanted["desks"]]


def _speaks_of_desks(label: Label) -> bool:
    """Return whether a label has a word for desks, rather than for people or rooms."""
    words = plain(label.text).split()
    return bool({"meja", "desk", "desks", "workstation", "workstations", "ws"} & set(words))


def _tell(block: Block, found: Understood, ledger: Ledger) -> None:
    """Show what every column means, those left out included.

    How sure that is goes by how well its words fit.
    """
    for label in block.labels:
        meaning = found.roles.get(label.column)
        if label.column in found.people:
            meaning = "headcount"
        rule = "column_idle"
        if meaning == "number":
            rule = "column_numbers"
        elif meaning is not None:
            clear = label.meant is not None and label.meant.fit >= _CLEAR
            known = label.meant is not None
            rule = "column_by_name" if clear else "column_by_part"
            rule = rule if known else "column_by_content"
        elif not any(cell != "" for cell in block.column(label.column)):
            rule = "column_is_empty"
        ledger.settle(
            rule,
            column_key(found.table, label.text),
            meaning or IDLE,
            At(
                place=block.sheet.place,
                what=label.text,
                row=block.top + 1,
                cell=f"{column_letters(label.column)}{block.top + 1}",
            ),
            choices=CHOICES[found.table],
        )


WORDS_OF = {meaning: phrases[:4] for meaning, phrases in HEADERS.items()}
"""A few words for each meaning, for messages about what was looked for."""
