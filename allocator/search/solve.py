"""From a scenario to a checked plan: the stages of the search and what is said of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from allocator.plan.types import Pieces, Plan
from allocator.scenario.types import Scenario
from allocator.search.progress import OnProgress, ShouldStop

LONGEST_S = 7 * 24 * 3600.0


class SolveOptions(BaseModel):
    """How hard to search.

    time_limit_s 0..604800, seconds from the call at most; workers 1..64 threads; seed ≥ 0;
    reproducible: a budget of work instead of the clock; exact: one model alone, for small cases.
    """

    time_limit_s: Annotated[float, Field(gt=0, le=LONGEST_S)] = 30.0
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    reproducible: bool = False
    exact: bool = False

    model_config = ConfigDict(frozen=True, extra="forbid")


def solve(
    scenario: Scenario,
    options: SolveOptions | None = None,
    *,
    start: Pieces | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Plan:
    """Return the best checked plan found in time, or why there is none."""
    raise NotImplementedError
