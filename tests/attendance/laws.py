"""Reference values, a published example and moments of laws, for the tests of attendance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from allocator.attendance import Group, Pmf

NUMBERS: dict[str, Any] = json.loads((Path(__file__).parent / "numbers.json").read_text())
CLASSES = [
    Group(12, 0.8),
    Group(4, 0.7),
    Group(8, 0.6),
    Group(4, 0.5),
    Group(8, 0.4),
    Group(2, 0.2),
]
"""A published example: 38 people in six classes, 30 desks, "about 1 in 500"."""


def mean_and_variance(pmf: Pmf) -> tuple[float, float]:
    people = np.arange(len(pmf))
    mean = float(pmf @ people)
    return mean, float(pmf @ (people - mean) ** 2)
