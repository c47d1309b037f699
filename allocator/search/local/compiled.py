"""The decorator that compiles the local search, with a cache that works wherever we are installed.

No search lives here.
"""

from __future__ import annotations

import getpass
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import numba

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function at its first call, and keep the machine code for later processes.

    The code is kept beside the module, else in the user's cache folder, else in the folder for
    temporary files.
    """
    try:
        return _kept(function)
    except RuntimeError:  # neither place can be written
        numba.config.CACHE_DIR = str(_temporary_folder())
        return _kept(function)


def _kept(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    return cast(Callable[Parameters, Result], numba.njit(cache=True, error_model="numpy")(function))


def _temporary_folder() -> Path:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "nobody"
    return Path(tempfile.gettempdir()) / f"allocator-compiled-{user}"
