"""The decorators that compile the search, with a cache that works wherever we are installed.

Compiled functions take named tuples of arrays and allocate nothing, so that numba need not count
references (`_nrt`): that alone makes moves some ten times faster. Tuples are passed by value, so
small functions are inlined where they are called, and large ones, called once a move, are not:
that would take the compiler long. Where machine code is kept is `ready`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba.core import config

from allocator.search.kernels.ready import code_folder

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function that compiled functions call, inlined there."""
    return _compiled(function, forceinline=True, no_cpython_wrapper=True)


def large(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a large function that compiled functions call."""
    return _compiled(function, no_cpython_wrapper=True)


def entry(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function that Python calls, and keep the machine code for later processes."""
    return _kept(function)


def summing_entry(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile an entry whose sums are taken in any order, so that several go on at a time.

    No number in it may be infinite.
    """
    return _kept(function, fastmath={"nnan", "nsz", "reassoc", "contract"})


def _kept(function: Callable[Parameters, Result], **options: Any) -> Callable[Parameters, Result]:
    """Numba's own place for the code is beside the module, which may not be writable."""
    # Numba reads the folder when a function is decorated. Other code in the process keeps its own.
    usual = config.CACHE_DIR  # type: ignore[attr-defined]
    config.CACHE_DIR = str(code_folder())  # type: ignore[attr-defined]
    try:
        return _compiled(function, cache=True, **options)
    finally:
        config.CACHE_DIR = usual  # type: ignore[attr-defined]


def _compiled(
    function: Callable[Parameters, Result], **options: Any
) -> Callable[Parameters, Result]:
    # Without the GIL, so that threads search side by side. With numpy's error model a division is
    # not checked before it is done.
    options |= {"nogil": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}
    compiling = numba.njit(**options)
    return cast(Callable[Parameters, Result], compiling(function))
