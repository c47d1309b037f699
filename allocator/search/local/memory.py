"""A record of addresses through which compiled code reaches tables of any size.

Numba passes a tuple of arrays by value, several words an array, and counts references at every
call: some forty arrays made the search fifty times slower and compiled for minutes. One pointer
to a record of addresses costs nothing. No search lives here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic


def pointer_to(dtype: Any) -> Callable[[int], Any]:
    """Return a compiled cast from an address to a pointer, as `numba.carray` wants it."""
    target = types.CPointer(numba.from_dtype(np.dtype(dtype)))

    @intrinsic
    def cast(typing_context, address):  # type: ignore[no-untyped-def]  # noqa: ARG001
        def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
            return builder.inttoptr(values[0], context.get_value_type(signature.return_type))

        return target(types.int64), generate

    found: Callable[[int], Any] = cast
    return found
