"""The workbook to begin from: every table with its columns, instructions, lists, an example.

It is made from the types of the tables, so a column that is added there is in it, too.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

import xlsxwriter

from allocator.scenario.raw import columns_of
from allocator.scenario.read import scenario_from_json
from allocator.scenario.rules import RuleKind
from allocator.scenario.tables import REQUIRED_COLUMNS, TABLES, TRIPS_BY_CLOSENESS
from allocator.scenario.workbook import INSTRUCTIONS
from allocator.scenario.write import workbook_tables
from allocator.texts import Texts, texts

LAST_ROW = 2_000
"""Row down to which lists are offered."""
RULES_LIST = "rules_known"
"""Name of the cells that list every rule."""
_REFERENCES = {
    "tower_id": ("towers", 0),
    "organisation_id": ("organisations", 0),
    "unit_id": ("units", 0),
    "floor_id": ("floors", 0),
    "from_floor": ("floors", 0),
    "to_floor": ("floors", 0),
}
"""Columns whose cells name what another sheet lists: the sheet, and the column of its ids."""
_SETTINGS = {
    "sharing.capacity": ("ratio", "chance"),
    "attendance.shared_by": ("floor", "organisation", "unit"),
    "options.allow_unplaced": ("true", "false"),
}
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}

EXAMPLE: dict[str, Any] = {
    "floors": [
        {"floor_id": f"{tower}-{level}", "tower_id": tower, "level": level, "desks": 60}
        for tower in ("A", "B")
        for level in (1, 2, 3)
    ],
    "towers": [
        {"tower_id": "A", "name": "Menara A", "complex_id": "Pusat", "x_m": 0.0, "y_m": 0.0},
        {"tower_id": "B", "name": "Menara B", "complex_id": "Pusat", "x_m": 90.0, "y_m": 0.0},
    ],
    "organisations": [
        {"organisation_id": "KEMENKO", "name": "Kementerian Koordinator", "kind": "kemenko"},
        {
            "organisation_id": "KEMENKEU",
            "name": "Kementerian Keuangan",
            "coordinator_id": "KEMENKO",
        },
        {
            "organisation_id": "KEMENDAG",
            "name": "Kementerian Perdagangan",
            "coordinator_id": "KEMENKO",
        },
    ],
    "units": [
        {"unit_id": "KEMENKO-1", "organisation_id": "KEMENKO", "name": "Sekretariat"},
        {"unit_id": "KEMENKEU-1", "organisation_id": "KEMENKEU", "name": "Sekretariat Jenderal"},
        {"unit_id": "KEMENKEU-2", "organisation_id": "KEMENKEU", "name": "Direktorat Anggaran"},
        {"unit_id": "KEMENDAG-1", "organisation_id": "KEMENDAG", "name": "Sekretariat Jenderal"},
        {"unit_id": "KEMENDAG-2", "organisation_id": "KEMENDAG", "name": "Direktorat Ekspor"},
    ],
    "headcounts": [
        {"unit_id": "KEMENKO-1", "headcount": 80, "own_desks": 4},
        {"unit_id": "KEMENKEU-1", "headcount": 110, "own_desks": 6},
        {"unit_id": "KEMENKEU-2", "headcount": 70, "own_desks": 2},
        {"unit_id": "KEMENDAG-1", "headcount": 90, "own_desks": 5},
        {"unit_id": "KEMENDAG-2", "headcount": 60, "own_desks": 2},
    ],
    "affinities": [{"a": "KEMENKEU-2", "b": "KEMENDAG-2", "closeness": "strong"}],
    "rules": [{"rule": "only_in", "subject": "KEMENKO", "object": "A"}],
    "walking": [{"from_floor": "A-1", "to_floor": "B-1", "minutes": 2.0}],
    "placement_costs": [{"unit_id": "KEMENDAG-2", "floor_id": "B-3", "cost": 0.0}],
    "current": [{"unit_id": "KEMENKO-LAMA", "floor_id": "Kantor lama", "desks": 80}],
    "predecessors": [
        {"unit_id": "KEMENKO-1", "predecessor_id": "KEMENKO-LAMA", "share": "0.6"},
        {"unit_id": "KEMENDAG-1", "predecessor_id": "KEMENKO-LAMA"},
    ],
    "rotas": [
        {
            "organisation_id": "KEMENKO",
            "mon": 0.94,
            "tue": 1.215,
            "wed": 1.15,
            "thu": 1.045,
            "fri": 0.65,
        }
    ],
    "patterns": [{"pattern": "tiga hari", "mon": 1, "tue": 1, "wed": 1, "thu": 0, "fri": 0}],
    "staff": [
        {"unit_id": "KEMENDAG-2", "group": "sampai 45", "people": 40},
        {"unit_id": "KEMENDAG-2", "group": "di atas 45", "people": 20},
    ],
    "unit_scenarios": [{"unit_scenario": "semua", "organisation_id": "KEMENDAG", "wave": 1}],
    "staff_scenarios": [
        {"staff_scenario": "sampai 45", "group": "sampai 45", "share": 1},
        {"staff_scenario": "sampai 45", "group": "di atas 45", "share": 0},
    ],
    "family_scenarios": [
        {"family_scenario": "separuh", "group": "sampai 45", "with_family": 0.5},
        {"family_scenario": "separuh", "group": "di atas 45", "with_family": 0.5},
    ],
    "housing": [{"building_id": "Rusun 1", "flats": 60}],
    "settings": {
        "name": "contoh",
        "title": "Contoh: tiga kementerian di dua menara",
        "sharing": {"people_per_desk": "1.3"},
    },
}


@cache
def template(language: str) -> bytes:
    """Return the workbook, its instructions in a language; it can be read as it is.

    Its example is a scenario with every table, so a planner sees each one filled in and can delete
    what is not needed.
    """
    say = texts(language)
    out = io.BytesIO()
    # Through the strict reader: an example that it refused would be found at once.
    tables = workbook_tables(scenario_from_json(EXAMPLE, name="template"))
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        formats = {
            "head": book.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1}),
            "needed": book.add_format({"bold": True, "bg_color": "#CFE2F3", "border": 1}),
            "title": book.add_format({"bold": True, "font_size": 14}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _instructions(book, say, formats)
        for name in TABLES:
            _sheet(book, name, tables[name], say, formats)
        _settings(book, tables["scenario"], say, formats)
    return out.getvalue()


def _instructions(book: Any, say: Texts, formats: dict[str, Any]) -> None:
    """Write the first sheet: how to go on, what each table holds, and every rule."""
    sheet = book.add_worksheet(INSTRUCTIONS[say.language])
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, say("template.title"), formats["title"])
    row = 2
    for key in ("begin", "own_tables", "colours", "lists", "delete", "solve"):
        sheet.write_string(row, 1, say(f"template.{key}"), formats["wrap"])
        row += 1
    row += 1
    for name in (*TABLES, "scenario"):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
        sheet.write_string(row, 1, say(f"template.table_{name}"), formats["wrap"])
        row += 1
    row += 1
    sheet.write_string(row, 0, "rules", formats["title"])
    first = row + 1
    for row, kind in enumerate(RuleKind, first):
        sheet.write_string(row, 0, kind.value)
        sheet.write_string(row, 1, say(f"cause.{kind.value}"))
    last = first + len(RuleKind)
    # Lists in other sheets refer to these cells by name, whatever the sheet is called.
    book.define_name(RULES_LIST, f"={sheet.get_name()}!$A${first + 1}:$A${last}")


def _sheet(
    book: Any,
    name: str,
    table: tuple[Sequence[str], list[tuple[Any, ...]]],
    say: Texts,
    formats: dict[str, Any],
) -> None:
    """Write a table: every column it may have, those needed in a colour, and the example.

    Each column says in a comment what it holds, and offers values where they are known.
    """
    sheet = book.add_worksheet(name)
    columns = columns_of(name)
    needed = {part for each in REQUIRED_COLUMNS[name] for part in each.split(" or ")}
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column, formats["needed" if column in needed else "head"])
        sheet.write_comment(0, place, say(f"template.column_{column}"), {"x_scale": 2})
        # Down to `LAST_ROW`: a list has to name the cells that it is for.
        _offer(sheet, name, column, place)
    shown, rows = table
    for number, row in enumerate(rows, 1):
        for column, value in zip(shown, row, strict=True):
            if value is not None:
                sheet.write(number, columns.index(column), value)
    sheet.set_column(0, len(columns) - 1, 18)
    sheet.freeze_panes(1, 1)


def _offer(sheet: Any, name: str, column: str, place: int) -> None:
    """Offer the values that a column may have, or the ids that another sheet lists."""
    source: Any = None
    if column == "rule":
        source = f"={RULES_LIST}"
    elif column == "closeness":
        source = list(TRIPS_BY_CLOSENESS)
    elif column in _REFERENCES and _REFERENCES[column][0] != name:
        other, of = _REFERENCES[column]
        letter = chr(65 + of)
        source = f"={other}!${letter}$2:${letter}${LAST_ROW}"
    if source is not None:
        # A warning and not an error: ids that are still to be listed may be typed.
        offered = {"validate": "list", "source": source, "error_type": "warning"}
        sheet.data_validation(1, place, LAST_ROW, place, offered)


def _settings(
    book: Any,
    table: tuple[Sequence[str], list[tuple[Any, ...]]],
    say: Texts,
    formats: dict[str, Any],
) -> None:
    """Write the settings, each with what it means and its choices where it has any."""
    sheet = book.add_worksheet("scenario")
    columns, rows = table
    for place, column in enumerate((*columns, "note")):
        sheet.write_string(0, place, column, formats["head"])
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            sheet.write(number, place, value)
        # Keys at the top of the file have no section.
        key = f"{row[0]}.{row[1]}" if row[0] else str(row[1])
        note = say.all.get(f"template.setting_{row[1]}")
        if note:
            sheet.write_string(number, len(columns), note)
        if key in _SETTINGS:
            offered = {"validate": "list", "source": list(_SETTINGS[key])}
            sheet.data_validation(number, 2, number, 2, offered)
    sheet.set_column(0, 1, 22)
    sheet.set_column(2, 2, 28)
    sheet.set_column(3, 3, 80)
