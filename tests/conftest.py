"""What holds for all tests: the search is compiled before they begin, once for all workers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from allocator.search import record
from allocator.search.kernels.ready import compile_search

PATIENCE = record.PATIENCE
"""Of the search as users have it."""


def pytest_configure(config: pytest.Config) -> None:
    """Compile in the process that hands out tests; workers find it done."""
    if not hasattr(config, "workerinput"):
        compile_search()


@pytest.fixture(scope="session", autouse=True)
def _impatient() -> Iterator[None]:
    """Let searches in tests end a tenth as long after their best plan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "PATIENCE", PATIENCE / 10)
        yield
