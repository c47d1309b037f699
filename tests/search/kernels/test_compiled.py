"""Where machine code is kept, when it is made anew, and that it is made ahead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from allocator.search.compile import compile_case
from allocator.search.floors import anneal as floors
from allocator.search.groups import kernel as groups
from allocator.search.kernels import ready
from allocator.search.kernels.budget import Budget
from allocator.search.restarts import search_for
from allocator.search.special import ruin_recreate
from tests.search.enumeration import random_scenario
from tests.search.groups.test_alone import office as alone
from tests.search.hot import office


def test_machine_code_is_made_anew_when_tables_or_functions_change() -> None:
    """Every source with compiled functions or tables counts: old code must not meet new tables."""
    names = {path.name for path in ready.shaping()}
    assert {"tables.py", "evaluation.py", "sequence.py", "kernel.py", "ruin_recreate.py"} <= names
    sources = Path(ready.__file__).parents[1].glob("*/*.py")
    assert names >= {p.name for p in sources if "import compiled" in p.read_text("utf-8")}


def test_the_package_that_runs_is_compiled_and_no_copy_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder with sources, as a clone is, does not take the place of what is installed."""
    (tmp_path / "allocator").mkdir()
    (tmp_path / "allocator" / "__init__.py").write_text("raise SystemExit(7)\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    ready._note(ready.GROUPS).unlink()
    assert ready._begin(ready.GROUPS).wait() == 0
    assert ready.is_ready()


@pytest.fixture(scope="module")
def _searched() -> None:
    cases = [compile_case(scenario) for scenario in (office(), *map(random_scenario, range(6)))]
    for case in [*cases, alone()]:
        rng, budget = np.random.default_rng(0), Budget(moves=20_000)
        for _ in search_for(case)(case, {}, rng=rng, budget=budget):
            pass


@pytest.mark.usefixtures("_searched")
@pytest.mark.parametrize(
    "called",
    [floors.anneal, groups.weigh, groups.anneal, ruin_recreate.begin, ruin_recreate.anneal],
)
def test_a_search_calls_what_was_compiled_ahead(called: object) -> None:
    """The search needs machine code for no other kinds of numbers than those made ahead."""
    assert len(called.signatures) <= 1  # type: ignore[attr-defined]
