"""How compiled code reaches tables of any size: through one record of their addresses.

Numba passes a tuple of arrays by value, several words an array, and counts references at every
call: some forty arrays made the search fifty times slower and took minutes to compile. A pointer
to one record costs nothing. What the tables are is in `board` and `blocking`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array
from numpy.typing import NDArray

Forms = dict[str, tuple[Any, tuple[str, ...]]]
"""Tables by name: the type of a row, and what they are as long and as wide as."""


def table(whole: str, real: str = "") -> np.dtype[Any]:
    """Return a row type with the named whole and real numbers, 8 bytes each."""
    return np.dtype([(n, "i8") for n in whole.split()] + [(n, "f8") for n in real.split()])


def record(forms: Forms, whole: str, real: str) -> np.dtype[Any]:
    """Return the type of a record with addresses and sizes of tables, and single numbers."""
    return table(" ".join([*forms, *_sizes(forms), whole]), real)


def _sizes(forms: Forms) -> list[str]:
    return sorted({size for _, shape in forms.values() for size in shape})


class Tables:
    """Tables, and the record through which compiled code reaches them.

    Attributes
    ----------
    record : (1)
        Addresses of the tables, their sizes, and single numbers.
    tables
        By name; they must live as long as the record is used.
    """

    def __init__(
        self,
        dtype: np.dtype[Any],
        forms: Forms,
        sizes: dict[str, int],
        given: Mapping[str, NDArray[Any]],
    ) -> None:
        self.tables: dict[str, NDArray[Any]] = {}
        self.record = np.zeros(1, dtype)
        for name, (row, shape) in forms.items():
            wanted = tuple(sizes[size] for size in shape)
            rows = given.get(name)
            rows = np.zeros(wanted, row) if rows is None else np.ascontiguousarray(rows, row)
            if rows.shape != wanted:
                raise ValueError(f"table {name} has shape {rows.shape}, expected {wanted}")
            self.tables[name] = rows
            self.record[name] = rows.ctypes.data
        for size in _sizes(forms):
            self.record[size] = sizes[size]


def link(
    found: list[tuple[int, float]],
    rows: NDArray[Any],
    name: str,
    links: Iterable[Iterable[tuple[int, float]]],
) -> None:
    """Add the links of every row to those found and write where they begin and end."""
    for row, more in zip(rows, links, strict=True):
        row[f"{name}_from"] = len(found)
        found.extend(more)
        row[f"{name}_to"] = len(found)


def view(table: str, dtype: Any, sizes: tuple[str, ...]) -> Callable[[Any], Any]:
    """Return what gives compiled code an array over a table, from the record of addresses.

    Parameters
    ----------
    table
        Field of the record with the address.
    dtype
        Type of a row.
    sizes
        Fields of the record with the length in each dimension.
    """
    row = numba.from_dtype(np.dtype(dtype))
    array = types.Array(row, len(sizes), "C")

    @intrinsic
    def reach(typing_context: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            def number(name: str) -> Any:
                whole = context.get_data_type(types.int64)
                address = cgutils.get_record_member(builder, values[0], b.offset(name), whole)
                return context.unpack_value(builder, types.int64, address)

            found = make_array(array)(context, builder)
            width = context.get_constant(types.intp, np.dtype(dtype).itemsize)
            shape = [number(size) for size in sizes]
            populate_array(
                found,
                data=builder.inttoptr(number(table), found.data.type),
                shape=cgutils.pack_array(builder, shape),
                strides=cgutils.pack_array(builder, _strides(builder, shape, width)),
                itemsize=width,
                meminfo=None,
            )
            return found._getvalue()

        return array(b), generate

    return cast(Callable[[Any], Any], reach)


def _strides(builder: ir.IRBuilder, shape: list[Any], width: Any) -> list[Any]:
    """Return the bytes from one row to the next in each dimension, the last dimension densest."""
    strides = [width]
    for size in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], size))
    return strides
