"""Machine code before it is needed: compiled once an installation, in a process of its own.

Compiling takes some twenty seconds and would hold up everything else in this process. No search
lives here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep

import numpy as np

from allocator.scenario.types import Affinity, Floor, Headcount, Scenario
from allocator.search.compile import compile_case
from allocator.search.local.budget import Budget
from allocator.search.local.compiled import code_folder
from allocator.search.local.improve import improve

POLL_S = 0.05
GENERAL = "allocator.search.local.ready"
"""Module that compiles the general local search when it is run."""


def is_ready(module: str = GENERAL) -> bool:
    """Whether all machine code that a module compiles lies in its folder."""
    return _done(module).exists()


def note_ready(module: str) -> None:
    """Leave a file that says that all of a module's code is in its folder."""
    _done(module).touch()


def _done(module: str) -> Path:
    return code_folder() / f"{module}.complete"


def wait_until_ready(should_stop: Callable[[], bool], module: str = GENERAL) -> None:
    """Compile in another process, which runs the module, until that is done or the stop.

    What is compiled by then is kept. Where another process cannot be had, this one compiles when
    it comes to it.
    """
    if is_ready(module):
        return
    command = [sys.executable, "-m", module]
    here = os.environ | {"NUMBA_CACHE_DIR": str(code_folder().parent.parent)}
    try:
        child = subprocess.Popen(command, env=here, stdin=subprocess.DEVNULL)
    except OSError:
        return
    try:
        while child.poll() is None and not should_stop():
            sleep(POLL_S)
    finally:
        child.kill()
        child.wait()


def compile_all() -> None:
    """Search a tiny case for a moment, so that every part is compiled, and say so."""
    case = compile_case(
        Scenario(
            floors=tuple(
                Floor(floor_id=f"{t}{level}", tower_id=t, level=level, desks=60)
                for t in "ABC"
                for level in (1, 2, 3)
            ),
            headcounts=tuple(
                Headcount(unit_id=f"u{i}", headcount=20, organisation_id=f"O{i % 4}")
                for i in range(16)
            ),
            affinities=(Affinity(a="u1", b="u2", trips_per_week=1.0),),
        )
    )
    budget = Budget(moves=400_000)
    for _ in improve(case, {}, rng=np.random.default_rng(0), budget=budget):
        pass
    note_ready(GENERAL)


if __name__ == "__main__":
    compile_all()
