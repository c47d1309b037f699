"""Machine code before it is needed: where it is kept, and how it is compiled once an installation.

Nothing heavy is imported here, so that a service can ask whether all is ready. Compiling takes
some twenty seconds of processor time; it comes before any clock starts, in processes of their
own. No search lives here.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from time import monotonic, sleep
from typing import TextIO

POLL_S = 0.05
COMPILING = "compiling the search"
"""The stage that a search is in meanwhile."""
FLOORS, GROUPS = "allocator.search.floors.ready", "allocator.search.groups.ready"
"""Modules whose `compile_all` compiles a part of the search each."""
PARTS = (FLOORS, GROUPS)
OPTIMISED = "2"
"""How hard the compiler tries: 3 takes a fifth longer and makes code that is 2 % faster."""


def is_ready(*parts: str) -> bool:
    """Whether the machine code of some parts, or of all, lies in its folder."""
    return all(_share_done(part) == 1 for part in parts or PARTS)


def compile_search(
    tell: Callable[[float], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    """Compile the search unless that is done; return once it is, or at the stop.

    Processes that begin at once do not compile twice: one does, the others wait. What is compiled
    when it is interrupted is kept, and the next call goes on from there.

    Parameters
    ----------
    tell
        Told the share that is done, 0..1, whenever that changes.
    should_stop
        Asked often.
    """
    if is_ready():
        return
    # The lock ends with its process, however that ends, so nobody waits for one that has died.
    with (code_folder() / "turn").open("w") as turn, ExitStack() as stack:
        children, reported = list[subprocess.Popen[bytes]](), -1.0
        while not is_ready() and not should_stop():
            if not children and _is_ours(turn):
                children = [_begin(part) for part in PARTS if not is_ready(part)]
                stack.callback(_end, children)
            # All have ended and not all is ready: one has failed. The loop below compiles here and
            # shows why.
            elif children and all(child.poll() is not None for child in children):
                break
            done = sum(map(_share_done, PARTS)) / len(PARTS)
            if done != reported:
                tell(reported := done)
            sleep(POLL_S)
    for part in PARTS:
        if not is_ready(part) and not should_stop():  # without a process: here, or say why not
            import_module(part).compile_all()


def compile_seconds() -> float:
    """Return how long compiling takes from nothing, in a folder of its own, by the clock.

    Raises
    ------
    CalledProcessError
        If it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        here = os.environ | {"NUMBA_CACHE_DIR": folder, "PYTHONPATH": _python_path()}
        command = [sys.executable, "-P", "-m", "allocator.search.kernels.ready"]
        began = monotonic()
        subprocess.run(command, env=here, stdout=subprocess.DEVNULL, check=True)
        return monotonic() - began


def announcement() -> str:
    """Return the sentence that says what is going on, and where the code goes if not as usual."""
    said = f"{COMPILING}, once per installation"
    if is_lasting():
        return said
    return (
        f"{said}; its code is kept in {code_folder().parents[1]}, as no usual folder is writable"
    )


def _is_ours(turn: TextIO) -> bool:
    """Whether it is this process's turn to compile; it is until the file is closed."""
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _begin(module: str) -> subprocess.Popen[bytes]:
    """Begin to compile a module's part, of the very package that runs here.

    Machine code is kept by the path of its source, and a folder may hold another copy of it.
    """
    here = {
        "PYTHONPATH": _python_path(),
        "NUMBA_CACHE_DIR": str(code_folder().parents[1]),
        "NUMBA_OPT": OPTIMISED,
    }
    # -P keeps the current folder off the path: a copy of the package there would be compiled in
    # place of this one.
    command = [sys.executable, "-P", "-c", f"import {module} as part; part.compile_all()"]
    return subprocess.Popen(
        command,
        env=os.environ | here,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,  # so that Ctrl-C reaches the one who waits
    )


def _python_path() -> str:
    """Return a path on which this very package comes first."""
    ours = (str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", ""))
    return os.pathsep.join(filter(None, ours))


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """Stop processes that compile; what they have finished is kept."""
    for child in children:
        child.kill()
        child.wait()


def compile_steps(module: str, steps: Sequence[Callable[[], object]]) -> None:
    """Take the steps in which a module compiles its part, and note how far that is."""
    for done, step in enumerate(steps, start=1):
        step()
        _note(module).write_text(f"{done}/{len(steps)}", encoding="ascii")


def _share_done(module: str) -> float:
    """Return the part of a module's steps that are compiled, 0..1; 0 where nothing is noted."""
    try:
        done, _, entries = _note(module).read_text(encoding="ascii").partition("/")
        return int(done) / int(entries)
    except (OSError, ValueError):
        return 0.0


def _note(module: str) -> Path:
    """Return the file that says how far a module's part is."""
    return code_folder() / f"{module}.done"


@cache
def code_folder() -> Path:
    """Return the first folder for compiled code that can be written: chosen, user's, temporary."""
    for parent in _lasting_places():
        with suppress(OSError):
            return _usable(parent)
    return _usable(_temporary_place())


def _usable(parent: Path) -> Path:
    """Return the folder for compiled code below another, made and tried.

    Raises
    ------
    OSError
        If it cannot be written to.
    """
    folder = parent / "allocator" / _fingerprint()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        return folder


def is_lasting() -> bool:
    """Whether compiled code outlives a temporary folder."""
    return code_folder().parents[1] in _lasting_places()


def _lasting_places() -> tuple[Path, ...]:
    """Return folders where compiled code may be kept for good: the chosen one, then the user's."""
    chosen = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    home = Path(os.path.expanduser("~")) / ".cache"
    return (Path(chosen), home) if chosen else (home,)


def _temporary_place() -> Path:
    """Return a folder of this user's alone, the same for every command: code there is run."""
    place = Path(tempfile.gettempdir()) / f"allocator-{os.getuid()}"
    with suppress(FileExistsError):
        place.mkdir(mode=0o700)
    # Somebody else may have made the folder first, or a link in its place; code in it would be run
    # as ours.
    found = place.lstat()
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if is_ours and not found.st_mode & 0o077:
        return place
    return Path(tempfile.mkdtemp(prefix="allocator-"))


@cache
def _fingerprint() -> str:
    """Return a name for all that machine code depends on.

    Numba keeps code by the path of its source, by Python and processor, and looks only at that
    one file to see whether the code is still good, though much of it comes from the others.
    """
    digest = hashlib.sha256()
    # By path as well: machine code is kept by the path of its source.
    for path in shaping():
        digest.update(str(path).encode() + path.read_bytes())
    versions = (metadata.version(name) for name in ("numba", "llvmlite", "numpy"))
    digest.update(repr((sys.implementation.cache_tag, *versions, _processor())).encode())
    return digest.hexdigest()[:16]


def _processor() -> tuple[str, ...]:
    """Return what tells processors apart that need code of their own."""
    asked = [os.environ.get(f"NUMBA_CPU_{name}", "") for name in ("NAME", "FEATURES")]
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n", 1)[0].splitlines()
    except OSError:
        lines = [platform.processor()]
    kinds = ("model name", "flags", "Features", "CPU part")
    known = [line for line in lines if line.startswith(kinds)] or lines
    return (*asked, platform.machine(), *known)


def shaping() -> list[Path]:
    """Return the sources that machine code is made from: compiled functions and their tables."""
    sources = sorted(Path(__file__).resolve().parents[1].glob("*/*.py"))
    marks = (
        "@compiled",
        "@entry",
        "@large",
        "@summing_entry",
        "np.dtype",
        "NamedTuple",
        "numba.njit",
    )
    return [path for path in sources if any(m in path.read_text("utf-8") for m in marks)]


if __name__ == "__main__":
    compile_search(lambda done: print(f"{announcement()}: {done:.0%}", flush=True))
