"""Tables of results: rows to iterate over, and data frames of any library that is installed.

Reading data frames is `scenario.frames`'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import Enum
from html import escape
from typing import TYPE_CHECKING, Any, Self, TypeVar, get_args

from pydantic import BaseModel
from pydantic_core import CoreSchema, core_schema

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from pydantic import GetCoreSchemaHandler

MOST_SHOWN = 20
"""Rows that a notebook shows; the rest are counted."""

RowT = TypeVar("RowT")


@dataclass(frozen=True)
class Cells:
    """A row of a table whose columns are those of a file, by name."""

    cells: dict[str, Any]


class Table(tuple[RowT, ...]):
    """Rows of a result, in order: a tuple that also becomes a data frame.

    Attributes
    ----------
    kind
        Type of the rows, which names the columns where there are none.

    Examples
    --------
    >>> from allocator import Reason, Table
    >>> table = Table([Reason(kind="desks", desks=3, message="3 desks are missing")])
    >>> table.columns
    ('kind', 'subject', 'object', 'desks', 'message')
    >>> table[0].desks, len(table)
    (3, 1)
    """

    kind: type[RowT] | None

    def __new__(cls, rows: Iterable[RowT] = (), kind: type[RowT] | None = None) -> Self:
        """Make a table of rows."""
        made = super().__new__(cls, rows)
        made.kind = kind or (type(made[0]) if made else None)
        return made

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # Rows are read as a tuple of their type; the type itself would be lost where there are no
        # rows.
        (kind,) = get_args(source)
        rows = core_schema.tuple_variable_schema(handler.generate_schema(kind))
        return core_schema.no_info_after_validator_function(lambda made: cls(made, kind), rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        # Rows of some studies have columns of their own, which no type names.
        if self and hasattr(self[0], "cells"):
            return tuple(self[0].cells)
        if self.kind is None:
            return ()
        if issubclass(self.kind, BaseModel):
            return tuple(self.kind.model_fields)
        return tuple(field.name for field in fields(self.kind))  # type: ignore[arg-type]

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a dict of plain values."""
        for row in self:
            cells = getattr(row, "cells", None)
            yield cells or {name: _plain(getattr(row, name)) for name in self.columns}

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the cells by column."""
        found: dict[str, list[Any]] = {name: [] for name in self.columns}
        for cells in self.records():
            for name, column in found.items():
                column.append(cells[name])
        return found

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a pandas data frame.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed.
        """
        import pandas  # noqa: PLC0415 - only where it is asked for

        return pandas.DataFrame(self.to_dict())

    def to_polars(self) -> pl.DataFrame:
        """Return the rows as a polars data frame.

        Raises
        ------
        ModuleNotFoundError
            If polars is not installed.
        """
        import polars  # noqa: PLC0415 - only where it is asked for

        return polars.DataFrame(self.to_dict())

    def to_arrow(self) -> pa.Table:
        """Return the rows as a pyarrow table.

        Raises
        ------
        ModuleNotFoundError
            If pyarrow is not installed.
        """
        import pyarrow  # noqa: PLC0415 - only where it is asked for

        return pyarrow.table(self.to_dict())

    def _repr_html_(self) -> str:
        """Return the first rows as a table of a notebook."""
        # Names and cells are escaped: ids are whatever somebody wrote into a table.
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        shown = Table(self[:MOST_SHOWN], self.kind).records()
        lines = ("".join(f"<td>{escape(_told(c))}</td>" for c in row.values()) for row in shown)
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        more = len(self) - MOST_SHOWN
        rest = f"<p>… and {more:,} more rows</p>" if more > 0 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


def _plain(value: Any) -> Any:
    """Return a value as a cell holds it."""
    return value.value if isinstance(value, Enum) else value


def _told(cell: Any) -> str:
    """Return a cell as text of a notebook."""
    if isinstance(cell, float):
        return f"{cell:,.10g}"
    return "" if cell is None else str(cell)
