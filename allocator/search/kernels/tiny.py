"""A tiny case on which the search is run once to compile it; see `ready`."""

from __future__ import annotations

from allocator.scenario.settings import Settings
from allocator.scenario.types import Floor, Headcount, Scenario
from allocator.search.case import Case
from allocator.search.compile import compile_case


def tiny_case() -> Case:
    """Return two units that stay whole, and three towers of a floor each."""
    return compile_case(
        Scenario(
            floors=tuple(Floor(floor_id=f"{t}1", tower_id=t, level=1, desks=30) for t in "ABC"),
            headcounts=tuple(
                Headcount(unit_id=u, headcount=20, organisation_id="O") for u in "uv"
            ),
            settings=Settings.model_validate({"sharing": {"min_piece_share": "1"}}),
        )
    )
