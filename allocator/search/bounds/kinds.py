"""Walking by kind of trips: what each kind walks at the least, alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from time import monotonic

from allocator.scenario.settings import TripKind
from allocator.scenario.trips import trip_table
from allocator.search.bounds.transport import warm_transport
from allocator.search.bounds.walking import Views
from allocator.search.case import Case

PART = 0.06
"""Of the time left, at most; no kind follows once they would take longer."""


def kind_bounds(
    case: Case, until: float, is_over: Callable[[], bool]
) -> Iterator[tuple[TripKind, float]]:
    """Yield person-minutes a week that each kind costs at least where every desk is placed.

    Their sum is below the bound of all walking: each kind has the best floors to itself.

    Parameters
    ----------
    until
        Time of `time.monotonic` at which to stop.
    is_over
        Asked before each kind.
    """
    price, began = case.scenario.settings.prices.walking, monotonic()
    for number, kind in enumerate(TripKind):
        left, took = until - began, monotonic() - began
        if is_over() or took * len(TripKind) > PART * left * max(number, 1):
            return
        # The same case with one kind of trips: all the rest of the bound is as for all of them.
        only = replace(case, trips_later=cache(partial(trip_table, case.scenario, [kind])))
        bound = 0.0
        if len(only.trips.a):
            walked = price * Views(only).minutes
            bound = warm_transport(only, 0.0, walked, until).share(walked, until).bound
        yield kind, max(bound, 0.0)
