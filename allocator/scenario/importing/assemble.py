"""From the rows of all sheets to the tables of a scenario: ids, organisations, settings.

Rows of all sheets come together here, so this is where names that clash, repeat or differ in
spelling are settled.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.importing.mapping import TableMapping, rows_of
from allocator.scenario.raw import columns_of
from allocator.scenario.spreadsheet import Sheet
from allocator.scenario.tables import REQUIRED_COLUMNS
from allocator.scenario.vocabulary import plain


class Origin(NamedTuple):
    """Where a row was found: file and sheet, and row as the spreadsheet shows it."""

    place: str
    row: int


@dataclass
class Entry:
    """A row of a table to be: where it was found, and its cells by column."""

    origin: Origin
    cells: dict[str, Any]


@dataclass
class Tables:
    """The tables of a scenario as cells, its settings as nested keys, and what is dropped."""

    rows: dict[str, list[Entry]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the columns of a table: those needed, and those that any row fills."""
        needed = {each for each in REQUIRED_COLUMNS[table] if " or " not in each}
        filled = needed.union(*(entry.cells for entry in self.rows[table]))
        return tuple(column for column in columns_of(table) if column in filled)


def entries(sheet: Sheet, mapping: TableMapping) -> list[Entry]:
    """Return the rows of a sheet, as its mapping says, each with its place in the spreadsheet."""
    return [Entry(Origin(sheet.place, row + 1), cells) for row, cells in rows_of(sheet, mapping)]


def clean(cell: Any) -> str:
    """Return a name on one line, with single spaces."""
    return " ".join(str(cell).split())


def add_people(tables: Tables, found: list[Entry], ledger: Ledger) -> None:
    """Add headcounts, and units where a unit's name is not its id.

    Parameters
    ----------
    tables
        Get the rows.
    found
        Rows of all sheets with people, of one scheme or several; their cells are changed.
    ledger
        Records each name that is changed, joined or made up.
    """
    for entry in found:
        _settle_names(entry)
    _unify(found, ledger)
    _tell_alone(found, ledger)
    found = _added_up(found, ledger)
    by_code = _has_codes(found, ledger)
    ids = _unit_ids(found, by_code, ledger)
    parents = _parent_ids(found)
    headcounts, units = [], []
    for number, entry in enumerate(found):
        cells = entry.cells
        unit, organisation = ids[number], cells.get("organisation_id", "")
        headcounts.append(Entry(entry.origin, filled(_headcount(cells, unit, organisation))))
        described = {
            "unit_id": unit,
            "organisation_id": organisation or unit,
            "parent_id": parents.get(number, ""),
            "name": cells["name"] if cells["name"] != unit else "",
            "needs": cells.get("needs", ""),
            "wave": cells.get("wave", ""),
        }
        units.append(Entry(entry.origin, filled(described)))
    tables.rows["headcounts"] = headcounts
    more = {"parent_id", "name", "needs", "wave"}
    # Without any of these the table would say nothing that headcounts do not.
    if any(more & set(entry.cells) for entry in units) and "units" not in tables.rows:
        tables.rows["units"] = _once(units)


def _headcount(cells: Mapping[str, Any], unit: str, organisation: str) -> dict[str, Any]:
    """Return the cells of a headcounts row.

    Desks per person are turned into people per desk.
    """
    ratio = cells.get("people_per_desk", "")
    if cells.get("desks_per_person"):
        ratio = f"{1 / cells['desks_per_person']:.6g}"
    return {
        "unit_id": unit,
        "headcount": cells.get("headcount", ""),
        "organisation_id": organisation,
        "own_desks": cells.get("own_desks", ""),
        "people_per_desk": str(ratio) if ratio != "" else "",
        "attendance_share": cells.get("attendance_share", ""),
        "scheme": clean(cells.get("scheme", "")),
    }


def filled(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells that are not blank: blank ones stand for what is not said."""
    return {column: cell for column, cell in cells.items() if cell != ""}


def _once(found: Iterable[Entry]) -> list[Entry]:
    """Return one row for each unit: the first, as schemes and waves repeat it."""
    first: dict[str, Entry] = {}
    for entry in found:
        first.setdefault(entry.cells["unit_id"], entry)
    return list(first.values())


def _settle_names(entry: Entry) -> None:
    """Name the unit of a row: its own name, else that of its parent or organisation."""
    cells = entry.cells
    for column in ("organisation_id", "parent_id", "unit_id", "unit_code"):
        if column in cells:
            cells[column] = clean(cells[column])
    name = cells.get("unit_id") or cells.get("parent_id") or cells.get("organisation_id")
    cells["name"] = name or cells.get("unit_code") or ""


def _unify(found: Sequence[Entry], ledger: Ledger) -> None:
    """Let organisations that differ in capitals and spaces alone be one.

    Left apart, each spelling would be an organisation of its own.
    """
    first: dict[str, str] = {}
    alike: dict[str, str] = {}
    for entry in found:
        name = entry.cells.get("organisation_id")
        if name:
            # The spelling that comes first is kept.
            same = first.setdefault(plain(name), name)
            if same != name:
                alike[name] = same
    for name, same in alike.items():
        chosen = ledger.settle(
            "names_alike", f"same.{name}", same, At(what=name), choices=(same, name)
        )
        alike[name] = chosen
    for entry in found:
        name = entry.cells.get("organisation_id")
        if name in alike:
            entry.cells["organisation_id"] = alike[name]


def _tell_alone(found: Sequence[Entry], ledger: Ledger) -> None:
    """Show units that have no organisation where others have one, and ratios turned round.

    A unit without one is an organisation by itself; that is shown, and may be answered otherwise.
    """
    named = {entry.cells.get("organisation_id") for entry in found} - {None, ""}
    for entry in found:
        cells = entry.cells
        if named and not cells.get("organisation_id"):
            cells["organisation_id"] = _settle(
                ledger, "unit_stands_alone", "organisation_of", entry, cells["name"]
            )
    turned = [entry for entry in found if entry.cells.get("desks_per_person")]
    if turned:
        ratio = f"{1 / turned[0].cells['desks_per_person']:.6g}"
        _settle(ledger, "ratio_turned", "ratio_of", turned[0], ratio)


def _settle(ledger: Ledger, rule: str, key: str, entry: Entry, proposed: str) -> str:
    """Ask the ledger about one row, by the name of its unit."""
    name = entry.cells["name"]
    return ledger.settle(
        rule,
        f"{key}.{name}",
        proposed,
        At(place=entry.origin.place, what=name, row=entry.origin.row),
    )


def _added_up(found: list[Entry], ledger: Ledger) -> list[Entry]:
    """Return the rows with those of one unit added up.

    Whether they add up or the first counts is one question for the whole import.
    """
    groups: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in found:
        groups[_key(entry)].append(entry)
    several = {key: group for key, group in groups.items() if len(group) > 1}
    if not several:
        return found
    # Twice the same number is more likely one unit given twice than two halves of it.
    same = all(
        len({entry.cells.get("headcount") for entry in group}) == 1 and len(group) == 2
        for group in several.values()
    )
    counted = all(e.cells.get("headcount") == 1 for group in several.values() for e in group)
    group = next(iter(several.values()))
    chosen = ledger.settle(
        "units_given_twice" if same and not counted else "units_added_up",
        "units_twice",
        "add_up",
        At(
            place=group[0].origin.place,
            what=group[0].cells["name"],
            row=group[0].origin.row,
            count=len(several),
        ),
        choices=("add_up", "first"),
        facts={"rows": ", ".join(str(entry.origin.row) for entry in group[:5])},
    )
    return [_one(group, add=chosen == "add_up") for group in groups.values()]


def _key(entry: Entry) -> tuple[str, ...]:
    """Return what two rows of one unit have in common."""
    columns = ("organisation_id", "parent_id", "name", "unit_code", "scheme")
    return tuple(str(entry.cells.get(column, "")) for column in columns)


def _one(group: Sequence[Entry], *, add: bool) -> Entry:
    """Return several rows of a unit as one: its first, with people added up if so chosen."""
    cells = dict(group[0].cells)
    if add:
        for column in ("headcount", "own_desks"):
            numbers = [entry.cells[column] for entry in group if column in entry.cells]
            if numbers and all(isinstance(number, int) for number in numbers):
                cells[column] = sum(numbers)
    return Entry(group[0].origin, cells)


def _has_codes(found: Sequence[Entry], ledger: Ledger) -> bool:
    """Return whether a column of codes has one of its own for every unit.

    Only then can codes be the ids; whether they are is asked like everything else.
    """
    units = {_unit_key(entry): entry.cells.get("unit_code", "") for entry in found}
    codes = [code for code in units.values() if code]
    # A code that is missing or shared would leave units without an id of their own.
    if not codes or len(codes) < len(units) or len(set(codes)) < len(codes):
        return False
    return (
        ledger.settle(
            "names_by_code", "unit_ids", "code", At(what=codes[0]), choices=("code", "name")
        )
        == "code"
    )


def _unit_key(entry: Entry) -> tuple[str, str, str]:
    """Return what tells a unit from others: organisation, parent and name."""
    cells = entry.cells
    return cells.get("organisation_id", ""), cells.get("parent_id", ""), cells["name"]


def _unit_ids(found: Sequence[Entry], by_code: bool, ledger: Ledger) -> list[str]:
    """Return the id of every row's unit.

    Its code, or its name with its organisation's where needed.
    """
    if by_code:
        return [entry.cells["unit_code"] for entry in found]
    keys = {_unit_key(entry): entry for entry in found}
    named = Counter(name for _, _, name in keys)
    within = Counter((organisation, name) for organisation, _, name in keys)
    units_of = Counter(organisation for organisation, _, _ in keys)
    organisations = {organisation for organisation in units_of if organisation}
    ids, changed = [], {}
    for entry in found:
        organisation, parent, name = _unit_key(entry)
        whole = name
        # Two units of one name in an organisation differ by their parent.
        if within[organisation, name] > 1 and parent and parent != name:
            whole = f"{parent} - {name}"
        # The one unit of an organisation may bear its id; any other must not.
        alone = units_of[organisation] == 1 and organisation == name
        taken = named[name] > 1 or (name in organisations and not alone)
        # Another organisation may have a unit of that name, or be called so itself.
        if taken and organisation:
            whole = f"{organisation} - {whole}"
        if whole != name:
            changed[whole] = entry
        ids.append(whole)
    if changed:
        whole, entry = next(iter(changed.items()))
        ledger.settle(
            "name_made_unique",
            "unit_names",
            whole,
            At(
                place=entry.origin.place,
                what=entry.cells["name"],
                row=entry.origin.row,
                count=len(changed),
            ),
            choices=(whole,),
        )
    return ids


def _parent_ids(found: Sequence[Entry]) -> dict[int, str]:
    """Return the parent of every row that has one, by the row's place, made different where alike.

    Several ministries may have a "Sekretariat Jenderal". A parent's id is one for the whole
    scenario, so such a name gets that of its organisation before it.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for entry in found:
        organisation, parent, name = _unit_key(entry)
        owners[parent].add(organisation)
        owners[name].add(organisation)
        owners[organisation].add(organisation)
    parents = {}
    for number, entry in enumerate(found):
        organisation, parent, name = _unit_key(entry)
        if parent and parent != name:
            alike = len(owners[parent] - {organisation}) > 0 and organisation
            parents[number] = f"{organisation} - {parent}" if alike else parent
    return parents


def add_organisations(tables: Tables, found: list[Entry]) -> None:
    """Add organisations, under the names or the codes that headcounts use.

    Parameters
    ----------
    tables
        Its headcounts are there already; a table of organisations that came as it is stays.
    found
        Rows of sheets that list organisations; without any, no table is made.
    """
    if not found or "organisations" in tables.rows:
        return
    used = {entry.cells.get("organisation_id") for entry in tables.rows.get("headcounts", ())}
    codes = {clean(entry.cells.get("organisation_code", "")) for entry in found} - {""}
    # Headcounts may name organisations by either; whichever they use has to be the id.
    by_code = bool(codes & used)
    rows: dict[str, Entry] = {}
    for entry in found:
        cells = entry.cells
        name = clean(cells.get("organisation_id") or cells.get("unit_id", ""))
        code = clean(cells.get("organisation_code", ""))
        row = {
            "organisation_id": code if by_code and code else name,
            "name": name,
            "kind": clean(cells.get("kind", "")),
            "coordinator_id": clean(cells.get("coordinator_id", "")),
        }
        if row["organisation_id"]:
            rows.setdefault(row["organisation_id"], Entry(entry.origin, filled(row)))
    for entry in tables.rows.get("headcounts", ()):
        body = entry.cells.get("organisation_id") or entry.cells["unit_id"]
        missing = {"organisation_id": body, "name": body}
        rows.setdefault(body, Entry(entry.origin, missing))
    tables.rows["organisations"] = list(rows.values())


def settle_scheme(tables: Tables, ledger: Ledger) -> None:
    """Ask which scheme of headcounts holds where rows bear several.

    The answer becomes a setting, so a later import or another command can choose again.
    """
    rows = tables.rows.get("headcounts", [])
    schemes = list(dict.fromkeys(e.cells["scheme"] for e in rows if e.cells.get("scheme")))
    options = tables.settings.get("options", {})
    # Settings that came with the files have chosen already.
    if len(schemes) > 1 and "scheme" not in options:
        chosen = ledger.settle(
            "scheme_unclear",
            "scheme",
            str(schemes[0]),
            At(place=next(iter(rows)).origin.place, what=", ".join(map(str, schemes))),
            choices=map(str, schemes),
        )
        tables.settings["options"] = {**options, "scheme": chosen}
