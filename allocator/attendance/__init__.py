"""Who comes and who finds no desk: exact chances for units and pools that share desks.

What a scenario says about attendance is `allocator.scenario`'s, where people sit
`allocator.plan`'s. The mathematics is in docs/explanation/attendance.md.
"""

from __future__ import annotations

from allocator.attendance.distributions import Group, Pmf, pool_pmf, unit_pmf
from allocator.attendance.service import (
    PoolingGain,
    Shortage,
    desks_needed,
    people_served,
    pooling_gain,
    shortage,
)

__all__ = [
    "Group",
    "Pmf",
    "PoolingGain",
    "Shortage",
    "desks_needed",
    "people_served",
    "pool_pmf",
    "pooling_gain",
    "shortage",
    "unit_pmf",
]
