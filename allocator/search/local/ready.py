"""Machine code before it is needed: compiled once an installation, in processes of their own.

Compiling takes some twenty seconds of a processor and would hold up everything else in this
process. No search lives here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import sleep

from allocator.search.local.compiled import code_folder

POLL_S = 0.05
Modules = tuple[str, ...]
"""Names of modules that compile a part of a local search each when they are run."""
OPTIMISED = "2"
"""How hard the compiler tries: 3 takes a fifth longer and makes code that is 2 % faster."""


def is_ready(modules: Modules) -> bool:
    """Whether all machine code that some modules compile lies in its folder."""
    return all((code_folder() / f"{module}.complete").exists() for module in modules)


def note_ready(module: str) -> None:
    """Leave a file that says that all of a module's code is in its folder."""
    (code_folder() / f"{module}.complete").touch()


def wait_until_ready(should_stop: Callable[[], bool], modules: Modules) -> None:
    """Compile in other processes, one for each module, until that is done or the stop.

    What is compiled by then is kept. Where another process cannot be had, this one compiles when
    it comes to it.
    """
    if is_ready(modules):
        return
    with ExitStack() as stack:
        children = []
        for module in modules:
            try:
                children.append(run(module))
            except OSError:
                return
            stack.callback(_end, children[-1])
        while any(child.poll() is None for child in children) and not should_stop():
            sleep(POLL_S)


def run(module: str) -> subprocess.Popen[bytes]:
    """Begin to compile a module's part, of the very package that runs here.

    Machine code is kept by the path of its source, and a folder may hold another copy of it.
    """
    ours = (str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", ""))
    here = {
        "PYTHONPATH": os.pathsep.join(filter(None, ours)),
        "NUMBA_CACHE_DIR": str(code_folder().parent.parent),
        "NUMBA_OPT": OPTIMISED,
    }
    command = [sys.executable, "-P", "-m", module]
    return subprocess.Popen(command, env=os.environ | here, stdin=subprocess.DEVNULL)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
