"""The decorators that compile the local search, with a cache that works wherever we are installed.

No search lives here.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import numba
from numba.core import config

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function that compiled functions call; its machine code is kept in theirs."""
    return _compiled(function, cache=False)


def entry(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function that Python calls, and keep the machine code for later processes.

    Numba's own place for the code is beside the module, which may not be writable, and it looks
    only at that one file to see whether the code is still good, though much of it comes from the
    others: so the folder bears a fingerprint of them all.
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


@cache
def code_folder() -> Path:
    """Return the first folder for compiled code that can be written: chosen, user's, temporary."""
    chosen = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    home = Path(os.path.expanduser("~")) / ".cache"
    for parent in (Path(chosen) if chosen else home, home):
        folder = parent / "allocator" / _fingerprint()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="allocator-"))


def _fingerprint() -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in shaping())).hexdigest()[:16]


def shaping() -> list[Path]:
    """Return the sources that machine code is made from: compiled functions and their tables."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    marks = ("@compiled", "@entry", "np.dtype", "Forms")
    return [path for path in sources if any(m in path.read_text("utf-8") for m in marks)]
