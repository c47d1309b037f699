"""Rows that point at numbered things with weights, as three arrays that compiled code reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from allocator.search.kernels.annealing import Reals, Whole


class Links(NamedTuple):
    """Links of N rows: those of row i are from start[i] to below start[i + 1].

    start (N + 1); to and weight (links).
    """

    start: Whole
    to: Whole
    weight: Reals


def links(rows: Sequence[Mapping[int, float]], price: float = 1.0) -> Links:
    """Return the links of every row in the order of what they point at, weights at a price."""
    # Sorted, so that compiled code can go through two rows side by side.
    ordered = [sorted(row.items()) for row in rows]
    return Links(
        np.cumsum([0, *map(len, ordered)], dtype=np.int64),
        np.array([to for row in ordered for to, _ in row], np.int64),
        np.array([price * weight for row in ordered for _, weight in row], np.float64),
    )


def plain_links(rows: Sequence[Iterable[int]]) -> Links:
    """Return links that all weigh 1."""
    return links([dict.fromkeys(row, 1.0) for row in rows])
