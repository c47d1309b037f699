"""How compiled code reaches tables of any size: through one record of their addresses.

Numba passes a tuple of arrays by value, several words an array, and counts references at every
call: some forty arrays made the search fifty times slower and took minutes to compile. A pointer
to one record costs nothing. What the tables are is in `board`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array


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
