"""Machine code of the searches over whole units, compiled in a process of its own."""

from __future__ import annotations

import numpy as np

from allocator.scenario.settings import Settings
from allocator.scenario.types import Floor, Headcount, Scenario
from allocator.search.compile import compile_case
from allocator.search.local.budget import Budget
from allocator.search.local.ready import note_ready
from allocator.search.whole.improve import improve_whole
from allocator.search.whole.pack import pack

WHOLE = "allocator.search.whole.ready"
"""This module by its name."""


def compile_all() -> None:
    """Search a tiny case for a moment, so that every part is compiled, and say so."""
    case = compile_case(
        Scenario(
            floors=tuple(Floor(floor_id=f"{t}1", tower_id=t, level=1, desks=30) for t in "ABC"),
            headcounts=tuple(
                Headcount(unit_id=u, headcount=20, organisation_id="O") for u in "uv"
            ),
            settings=Settings.model_validate({"sharing": {"min_piece_share": "1"}}),
        )
    )
    for improve in (improve_whole, pack):
        for _ in improve(case, {}, rng=np.random.default_rng(0), budget=Budget(moves=100)):
            pass
    note_ready(WHOLE)


if __name__ == "__main__":
    compile_all()
