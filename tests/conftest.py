"""What holds for all tests: the search is compiled before they begin, once for all workers."""

from __future__ import annotations

import pytest

from allocator.search.local.ready import compile_search


def pytest_configure(config: pytest.Config) -> None:
    """Compile in the process that hands out tests; workers find it done."""
    if not hasattr(config, "workerinput"):
        compile_search()
