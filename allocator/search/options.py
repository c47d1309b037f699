"""How hard to search: the options of `solve`, without the search, which is slow to import."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

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
