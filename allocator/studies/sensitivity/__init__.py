"""What each demand costs: rules, needs, affinities, the reserve, full towers."""

from __future__ import annotations

from allocator.studies.sensitivity.demands import Demand, DemandKind, demands
from allocator.studies.sensitivity.run import Price, Sensitivity, most_s, sensitivity

__all__ = [
    "Demand",
    "DemandKind",
    "Price",
    "Sensitivity",
    "demands",
    "most_s",
    "sensitivity",
]
