"""Makes a pool with one search that never ends, and prints the number of its process."""

from __future__ import annotations

import time

from allocator.studies.pool import Pool, Task
from tests.builders import scenario
from tests.studies import planted

if __name__ == "__main__":
    pool = Pool(1, solver=planted.tell_process)
    task = Task(scenario(), planted.options(time_limit_s=600))
    pool.submit(task, lambda progress: print(progress.stage, flush=True))
    time.sleep(600)
