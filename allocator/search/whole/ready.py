"""Compiles the searches over whole units; see `local.ready`."""

from __future__ import annotations

from functools import partial

import numpy as np

from allocator.scenario.settings import Settings
from allocator.scenario.types import Floor, Headcount, Scenario
from allocator.search.case import Case
from allocator.search.compile import compile_case
from allocator.search.local.budget import Budget
from allocator.search.local.ready import WHOLE, compile_steps
from allocator.search.local_search import Improve
from allocator.search.whole.improve import improve_whole
from allocator.search.whole.pack import pack


def compile_all() -> None:
    """Search a tiny case for a moment, so that every part is compiled."""
    case = compile_case(
        Scenario(
            floors=tuple(Floor(floor_id=f"{t}1", tower_id=t, level=1, desks=30) for t in "ABC"),
            headcounts=tuple(
                Headcount(unit_id=u, headcount=20, organisation_id="O") for u in "uv"
            ),
            settings=Settings.model_validate({"sharing": {"min_piece_share": "1"}}),
        )
    )
    compile_steps(WHOLE, [partial(_search, improve, case) for improve in (improve_whole, pack)])


def _search(improve: Improve, case: Case) -> None:
    for _ in improve(case, {}, rng=np.random.default_rng(0), budget=Budget(moves=100)):
        pass
