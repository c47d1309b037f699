"""From the rows of all sheets to floors and towers: their ids, zones, and the area of a desk.

Rows of several sheets come together here. Floors are called by tower and name, since "Lt. 3" is a
floor of every tower.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from allocator.scenario.importing.assemble import Entry, Tables, clean, filled
from allocator.scenario.importing.ledger import At, Ledger
from allocator.scenario.importing.ranges import sized
from allocator.scenario.spreadsheet import Sheet

AREA_PER_DESK = "10"
"""Square metres a desk where nothing says more: an assumption, always asked for."""
_PER_DESK = re.compile(
    r"(\d{1,2}(?:[.,]\d+)?)\s*m(?:2|²|eter persegi)?\s*(?:/|per)\s*"
    r"(?:orang|meja|pegawai|desk|person|asn)",
    re.IGNORECASE,
)
_DESK_TAKES = re.compile(
    r"(?:/|per)\s*(?:orang|meja|pegawai|desk|person|asn)\s*[:=]?\s*"
    r"(\d{1,2}(?:[.,]\d+)?)\s*m(?:2|²|eter persegi)",
    re.IGNORECASE,
)


def add_floors(tables: Tables, found: list[Entry], ledger: Ledger) -> None:
    """Add floors, and towers where their complexes are known; tell each id that is made up."""
    if not found:
        return
    found = [floor for entry in found for floor in _one_each(entry)]
    _parts_of_floors(found)
    found = _added_up(found, ledger)
    made: list[str] = []
    taken: Counter[str] = Counter()
    rows = []
    for entry in found:
        cells = entry.cells
        tower = clean(cells.get("tower_id", ""))
        called = clean(cells.get("called", cells.get("level", "")))
        given = clean(cells.get("floor_id", ""))
        own = given or (f"{tower}-{called}" if tower and called != tower else called)
        taken[own] += 1
        # The same name again gets a number, or the strict reader would refuse the second one.
        floor = own if taken[own] == 1 else f"{own} ({taken[own]})"
        if floor != given:
            made.append(floor)
        rows.append(Entry(entry.origin, _floor(cells, floor, tower)))
    if made:
        first = found[0]
        ledger.settle(
            "floor_made_unique",
            "floor_names",
            made[0],
            At(
                place=first.origin.place,
                what=clean(first.cells.get("called", "")),
                row=first.origin.row,
                count=len(made),
            ),
            choices=(made[0],),
        )
    tables.rows["floors"] = rows
    _add_towers(tables, found)


def _one_each(entry: Entry) -> list[Entry]:
    """Return a row for each floor of one that stands for several.

    Only size and level differ: tower, features and price are those of the row.
    """
    levels = entry.cells.pop("levels", "").split()
    if not levels:
        return [entry]
    divided = bool(entry.cells.pop("divided", ""))
    rows = [Entry(entry.origin, {**entry.cells, "level": x, "called": x}) for x in levels]
    for column in ("desks", "area_m2", "max_occupants"):
        # The size of the row may be that of each floor, or of all together; `ranges` has asked
        # which.
        number = entry.cells.get(column)
        if isinstance(number, int | float):
            for row, part in zip(rows, sized(number, len(rows), divided=divided), strict=True):
                row.cells[column] = part
    return rows


def _parts_of_floors(found: Sequence[Entry]) -> None:
    """Take zones for parts of floors: a tower is in one complex, so several are none.

    A column "Zona" may mean a part of the city or of a floor; where one tower lies in two of them
    it is the latter, and each zone is a floor on that level.
    """
    complexes: dict[str, set[str]] = defaultdict(set)
    for entry in found:
        if entry.cells.get("complex_id"):
            tower = clean(entry.cells.get("tower_id", ""))
            complexes[tower].add(clean(entry.cells["complex_id"]))
    # For all rows alike: some towers with zones and others with complexes would be no one column.
    if any(len(several) > 1 for several in complexes.values()):
        for entry in found:
            part = clean(entry.cells.pop("complex_id", ""))
            called = entry.cells.get("called", entry.cells.get("level", ""))
            entry.cells["called"] = f"{clean(called)} {part}".strip()


def _added_up(found: list[Entry], ledger: Ledger) -> list[Entry]:
    """Return the floors with rows for one floor, such as its rooms, added up.

    They may also stay apart, as floors on one level.
    """
    groups: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in found:
        named = (entry.cells.get(key, "") for key in ("tower_id", "floor_id", "called", "level"))
        groups[tuple(map(clean, named))].append(entry)
    several = [group for group in groups.values() if len(group) > 1]
    if not several:
        return found
    sizes = ("desks", "area_m2", "max_occupants")
    # Equal rows are more likely one floor given twice; different ones its rooms or wings.
    same = all(len({str([e.cells.get(s) for s in sizes]) for e in g}) == 1 for g in several)
    first = several[0][0]
    chosen = ledger.settle(
        "floors_given_twice" if same else "floors_added_up",
        "floors_twice",
        "first" if same else "add_up",
        At(
            place=first.origin.place,
            what=clean(first.cells.get("called", first.cells.get("floor_id", ""))),
            row=first.origin.row,
            count=len(several),
        ),
        choices=("add_up", "first", "apart"),
        facts={"rows": ", ".join(str(entry.origin.row) for entry in several[0][:5])},
    )
    if chosen == "apart":
        return found
    for group in several if chosen == "add_up" else ():
        for size in sizes:
            numbers = [entry.cells[size] for entry in group if size in entry.cells]
            if numbers and all(isinstance(number, int | float) for number in numbers):
                group[0].cells[size] = sum(numbers)
    return [group[0] for group in groups.values()]


def _floor(cells: Mapping[str, Any], floor: str, tower: str) -> dict[str, Any]:
    """Return the cells of a row of `floors`; a level in figures becomes a number."""
    level = cells.get("level", "")
    return filled(
        {
            "floor_id": floor,
            "tower_id": tower,
            "level": int(level) if str(level).lstrip("-").isdigit() else level,
            "desks": cells.get("desks", ""),
            "area_m2": cells.get("area_m2", ""),
            "max_occupants": cells.get("max_occupants", ""),
            "features": cells.get("features", ""),
            "open_price": cells.get("open_price", ""),
            "opens_wave": clean(cells.get("wave", "")),
        }
    )


def _add_towers(tables: Tables, found: Sequence[Entry]) -> None:
    """Add a table of towers where some tower is in a complex, as only that table can say so."""
    complexes: dict[str, Entry] = {}
    for entry in found:
        if entry.cells.get("complex_id") and entry.cells.get("tower_id"):
            complexes.setdefault(clean(entry.cells["tower_id"]), entry)
    if complexes and "towers" not in tables.rows:
        towers = dict.fromkeys(clean(entry.cells.get("tower_id", "")) for entry in found)
        tables.rows["towers"] = [
            Entry(
                complexes[tower].origin if tower in complexes else found[0].origin,
                filled(
                    {
                        "tower_id": tower,
                        "name": tower,
                        "complex_id": clean(complexes[tower].cells["complex_id"])
                        if tower in complexes
                        else "",
                    }
                ),
            )
            for tower in towers
            if tower
        ]


def settle_area_per_desk(tables: Tables, sheets: Sequence[Sheet], ledger: Ledger) -> None:
    """Ask how much area a desk takes where floors have an area only.

    A figure that a sheet states is proposed with confidence, the usual one only as a question.
    """
    sharing = tables.settings.get("sharing", {})
    by_area = [entry for entry in tables.rows.get("floors", ()) if "desks" not in entry.cells]
    # Settings that came with the files, or before, have settled it.
    if "m2_per_desk" in sharing or not any("area_m2" in entry.cells for entry in by_area):
        return
    stated = _stated_area(sheets)
    chosen = ledger.settle(
        "area_per_desk_stated" if stated else "area_per_desk_unclear",
        "m2_per_desk",
        stated or AREA_PER_DESK,
        At(place=by_area[0].origin.place, what="m2_per_desk"),
    )
    tables.settings["sharing"] = {**sharing, "m2_per_desk": chosen.replace(",", ".")}


def _stated_area(sheets: Sequence[Sheet]) -> str:
    """Return the area of a desk that any cell states, such as "10 m2 per orang", or nothing."""
    for sheet in sheets:
        for cells in sheet.cells:
            for cell in cells:
                text = cell if isinstance(cell, str) else ""
                found = _PER_DESK.search(text) or _DESK_TAKES.search(text)
                if found:
                    return found[1].replace(",", ".")
    return ""
