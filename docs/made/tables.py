"""The pages of tables and settings: columns and keys, what they mean, hold and default to."""

from __future__ import annotations

from fractions import Fraction
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from allocator.scenario.raw import columns_of
from allocator.scenario.settings import LARGEST_AMOUNT, LARGEST_COUNT, LARGEST_RATIO, Settings
from allocator.scenario.settings import decimal_text as decimal
from allocator.scenario.tables import REQUIRED_COLUMNS, REQUIRED_TABLES, TABLES
from allocator.scenario.template import EXAMPLE
from allocator.texts import texts
from made.numpydoc import attributes, summary

WORDS = {int: "whole number", float: "number", Fraction: "exact number", str: "text", bool: ""}
UNLIMITED = {LARGEST_AMOUNT, -LARGEST_AMOUNT, LARGEST_COUNT, LARGEST_RATIO}
"""Ends of ranges that only catch slips of the pen: they are not shown."""
Rows = list[list[str]]


def table(head: list[str], rows: Rows) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def holds(field: FieldInfo) -> str:
    """Return what a column or key may hold, such as ``number, 0 to 1``."""
    limits: list[Any] = list(field.metadata)
    return _holds(field.annotation, limits)


def _holds(kind: Any, limits: list[Any]) -> str:
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        return _holds(inner, limits + [part for m in more for part in _parts(m)])
    if get_origin(kind) in {Union, UnionType}:
        (inner,) = (part for part in get_args(kind) if part is not NoneType)
        return _holds(inner, limits)
    if get_origin(kind) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(kind))
    if get_origin(kind) is tuple:
        return "list of " + _holds(get_args(kind)[0], []).replace("number", "numbers", 1)
    if kind is bool:
        return "`true`, `false`"
    return WORDS.get(kind, "a rule") + _range(limits)


def _parts(limit: Any) -> list[Any]:
    return list(limit.metadata) if isinstance(limit, FieldInfo) else [limit]


def _range(limits: list[Any]) -> str:
    found = {
        name: getattr(limit, name)
        for limit in limits
        for name in ("ge", "gt", "le", "lt")
        if getattr(limit, name, None) is not None and getattr(limit, name) not in UNLIMITED
    }
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    said = [f"{words[name]} {value:,}" for name, value in found.items()]
    return ", " + ", ".join(said) if said else ""


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_plain, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{decimal(value)}"' if isinstance(value, Fraction) else repr(value).replace("'", '"')


def default(field: FieldInfo) -> str:
    """Return the default as scenario.toml writes it; a dash where there is none."""
    return "–" if field.default is None else f"`{_plain(field.default)}`"


def tables_page() -> str:
    """Return the page of all tables."""
    return TABLES_HEAD + "\n".join(_table(name) for name in TABLES)


def _table(name: str) -> str:
    say = texts("en")
    needed = {part for each in REQUIRED_COLUMNS[name] for part in each.split(" or ")}
    rows = [
        [
            f"**{column}**" if column in needed else column,
            say(f"template.column_{column}"),
            holds(TABLES[name].model_fields[column]),
        ]
        for column in columns_of(name)
    ]
    choice = [each for each in REQUIRED_COLUMNS[name] if " or " in each]
    chosen = f"\nOne is needed of: {'; '.join(choice)}.\n" if choice else ""
    required = " *Required.*" if name in REQUIRED_TABLES else ""
    return (
        f"## {name}\n\n{say(f'template.table_{name}')}{required}\n\n"
        f"{table(['column', 'means', 'holds'], rows)}{chosen}\n"
        f'```csv title="{name}.csv"\n{_example(name)}```\n'
    )


def _example(name: str) -> str:
    rows: list[dict[str, Any]] = EXAMPLE[name][:3]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]
    return "".join(",".join(cells) + "\n" for cells in lines)


def settings_page() -> str:
    """Return the page of all settings."""
    fields = Settings.model_fields
    top = [name for name, field in fields.items() if not is_section(field)]
    sections = [name for name in fields if name not in top]
    rows = [
        [f"`{fields[name].alias or name}`", attributes(Settings)[name], default(fields[name])]
        for name in top
    ]
    return (
        SETTINGS_HEAD
        + table(["key", "means", "default"], rows)
        + "".join(_section(name, fields[name].annotation) for name in sections)
    )


def is_section(field: FieldInfo) -> bool:
    """Return whether a field of the settings is a section of keys."""
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _section(name: str, section: Any) -> str:
    means = attributes(section)
    rows = [
        [f"`{key}`", means[key], holds(field), default(field)]
        for key, field in section.model_fields.items()
    ]
    head = ["key", "means", "holds", "default"]
    return f"\n## [{name}]\n\n{summary(section)}\n\n{table(head, rows)}"


TABLES_HEAD = """# Tables

A scenario is a folder of CSV tables with a `scenario.toml`, one `.xlsx` with a sheet for each
table, or one `.json`. Only `floors` and `headcounts` are required. Columns in **bold** must be
there; the others may be left out, and their cells may be empty.

- Files are read as Excel writes them: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252.
- A column named `source` or `note`, or beginning with `x_`, is yours: it is kept and ignored. Any
  other unknown column, table or key is an error that names the nearest known one.
- Ids keep their case. Those of units and organisations are unique together, and so are those of
  floors, towers and complexes.
- Where a table of towers, organisations or units exists, an id that is not in it is an error.
- A sharing ratio is taken as it is written: 1.3 is 13/10, exactly.
- All problems are reported at once, each with its file, row and column.

A workbook of your own, with titles, totals and merged cells, is read by
[allocator import](../how-to/import.md). In a scenario, a row of totals, an organisation left
blank as merged cells leave it, or a title above the header is an error that says so.

The smallest folder is two files, for `allocator solve FOLDER --people-per-desk 1.3`:

```csv title="floors.csv"
floor_id,tower_id,level,desks
A-1,A,1,60
```

```csv title="headcounts.csv"
unit_id,headcount,organisation_id
Finance,70,Treasury
```

Good to know:

- *Positions.* Fill in `x_m` and `y_m` of every tower: they are how far people walk between towers.
  Without them towers count as 0 m apart, and a warning says so.
- *Ratios.* A unit's own `people_per_desk` beats `--people-per-desk`, which beats `[sharing]`.
- *Schemes.* A row of headcounts with a `scheme` belongs to that scheme only, one without to all.
  So 118 and 180 thousand people are two schemes of one table, chosen by `--scheme`.
- *Needs.* A part of a unit with other needs, such as a public counter, is a unit of its own with
  the same parent. `needs` does not keep others off a floor; the rule
  [kept_for](rules.md#kept_for) does.
- *Closeness.* essential, strong and wanted are 2, 1 and 0.5 trips a week for each person of the
  smaller of the two.
- *Today's plan.* `placements.csv` of a plan can be the table `current` as it is.

"""
SETTINGS_HEAD = """# Settings

Settings are in `scenario.toml`, in a sheet `scenario` with the columns section, key and value, or
under `settings` in JSON. A missing section or key takes its default, so an empty file will do.
Exact numbers are written as text, `"1.3"` or `"13/10"`, or as a plain number.

"""
