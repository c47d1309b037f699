"""`allocator worker`: carries out jobs of the service, on this machine and any number of others.

The worker itself stands above the command line and is found by its name.
"""

from __future__ import annotations

import os
import pkgutil

from allocator.cli.common import Workers, say

EXAMPLE = "ALLOCATOR_DATABASE_URL=postgresql://… allocator worker"
WORK = "api.run:work"


def worker(workers: Workers = None) -> None:
    """Carry out jobs that the service accepts.

    Finds them in the database that ALLOCATOR_DATABASE_URL names, as `allocator serve` does.
    ALLOCATOR_CONCURRENT_SOLVES are the solves at a time, --workers the threads of one. Ctrl-C
    stops it; what runs is handed over.
    """
    if workers is not None:
        os.environ["ALLOCATOR_WORKERS"] = str(workers)
    pkgutil.resolve_name(WORK)(say)
