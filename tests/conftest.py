"""What holds for all tests: the search is compiled before they begin, once for all workers."""

from __future__ import annotations

import pytest

from allocator.search.local.ready import wait_until_ready
from allocator.search.local.ready_floors import FLOORS
from allocator.search.local.ready_lines import LINES
from allocator.search.whole.ready import WHOLE


def pytest_configure(config: pytest.Config) -> None:
    """Compile in the process that hands out tests; workers find it done."""
    if not hasattr(config, "workerinput"):
        wait_until_ready(lambda: False, (FLOORS, LINES, WHOLE))
