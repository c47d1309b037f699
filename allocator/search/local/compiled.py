"""The decorators that compile the local search, with a cache that works wherever we are installed.

No search lives here; where machine code is kept is `ready`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba
from numba.core import config

from allocator.search.local.ready import code_folder

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function that compiled functions call; its machine code is kept in theirs."""
    return _compiled(function, cache=False)


def entry(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function that Python calls, and keep the machine code for later processes.

    Numba's own place for the code is beside the module, which may not be writable.
    """
    usual = config.CACHE_DIR  # type: ignore[attr-defined]
    config.CACHE_DIR = str(code_folder())  # type: ignore[attr-defined]
    try:
        return _compiled(function, cache=True)
    finally:
        config.CACHE_DIR = usual  # type: ignore[attr-defined]


def _compiled(
    function: Callable[Parameters, Result], *, cache: bool
) -> Callable[Parameters, Result]:
    compiling = numba.njit(cache=cache, nogil=True, error_model="numpy")
    return cast(Callable[Parameters, Result], compiling(function))
