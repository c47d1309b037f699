"""The service or a worker as a process of its own, with a search that is planted in it or not.

Run as ``python -m tests.api.process serve|work SOLVER``; SOLVER is real, brief or planted. The
service listens on the port ``ALLOCATOR_PORT``, or on any.
"""

from __future__ import annotations

import os
import sys


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def main(what: str, name: str) -> None:
    # here, as processes of the pool import this module too
    from allocator.studies.pool import default_solver  # noqa: PLC0415
    from api import run  # noqa: PLC0415

    if name == "real":
        solver = default_solver
    elif name == "brief":
        from tests.api.standin import brief as solver  # noqa: PLC0415 - it changes other kinds
    else:
        from tests.api import planted  # noqa: PLC0415

        solver = getattr(planted, name)
    if what == "serve":
        run.serve("127.0.0.1", int(os.environ.get("ALLOCATOR_PORT", "0")), say, solver)
    else:
        run.work(say, solver)


if __name__ == "__main__":
    main(*sys.argv[1:])
